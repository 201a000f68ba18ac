"""Opening: bytes, format, trace."""

from __future__ import annotations

import gc
import gzip
import os
from pathlib import Path

import orjson
import pytest

from replaydbg import limits
from replaydbg.actions.open import chosen, open_trace, readings, recording, recordings
from replaydbg.drivers import files
from replaydbg.errors import CutShort, UnreadableInput, UsageProblem
from replaydbg.readers import _registry, _strangers
from replaydbg.readers._api import Document, Reader
from tests.support.build import trace
from tests.support.claude_sessions import Lines
from tests.support.otlp import logs, record, request, span

TRACES = Path(__file__).resolve().parents[2] / "traces"
INCIDENT = str(TRACES / "support-incident.json")


def test_the_last_reading_is_complete_and_the_first_ones_need_not_be() -> None:
    *earlier, last = readings(str(TRACES / "upgrade-long.otlp.jsonl"), partial=True)

    assert last.complete
    assert not any(reading.complete for reading in earlier)
    assert len(last.traces[0]) == 160


def test_the_collector_is_off_while_reading_and_on_again_after() -> None:
    assert gc.isenabled()
    for _ in readings(INCIDENT):
        assert not gc.isenabled()
    assert gc.isenabled()


def test_a_reading_given_up_half_way_leaves_the_collector_on() -> None:
    reading = readings(INCIDENT)
    next(reading)
    reading.close()  # type: ignore[attr-defined]

    assert gc.isenabled()


