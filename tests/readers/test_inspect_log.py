"""Logs of Inspect: archives, JSON logs, samples; what becomes a step and below which."""

from __future__ import annotations

import io
import zipfile
from collections import deque
from typing import Any

import orjson
import pytest

from replaydbg.core.message import ParseProblem, Role, ToolCall
from replaydbg.core.step import Usage
from replaydbg.errors import UnreadableInput
from replaydbg.readers import _registry
from replaydbg.readers.inspect_log import READER
from tests.support import corpora
from tests.support.readings import document, one, outline, read, sniffed, walked

HEAD = {"version": 2, "status": "success", "eval": {"task": "quiz", "model": "openai/m"}}
TOOL = {"name": "look", "description": "Look.", "parameters": {"type": "object", "properties": {}}}


def at(second: int) -> str:
    return f"2026-01-02T03:04:{second:02}+00:00"


def span(id_: str, kind: str, name: str, parent: str | None = None, second: int = 1) -> dict[str, Any]:
    begin = {"event": "span_begin", "id": id_, "type": kind, "name": name, "timestamp": at(second)}
    return begin | ({"parent_id": parent} if parent else {})


def model(span_id: str, message: dict[str, Any], second: int, **more: Any) -> dict[str, Any]:
    return {
        "event": "model",
        "uuid": f"m{second}",
        "span_id": span_id,
        "timestamp": at(second),
        "completed": at(second + 1),
        "model": "openai/m",
        "input": [{"role": "user", "content": "attachment://a1"}],
        "tools": [TOOL],
        "tool_choice": "auto",
        "config": {"temperature": 0.5, "max_connections": 9, "stop_seqs": ["x"]},
        "output": {
            "model": "m-2026",
            "choices": [{"message": {"role": "assistant", **message}, "stop_reason": "stop"}],
            "usage": {
                "input_tokens": 10,
                "output_tokens": 2,
                "total_tokens": 17,
                "input_tokens_cache_read": 5,
            },
        },
        **more,
    }


def tool(span_id: str, id_: str, second: int, **more: Any) -> dict[str, Any]:
    return {
        "event": "tool",
        "uuid": f"t{second}",
        "span_id": span_id,
        "timestamp": at(second),
        "completed": at(second + 1),
        "id": id_,
        "function": "look",
        "arguments": {"at": "attachment://a1"},
        "result": "seen",
        **more,
    }


ASKS = {"content": "", "tool_calls": [{"id": "c1", "function": "look", "arguments": {"at": "x"}}]}
EVENTS = [
    span("i", "init", "init"),
    {"event": "sample_init", "span_id": "i", "timestamp": at(1), "sample": {}, "state": {}},
    {"event": "span_end", "id": "i", "timestamp": at(1)},
    span("ss", "solvers", "solvers", second=2),
    span("s", "solver", "solve", "ss", 2),
    span("lead", "agent", "lead", "s", 2),
    model("lead", ASKS, 3),
    span("ts", "tool", "look", "lead", 4),
    tool("lead", "c1", 4),
    span("sub", "agent", "helper", "ts", 5),
    model("sub", {"content": "hm"}, 6),
    {"event": "sandbox", "span_id": "sub", "timestamp": at(8), "action": "exec", "cmd": "ls", "result": 1},
    {"event": "span_end", "id": "sub", "timestamp": at(9)},
    {"event": "span_end", "id": "ts", "timestamp": at(9)},
    {"event": "state", "span_id": "s", "timestamp": at(9), "changes": []},
    {"event": "span_end", "id": "s", "timestamp": at(10)},
    span("cs", "scorers", "scorers", second=11),
    span("c", "scorer", "match", "cs", 11),
    {"event": "score", "span_id": "c", "timestamp": at(11), "score": {"value": "C"}, "target": "yes"},
]
SAMPLE = {
    "id": 7,
    "epoch": 1,
    "input": "attachment://a1",
    "target": "yes",
    "messages": [{"role": "user", "content": "hi"}, {"role": "assistant", "content": "yes", "model": "m"}],
    "scores": {"match": {"value": "C"}},
    "events": EVENTS,
    "attachments": {"a1": "the long text"},
    "started_at": at(0),
    "completed_at": at(12),
}
OUTLINE = [
    "opaque quiz 7_epoch_1, match C",
    "  opaque solve",
    "    agent-invocation lead",
    "      model-call chat m",
    "      tool-execution look",
    "        agent-invocation helper",
    "          model-call chat m",
    "          opaque sandbox exec",
    "  opaque match",
    "    opaque score: C",
]


