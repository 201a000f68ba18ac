"""What replay tools are known to get wrong, each as a test that passes here.

Recorded answers served to the wrong caller under threads; everything asked again although one step changed; one miss that
turns the whole run live; an edit of a streamed reply that becomes empty text; parallel calls of one name confused; a clock
in the prompt that makes every call a miss; tools with side effects run again.
"""

from __future__ import annotations

import asyncio
import random
from typing import Any

import pytest

from replaydbg.actions.rerun import RerunOptions, rerun
from replaydbg.core.branch import Provenance
from replaydbg.core.message import Message, Role, Text
from replaydbg.core.outcome import Reply
from replaydbg.core.request import ModelRequest
from replaydbg.core.step import Kind
from replaydbg.core.trace import Trace
from replaydbg.drivers.run import run
from replaydbg.drivers.tools.toolbox import Toolbox
from replaydbg.graph.facts import Facts
from replaydbg.replay.engine import Replay
from tests.support.build import (
    Built,
    agent,
    assistant,
    call,
    chat,
    model_call,
    response,
    system,
    tool_execution,
    trace,
    user,
)
from tests.support.drive import drive, edit, names, never, provenances, says
from tests.support.model_server import reply, serving

THREADS = 12
REPEATS = 50


def reply_to(messages: Any) -> str:
    """What the model says: a function of all that it was told, so that a wrong answer cannot be a right one by chance."""
    return "answer to " + " / ".join(message.text for message in messages if message.role is Role.USER)


def threads_side_by_side() -> Trace:
    """Twelve threads of two turns at the same time; three of them ask the very same."""
    built: list[Built] = []
    for at in range(THREADS):
        asked = "the same question" if at < 3 else f"question {at}"
        first = [system("s"), user(asked)]
        second = [*first, assistant(reply_to(first)), user("and then?")]
        steps = [
            model_call(f"t{at}-1", first, reply_to(first), start_ms=at, duration_ms=50),
            model_call(f"t{at}-2", second, reply_to(second), start_ms=60 + at, duration_ms=50),
        ]
        built.append(agent(f"t{at}", f"t{at}", *steps, start_ms=0, duration_ms=200))
    return trace(*built)


class Jostling:
    """A model that answers in any order."""

    name = "jostling"

    def __init__(self, dice: random.Random) -> None:
        self.dice = dice
        self.asked = 0

    async def complete(self, request: ModelRequest, on_text: Any = None) -> Reply:
        self.asked += 1
        for _ in range(self.dice.randrange(8)):
            await asyncio.sleep(0)
        return Reply(assistant(reply_to(request.messages)))


@pytest.mark.parametrize("seed", range(REPEATS))
async def test_under_threads_no_answer_goes_to_the_wrong_caller(seed: int) -> None:
    dice = random.Random(seed)
    of = threads_side_by_side()
    changed = dice.sample(range(THREADS), k=dice.randint(1, THREADS))
    edits = [edit(of, f"t{at}-1", "/messages/1/content", f"another question {at}") for at in changed]
    replay, model = Replay(Facts(of), edits), Jostling(dice)
    async with Toolbox() as toolbox:
        await run(replay, provider=model, toolbox=toolbox)
    branch = replay.branch("b")
    for step in branch.trace.steps():
        if step.kind is Kind.MODEL_CALL:
            assert step.body.output is not None
            assert step.body.output.text == reply_to(step.body.messages)
    assert model.asked == 2 * len(changed)
    assert sum(step.provenance is Provenance.RECORDED for step in branch.steps) == (
        THREADS + 2 * (THREADS - len(changed))
    )


def four_calls(prompt: Any = lambda turn: system("s")) -> Trace:
    messages: list[Message] = []
    steps: list[Built] = []
    for turn in range(4):
        messages = [prompt(turn), *messages[1:], user(f"turn {turn}")]
        steps.append(
            model_call(f"m{turn}", list(messages), f"reply {turn}", start_ms=10 * turn, duration_ms=5)
        )
        messages.append(assistant(f"reply {turn}"))
    return trace(*steps)


def test_a_fork_at_two_of_four_asks_exactly_for_what_changed() -> None:
    of = four_calls()
    replay = Replay(Facts(of), [edit(of, "m1", "/output/content", "another reply")])
    asked = []
    while not replay.finished:
        (one,) = replay.requests()
        asked.append(one.row)
        replay.receive(one.id, says("live"))
    assert asked == [2, 3]
    assert dict(provenances(replay.branch("b"))) == {
        "m0": "recorded",
        "m1": "edited",
        "m2": "live",
        "m3": "live",
    }


def test_a_miss_leaves_other_threads_and_the_rest_as_recorded() -> None:
    """The model says after the edit what it said before: from there on nothing is asked."""
    of = four_calls()
    replay = Replay(Facts(of), [edit(of, "m1", "/messages/0/content", "s2")])
    (one,) = replay.requests()
    replay.receive(one.id, says("reply 1"))
    assert [asked.row for asked in replay.requests()] == [2]  # its prompt has the edited instructions, too
    of = threads_side_by_side()
    branch = drive(
        Replay(Facts(of), [edit(of, "t5-1", "/output/content", "x")]), lambda _: says("live")
    ).branch("b")
    assert [id_ for id_, provenance in provenances(branch) if provenance == "live"] == ["t5-2"]


