"""What is sent, what runs, and what is kept when the person or the clock says stop."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

import pytest

from replaydbg import limits
from replaydbg.core.branch import Branch, Provenance
from replaydbg.core.message import Message, ToolCall
from replaydbg.core.outcome import Failed, Outcome, Reply, ToolResult
from replaydbg.core.request import ModelRequest
from replaydbg.core.trace import Trace
from replaydbg.drivers.providers import OnText
from replaydbg.drivers.run import Update, run
from replaydbg.graph.facts import Facts
from replaydbg.replay.api import Asked
from replaydbg.replay.engine import Replay
from tests.support.build import agent, assistant, call, chat, model_call, response, trace, user
from tests.support.drive import edit, provenances

LOOP = chat(
    [
        user("where is order 7?"),
        assistant("", call("find", {"id": 7}, "c1")),
        response("c1", "no such order"),
        assistant("I can not find it."),
    ]
)


@dataclass
class Model:
    """A provider that says what it is given to say; `Exception`s are raised, numbers slept."""

    says: list[Message | str | Failed | Exception | float]
    name: str = "scripted"
    asked: list[ModelRequest] = field(default_factory=list)
    most_at_once: int = 0
    at_once: int = 0

    async def complete(self, request: ModelRequest, on_text: OnText | None = None) -> Reply | Failed:
        self.asked.append(request)
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            await asyncio.sleep(0)
            while True:
                said = self.says.pop(0)
                if not isinstance(said, float):
                    break
                if on_text is not None:
                    on_text("so f")
                    on_text("ar")
                await asyncio.sleep(said)
            if isinstance(said, Exception):
                raise said
            if isinstance(said, Failed):
                return said
            return Reply(assistant(said) if isinstance(said, str) else said)
        finally:
            self.at_once -= 1


@dataclass
class Tool:
    ran: list[ToolCall] = field(default_factory=list)

    async def run(self, call: ToolCall) -> ToolResult | Failed:
        self.ran.append(call)
        return ToolResult("found")


def changed(of: Trace = LOOP) -> Replay:
    return Replay(Facts(of), [edit(of, "m1", "/tool_calls/0/arguments/id", 8)])


async def finish(replay: Replay, **world: object) -> Branch:
    defaults: dict[str, object] = {"provider": None, "bindings": {}, "allowed": ()}
    await run(replay, **(defaults | world))  # type: ignore[arg-type]
    return replay.branch("b")


async def test_a_bound_and_allowed_tool_runs_and_the_model_is_asked() -> None:
    tool, model = Tool(), Model(["It is found."])
    branch = await finish(changed(), provider=model, bindings={"find": tool}, allowed={"find"})
    assert tool.ran == [call("find", {"id": 8}, "c1")]
    assert dict(provenances(branch)) == {"m1": "edited", "x1": "live", "m2": "live"}
    assert branch.stopped is None


@pytest.mark.parametrize(
    ("bindings", "allowed", "words"),
    [
        ({}, (), "bind the tool with --tool find=python:module:function --allow-tool find"),
        ({}, ("find",), "bind the tool"),
        ({"find": Tool()}, (), "bound but may not run: allow it with --allow-tool find"),
    ],
    ids=["neither", "allowed only", "bound only"],
)
async def test_no_tool_runs_that_is_not_bound_and_allowed(
    bindings: dict[str, Tool], allowed: tuple[str, ...], words: str
) -> None:
    branch = await finish(changed(), provider=Model([]), bindings=bindings, allowed=allowed)
    assert branch.stopped is not None
    assert branch.stopped.kind == "tool-not-run"
    assert words in branch.stopped.reason
    assert all(not tool.ran for tool in bindings.values())


async def test_without_a_provider_nothing_is_sent_and_the_offer_is_clear() -> None:
    branch = await finish(Replay(Facts(LOOP), [edit(LOOP, "x1", "/result", "found")]))
    assert branch.stopped is not None
    assert branch.stopped.kind == "not-asked"
    assert "--live" in branch.stopped.reason
    assert "write the turn yourself" in branch.stopped.reason


async def test_the_person_is_asked_where_nothing_else_answers() -> None:
    async def human(asked: Asked) -> Outcome | None:
        return (
            Reply(assistant("by hand")) if isinstance(asked.request, ModelRequest) else ToolResult("by hand")
        )

    branch = await finish(changed(), human=human)
    assert dict(provenances(branch)) == {"m1": "edited", "x1": "human", "m2": "human"}


async def test_a_person_who_would_rather_not_stops_the_thread() -> None:
    async def human(asked: Asked) -> Outcome | None:
        return None

    branch = await finish(changed(), human=human)
    assert branch.counts()["human"] == 0
    assert branch.stopped is not None


async def test_failures_and_plug_ins_that_raise_are_values_in_the_branch() -> None:
    for said in (Failed("rate-limit", "slow down"), RuntimeError("slow down")):
        replay = Replay(Facts(LOOP), [edit(LOOP, "x1", "/result", "found")])
        branch = await finish(replay, provider=Model([said]))
        assert branch.stopped is not None
        assert branch.stopped.kind == "model-failed"
        assert "slow down" in branch.stopped.reason


def many(count: int) -> Trace:
    return trace(
        agent(
            "root",
            "root",
            *(model_call(f"m{n}", [user(f"{n}")], f"answer number {n}", start_ms=0) for n in range(count)),
            start_ms=0,
        )
    )


async def test_questions_are_asked_side_by_side_up_to_the_bound() -> None:
    count = limits.REPLAY_CONCURRENCY_MAX + 4
    of = many(count)
    replay = Replay(Facts(of), [edit(of, f"m{n}", "/messages/0/content", f"{n}?") for n in range(count)])
    model = Model([f"so {n}" for n in range(count)])
    branch = await finish(replay, provider=model)
    assert len(model.asked) == count
    assert model.most_at_once == limits.REPLAY_CONCURRENCY_MAX
    assert branch.stopped is None


async def test_the_wall_clock_stops_the_run_and_keeps_what_came() -> None:
    replay = Replay(Facts(LOOP), [edit(LOOP, "x1", "/result", "found")])
    branch = await finish(replay, provider=Model([5.0, "never"]), seconds_max=0.05)
    assert branch.stopped is not None
    assert branch.stopped.kind == "time"
    interrupted = [step for step in branch.steps if step.provenance is Provenance.INTERRUPTED]
    assert len(interrupted) == 1
    output = branch.trace.step(branch.trace.row(interrupted[0].id)).body.output
    assert output is not None
    assert output.text == "so far"


async def test_cancelling_keeps_what_was_answered_and_lets_the_cancellation_go_on() -> None:
    of = many(2)
    replay = Replay(Facts(of), [edit(of, f"m{n}", "/messages/0/content", f"{n}?") for n in range(2)])
    model = Model(["quick", 5.0, "slow"])
    task = asyncio.ensure_future(run(replay, provider=model, bindings={}, allowed=()))
    await asyncio.sleep(0.05)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    branch = replay.branch("b")
    texts = [step.body.output.text for step in branch.trace.steps() if step.body.output]
    assert "quick" in texts
    assert "so far" in texts
    assert branch.stopped is not None


async def test_progress_tells_the_question_and_the_text_as_it_comes() -> None:
    updates: list[Update] = []
    replay = Replay(Facts(LOOP), [edit(LOOP, "x1", "/result", "found")])
    await finish(replay, provider=Model([0.0, "done"]), on_progress=updates.append)
    assert "".join(update.text for update in updates) == "so far"
    assert {update.asked.id for update in updates if update.asked} == {
        updates[0].asked.id if updates[0].asked else ""
    }
    assert updates[-1].progress.live_calls == 1
    assert updates[-1].progress.waiting == 0
