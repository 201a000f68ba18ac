"""Two runs compared: steps by field, findings gained and lost, totals."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from replaydbg.core.changes import ABSENT, Change
from replaydbg.core.message import Message
from replaydbg.core.step import Kind, Usage
from replaydbg.core.trace import Trace
from replaydbg.diff.align import align
from replaydbg.diff.fields import changed_words
from replaydbg.diff.steps import Comparison, RowKind, Totals, compare
from replaydbg.graph.facts import Facts
from replaydbg.rules import _registry
from tests.support.build import (
    assistant,
    call,
    chat,
    model_call,
    other,
    parameters,
    response,
    system,
    tool,
    tool_execution,
    trace,
    user,
)

TOOLS = [tool("find", parameters(["q"], q={"type": "string"})), tool("note")]


def run(*deeds: tuple[str, Any, Any], prompt: str = "You help.", ids: str = "c") -> Trace:
    """A run of one agent; each deed is (tool, arguments, result)."""
    messages: list[Message] = [system(prompt), user("Go.")]
    for number, (name, arguments, result) in enumerate(deeds):
        id_ = f"{ids}{number}"
        messages += [assistant("", call(name, arguments, id_)), response(id_, result)]
    return chat([*messages, assistant("Done.")], tools=TOOLS)


def compared(a: Trace, b: Trace, of: dict[str, str] | None = None) -> Comparison:
    facts_a, facts_b = Facts(a), Facts(b)
    findings = [
        tuple(finding for heard in _registry.check(facts) for finding in heard.findings)
        for facts in (facts_a, facts_b)
    ]
    return compare(facts_a, facts_b, findings[0], findings[1], align(a, b, of))


def changed(comparison: Comparison) -> dict[str, list[str]]:
    """The pointers of the changes, by the row of B."""
    return {
        f"b{row.row_b}": [change.pointer for change in row.changes]
        for row in comparison.rows
        if row.kind is RowKind.CHANGED
    }


def codes(comparison: Comparison) -> tuple[list[str], list[str]]:
    return [one.code for one in comparison.gained], [one.code for one in comparison.lost]


def test_equal_runs_with_other_ids() -> None:
    a, b = run(("find", {"q": "x"}, "y")), run(("find", {"q": "x"}, "y"), ids="other")
    comparison = compared(a, b)
    assert comparison.counts() == {"equal": 3, "changed": 0, "added": 0, "removed": 0}
    assert comparison.first_divergence is None
    assert codes(comparison) == ([], [])


def test_one_finish_reason_in_the_words_of_two_recorders() -> None:
    asked = call("find", {"q": "x"}, "c")
    otel, openai, cut = (
        trace(model_call("m", [user("Go.")], assistant("", asked, finish_reason=reason)))
        for reason in ("tool_call", "tool_calls", "length")
    )
    assert changed(compared(otel, openai)) == {}
    assert changed(compared(otel, cut)) == {"b0": ["/output/finish_reason"]}


def test_a_changed_argument_is_told_where_it_was_made_and_where_it_was_heard() -> None:
    comparison = compared(run(("find", {"q": "x"}, "1")), run(("find", {"q": "z"}, "2")))
    assert changed(comparison) == {
        "b0": ["/tool_calls/0/arguments/q"],
        "b1": ["/tool_calls/0/arguments/q", "/result"],
        "b2": ["/messages/3/content"],
    }
    assert comparison.first_divergence == 0


def test_a_changed_system_prompt_is_told_once() -> None:
    deeds = [("find", {"q": "x"}, "1"), ("note", {}, "2")]
    comparison = compared(run(*deeds), run(*deeds, prompt="You help much."))
    assert changed(comparison) == {"b0": ["/messages/0/content"]}
    (change,) = comparison.rows[0].changes
    assert [piece.after for piece in changed_words(change) or ()] == ["You help", " much", "."]


def test_an_edit_in_the_middle_of_a_history_is_told_at_its_step() -> None:
    """The branch's prompt no longer begins as its thread did."""
    prompt = [user("Go."), assistant("One."), user("On.")]
    edited = [user("Go!"), assistant("One."), user("On.")]
    a = trace(model_call("m1", prompt[:1], "One."), model_call("m2", prompt, "Two."))
    b = trace(model_call("m1", prompt[:1], "One."), model_call("m2", edited, "Two."))
    assert changed(compared(a, b)) == {"b1": ["/messages/0/content"]}


