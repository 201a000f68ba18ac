"""What workers tell the screen."""

from __future__ import annotations

from replaydbg.graph.facts import Facts
from replaydbg.readers._api import Reading
from replaydbg.tui.messages import Found, ReadSoFar, TraceRead
from tests.support.build import model_call, trace, user
from tests.support.desk import shown_of


def test_a_later_reading_takes_the_place_of_one_that_waits() -> None:
    run = trace(model_call("m", [user("go")], "1"))
    early, late = TraceRead(Reading((run,), complete=False)), TraceRead(Reading((run,)))
    assert late.can_replace(early)
    assert ReadSoFar(0.2).can_replace(ReadSoFar(0.1))
    assert not ReadSoFar(0.2).can_replace(early), "it holds no steps"
    found = Found(shown_of(Facts(run)), (), last=False)
    assert not late.can_replace(found)
    assert not found.can_replace(found), "no finding may be lost"