def archive(*samples: dict[str, Any], head: Any = HEAD) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("_journal/start.json", orjson.dumps(head))
        for sample in samples:
            name = f"samples/{sample['id']}_epoch_{sample['epoch']}.json"
            packed.writestr(name, orjson.dumps(sample))
        packed.writestr("header.json", orjson.dumps(head))
    return file.getvalue()


@pytest.mark.parametrize("data", [archive(SAMPLE), {**HEAD, "samples": [SAMPLE]}], ids=["archive", "json"])
def test_a_log(data: Any) -> None:
    assert sniffed(READER, data) == 0.95
    trace = one(READER, data)
    assert outline(trace) == OUTLINE
    assert trace.id == "7_epoch_1"
    root, _, _, asked, ran, *_, score = trace.steps()
    assert root.body.input == {"input": "the long text", "target": "yes"}
    assert root.body.output_value == {"scores": {"match": {"value": "C"}}}
    assert root.duration_ms == 12000
    assert (asked.agent, asked.model, asked.body.provider) == ("lead", "m", "openai")
    assert asked.body.messages is not None
    assert [message.text for message in asked.body.messages] == ["the long text"]
    assert asked.tool_calls == (ToolCall("c1", "look", {"at": "x"}),)
    assert asked.body.usage == Usage(15, 2, 5)
    assert asked.body.params == {"temperature": 0.5, "stop": ["x"], "tool_choice": "auto"}
    assert asked.body.response_model == "m-2026"
    assert [spec.schema for spec in asked.body.tools or ()] == [TOOL["parameters"]]
    assert (ran.body.call, ran.body.result) == (ToolCall("c1", "look", {"at": "the long text"}), "seen")
    assert ran.duration_ms == 1000
    assert [step.agent for step in trace.steps()][5:8] == ["helper"] * 3
    assert score.body.output_value == {"value": "C"}


def test_a_sample_by_itself() -> None:
    assert sniffed(READER, SAMPLE) == 0.8
    assert outline(one(READER, SAMPLE))[1:] == OUTLINE[1:]


def test_samples_are_in_the_order_of_the_data_set() -> None:
    shuffled = [{**SAMPLE, "id": id_, "epoch": epoch} for id_, epoch in [(10, 1), (2, 2), (2, 1)]]
    reading = read(READER, archive(*shuffled))
    assert [trace.id for trace in reading.traces] == ["2_epoch_1", "10_epoch_1", "2_epoch_2"]


def test_messages_of_a_pool() -> None:
    pooled = model("", {"content": "ok"}, 3, input=[], input_refs=[[1, 2], [0, 1]])
    said = [{"role": "system", "content": "attachment://a1"}, {"role": "user", "content": "u"}]
    for pools in ({"message_pool": said}, {"events_data": {"messages": said, "calls": []}}):
        step = one(READER, {**SAMPLE, "events": [pooled], **pools}).step(1)
        assert step.body.messages is not None
        assert [(message.role, message.text) for message in step.body.messages] == [
            (Role.USER, "u"),
            (Role.SYSTEM, "the long text"),
        ]


