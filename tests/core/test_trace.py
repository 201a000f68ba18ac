"""A trace is looked at by row, by id, by reference; subtrees are ranges."""

from __future__ import annotations

import pickle

import pytest

from replaydbg.core import trace as trace_module
from replaydbg.core.step import Kind, PlainBody, Status, Usage
from replaydbg.core.trace import BODIES_CACHED_MAX, StepNotFound
from tests.support.build import agent, call, model_call, tool_execution, trace

RUN = trace(
    agent(
        "aa1",
        "planner",
        model_call("bb1", [], "x", usage=Usage(7, None)),
        agent("aa2", "worker", tool_execution("cc1", call("f"), error="no")),
    ),
    model_call("bb2", [], "y", cost_usd=0.5, timed=False),
)


def test_facts_by_row() -> None:
    assert [RUN.kind(row) for row in range(5)] == [
        Kind.AGENT_INVOCATION, Kind.MODEL_CALL, Kind.AGENT_INVOCATION, Kind.TOOL_EXECUTION, Kind.MODEL_CALL,
    ]  # fmt: skip
    assert [RUN.agent(row) for row in range(5)] == ["planner", "planner", "worker", "worker", ""]
    assert (RUN.name(3), RUN.status(3), RUN.model(1)) == ("f", Status.ERROR, "m-1")
    assert (RUN.tokens(1), RUN.tokens(4), RUN.cost_usd(4), RUN.cost_usd(1)) == (7, None, 0.5, None)
    assert (RUN.start_ns(4), RUN.end_ns(4), RUN.duration_ms(4)) == (None, None, None)
    assert list(RUN.rows(Kind.MODEL_CALL)) == [1, 4]


def test_a_run_begins_with_its_first_step_that_has_a_time() -> None:
    assert RUN.begins_ns == RUN.start_ns(0)
    assert trace(model_call("bb1", [], "x", timed=False)).begins_ns is None


def test_subtrees_are_ranges() -> None:
    assert list(RUN.subtree_ends) == [4, 2, 4, 4, 5]
    assert list(RUN.children(-1)) == [0, 4]
    assert list(RUN.children(0)) == [1, 2]
    assert list(RUN.children(1)) == []


def test_a_step_is_its_row() -> None:
    step = RUN.step(3)
    assert (step.number, step.id, step.parent_id, step.kind, step.agent) == (
        4,
        "cc1",
        "aa2",
        Kind.TOOL_EXECUTION,
        "worker",
    )
    assert RUN.step(0).parent_id is None
    assert [one.number for one in RUN.steps()] == [1, 2, 3, 4, 5]


@pytest.mark.parametrize(("reference", "row"), [("#1", 0), ("#5", 4), ("bb1", 1), ("c", 3), ("aa2", 2)])
def test_find(reference: str, row: int) -> None:
    assert RUN.find(reference) == row


@pytest.mark.parametrize(
    ("reference", "words"),
    [
        ("#0", "the trace has #1 to #5"),
        ("#6", "the trace has #1 to #5"),
        ("b", "begins 2 step ids"),
        ("zz", "no step has the id 'zz'"),
        ("", "no step has the id ''"),
        ("#x", "no step has the id '#x'"),
    ],
)
def test_a_reference_that_names_no_step_or_several(reference: str, words: str) -> None:
    with pytest.raises(StepNotFound, match=words):
        RUN.find(reference)


def test_an_id_that_begins_another_is_itself() -> None:
    run = trace(model_call("a", [], ""), model_call("ab", [], ""))
    assert run.find("a") == 0
    with pytest.raises(StepNotFound, match="'zz'"):
        run.row("zz")


def test_bodies_are_decoded_when_somebody_looks_and_kept_while_there_is_room(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Weighed(PlainBody):
        weight = 10

    monkeypatch.setattr(trace_module, "BODIES_KEPT_BYTES_MAX", 30)
    run = trace(*(model_call(f"m{number}", [], "") for number in range(BODIES_CACHED_MAX + 5)))
    decoded: list[object] = []

    def decode(handle: object) -> Weighed:
        decoded.append(handle)
        return Weighed()

    run.decode = decode
    for row in range(len(run)):
        assert run.body(row) is run.body(row)
    assert len(decoded) == len(run)
    for row in range(3):
        run.body(row)
    assert len(decoded) == len(run)
    run.body(4)
    assert len(decoded) == len(run) + 1


def test_a_body_that_weighs_itself_later_is_kept_when_somebody_says_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Late:
        weight: int | None = None

    monkeypatch.setattr(trace_module, "BODIES_KEPT_BYTES_MAX", 30)
    run = trace(*(model_call(f"m{number}", [], "") for number in range(BODIES_CACHED_MAX + 5)))
    run.decode = lambda _: Late()  # type: ignore[assignment,return-value]
    bodies = [run.body(row) for row in range(5)]
    weights = [None, 10, 21, 1, 1]
    for row, (body, weight) in enumerate(zip(bodies, weights, strict=True)):
        body.weight = weight  # type: ignore[attr-defined]
        run.keep(row, body)
    for row in range(5, len(run)):
        run.body(row)
    assert [run.body(row) is body for row, body in enumerate(bodies)] == [False, True, False, False, False], (
        "after the first that found no room none is kept: it may hold what that one would have held"
    )


def test_to_another_process_it_travels_without_its_bodies() -> None:
    run = trace(model_call("m", [], "said"), model_call("n", [], ""))
    other = pickle.loads(pickle.dumps(run))
    assert (other.id, other.ids, other.parents, other.strings) == (run.id, run.ids, run.parents, run.strings)
    assert other.row("n") == 1
    assert other.step(0).body.output is None


def test_a_step_is_found_by_a_pattern_of_its_name() -> None:
    run = trace(tool_execution("t1", call("search_web")), tool_execution("t2", call("search_mail")))
    assert (run.find("name:search_*"), run.find("name:*_mail")) == (0, 1)
    with pytest.raises(StepNotFound, match="no step has a name like 'fetch'"):
        run.find("name:fetch")


def test_who_watches_is_asked_before_each_look() -> None:
    asked: list[int] = []
    watched = RUN.under(watch=lambda: asked.append(1)).under("other")
    assert (watched.id, watched.ids, RUN.id) == ("other", RUN.ids, RUN.id)
    assert watched.body(1).usage == watched.fresh(1).usage == Usage(7, None)
    assert (watched.written(0), watched.all_written(range(1))) == (None, None)
    assert len(asked) == 3
