"""Edits of runs that other people recorded: what the model is told next holds the edit, and not what stood in its place."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

import pytest

from replaydbg.actions.open import readings
from replaydbg.core.message import Message
from replaydbg.core.outcome import ToolResult
from replaydbg.core.request import ModelRequest
from replaydbg.core.step import Kind
from replaydbg.core.trace import Trace
from replaydbg.errors import ReplaydbgError
from replaydbg.graph.facts import Facts
from replaydbg.replay.api import Asked
from replaydbg.replay.engine import Replay
from tests.support.corpora import ROOT, corpus
from tests.support.drive import edit

NEW = "what the person wrote instead"
BYTES_MAX, TRACES_MAX, STEPS_MAX = 3_000_000, 3, 4
CHARS_MIN = 20
"""A shorter text stands elsewhere by chance."""
FAMILIES = (
    "agentrx",
    "claude_code",
    "inspect_ai",
    "mini_swe_agent",
    "mlflow",
    "openhands",
    "other_cli",
    "otlp_console",
    "otlp_openinference",
    "otlp_openllmetry",
    "swe_agent",
    "who_and_when",
)


def traces(family: str) -> Iterator[Trace]:
    for path in corpus(family, "**/*"):
        if path.stat().st_size <= BYTES_MAX:
            try:
                *_, last = readings(str(path))
            except ReplaydbgError:
                continue
            yield from last.traces[:TRACES_MAX]


def said(messages: Sequence[Message]) -> list[str]:
    results = [one.result for message in messages for one in message.tool_responses]
    return [message.text for message in messages] + [
        one if isinstance(one, str) else json.dumps(one, ensure_ascii=False) for one in results
    ]


def asked_of_models(replay: Replay) -> list[tuple[Asked, ModelRequest]]:
    """What is asked first; tools that must run for it are answered."""
    for _ in range(3):
        for asked in replay.requests():
            if not isinstance(asked.request, ModelRequest):
                replay.receive(asked.id, ToolResult("some result"))
    return [(one, one.request) for one in replay.requests() if isinstance(one.request, ModelRequest)]


def edited_places(trace: Trace, kind: Kind) -> Iterator[tuple[int, str]]:
    """Rows of that kind with the text that is edited."""
    found = 0
    for row in range(len(trace)):
        if trace.kind(row) is not kind or found == STEPS_MAX:
            continue
        body = trace.body(row)
        text = body.result if kind is Kind.TOOL_EXECUTION else body.output.text if body.output else ""
        if isinstance(text, str) and len(text) >= CHARS_MIN:
            found += 1
            yield row, text


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize(
    ("kind", "pointer"), [(Kind.TOOL_EXECUTION, "/result"), (Kind.MODEL_CALL, "/output/content")]
)
def test_the_next_prompt_holds_the_edit_in_the_place_of_what_was_recorded(
    family: str, kind: Kind, pointer: str
) -> None:
    if not corpus(family, "**/*"):
        pytest.skip(f"the corpora are not at {ROOT} (set REPLAYDBG_CORPORA)")
    wrong: list[str] = []
    for trace in traces(family):
        facts = Facts(trace)
        for row, old in edited_places(trace, kind):
            place = f"{trace.source.name} #{row + 1}"
            replay = Replay(facts, [edit(trace, trace.ids[row], pointer, NEW)])
            asked = asked_of_models(replay)
            if facts.threads.followers.get(row) and not asked and replay.branch("b").stopped is None:
                wrong.append(f"{place}: ends without a word, although the recorded thread goes on")
            for one, request in asked:
                told = said(request.messages)
                recorded = said(facts.threads.prompt(one.row)) if one.row is not None else []
                before, after = (sum(old in text for text in texts) for texts in (recorded, told))
                if not any(NEW in text for text in told) or (before and after >= before):
                    wrong.append(f"{place}: {before} times before, {after} after")
    assert not wrong