async def test_a_streamed_reply_is_edited_to_call_tools_and_streams_on() -> None:
    """Edited calls are calls in the next request, and what streams back with calls of its own is whole."""
    of = chat([user("where is order 7?"), assistant("I do not know.")], model="gpt-x")
    again = call("find", {"id": 8}, "call_2")
    edits = [
        edit(
            of,
            "m1",
            "/output",
            {"role": "assistant", "content": "", "tool_calls": [{"id": "call_1", "name": "find", "arguments": {"id": 7}}]},
        )
    ]  # fmt: skip
    with serving(reply("One moment.", again), reply("It is on its way.")) as server:
        options = RerunOptions(
            live=True,
            provider="openai",
            base_url=server.url,
            environ={"OPENAI_API_KEY": "k"},
            bindings={"find": "python:tests.replay.test_failures_of_others:find"},
            allow=frozenset({"find"}),
        )
        branch = await rerun(Facts(of), edits, options)
        first, second = (one.body for one in server.requests)
    assert branch.stopped is None
    assert [one["role"] for one in first["messages"]] == ["user", "assistant", "tool"]
    assert first["messages"][1]["tool_calls"][0]["function"] == {"name": "find", "arguments": '{"id":7}'}
    assert first["stream"] is True
    assert second["messages"][3]["content"] == "One moment."
    assert second["messages"][3]["tool_calls"][0]["id"] == "call_2"
    said = [step.body.output for step in branch.trace.steps() if step.kind is Kind.MODEL_CALL]
    assert said[1] is not None
    assert said[1].parts == (Text("One moment."), *said[1].tool_calls)
    assert [step.body.result for step in branch.trace.steps() if step.kind is Kind.TOOL_EXECUTION] == [
        "order 7 is on its way",
        "order 8 is on its way",
    ]


def find(id: int) -> str:  # noqa: A002 - the name of the tool's argument
    return f"order {id} is on its way"


@pytest.mark.parametrize(("edited", "told"), [("x0", ["new", "two"]), ("x1", ["one", "new"])])
def test_of_two_parallel_calls_of_one_name_the_right_one_is_edited(edited: str, told: list[str]) -> None:
    both = assistant("", call("get", {"n": 1}, "c1"), call("get", {"n": 2}, "c2"))
    of = trace(
        model_call("m1", [user("u")], both),
        tool_execution("x0", both.tool_calls[0], "one"),
        tool_execution("x1", both.tool_calls[1], "two"),
        model_call("m2", [user("u"), both, response("c1", "one"), response("c2", "two")], "done"),
    )
    replay = Replay(Facts(of), [edit(of, edited, "/result", "new")])
    (one,) = replay.requests()
    assert isinstance(one.request, ModelRequest)
    said = [part for message in one.request.messages for part in message.tool_responses]
    assert [(part.id, part.result) for part in said] == [("c1", told[0]), ("c2", told[1])]


def clock(turn: int) -> Message:
    return system(
        f"You help. It is 2026-03-12T09:0{turn}:17Z. Session 7f0c{turn}2aa-1111-4222-8333-944455556666."
    )


def test_a_clock_in_every_prompt_makes_no_call_a_miss() -> None:
    of = four_calls(clock)
    unchanged = drive(Replay(Facts(of), [edit(of, "m1", "/output/content", "reply 1")]), never).branch("b")
    assert set(dict(provenances(unchanged)).values()) == {"recorded"}
    replay = Replay(Facts(of), [edit(of, "m1", "/output/content", "another reply")])
    assert names(replay) == ["ask:m-1"]
    (one,) = replay.requests()
    assert isinstance(one.request, ModelRequest)
    assert one.row == 2
    assert one.request.messages[0] == clock(2)  # the time of that call, not of the one before
    assert [message.text for message in one.request.messages[1:]] == [
        "turn 0",
        "reply 0",
        "turn 1",
        "another reply",
        "turn 2",
    ]
    # The same reply to it: the next request is as it was but for the edit, and is asked with its own time.
    replay.receive(one.id, says("reply 2"))
    (one,) = replay.requests()
    assert isinstance(one.request, ModelRequest)
    assert one.request.messages[0] == clock(3)


RUNS: list[int] = []


def charge(id: int) -> str:  # noqa: A002 - the name of the tool's argument
    RUNS.append(id)
    return "charged"


@pytest.mark.parametrize(
    ("pointer", "value", "allowed", "runs"),
    [
        ("/messages/0/content", "please", True, []),  # equal calls get the recorded result, though it may run
        ("/tool_calls/0/arguments/id", 8, False, []),  # another call, that may not run
        ("/tool_calls/0/arguments/id", 8, True, [8]),  # and one that may
    ],
)
async def test_a_tool_with_side_effects_runs_only_for_a_call_that_was_not_recorded(
    pointer: str, value: Any, allowed: bool, runs: list[int]
) -> None:
    RUNS.clear()
    asked = assistant("", call("charge", {"id": 7}, "c"))
    of = chat([user("u"), asked, response("c", "charged"), assistant("done")])

    options = RerunOptions(
        provider="python:tests.replay.test_failures_of_others:model_that_charges",
        bindings={"charge": "python:tests.replay.test_failures_of_others:charge"},
        allow=frozenset({"charge"}) if allowed else frozenset(),
    )
    await rerun(Facts(of), [edit(of, "m1", pointer, value)], options)
    assert runs == RUNS


def model_that_charges(request: dict[str, Any]) -> Any:
    if any(message["role"] == "tool" for message in request["messages"]):
        return "fine"
    function = {"name": "charge", "arguments": '{"id": 7}'}
    asked = [{"id": "k", "type": "function", "function": function}]
    return {"choices": [{"message": {"role": "assistant", "content": None, "tool_calls": asked}}]}
