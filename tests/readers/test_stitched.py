"""Runs out of recorded calls as traces; what becomes a step is told by `test_chat_log.py`."""

from __future__ import annotations

from replaydbg.core.finding import Notice
from replaydbg.core.message import Role, text_message
from replaydbg.core.trace import Source
from replaydbg.readers._chat_facts import Facts
from replaydbg.readers._chat_records import Call
from replaydbg.readers._stitch import Stitcher
from replaydbg.readers._stitched import Origin, traces

ASKED, ANSWER = text_message(Role.USER, "What is it?"), text_message(Role.ASSISTANT, "It is nothing at all.")


def stitched(*sessions: str) -> Stitcher:
    stitcher = Stitcher()
    for session in sessions:
        call = Call(
            ("a",), (ASKED,), ANSWER, Facts(model="m", error="" if session != "bad" else "no"), session
        )
        stitcher.add_call(call, Origin(memoryview(b'{"a": 7}'), call.path))
    return stitcher


def test_a_trace_for_each_run_by_the_name_of_its_session() -> None:
    notices: list[Notice] = []
    found = traces(Source("logs/a.jsonl.gz", "test"), stitched("s-1", "s-2"), notices)
    assert [trace.id for trace in found] == ["s-1", "s-2"]
    assert [trace.source.format for trace in found] == ["test"] * 2
    assert notices == []
    step = found[0].step(0)
    assert (step.id, step.name, step.body.output) == ("m1", "chat m", ANSWER)
    assert step.body.raw == 7


def test_runs_without_a_name_are_called_after_the_file() -> None:
    (trace,) = traces(Source("logs/a.jsonl.gz", "test"), stitched(""), [])
    assert trace.id == "a"


def test_a_record_that_is_gone_has_no_raw_form() -> None:
    assert Origin(memoryview(b'{"a": 7}'), ("b", 1)).raw() is None
    assert Origin(memoryview(b"{"), ()).raw() is None