def test_arguments_that_inspect_could_not_parse() -> None:
    quoted = 'Error parsing the following tool call arguments:\n\n{"a": \n\nError details: no value'
    call = {"id": "c", "function": "look", "arguments": {}, "parse_error": quoted}
    (step, answer) = list(
        one(
            READER,
            {
                **SAMPLE,
                "events": [
                    model("", {"tool_calls": [call]}, 3),
                    tool("", "c", 5, result="", error={"type": "parsing", "message": "no JSON"}),
                ],
            },
        ).steps()
    )[1:]
    assert step.tool_calls == (ToolCall("c", "look", None, '{"a": ', ParseProblem("no value")),)
    assert (answer.status, answer.body.error, answer.body.result) == ("error", "no JSON", "no JSON")


def test_arguments_to_the_byte_where_the_answer_of_the_provider_was_kept() -> None:
    function = {"name": "look", "arguments": '{"at":  "x"}'}
    answer = {"choices": [{"message": {"tool_calls": [{"id": "c1", "function": function}]}}]}
    step = one(READER, {**SAMPLE, "events": [model("", ASKS, 3, call={"response": answer})]}).step(1)
    assert [call.raw for call in step.tool_calls] == ['{"at":  "x"}']


def test_a_log_of_2024() -> None:
    """`step` instead of spans, events inside of tool events, attachments beside the events."""
    told = [
        {"event": "step", "action": "begin", "type": "solver", "name": "solve", "timestamp": at(1)},
        model("", ASKS, 2) | {"span_id": None},
        tool("", "c1", 4, events=[model("", {"content": "in"}, 5)]) | {"span_id": None},
        {"event": "step", "action": "end", "type": "solver", "name": "solve", "timestamp": at(7)},
    ]
    old = {key: value for key, value in SAMPLE.items() if key not in {"events", "attachments"}}
    trace = one(READER, {**old, "transcript": {"events": told, "content": {"a1": "old text"}}})
    assert [line.strip() for line in outline(trace)[1:]] == [
        "opaque solve",
        "model-call chat m",
        "tool-execution look",
        "model-call chat m",
    ]
    assert list(trace.depths) == [0, 1, 2, 2, 3]
    inner = trace.step(4)
    assert inner.body.output is not None
    assert inner.body.output.text == "in"
    assert inner.body.messages is not None
    assert inner.body.messages[0].text == "old text"


def test_a_sample_without_events_is_its_conversation() -> None:
    trace = one(READER, {**HEAD, "samples": [{**SAMPLE, "events": [], "error": {"message": "boom"}}]})
    assert outline(trace) == ["opaque quiz 7_epoch_1, match C!", "  model-call chat m"]
    assert trace.step(0).body.error == "boom"


UNHEARD = "  opaque messages without a reply"


def test_what_the_conversation_ended_with_is_a_step_where_no_model_was_sent_it() -> None:
    words = {"role": "user", "content": "Please go on.", "id": "u9"}
    said: Any = SAMPLE["messages"]
    ended = {**SAMPLE, "messages": [*said, words]}
    trace = one(READER, ended)
    assert outline(trace)[1:] == [*OUTLINE[1:], UNHEARD]
    row = len(trace) - 1
    assert [message.text for message in trace.body(row).messages or ()] == ["hi", "yes", "Please go on."]
    changed = {
        "event": "state",
        "span_id": "s",
        "timestamp": at(10),
        "changes": [{"op": "add", "value": words}],
    }
    events = [*EVENTS[:15], changed, *EVENTS[15:]]
    trace = one(READER, {**ended, "events": events})
    assert outline(trace)[8:] == [UNHEARD, *OUTLINE[8:]], "before it was scored"


@pytest.mark.parametrize("role", ["user", "assistant", "tool"])
def test_what_a_model_was_sent_is_none(role: str) -> None:
    words = {"role": role, "content": "Please go on.", "id": "u9"}
    sent = model("lead", ASKS, 3, input=[words if role == "user" else {"role": "user", "content": "hi"}])
    pooled = model("lead", ASKS, 3, input=[], input_refs=[[0, 1]])
    for events, pool in ([sent], []), ([pooled], [words]):
        trace = one(READER, {**SAMPLE, "messages": [words], "events": events, "message_pool": pool})
        assert [step.name for step in trace.steps()][1:] == ["chat m"]


