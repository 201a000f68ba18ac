"""Standard output: colour only where it is wanted, and strict JSON."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Iterator

import pytest

from replaydbg.cli import render
from replaydbg.views.blocks import Block
from replaydbg.views.text import Span


class Terminal(io.TextIOWrapper):
    def __init__(self, encoding: str = "utf-8") -> None:
        super().__init__(io.BytesIO(), encoding=encoding, write_through=True)

    def isatty(self) -> bool:
        return True

    @property
    def painted(self) -> str:
        assert isinstance(self.buffer, io.BytesIO)
        return self.buffer.getvalue().decode(self.encoding)


def as_terminal(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """Not a fixture: pytest puts its own stream back between set-up and test."""
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    stream = Terminal()
    monkeypatch.setattr(sys, "stdout", stream)
    return stream


def test_a_terminal_gets_colour(monkeypatch: pytest.MonkeyPatch) -> None:
    as_terminal(monkeypatch)

    assert render.paint("bad", "error") == "\x1b[31mbad\x1b[0m"
    assert render.paint("plain", "no such look") == "plain"


@pytest.mark.parametrize("environ", [{"NO_COLOR": "1"}, {"TERM": "dumb"}, {"TERM": ""}])
def test_whoever_wants_none_gets_none(monkeypatch: pytest.MonkeyPatch, environ: dict[str, str]) -> None:
    as_terminal(monkeypatch)
    for name, value in environ.items():
        monkeypatch.setenv(name, value)

    assert render.paint("bad", "error") == "bad"


def test_a_pipe_gets_no_colour(capsys: pytest.CaptureFixture[str]) -> None:
    render.spans([Span("a", "error"), Span("  ", "dim")])
    render.blocks(
        [Block("x: 1", "error", spans=((0, 1, "key"),), indent=2, mark="▍", mark_look="error"), Block()]
    )

    assert capsys.readouterr().out == "a\n▍   x: 1\n\n"


def test_spans_of_a_block_are_painted_where_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = as_terminal(monkeypatch)
    render.blocks([Block("key: 1", spans=((0, 3, "key"), (5, 6, "number")))])

    assert terminal.painted == "  \x1b[34mkey\x1b[0m: \x1b[36m1\x1b[0m\n"


def test_folds_of_a_block_are_left_out() -> None:
    stream = io.StringIO()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "stdout", stream)
        render.blocks([Block("▾ {", fold="x")])

    assert stream.getvalue() == "    {\n"


def test_what_an_encoding_lacks_is_a_question_mark(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = Terminal("latin-1")
    monkeypatch.setattr(sys, "stdout", stream)
    render.line("grün → 注")

    assert stream.painted == "grün ? ?\n"
    assert not render.has_signs()


@pytest.mark.parametrize("value", [float("nan"), float("inf"), [{"a": -float("inf")}]])
def test_json_is_strict_and_survives_broken_text(value: object, capsys: pytest.CaptureFixture[str]) -> None:
    render.document({"value": value, "text": "\ud83d"})
    out = capsys.readouterr().out

    def refuse(name: str) -> None:
        raise AssertionError(name)

    document = json.loads(out, parse_constant=refuse)
    assert out.isascii()
    assert document["schema_version"] == 1
    assert document["text"] == "\ud83d"


@pytest.mark.parametrize("values", [[], [1], [1, {"a": None}]])
def test_a_long_document_is_one_document(values: list[object], capsys: pytest.CaptureFixture[str]) -> None:
    render.documents({"head": "x"}, "values", iter(values))

    assert json.loads(capsys.readouterr().out) == {"schema_version": 1, "head": "x", "values": values}


def test_what_is_known_only_behind_the_list_stands_behind_it(capsys: pytest.CaptureFixture[str]) -> None:
    met: list[int] = []

    def values() -> Iterator[int]:
        met.append(7)
        yield 1

    render.documents({}, "values", values(), tail=lambda: {"met": met})
    assert json.loads(capsys.readouterr().out) == {"schema_version": 1, "values": [1], "met": [7]}


def test_a_document_that_fails_in_its_first_value_prints_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ZeroDivisionError):
        render.documents({}, "values", (1 / number for number in (0, 1)))
    assert capsys.readouterr().out == ""
