"""Facts are made when first asked for, and once."""

from __future__ import annotations

from replaydbg.core.trace import Trace
from replaydbg.graph.facts import Facts
from tests.support.build import assistant, call, chat, tool, user


def test_each_part_is_made_once_and_from_the_same_trace() -> None:
    run: Trace = chat([user("Go."), assistant("", call("f"))])
    facts = Facts(run, (tool("f", {}),))
    for part in ("index", "threads", "answers", "turns", "cycles", "flow"):
        assert part not in vars(facts)
        assert getattr(facts, part) is getattr(facts, part)
    assert facts.cycles.trace is facts.index.trace is run
    assert facts.index.spec(0, "f") is not None
