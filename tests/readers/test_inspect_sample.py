"""Samples opened: split, not decoded; damaged ones as far as they go."""

from __future__ import annotations

import pytest

from replaydbg.readers._inspect_sample import opened, plain, value_of


def test_what_is_referred_to_is_put_back() -> None:
    sample = opened(
        b'{"attachments": {"h": "long"}, "events": [{"a": ["attachment://h", "attachment://x"]}]}'
    )
    assert sample.event((0,)) == {"a": ["long", "attachment://x"]}
    assert sample.event((1,)) == {}
    assert sample.event((0, 3)) == {}


def test_python_writes_nan_into_json() -> None:
    sample = opened(b'{"id": 1, "scores": {"m": NaN}, "events": [{"event": "info"}]}')
    assert value_of(sample.fields.scores) == {"m": None}
    assert len(sample.events) == 1


def test_a_text_that_stops_in_the_middle() -> None:
    sample = opened(b'{"id": 1, "events": [{"event": "info"}, {"event": "mo')
    assert (sample.fields.id, sample.event((0,))) == (1, {"event": "info"})
    with pytest.raises(ValueError):
        plain(b"no json")


def test_ranges_of_a_pool() -> None:
    sample = opened(b'{"message_pool": [1, 2, 3]}')
    assert sample.pooled([[0, 1], [2, 9], "x", [1]]) == [1, 3]
    assert sample.pooled(None) == []
