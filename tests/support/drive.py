"""Re-runs in a few words: edits by step id, and a world that answers what the engine asks."""

from __future__ import annotations

from collections.abc import Callable

from replaydbg.codec import make_edit
from replaydbg.core.branch import Branch, Edit
from replaydbg.core.message import Json, Message
from replaydbg.core.outcome import Outcome, Reply, ToolResult
from replaydbg.core.request import ModelRequest, ToolRequest
from replaydbg.core.trace import Trace
from replaydbg.replay.api import Asked
from replaydbg.replay.engine import Replay
from tests.support.build import assistant

Answering = Callable[[Asked], Outcome]


def edit(trace: Trace, id_: str, pointer: str, value: Json) -> Edit:
    return make_edit(trace.step(trace.row(id_)), pointer, value)


def says(reply: Message | str) -> Reply:
    return Reply(assistant(reply) if isinstance(reply, str) else reply)


def drive(replay: Replay, answer: Answering, rounds: int = 1000) -> Replay:
    """Answer everything in the order it is asked."""
    while not replay.finished:
        rounds -= 1
        assert rounds > 0, "the re-run does not end"
        first = replay.requests()[0]
        replay.receive(first.id, answer(first))
    return replay


def never(asked: Asked) -> Outcome:
    raise AssertionError(f"asked although nothing had to be: {asked}")


def names(replay: Replay) -> list[str]:
    """What is asked: `ask:MODEL` of a model, `run:TOOL` of a tool."""
    return [
        f"ask:{asked.request.model}"
        if isinstance(asked.request, ModelRequest)
        else f"run:{asked.request.call.name}"
        for asked in replay.requests()
    ]


def asked_of_model(replay: Replay, at: int = 0) -> ModelRequest:
    request = replay.requests()[at].request
    assert isinstance(request, ModelRequest)
    return request


def asked_of_tool(replay: Replay, at: int = 0) -> ToolRequest:
    request = replay.requests()[at].request
    assert isinstance(request, ToolRequest)
    return request


def world(model: Callable[[ModelRequest], Message], tool: Callable[[ToolRequest], Json]) -> Answering:
    def answer(asked: Asked) -> Outcome:
        if isinstance(asked.request, ModelRequest):
            return Reply(model(asked.request))
        return ToolResult(tool(asked.request))

    return answer


def provenances(branch: Branch) -> list[tuple[str | None, str]]:
    """For each step of the branch the recorded id it stands for, and its provenance."""
    return [(step.of, str(step.provenance)) for step in branch.steps]


def reason(branch: Branch, of: str) -> str:
    """What is said of the step that stands for the recorded one."""
    return next(step.reason for step in branch.steps if step.of == of)
