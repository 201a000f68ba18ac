"""Facts are made when first asked for, and once."""

from __future__ import annotations

from collections import Counter
from typing import Any

from replaydbg.core.columns import Columns, arrange
from replaydbg.core.step import Body, Kind
from replaydbg.core.trace import Source, Trace
from replaydbg.graph.facts import Facts
from tests.support.build import assistant, call, chat, tool, user


def test_each_part_is_made_once_and_from_the_same_trace() -> None:
    run: Trace = chat([user("Go."), assistant("", call("f"))])
    facts = Facts(run, (tool("f", {}),))
    for part in ("turns", "cycles", "flow"):
        assert part not in vars(facts)
        assert getattr(facts, part) is getattr(facts, part)
    assert facts.cycles.trace is facts.index.trace is run
    assert facts.index.spec(0, "f") is not None


def test_a_body_is_decoded_once_for_the_facts_that_look_at_every_step() -> None:
    run: Trace = chat([user("Go."), *[assistant("", call("f", {"n": n})) for n in range(300)]])
    columns, decoded = Columns(), Counter[int]()

    def decode(handle: Any) -> Body:
        decoded[handle] += 1
        return run.body(handle)

    for row in range(len(run)):
        columns.add(id=run.ids[row], kind=run.kind(row), name=run.name(row), handle=row)
    facts = Facts(arrange(columns, trace_id="t", source=Source("x", "y"), decode=decode).trace)
    assert not decoded
    assert len(facts.index.calls(0)) == 1
    _ = facts.threads.links, list(facts.answers.unanswered()), facts.replies
    assert len(decoded) == sum(1 for _ in run.rows(Kind.MODEL_CALL)) == 300
    assert set(decoded.values()) == {1}


def test_facts_that_take_long_tell_how_far_they_are() -> None:
    facts, heard = Facts(chat([user("Go."), *[assistant("", call("f"))] * 4])), list[float]()
    facts.heed = heard.append
    _ = facts.turns
    assert heard
    before = len(heard)
    _ = facts.cycles.loops
    assert len(heard) > before
    assert all(0 <= done <= 1 for done in heard)
