"""Lots of recorded rows, and ids of new ones."""

from __future__ import annotations

from replaydbg.core.branch import Provenance
from replaydbg.core.step import Kind, PlainBody
from replaydbg.graph.facts import Facts
from replaydbg.replay.ledger import Ledger, Made
from tests.support.build import assistant, call, chat, response, user

TALK = chat([user("u"), assistant("", call("f", {}, "c")), response("c", "r"), assistant("done")])


def ledger(seed: str = "s") -> Ledger:
    return Ledger(Facts(TALK), seed)


def made(of: int | None) -> Made:
    return Made("new", 0, Kind.MODEL_CALL, "chat", PlainBody(), Provenance.LIVE, "asked", of=of)


def test_ids_are_those_of_opentelemetry_and_depend_on_seed_and_place() -> None:
    id_ = ledger().new_id("m1", 0)
    assert len(id_) == 16
    assert int(id_, 16)
    assert id_ == ledger().new_id("m1", 0)
    assert len({id_, ledger().new_id("m1", 1), ledger("t").new_id("m1", 0)}) == 3


def test_an_id_that_the_recording_has_is_not_given_again() -> None:
    taken = ledger().new_id("m1", 0)
    of = chat([user("u"), assistant("done")])
    of.ids[0] = taken
    assert Ledger(Facts(of), "s").new_id("m1", 0) != taken


def test_a_new_step_takes_the_place_of_a_recorded_one_that_was_to_stay() -> None:
    book = ledger()
    book.keep(0, Provenance.RECORDED, "equal")
    book.drop(0)
    assert book.dropped == set()
    book.add(made(of=0))
    assert (book.kept, book.dropped, book.replaced) == ({}, {0}, {0: "new"})


def test_the_executions_of_a_call() -> None:
    assert list(ledger().executions(0)) == [1]
    assert list(ledger().executions(2)) == []
