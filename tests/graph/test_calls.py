"""Every call of a run, once."""

from __future__ import annotations

from replaydbg.core.tool import ToolSpec
from replaydbg.graph.calls import SeenCall, unchecked
from replaydbg.graph.facts import Facts
from tests.support.build import (
    Built,
    assistant,
    call,
    model_call,
    parameters,
    tool,
    tool_execution,
    trace,
    user,
)

FIND = tool("find", parameters(q={}))


def seen(*steps: Built) -> list[SeenCall]:
    return list(Facts(trace(*steps)).calls)


def test_a_call_and_its_execution_are_one() -> None:
    one, other = call("find", {}, "a"), call("open", {}, "b")
    found = seen(
        model_call("m1", [user("Go.")], assistant("", one, other), tools=[FIND]),
        tool_execution("x2", other, 1),
    )
    assert [(one.call.name, one.pointer, one.rows, one.schema_source) for one in found] == [
        ("find", "/tool_calls/0", (0,), "this request"),
        ("open", "/tool_calls/1", (0, 1), "schema not recorded"),
    ]
    assert found[0].offered == (FIND,)


def test_executions_that_no_reply_asked_for_are_seen_once() -> None:
    inner = tool_execution("x2", call("find"), 1)
    outer = tool_execution("x1", call("find"), 1)
    found = seen(Built(**{**vars(outer), "children": (inner,)}), model_call("m1", [], "", tools=[FIND]))
    assert [(one.rows, one.alone, one.offered, one.schema_source) for one in found] == [
        ((0,), True, None, "another step")
    ]


def test_tools_that_take_text() -> None:
    (found,) = seen(
        model_call(
            "m1", [], assistant("", call("patch", raw="x")), tools=[ToolSpec("patch", raw={"type": "custom"})]
        )
    )
    assert found.takes_text


def test_calls_without_a_schema_are_counted() -> None:
    found = seen(
        model_call("m1", [user("Go.")], assistant("", call("find"), call("open")), tools=[FIND, tool("open")])
    )
    assert unchecked(tuple(found)) == 1
