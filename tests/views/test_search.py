"""Words in steps."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import Random
from typing import Any

import pytest

from replaydbg.actions.convert import save_trace
from replaydbg.actions.open import open_trace
from replaydbg.core.step import Kind
from replaydbg.core.trace import Trace
from replaydbg.errors import ReplaydbgError
from replaydbg.readers import _registry, _transcript_body, claude_code
from replaydbg.readers._api import Document
from replaydbg.views import search
from replaydbg.views.expressions import Expression
from replaydbg.views.search import Saying, said
from tests.benchmarks import otlp_traces, platform_traces, session_traces, test_archives
from tests.readers.test_twins import reply
from tests.support.build import assistant, call, chat, model_call, other, response, system, trace, user
from tests.support.claude_sessions import Lines
from tests.support.corpora import each_of
from tests.support.otlp import read, request, span
from tests.support.readings import one

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


def pool_map(look: Callable[[Any], Any], pieces: Iterable[Any]) -> list[Any]:
    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(look, pieces))


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
    tmp_path: Path, words: str, expected: list[int], escaped: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "_LARGE_BYTES_MIN", 0)
    run = otlp_run(tmp_path, "one", "a lost parcel", "parcel 42", "Straße", escaped=escaped)
    for is_prepared in (False, True):
        if is_prepared:
            search.prepare(run)
            assert bool(run.without_escapes) is (not escaped)
        saying = Saying(run, words)
        assert [row for row in range(len(run)) if saying(row)] == expected
        assert list(filter(saying, saying.among(range(len(run))))) == expected


def decodings(run: Trace) -> list[Any]:
    """The handles that are decoded from now on."""
    decoded: list[Any] = []
    decode = run.decode
    run.decode = lambda handle: decoded.append(handle) or decode(handle)  # type: ignore[func-returns-value]
    return decoded


def test_what_cannot_be_there_is_not_decoded(tmp_path: Path) -> None:
    run = otlp_run(tmp_path, "one", "two", "three")
    assert run.written(0) is not None
    decoded = decodings(run)
    saying = Saying(run, "nowhere")
    assert not any(saying(row) for row in range(len(run)))
    assert decoded == []


def atif_steps() -> Iterator[bytes]:
    """Kept in memory as messages: the first answer comes late, a call is answered much later, a word is of an error."""
    words = platform_traces.Words()
    steps: list[dict[str, Any]] = [
        {"source": "user", "message": f"Größe {words.text(20)} “so” —"} for _ in range(9)
    ]
    for number in range(150):
        call = {
            "tool_call_id": f"c{number}",
            "function_name": "find",
            "arguments": {"q": words.text(3), "n": number * 1e15},
        }
        results = [{"source_call_id": f"c{number}", "content": words.text(30)}] if number % 3 else []
        steps.append(
            {
                "source": "agent",
                "message": words.text(30),
                "tool_calls": [call],
                "observation": {"results": results},
            }
        )
    late = {"source_call_id": "c0", "content": "late \ud800 half"}
    steps.append(
        {"source": "agent", "message": "bye", "observation": {"results": [late, {"content": "alone"}]}}
    )
    yield json.dumps({"schema_version": "ATIF-v1.4", "session_id": "s", "steps": steps}).encode()


def made_up(kind: str) -> Trace:
    pieces: dict[str, Callable[[], Iterator[bytes]]] = {
        "otlp": lambda: otlp_traces.lines("delta", 100_000),
        "claude-code": lambda: session_traces.claude_code(100_000),
        "codex": lambda: session_traces.codex(100_000),
        "langfuse": lambda: platform_traces.langfuse(100_000),
        "langsmith": lambda: platform_traces.langsmith(100_000),
        "mlflow": lambda: platform_traces.mlflow(100_000),
        "atif": atif_steps,
        "inspect": lambda: iter([json.dumps(test_archives.sample(1, 40)).encode()]),
    }
    data = b"".join(pieces[kind]())
    *_, reading = _registry.read(Document("x", memoryview(data)))
    assert reading.traces[0].source.format == kind
    return reading.traces[0]


KINDS_OF_FILES = ["otlp", "claude-code", "codex", "langfuse", "langsmith", "mlflow"]
KINDS_IN_MEMORY = ["atif", "inspect"]


@pytest.mark.parametrize("at_once", [5, 4096])
@pytest.mark.parametrize("kind", [*KINDS_OF_FILES, *KINDS_IN_MEMORY])
def test_bytes_tell_what_the_texts_tell(kind: str, at_once: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "_AT_ONCE_ROWS", at_once)
    monkeypatch.setattr(search, "_BATCH_BYTES", 1 << 10)
    monkeypatch.setattr(search, "_LARGE_BYTES_MIN", at_once)
    run, random = made_up(kind), Random(kind)
    told = [list(said(run, row)) for row in range(len(run))]
    some = [text for texts in random.sample(told, 12) for text in texts if text]
    words = [random.choice(re.findall(r"[^\W_]{3,}", text) or ["nothing"]) for text in some]
    phrases = [found for text in some for found in re.findall(r"\w+ \S+ \w+", text)[:1]]
    for sought in ["nowhere", "“so”", "—", *words, *phrases]:
        pattern = Expression(re.escape(sought[:4]) + ".*" + re.escape(sought[4:]))
        by_words = [any(sought.casefold() in text.casefold() for text in texts) for texts in told]
        by_pattern = [any(map(pattern.holds, texts)) for texts in told]
        assert list(map(Saying(run, sought), range(len(run)))) == by_words, sought
        assert list(map(Saying(run, pattern), range(len(run)))) == by_pattern, pattern.source
        for each, asked, expected in ((map, sought, by_words), (pool_map, pattern, by_pattern)):
            saying = Saying(run, asked, each)
            found = list(filter(saying, saying.among(range(1, len(run)))))
            assert found == [row for row in range(1, len(run)) if expected[row]], asked


@pytest.mark.parametrize("kind", KINDS_OF_FILES)
def test_the_bytes_of_many_steps_are_those_of_each(kind: str) -> None:
    run = made_up(kind)
    for rows in (range(len(run)), range(3, len(run) // 2), range(7, 8)):
        together = run.all_written(rows)
        if together is None:
            assert kind in {"langfuse", "langsmith", "mlflow"}
            continue
        pieces, others = together
        known = set(map(id, pieces))
        for row in rows:
            written = run.written(row)
            assert row in others if written is None else known.issuperset(map(id, written))


@pytest.mark.parametrize("kind", KINDS_IN_MEMORY)
def test_what_is_in_memory_is_looked_at_together(kind: str) -> None:
    """But for a step or two that is written in no JSON, or that the reader made itself."""
    run = made_up(kind)
    together = run.all_written(range(len(run)))
    assert together is not None
    assert len(together[1]) < len(run) / 2
    decoded = decodings(run)
    asked = set(Saying(run, "nowhere").among(range(len(run))))
    assert asked == set(together[1])
    assert decoded == []


def test_not_all_that_is_in_memory_is_written_out_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    run = made_up("atif")
    monkeypatch.setattr(_transcript_body, "_TOLD_BYTES_MAX", 1)
    together = run.all_written(range(len(run)))
    assert together is not None
    assert len(together[0]) == 1
    assert list(filter(Saying(run, "bye"), range(len(run)))) == [run.row(run.ids[-3])]


def test_many_steps_that_do_not_say_it_are_passed_by_together() -> None:
    run = made_up("otlp")
    asked: list[int] = []
    run.written = asked.append  # type: ignore[assignment,method-assign]
    assert list(Saying(run, "nowhere").among(range(len(run)))) == []
    assert asked == []
    assert list(Saying(run, "no").among(range(len(run)))) == list(range(len(run))), "too short to know"


def test_steps_of_which_nothing_is_known_are_not_passed_by() -> None:
    lines = Lines()
    lines.says("go")
    for number in range(9):
        lines.reply(f"m{number}", "well")
    lines.add("system", subtype="compact_boundary", content="a rare word", after=None)
    run = one(claude_code.READER, lines.bytes)
    (odd,) = [row for row in range(len(run)) if run.written(row) is None]
    assert list(Saying(run, "nowhere").among(range(len(run)))) == [odd]


@pytest.mark.parametrize("kind", KINDS_OF_FILES)
def test_of_each_of_these_formats_nothing_is_decoded_in_vain(kind: str) -> None:
    run = made_up(kind)
    decoded = decodings(run)
    assert not any(map(Saying(run, "nowhere"), range(len(run))))
    assert decoded == []


def test_calls_that_two_recorded_are_not_decoded_in_vain_either() -> None:
    spans = [
        span(number, f"chat {number % 2}", number - 1 if number % 2 == 0 else 0, reply(f"answer {number}"))
        for number in range(1, 9)
    ]
    (run,) = read(request(*spans)).traces
    told = [list(said(run, row)) for row in range(len(run))]
    assert [any("answer" in text for text in texts) for texts in told].count(True) == 4
    decoded = decodings(run)
    assert not any(map(Saying(run, "nowhere"), range(len(run))))
    assert decoded == []
    for sought in ("answer 4", "answer 3", "chat"):
        assert list(map(Saying(run, sought), range(len(run)))) == [
            any(sought in one for one in each) for each in told
        ]


def test_steps_may_be_asked_about_in_any_order() -> None:
    run = made_up("claude-code")
    rows, (*_, text) = list(range(len(run))), said(run, len(run) // 2)
    sought = max(re.findall(r"\w+", text), key=len)
    expected = set(filter(Saying(run, sought), rows))
    Random(1).shuffle(rows)
    assert set(filter(Saying(run, sought), rows)) == expected


@each_of(
    "otlp_jsonl", "otlp_openinference", "otlp_openllmetry", "otlp_pydantic_ai", "otel_js_spans", "claude_code",
    "codex", "langfuse", "langsmith", "mlflow", "openai_agents", "atif", "inspect_ai", "swe_agent", "openhands",
    "google_adk", "other_cli", "gemini", "pydantic_ai_messages", "tau_bench", "tau2_bench", "who_and_when",
)  # fmt: skip
def test_every_word_of_a_step_is_found_in_it(path: Path) -> None:
    try:
        run = open_trace(str(path)).traces[0]
    except ReplaydbgError:
        pytest.skip("no trace in it")
    for row in range(0, len(run), max(1, len(run) // 40)):
        words = sorted({word for text in said(run, row) for word in re.findall(r"[^\W_]{3,}", text[:20_000])})
        for word in words[:: max(1, len(words) // 25)]:
            assert Saying(run, word)(row), (row, word)
