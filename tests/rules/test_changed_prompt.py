"""Instructions and tools that change under a conversation."""

from __future__ import annotations

import pytest

from replaydbg.core.finding import Severity
from replaydbg.core.tool import ToolSpec
from replaydbg.core.trace import Trace
from replaydbg.graph.facts import Facts
from replaydbg.replay.engine import Replay
from replaydbg.rules.changed_prompt import RULE
from tests.support.build import agent, assistant, model_call, system, tool, trace, user
from tests.support.drive import drive, edit, says
from tests.support.rules import found

LONG = "You help people with their orders. Be brief. Never promise a refund."
FIND, OPEN = tool("find", {"type": "object"}), tool("open")


def talk(first: str, second: str, *, goes_on: bool = True) -> Trace:
    said = [user("Hi."), assistant("Hello."), user("And?")] if goes_on else [user("Another thing.")]
    return trace(
        model_call("m1", [system(first), user("Hi.")], "Hello."),
        model_call("m2", [system(second), *said], "Bye."),
    )


def offering(first: list[ToolSpec], second: list[ToolSpec]) -> Trace:
    prompt = [user("Hi.")]
    return trace(
        model_call("m1", prompt, "Hello.", tools=first),
        model_call("m2", [*prompt, assistant("Hello."), user("And?")], "Bye.", tools=second),
    )


@pytest.mark.parametrize(
    "run",
    [
        pytest.param(trace(), id="empty"),
        pytest.param(talk(LONG, LONG), id="the same"),
        pytest.param(
            talk(f"{LONG} It is 2026-11-26 03:10:00.", f"{LONG} It is 2026-11-26 03:11:12."),
            id="a clock in the prompt",
        ),
        pytest.param(
            talk(f"{LONG} It is Tuesday, 9:58 AM.", f"{LONG} It is Tuesday, 10:02 AM."), id="a clock in words"
        ),
        pytest.param(talk(LONG, LONG + " Be kind.", goes_on=False), id="another task"),
        pytest.param(talk(LONG, "Translate everything into German, and nothing else."), id="another agent"),
        pytest.param(offering([FIND, OPEN], [FIND, OPEN]), id="the same tools"),
    ],
)
def test_quiet(run: Trace) -> None:
    assert found(RULE, run) == []


def test_another_agent_by_name_is_another_conversation() -> None:
    run = trace(
        agent("a", "one", model_call("m1", [system(LONG), user("Hi.")], "Hello.")),
        agent("b", "two", model_call("m2", [system(LONG + " Be kind."), user("Hi.")], "Hello.")),
    )
    assert found(RULE, run) == []


def test_the_system_prompt_changes() -> None:
    (finding,) = found(RULE, talk(LONG, LONG.replace("Never", "Always")))
    assert finding.severity is Severity.INFO
    assert finding.step_ids == ("m2", "m1")
    assert (
        finding.message
        == 'the system prompt changes: "r orders. Be brief. Never promise a refund." becomes "r orders. Be brief. Always promise a refund."'
    )
    assert [one.pointer for one in finding.evidence] == ["/messages/0", "/messages/0"]


def test_the_tools_change() -> None:
    altered = tool("find", {"type": "object", "required": ["q"]})
    (finding,) = found(RULE, offering([FIND, tool("close")], [altered, OPEN]))
    assert finding.severity is Severity.HINT
    assert finding.message == "the tools of the conversation change: new: open; gone: close; altered: find"


def test_what_a_person_changed_in_a_branch_is_no_finding() -> None:
    of = talk(LONG, LONG)
    recording = Facts(of)
    told = edit(of, "m2", "/messages/0/content", f"{LONG} Be kind.")
    branch = drive(Replay(recording, [told]), lambda _: says("fine")).branch("b")
    assert list(RULE.check(Facts(branch.trace))) != []
    assert list(RULE.check(recording.of(branch))) == []


def test_a_prompt_that_changes_in_two_places() -> None:
    text = " ".join(f"Rule {n}: answer in {{}} and be kind to all of them." for n in range(8))
    (finding,) = found(RULE, talk(text.format(*["English"] * 8), text.format(*["German"] * 8)))
    assert finding.message.startswith("the system prompt changes")


def counting(*prompts: str) -> Trace:
    """One agent, asked on and on, with another system prompt each time."""
    said = [user("Hi.")]
    calls = []
    for number, prompt in enumerate(prompts):
        calls.append(model_call(f"m{number}", [system(prompt), *said], f"A{number}"))
        said = [*said, assistant(f"A{number}"), user(f"And {number}?")]
    return trace(*calls)


def test_numbers_alone_are_a_hint() -> None:
    (finding,) = found(RULE, counting(*(f"{LONG} Step {n} of 20." for n in range(1, 6))))
    assert finding.severity is Severity.HINT
    assert (
        finding.message
        == 'a number in the system prompt changes: "mise a refund. Step 1 of 20." becomes "mise a refund. Step 2 of 20." (4 times at this place)'
    )
    assert finding.step_ids == ("m1", "m0", "m2", "m3", "m4")


def test_what_changes_at_one_place_is_told_once() -> None:
    (finding,) = found(RULE, counting(*(f"{LONG} Notes: {' and '.join('abcd'[:n])}." for n in range(1, 5))))
    assert finding.severity is Severity.INFO
    assert finding.message.endswith("(3 times at this place)")
