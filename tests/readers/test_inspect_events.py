"""Spans, steps and wrappers of a sample; the rest is told by `test_inspect_log.py`."""

from __future__ import annotations

import orjson
import pytest

from replaydbg.core.step import PlainBody
from replaydbg.core.trace import Source
from replaydbg.readers._inspect_events import Walk
from replaydbg.readers._inspect_sample import opened
from tests.support.readings import outline


def walked(*events: object) -> list[str]:
    walk = Walk(opened(orjson.dumps({"events": events})), "1", "task", "here")
    arranged = walk.arranged(Source("a", "inspect"), lambda _: PlainBody())
    assert {notice.pointer for notice in arranged.notices} <= {"here/events/1"}
    return outline(arranged.trace)[1:]


def begin(id_: str, kind: str, name: str, parent: str = "") -> dict[str, str]:
    return {"event": "span_begin", "id": id_, "type": kind, "name": name, "parent_id": parent}


def ran(span_id: str, name: str) -> dict[str, str]:
    return {"event": "tool", "span_id": span_id, "function": name}


def test_a_tool_and_its_span_are_one_step() -> None:
    assert walked(begin("a", "tool", "f"), ran("", "f")) == ["  tool-execution f"]


def test_the_event_may_lie_inside_of_the_span() -> None:
    assert walked(begin("a", "tool", "f"), ran("a", "f")) == ["  tool-execution f"]


def test_a_handoff_puts_one_more_span_around() -> None:
    told = [
        begin("h", "handoff", "x"),
        begin("a", "tool", "f", "h"),
        ran("", "f"),
        begin("b", "agent", "x", "a"),
    ]
    assert walked(*told) == ["  tool-execution f", "    agent-invocation x"]


def test_parallel_calls_of_one_tool() -> None:
    told = [begin("a", "tool", "f"), begin("b", "tool", "f"), ran("", "f"), ran("", "f")]
    assert walked(*told) == ["  tool-execution f"] * 2


def test_a_tool_span_without_an_event_is_shown_as_it_is() -> None:
    assert walked(begin("a", "tool", "f")) == ["  opaque f"]


@pytest.mark.parametrize("broken", [1, "x", None, []])
def test_what_is_no_event_costs_itself(broken: object) -> None:
    assert walked({"event": "info", "source": "s"}, broken, {"event": "logger"}) == [
        "  opaque info s",
        "  opaque logger",
    ]