def test_errors_and_limits() -> None:
    told = [
        {"event": "sample_limit", "timestamp": at(1), "type": "token", "message": "too many tokens"},
        {"event": "error", "timestamp": at(2), "error": {"message": "it broke", "traceback": "..."}},
        model("", {"content": ""}, 3, error="no answer", output={"model": "m", "choices": []}),
    ]
    _, limit, error, call = one(READER, {**SAMPLE, "events": told}).steps()
    assert [step.status for step in (limit, error, call)] == ["error"] * 3
    assert [step.body.error for step in (limit, error, call)] == ["too many tokens", "it broke", "no answer"]
    assert call.body.output is None


def test_an_unfinished_archive() -> None:
    data = archive(SAMPLE)
    reading = read(READER, data[: data.index(b"PK\x01\x02")])
    assert [outline(trace) for trace in reading.traces] == [OUTLINE]
    assert "not finished" in reading.notices[0].message


def test_without_zstd_the_log_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "zstandard", None)
    data = archive(SAMPLE, {**SAMPLE, "id": 8})
    packed = bytearray(data)
    start = 0
    while (start := data.find(b"PK\x03\x04", start)) >= 0:
        packed[start + 8 : start + 10] = b"\x5d\x00"  # the method in each local header
        start += 4
    reading = read(READER, bytes(packed))
    assert reading.traces == ()
    assert [notice.message for notice in reading.notices] == [
        "packed with zstd: `pip install 'replaydbg[zstd]'` to read it"
    ]


def test_an_archive_packed_with_zstd() -> None:
    """As Inspect writes it today; the method is patched, since `zipfile` knows none such."""
    zstandard = pytest.importorskip("zstandard")
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as packed:
        packed.writestr("_journal/start.json", zstandard.compress(orjson.dumps(HEAD)))
        packed.writestr("samples/7_epoch_1.json", zstandard.compress(orjson.dumps(SAMPLE)))
    data = bytearray(file.getvalue())
    for header, at in ((b"PK\x03\x04", 8), (b"PK\x01\x02", 10)):
        start = data.find(header)
        while start >= 0:
            data[start + at : start + at + 2] = b"\x5d\x00"
            start = data.find(header, start + 4)
    assert outline(one(READER, bytes(data))) == OUTLINE


def test_a_heading_without_samples() -> None:
    reading = read(READER, HEAD)
    assert reading.traces == ()
    assert "no samples" in reading.notices[0].message


def test_the_registry_hands_archives_to_this_reader_alone() -> None:
    assert _registry.choose(document(archive(SAMPLE))).reader is READER
    with pytest.raises(UnreadableInput, match="zip archive"):
        deque(_registry.read(document(archive(SAMPLE)), "otlp"))


@pytest.mark.parametrize(
    "data", [b"PK\x03\x04" + b"\0" * 60, {"samples": []}, {"version": 2}, [1], {"events": []}]
)
def test_other_files_are_not_claimed(data: Any) -> None:
    assert sniffed(READER, data) == 0.0


def test_a_loop_of_spans_ends() -> None:
    told = [
        span("a", "agent", "a", "b"),
        span("b", "agent", "b", "a"),
        span("c", "init", "c", "c"),
        model("b", ASKS, 3),
    ]
    walked(read(READER, {**SAMPLE, "events": told}))


@pytest.mark.parametrize("name", ["log__test_eval_log__log_formats", "log__test_eval_log__log_read_sample"])
def test_one_run_in_both_encodings(name: str) -> None:
    """Of two runs of the same task: everything but times and tokens agrees."""
    told: list[Any] = []
    for ending in (".json", ".eval"):
        path = corpora.ROOT / "inspect_ai" / f"{name}{ending}"
        if not path.exists():
            pytest.skip("the corpora are absent")
        (trace,) = read(READER, path.read_bytes()).traces
        told.append([(outline(trace), [step.body.messages for step in trace.steps()])])
    assert told[0] == told[1]


SAMPLES = [archive(SAMPLE), {**HEAD, "samples": [SAMPLE]}]
