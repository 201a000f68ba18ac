"""What is sent, what runs, and what is kept when the person or the clock says stop."""

from __future__ import annotations

import asyncio
from collections.abc import Container, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from replaydbg import limits
from replaydbg.core.branch import Branch, Provenance
from replaydbg.core.message import Message, ToolCall
from replaydbg.core.outcome import Failed, Outcome, Reply, ToolResult
from replaydbg.core.request import ModelRequest, ToolRequest
from replaydbg.core.trace import Trace
from replaydbg.drivers import run as module
from replaydbg.drivers.providers import OnText
from replaydbg.drivers.run import Update, run, unfit
from replaydbg.drivers.tools import ToolBinding
from replaydbg.drivers.tools.http_request import http_tool
from replaydbg.drivers.tools.toolbox import Bound, Permission, Policy, Toolbox
from replaydbg.graph.facts import Facts
from replaydbg.replay import api
from replaydbg.replay.api import Asked, Given
from replaydbg.replay.engine import Replay
from replaydbg.replay.kept import KeptAnswers
from tests.support.build import (
    agent,
    assistant,
    call,
    chat,
    model_call,
    parameters,
    response,
    tool_execution,
    trace,
    user,
)
from tests.support.build import tool as tool_spec
from tests.support.drive import edit, provenances, reason

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
    """A provider that says what it is given to say; `Exception`s are raised, numbers slept, events waited for."""

    says: list[Message | str | Failed | Exception | float | asyncio.Event]
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
                if not isinstance(said, float | asyncio.Event):
                    break
                if on_text is not None:
                    on_text("so f")
                    on_text("ar")
                await (asyncio.sleep(said) if isinstance(said, float) else said.wait())
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


def box(bindings: Mapping[str, ToolBinding] | None = None, allowed: Container[str] = ()) -> Toolbox:
    return Toolbox(
        {
            name: Bound(tool, "a test's tool", Policy.ALLOW if name in allowed else Policy.ASK)
            for name, tool in (bindings or {}).items()
        }
    )


READ, WRITE = call("read_file", {}, "r"), call("write_file", {"text": "x"}, "w")
WRITTEN = chat(
    [
        user("u"),
        assistant("", WRITE),
        response("w", "ok"),
        assistant("", READ),
        response("r", "x"),
        assistant("done"),
    ]
)


@pytest.mark.parametrize("allowed", [{"write_file", "read_file"}, {"write_file"}])
async def test_a_result_of_another_world_is_asked_for_where_its_tool_may_run_and_of_nobody_else(
    allowed: set[str],
) -> None:
    read = Tool()
    asked: list[Asked] = []

    async def human(one: Asked) -> Outcome | None:
        asked.append(one)
        return None

    branch = await finish(
        Replay(Facts(WRITTEN), [edit(WRITTEN, "m1", "/tool_calls/0/arguments/text", "y")]),
        provider=Model([assistant("", READ), "done"]),
        bindings={"write_file": Tool(), "read_file": read},
        allowed=allowed,
        human=human,
    )
    assert asked == []
    assert len(read.ran) == ("read_file" in allowed)
    assert ("unproven" in dict(provenances(branch)).values()) == ("read_file" not in allowed)
    assert branch.stopped is None


async def test_a_prompt_that_would_pass_the_bound_is_not_sent_unless_it_was_answered_before() -> None:
    changes, model = edit(LOOP, "m2", "/messages/0/content", "word " * 40), Model(["one"])
    stopped = await finish(Replay(Facts(LOOP), [changes], api.Policy(tokens_max=30)), provider=model)
    assert model.asked == []
    assert stopped.stopped is not None
    assert (stopped.stopped.kind, stopped.counts()["live"]) == ("tokens", 0)
    paid = await finish(Replay(Facts(LOOP), [changes]), provider=model)
    kept = KeptAnswers(Facts(paid.trace), paid.steps, whole=True)
    again = await finish(Replay(Facts(LOOP), [changes], api.Policy(tokens_max=30)), provider=model, kept=kept)
    assert len(model.asked) == 1
    assert again.stopped is None


