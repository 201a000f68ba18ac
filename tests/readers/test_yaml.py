"""YAML as plain values; what is hostile is refused in a sentence."""

from __future__ import annotations

import gzip
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replaydbg import limits
from replaydbg.readers._yaml import NotYamlError, load, text_of


def test_plain_values() -> None:
    text = "a: [1, 2.5, true, null, 'x']\nb: {c: 2026-01-02}\n1: !!binary aGk=\nd: !!set {x}\n"
    assert load(text) == {"a": [1, 2.5, True, None, "x"], "b": {"c": "2026-01-02"}, "1": "hi", "d": ["x"]}


def test_only_the_first_document() -> None:
    assert load("--- 1\n--- 2\n") == 1
    assert load("") is None


def test_nothing_is_executed() -> None:
    text = (
        "a: !!python/object/apply:os.system ['exit 1']\nb: !!python/unicode text\nc: !ruby/object:X {d: 1}\n"
    )
    assert load(text) == {"a": ["exit 1"], "b": "text", "c": {"d": 1}}


def test_an_alias_is_written_out() -> None:
    assert load("a: &x [1]\nb: *x\n") == {"a": [1], "b": [1]}


def test_aliases_can_not_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "YAML_VALUES_MAX", 10_000)
    lines = ["a0: &a0 [x]"] + [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    with pytest.raises(NotYamlError, match="unfold to more"):
        load("\n".join(lines))


def test_an_alias_of_what_it_stands_in() -> None:
    with pytest.raises(NotYamlError, match="inside of what it names"):
        load("a: &x [*x]")


def test_what_is_no_yaml() -> None:
    with pytest.raises(NotYamlError, match="no YAML"):
        load("a: [1")
    with pytest.raises(NotYamlError):
        load("[" * 3000 + "]" * 3000)


def test_without_the_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "yaml", None)
    with pytest.raises(NotYamlError, match=r"pip install 'replaydbg\[yaml\]'"):
        load("a: 1")


def test_bodies_that_were_sent_packed() -> None:
    assert text_of(gzip.compress(b"hi")) == "hi"
    assert text_of(b"\x1f\x8bno gzip").endswith("no gzip")


@given(st.text(max_size=60))
def test_any_text(text: str) -> None:
    try:
        load(text)
    except NotYamlError:
        return