def test_messages_that_only_one_has() -> None:
    a = trace(model_call("m1", [user("Go.")], "One."))
    b = trace(model_call("m1", [user("Go."), user("Please.")], "One."))
    assert compared(a, b).rows[0].changes == (
        Change("/messages/1", ABSENT, {"role": "user", "content": "Please."}),
    )


def test_prompts_that_were_not_recorded() -> None:
    a, b = trace(model_call("m1", None, "One.")), trace(model_call("m1", [user("Go.")], "One."))
    assert changed(compared(a, a)) == {}
    assert changed(compared(a, b)) == {"b0": ["/messages"]}


def test_steps_added_and_removed() -> None:
    comparison = compared(run(("find", {"q": "x"}, "1")), run(("note", {}, "2"), ("find", {"q": "x"}, "1")))
    assert [(row.kind, row.row_a, row.row_b) for row in comparison.rows[:2]] == [
        (RowKind.ADDED, None, 0),
        (RowKind.ADDED, None, 1),
    ]
    assert comparison.counts()["added"] == 2


def test_a_loop_is_lost() -> None:
    loop = [("find", {"q": "x"}, "none")] * 4
    assert codes(compared(run(*loop), run(loop[0], ("note", {}, "ok")))) == ([], ["L001"])
    assert codes(compared(run(loop[0]), run(*loop))) == (["L001"], [])


def test_a_loop_that_moved_or_became_longer_is_neither_gained_nor_lost() -> None:
    loop = ("find", {"q": "x"}, "none")
    moved = run(*[("note", {"n": n}, n) for n in range(5)], *[loop] * 3)
    assert codes(compared(run(*[loop] * 3), moved)) == ([], [])
    assert codes(compared(run(*[loop] * 3), run(*[loop] * 9))) == ([], [])


def test_a_violation_that_reads_differently_stays() -> None:
    assert codes(compared(run(("find", {"q": 1}, "")), run(("find", {"p": "x"}, "")))) == ([], [])


def test_violations_are_counted() -> None:
    bad, good = ("find", {"q": 1}, "1"), ("find", {"q": "x"}, "2")
    assert codes(compared(run(bad, ("note", {}, ""), bad), run(good, ("note", {}, ""), bad))) == (
        [],
        ["T003"],
    )
    assert codes(compared(run(good), run(good, bad, ("note", {}, ""), bad))) == (["T003", "T003"], [])


def test_a_violation_in_a_step_of_its_own_in_both_stays() -> None:
    """The branch went another way and made the same mistake there."""
    a = run(("note", {}, "1"), ("find", {"q": 1}, "2"))
    b = run(("find", {"q": 1}, "2"))
    assert codes(compared(a, b, {"m1": "m1", "x1": "x1"})) == ([], [])


def test_totals() -> None:
    outer = tool_execution("x1", call("f"), 1, start_ms=10, duration_ms=100)
    inner = tool_execution("x2", call("g"), 1, start_ms=20, duration_ms=50)
    steps = trace(
        model_call(
            "m1",
            [user("Go.")],
            assistant("", call("f")),
            usage=Usage(10, 5),
            cost_usd=0.25,
            start_ms=0,
            duration_ms=7,
        ),
        type(outer)(**{**vars(outer), "children": (inner,)}),
    )
    comparison = compared(steps, trace(model_call("m1", [], "x", timed=False)))
    assert comparison.totals_a == Totals(3, 1, 1, 2, 15, 0.25, 107.0)
    assert comparison.totals_b == Totals(1, 1, 0, 0, None, None, None)


def test_a_step_around_others_parts_where_one_of_those_does() -> None:
    def of(result: str) -> Trace:
        inside = (model_call("a", [user("hi")], "same"), model_call("b", [user("hi")], result))
        root = other("root", Kind.OPAQUE, "boss", output=result)
        return trace(replace(root, children=inside))

    comparison = compared(of("yes"), of("no"))
    assert [row.kind for row in comparison.rows] == [RowKind.CHANGED, RowKind.EQUAL, RowKind.CHANGED]
    assert comparison.first_divergence == 2
