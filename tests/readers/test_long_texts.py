"""Texts that an expression would go through again from each of their places: minutes of work where they are short, days where
they are long. Each is read in time that grows as the file does, and nothing of it is lost.
"""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator
from typing import Any

import pytest

from replaydbg.core.message import Json
from replaydbg.readers import _frames
from replaydbg.readers.ai_sdk import READER as AI_SDK
from replaydbg.readers.cursor_stream import READER as CURSOR
from replaydbg.readers.goose_session import READER as GOOSE
from replaydbg.readers.letta import READER as LETTA
from replaydbg.readers.openai_pages import READER as PAGES
from replaydbg.readers.openai_threads import READER as THREADS
from replaydbg.readers.vscode_chat import READER as VSCODE
from tests.support.examined import examine
from tests.support.readings import lines, opened

CHARS = 400_000
SECONDS_MAX = 60
"""Of the processor, so that a test which hangs fails: each takes less than one."""

_SPECSTORY = "_**User**_\n\nhi\n\n_**Agent**_\n\n{}\n\n_**User**_\n\nbye\n"
_AIDER = "# aider chat started at 2026-02-03 10:00:00\n\n#### hi\n\nHello.\n\n> {}\n\n#### bye\n\nBye.\n"


@pytest.fixture(autouse=True)
def _ends() -> Iterator[None]:
    def late(*_: object) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGPROF, late)
    signal.setitimer(signal.ITIMER_PROF, SECONDS_MAX)
    yield
    signal.setitimer(signal.ITIMER_PROF, 0)
    signal.signal(signal.SIGPROF, before)


def much(text: str) -> str:
    return text * (CHARS // len(text))


SPACES = f"a{much(' ')}b"


@pytest.mark.parametrize(
    "text",
    [
        much("<think>"), much("<tool-use "), much("<tool-use>"), much("---\n"), much("```a\n"),
        "<tool-use>" + much("<summary>") + "</tool-use>", "<tool-use>" + much("````a\n") + "</tool-use>",
        "<tool-use>" + much("`") + "\n</tool-use>", SPACES,
    ],
    ids=range(9),
)  # fmt: skip
def test_markdown(text: str) -> None:
    assert examine(_SPECSTORY.format(text).encode(), "markdown-chat") > 0


@pytest.mark.parametrize("text", [much("Tokens: 1 sent "), much("Cost: $1 "), SPACES], ids=range(3))
def test_aider(text: str) -> None:
    assert examine(_AIDER.format(text).encode(), "aider-history") > 0


@pytest.mark.parametrize(
    "text",
    [
        f"<think>{SPACES}</think>",
        f"<tool_call>{SPACES}",
        f"<tools>{SPACES}",
        much("<tools>"),
        much("<think>"),
    ],
    ids=range(5),
)
@pytest.mark.parametrize("who", ["system", "gpt", "tool"])
def test_sharegpt(text: str, who: str) -> None:
    turns = [{"from": who, "value": text}, {"from": "gpt", "value": "hi"}]
    assert examine(json.dumps([{"conversations": turns}]).encode(), "sharegpt") > 0


def test_an_annotation_of_zipkin() -> None:
    span = {
        "traceId": "t",
        "id": "s",
        "name": "chat",
        "localEndpoint": {},
        "annotations": [{"value": SPACES}],
    }
    assert examine(json.dumps([span]).encode(), "span-rows") > 0


def test_a_turn_of_the_ai_sdk_with_many_tools() -> None:
    call: dict[str, Any] = {"type": "tool-look", "toolCallId": "c", "state": "output-available", "output": 1}
    parts = [{"type": "step-start"}, *([call] * 10_000), {"type": "text", "text": "done"}]
    (trace,) = opened(AI_SDK, [{"id": "m", "role": "assistant", "parts": parts}]).traces
    assert len(trace) == 10_002


def test_frames_take_what_their_cells_take() -> None:
    """Not a cell for each column in each row, of which a small file may name thousands of millions."""
    many: dict[str, Json] = {f"{number}": {} for number in range(20_000)}
    frame = {"id": {f"{number}": "x" for number in range(20_000)}, **many}
    rows = _frames.rows(frame, "id")
    assert rows is not None
    assert rows == [{"id": "x"}] * 20_000


PIECES = 60_000


def test_words_that_stream_in_many_pieces() -> None:
    piece = {"type": "thinking", "subtype": "delta", "text": "thought ", "session_id": "s"}
    said = {
        "type": "assistant",
        "session_id": "s",
        "message": {"role": "assistant", "content": [{"type": "text", "text": "word and so on "}]},
    }
    begun = {"type": "system", "subtype": "init", "apiKeySource": "env", "session_id": "s"}
    events = [begun, *([piece, said] * (PIECES // 2))]
    assert opened(CURSOR, lines(*events)).traces
    text = {"type": "text", "text": "words of some length "}
    message = {"id": "m", "role": "assistant", "created": 1, "content": [text]}
    (trace,) = opened(GOOSE, lines(*([{"type": "message", "message": message}] * PIECES))).traces
    assert trace.body(0).output.text == "words of some length " * PIECES  # type: ignore[union-attr]


def test_tools_are_read_once() -> None:
    tools = [{"id": f"{n}", "json_schema": {"name": f"t{n}", "parameters": {}}} for n in range(3_000)]
    messages = [{"role": "user", "content": "hi"}, {"role": "assistant", "content": "ho"}] * 1_500
    agent = {"agent_type": "a", "llm_config": {"model": "m"}, "messages": messages}
    (trace,) = opened(LETTA, {"agents": [agent], "tools": tools}).traces
    assert len(trace) == 1_500
    run = {
        "object": "thread.run",
        "id": "r",
        "thread_id": "t",
        "tools": [tool["json_schema"] for tool in tools],
    }
    step = {"object": "thread.run.step", "id": "s", "thread_id": "t", "run_id": "r", "step_details": {}}
    assert len(opened(THREADS, {"data": [run, *([step] * 1_500)]}).traces[0]) == 1_500


def test_a_journal_with_many_lines() -> None:
    begun = {
        "kind": 0,
        "v": {"sessionId": "s", "requests": [{"requestId": "r", "message": "hi", "response": []}]},
    }
    more = {"kind": 2, "k": ["requests", 0, "response"], "v": [{"value": "word "}]}
    assert opened(VSCODE, lines(begun, *([more] * 3 * PIECES))).traces


def test_a_response_of_many_items() -> None:
    item = {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "so"}]}
    reply = {"object": "response", "id": "r", "model": "m", "output": [item] * PIECES}
    (trace,) = opened(PAGES, reply).traces
    assert len(trace.body(0).output.parts) == PIECES  # type: ignore[union-attr]
