"""Who waits for whose answer, and what a tool execution returns when that has changed."""

from __future__ import annotations

from replaydbg.core.branch import Provenance
from replaydbg.graph.facts import Facts
from replaydbg.graph.index import CallPlace
from replaydbg.replay.carrying import NewResult, State, Waiting
from replaydbg.replay.propagate import Carried
from replaydbg.replay.sources import Answer, Recordings
from tests.replay.test_engine import lanes, nested


def waiting(of: object, start: str) -> Waiting:
    facts = Facts(of)  # type: ignore[arg-type]
    web = Waiting(facts, Recordings(facts))
    web.expect(facts.trace.row(start))
    return web


def test_a_merge_waits_for_the_answer_of_a_lane_and_starts_by_it() -> None:
    of = lanes()
    web = waiting(of, "Bern-1")
    source, merge = of.row("Bern-2"), of.row("merge")
    assert web.states[source] is State.OPEN
    assert web.told_to == {merge: {source}}
    assert list(web.starts) == [merge]
    assert web.any(web.sources(merge), State.OPEN)
    # The merge itself may come out otherwise: whoever was told its answer would wait for that.
    assert web.states[merge] is State.OPEN


def test_a_tool_execution_returns_the_answer_of_the_agent_inside_of_it() -> None:
    of = nested("Expert: the policy says thirty days for lamps")
    web = waiting(of, "e1")
    assert web.returned_by == {of.row("bx"): {of.row("e2")}}
    assert web.sources(of.row("b1")) == {of.row("e2")}
    assert of.row("b1") in web.starts


def test_a_result_in_other_words_is_a_doubt_and_no_wait() -> None:
    of = nested("in other words")
    web = waiting(of, "e1")
    assert web.returned_by == {}
    ((row, reason),) = web.partly[of.row("e2")]
    assert row == of.row("b2")
    assert reason.startswith("no proof")


def answer(told: object, result: object) -> Answer:
    return Answer(CallPlace(0, 0), told, result, is_error=False, row=1)


def test_a_new_result_is_the_edited_value_or_the_recorded_one_with_answers_carried_in() -> None:
    edited = NewResult(Provenance.EDITED, "", value={"a": 2})
    assert edited.of(answer('{"a":1}', {"a": 1}), as_text=True) == ({"a": 2}, '{"a":2}')
    assert edited.of(answer(None, None), as_text=True) == ({"a": 2}, '{"a": 2}')
    carried = NewResult(Provenance.LIVE, "", carried=(Carried(0, "sun", "rain"),))
    assert carried.of(answer("so: sun", {"w": "sun"}), as_text=True) == ({"w": "rain"}, "so: rain")