async def test_what_has_come_of_a_reply_is_told_while_it_streams(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PART_SECONDS", 0.02)
    told: list[tuple[int, str]] = []
    heard = {0: asyncio.Event(), 6: asyncio.Event()}

    async def on_part(_asked: Asked, at: int, text: str) -> None:
        told.append((at, text))
        heard[at].set()

    branch = await finish(
        changed(),
        provider=Model([*heard.values(), "done"]),
        bindings={"find": Tool()},
        allowed={"find"},
        on_part=on_part,
    )
    assert told == [(0, "so far"), (6, "so far")], "once a while, and each character once"
    assert branch.stopped is None
    await asyncio.sleep(0.05)
    assert len(told) == 2


async def finish(replay: Replay, **world: Any) -> Branch:
    toolbox = world.pop("toolbox", None) or box(world.pop("bindings", None), world.pop("allowed", ()))
    async with toolbox:
        wishes: dict[str, Any] = {"provider": None, "toolbox": toolbox} | world
        await run(replay, **wishes)
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
    branch = await finish(replay, provider=Model([60.0, "never"]), seconds_max=1.0)
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
    model = Model(["quick", asyncio.Event(), "never"])
    heard, both = list[Update](), asyncio.Event()

    def hear(update: Update) -> None:
        heard.append(update)
        if any(one.given for one in heard) and any(one.text == "ar" for one in heard):
            both.set()

    task = asyncio.ensure_future(run(replay, provider=model, toolbox=box(), on_progress=hear))
    await both.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    branch = replay.branch("b")
    texts = [step.body.output.text for step in branch.trace.steps() if step.body.output]
    assert "quick" in texts
    assert "so far" in texts
    assert branch.stopped is not None


async def test_an_answer_that_is_being_written_down_when_the_person_stops_is_part_of_the_branch() -> None:
    written, begun = list[str](), asyncio.Event()

    async def slow_disk(asked: Asked, _given: Given) -> None:
        begun.set()
        await asyncio.sleep(0.1)
        written.append(asked.id)

    replay = Replay(Facts(LOOP), [edit(LOOP, "x1", "/result", "found")])
    driving = run(replay, provider=Model(["paid for"]), toolbox=box(), on_answer=slow_disk)
    task = asyncio.ensure_future(driving)
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    branch = replay.branch("b")
    (live,) = [step for step in branch.steps if step.provenance is Provenance.LIVE]
    assert written == [live.id]
    assert branch.trace.step(branch.trace.row(live.id)).body.output == assistant("paid for")


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


# --- permission, and arguments that do not fit


def saying(*said: Permission) -> Any:
    """A person who gives these answers in turn, and remembers the questions."""
    asked: list[tuple[str, str]] = []

    async def permit(one: Asked, bound: Bound) -> Permission:
        assert isinstance(one.request, ToolRequest)
        asked.append((one.request.call.name, bound.how))
        return said[len(asked) - 1]

    permit.asked = asked  # type: ignore[attr-defined]
    return permit


async def test_a_bound_tool_runs_when_the_person_says_so() -> None:
    tool, permit = Tool(), saying(Permission.ONCE)
    branch = await finish(changed(), provider=Model(["ok"]), bindings={"find": tool}, permit=permit)
    assert len(tool.ran) == 1
    assert permit.asked == [("find", "a test's tool")]
    assert branch.stopped is None


async def test_a_tool_that_may_not_run_is_answered_by_the_person() -> None:
    tool = Tool()

    async def writes(_: Asked) -> Outcome | None:
        return ToolResult("by hand")

    branch = await finish(
        changed(), provider=Model(["ok"]), bindings={"find": tool}, permit=saying(Permission.NO), human=writes
    )
    assert tool.ran == []
    assert dict(provenances(branch))["x1"] == "human"


@pytest.mark.parametrize(
    ("said", "questions"), [([Permission.ONCE] * 2, 2), ([Permission.BRANCH], 1), ([Permission.ALWAYS], 1)]
)
async def test_what_is_allowed_for_the_branch_is_not_asked_again(
    said: list[Permission], questions: int
) -> None:
    tool, permit = Tool(), saying(*said)
    again = assistant("", call("find", {"id": 9}, "c9"))
    await finish(changed(), provider=Model([again, "done"]), bindings={"find": tool}, permit=permit)
    assert len(tool.ran) == 2
    assert len(permit.asked) == questions


async def test_what_never_runs_is_not_even_asked_about() -> None:
    tool, permit = Tool(), saying()
    toolbox = Toolbox({"find": Bound(tool, "", Policy.NEVER)})
    branch = await finish(changed(), toolbox=toolbox, permit=permit)
    assert tool.ran == permit.asked == []
    assert branch.stopped is not None
    assert "the settings say that find never runs" in branch.stopped.reason


SCHEMA = parameters(["id"], id={"type": "integer"})


@pytest.mark.parametrize(
    ("value", "words"),
    [("seven", "id: "), ([1], "id: ")],
)
async def test_arguments_that_break_the_schema_fail_before_anything_runs_and_the_model_is_told(
    value: Any, words: str
) -> None:
    of = trace(
        model_call(
            "m1", [user("u")], assistant("", call("find", {"id": 7}, "c1")), tools=[tool_spec("find", SCHEMA)]
        ),
        tool_execution("x1", call("find", {"id": 7}, "c1"), "no such order"),
    )
    tool, permit = Tool(), saying()
    replay = Replay(Facts(of), [edit(of, "m1", "/tool_calls/0/arguments/id", value)])
    model = Model(["I see"])
    branch = await finish(replay, provider=model, bindings={"find": tool}, permit=permit)
    assert tool.ran == permit.asked == []
    assert branch.stopped is None
    assert "find was not run: the arguments of find break its schema: " + words in reason(branch, "x1")
    (told,) = model.asked[0].messages[-1].tool_responses
    assert told.is_error
    assert "the arguments of find break its schema: " + words in str(told.result)

    again = Replay(Facts(of), replay.edits)  # as `--resume` does, where nothing is bound now
    kept = KeptAnswers(Facts(branch.trace), branch.steps, whole=True)
    await run(again, provider=None, toolbox=Toolbox(), kept=kept)
    assert again.branch("b").steps == branch.steps


async def test_what_the_settings_lack_is_no_word_of_a_tool() -> None:
    """A model that is told that a variable is not set can do nothing about it, and is paid for trying."""
    binding = http_tool("GET http://127.0.0.1:9/{id}", None, headers={"x": "$NO_SUCH_TOKEN"}, environ={})
    of = trace(
        model_call("m1", [user("u")], assistant("", call("find", {"id": 7}, "c1"))),
        tool_execution("x1", call("find", {"id": 7}, "c1"), "no such order"),
    )
    replay = Replay(Facts(of), [edit(of, "m1", "/tool_calls/0/arguments/id", 8)])
    model = Model(["I see"])
    toolbox = Toolbox({"find": Bound(binding, "", Policy.ALLOW)})
    branch = await finish(replay, provider=model, toolbox=toolbox)
    assert model.asked == []
    assert branch.stopped is not None
    assert "$NO_SUCH_TOKEN is not set" in branch.stopped.reason


def test_unfit() -> None:
    wrong = call("f", {"a": 1, "b": 2, "c": 3, "d": 4})
    said = unfit(wrong, tool_spec("f", parameters(())))
    assert said.startswith("the arguments of f break its schema: ")
    assert unfit(call("f", raw="{"), None).startswith("the arguments of f are no JSON")
    assert unfit(wrong, None) == unfit(wrong, tool_spec("f")) == ""
