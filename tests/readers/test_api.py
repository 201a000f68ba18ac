"""What readers are given and what they give."""

from __future__ import annotations

import pytest

from replaydbg import limits
from replaydbg.readers._api import NotThisFormat, Reading, on_the_way
from tests.support.otlp import document


def test_the_head_is_bounded_and_has_no_byte_order_mark() -> None:
    assert document(b"\xef\xbb\xbf{}").head == b"{}"
    assert len(document(b"x" * (limits.SNIFF_BYTES_MAX + 9)).head) == limits.SNIFF_BYTES_MAX


@pytest.mark.parametrize(
    ("name", "stem"),
    [
        ("a/b.json", "b"), ("c:\\a\\b.jsonl.gz", "b"), ("b.traj.json", "b"), ("b", "b"), (".json", ".json"), ("", "trace"),
        ("2026.01.02.otlp.json", "2026.01.02.otlp"),
    ],
)  # fmt: skip
def test_a_trace_without_an_id_is_called_as_its_file(name: str, stem: str) -> None:
    assert document(b"", name).stem == stem


def test_a_reading_is_complete_unless_it_says_otherwise() -> None:
    assert Reading(()) == Reading((), (), 1.0, True)
    assert issubclass(NotThisFormat, ValueError)


def test_a_reading_on_the_way_tells_how_far_it_is_and_shows_nothing() -> None:
    assert on_the_way(1, 4) == Reading((), (), 0.25, complete=False)
