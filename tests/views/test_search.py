"""Words in steps."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from replaydbg.actions.convert import save_trace
from replaydbg.actions.open import open_trace
from replaydbg.core.step import Kind
from replaydbg.core.trace import Trace
from replaydbg.errors import ReplaydbgError
from replaydbg.views.search import Saying, said
from tests.support.build import assistant, call, chat, model_call, other, response, system, trace, user
from tests.support.corpora import each_of

ASKED = call("find_order", {"number": 48213}, "c1")
RUN = chat(
    [
        system("Be Brief"),
        user("hello"),
        assistant("", ASKED),
        response("c1", {"state": "lost"}),
        assistant("Sorry"),
    ]
)


def found_in(run: Trace, row: int, words: str) -> bool:
    return any(words.lower() in text.lower() for text in said(run, row))


def rows(words: str) -> list[int]:
    return [row for row in range(len(RUN)) if found_in(RUN, row, words)]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("be brief", [0]),
        ("HELLO", [0]),
        ("48213", [0, 1]),
        ("lost", [1, 2]),
        ("sorry", [2]),
        ("find_order", [0, 1]),
        ("m-1", [0, 2]),
        ("nowhere", []),
    ],
)
def test_a_message_is_found_where_it_was_new(words: str, found: list[int]) -> None:
    assert rows(words) == found


def test_other_steps_are_searched_too() -> None:
    run = trace(other("o", Kind.RETRIEVAL, "kb", input={"query": "lamps"}, output="none"))
    assert found_in(run, 0, "lamps")
    assert found_in(run, 0, "none")


# Bytes that cannot hold what is sought are not decoded.


def otlp_run(folder: Path, *texts: str, escaped: bool = False) -> Trace:
    """A run read from a file, one model call a text."""
    path = folder / "run.json"
    run = trace(*(model_call(f"m{number}", [user("q")], text) for number, text in enumerate(texts)))
    save_trace(run, str(path))
    if escaped:
        path.write_text(json.dumps(json.loads(path.read_text()), ensure_ascii=True))
    return open_trace(str(path)).trace


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("lost parcel", [1]),
        ("PARCEL", [1, 2]),
        ("straße", [3]),
        ("strasse", [3]),
        ("nowhere", []),
        ("m2", [2]),
        ("42", [2]),
    ],
)
@pytest.mark.parametrize("escaped", [False, True])
def test_words_are_found_wherever_and_however_they_are_written(
    tmp_path: Path, words: str, expected: list[int], escaped: bool
) -> None:
    run = otlp_run(tmp_path, "one", "a lost parcel", "parcel 42", "Straße", escaped=escaped)
    saying = Saying(run, words)
    assert [row for row in range(len(run)) if saying(row)] == expected


def test_what_cannot_be_there_is_not_decoded(tmp_path: Path) -> None:
    run = otlp_run(tmp_path, "one", "two", "three")
    assert run.written(0) is not None
    decoded: list[Any] = []
    decode = run.decode
    run.decode = lambda handle: decoded.append(handle) or decode(handle)  # type: ignore[func-returns-value]
    saying = Saying(run, "nowhere")
    assert not any(saying(row) for row in range(len(run)))
    assert decoded == []


@each_of("otlp_jsonl", "otlp_openinference", "otlp_openllmetry", "otlp_pydantic_ai", "otel_js_spans")
def test_every_word_of_a_step_is_found_in_it(path: Path) -> None:
    try:
        run = open_trace(str(path)).traces[0]
    except ReplaydbgError:
        pytest.skip("no trace in it")
    for row in range(0, len(run), max(1, len(run) // 40)):
        words = sorted({word for text in said(run, row) for word in re.findall(r"[A-Za-z]{4,}", text)})
        for word in words[:: max(1, len(words) // 25)]:
            assert Saying(run, word)(row), (row, word)