def test_notices_of_the_file_come_before_those_of_the_reader(tmp_path: Path) -> None:
    path = tmp_path / "cut.jsonl.gz"
    packed = gzip.compress((TRACES / "upgrade-long.otlp.jsonl").read_bytes())
    path.write_bytes(packed[: len(packed) // 2])
    opened = open_trace(str(path))

    assert "ends too early" in opened.notices[0].message
    assert 10 < len(opened.trace) < 160


def test_contents_in_the_log_records_beside_the_spans(tmp_path: Path) -> None:
    chat = span(2, "chat m", 1, {"gen_ai.operation.name": "chat"})
    said = record("gen_ai.choice", {"index": 0, "message": {"content": "yes"}}, 2)
    (tmp_path / "traces.jsonl").write_bytes(orjson.dumps(request(span(1, "agent"), chat)))
    (tmp_path / "logs.jsonl.gz").write_bytes(gzip.compress(orjson.dumps(logs(said))))
    opened = open_trace(str(tmp_path / "traces.jsonl"))
    output = opened.trace.step(1).body.output

    assert (output and output.text, opened.notices) == ("yes", ())


def test_a_plug_in_that_fails_to_say_what_is_beside_is_told_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def beside(_: Document, __: object) -> list[str]:
        raise KeyError("names")

    reader = Reader("acme", "Acme", lambda _: 0.5, lambda _, __: iter(()), beside=beside)
    monkeypatch.setattr(_registry, "with_others_beside", lambda _: [reader])
    path = tmp_path / "run.json"
    path.write_bytes(orjson.dumps(request(span(1))))
    *_, reading = readings(str(path))
    assert [notice.message for notice in reading.notices] == ["the reader 'acme' failed: KeyError('names')"]
    assert len(reading.traces) == 1
    monkeypatch.setattr(_strangers, "is_ours", lambda _: True)
    with pytest.raises(KeyError):
        list(readings(str(path)))


def test_a_trace_is_chosen_by_id_prefix_or_number() -> None:
    a, b, c = trace(trace_id="aa1"), trace(trace_id="aa2"), trace(trace_id="c")

    assert chosen((a, b, c), None) is a
    assert chosen((a, b, c), "aa2") is b
    assert chosen((a, b, c), "c") is c
    assert chosen((a, b, c), "#3") is c
    for wrong, sentence in (
        ("aa", "2 traces of this file begin"),
        ("x", "no trace"),
        ("#4", "no trace"),
        ("", "no trace"),
    ):
        with pytest.raises(UsageProblem, match=sentence):
            chosen((a, b, c), wrong)


@pytest.mark.parametrize(
    ("wrong", "hint"),
    [
        ("24a3df338a39X32f", "did you mean 24a3df338a39032f?"),
        ("6c16X5", "did you mean 6c1675cd2cb221af?"),
        ("#3", "there is 24a3df338a39032f, 6c1675cd2cb221af; or #1 to #2, by their place"),
        ("zzz", "there is 24a3df338a39032f, 6c1675cd2cb221af; or #1 to #2, by their place"),
    ],
)
def test_what_is_near_a_wrong_id_is_named(wrong: str, hint: str) -> None:
    several = trace(trace_id="24a3df338a39032f"), trace(trace_id="6c1675cd2cb221af")
    with pytest.raises(UsageProblem) as caught:
        chosen(several, wrong)
    assert caught.value.hint == hint


def test_a_whole_id_is_no_prefix_of_another() -> None:
    a, b = trace(trace_id="t"), trace(trace_id="t2")

    assert chosen((a, b), "t") is a


def test_a_session_is_opened_with_its_agents_by_its_file_or_by_its_folder(tmp_path: Path) -> None:
    session, agent = Lines(), Lines("a", second=3, isSidechain=True, agentId="7")
    session.says("go")
    session.reply("m1", ("t1", "Task", {"subagent_type": "scout", "prompt": "look"}))
    session.result("t1", "seen", toolUseResult={"agentId": "7"})
    agent.says("look", after=None)
    agent.reply("am", "seen")
    (tmp_path / "s" / "subagents").mkdir(parents=True)
    (tmp_path / "s.jsonl").write_bytes(session.bytes)
    (tmp_path / "s" / "subagents" / "agent-7.jsonl").write_bytes(agent.bytes)
    for path in (tmp_path / "s.jsonl", tmp_path / "s"):
        opened = open_trace(str(path))
        assert opened.trace.ids == ["m1", "t1", "am"]
        assert opened.path == recording(str(path)) == str(tmp_path / "s.jsonl")
        assert [reading.traces[0].ids for reading in readings(str(path))] == [["m1", "t1", "am"]]
    assert list(recordings(str(tmp_path))) == [str(tmp_path / "s.jsonl")], "its agents are none of their own"
    alone = str(tmp_path / "s" / "subagents" / "agent-7.jsonl")
    assert list(recordings(alone)) == [alone]


def test_a_mapped_file_that_is_cut_short_is_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "MAPPED_BYTES_MIN", 10)
    monkeypatch.setattr(files, "_LOOKS_SECONDS", 0)
    path = tmp_path / "trace.json"
    path.write_bytes(Path(INCIDENT).read_bytes())
    opened = open_trace(str(path))
    assert opened.trace.body(0) is not None
    os.truncate(path, 100)
    assert opened.trace.body(0) is not None, "what was decoded before is as it was"
    for look in (opened.trace.body, opened.trace.fresh, opened.trace.written):
        with pytest.raises(CutShort, match="has been cut short by its writer"):
            look(1)
    with pytest.raises(UnreadableInput, match="cut short"):
        opened.trace.all_written(range(2))
    with pytest.raises(CutShort, match="cut short"):
        files.digest(opened.document.buffer)


def test_a_file_that_is_cut_short_while_it_is_read_is_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "MAPPED_BYTES_MIN", 10)
    monkeypatch.setattr(files, "_LOOKS_SECONDS", 0)
    path = tmp_path / "trace.jsonl"
    path.write_bytes((TRACES / "upgrade-long.otlp.jsonl").read_bytes())
    reading = readings(str(path), partial=True)
    next(reading)
    os.truncate(path, 100)
    with pytest.raises(UnreadableInput, match="cut short"):
        next(reading)


def test_nobody_watches_a_file_that_is_in_memory() -> None:
    assert open_trace(INCIDENT).trace.watch is None
