"""What was written reads back as equal steps, and is OTLP."""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest
from hypothesis import given, settings

from replaydbg.core.branch import BranchStep, Provenance
from replaydbg.core.columns import Columns, arrange
from replaydbg.core.message import Role, ToolCall, text_message
from replaydbg.core.step import Body, Kind, PlainBody, Step
from replaydbg.core.trace import Source, Trace
from replaydbg.errors import UnreadableInput
from replaydbg.readers import _registry, native
from replaydbg.readers._api import NotThisFormat
from replaydbg.wire.arguments import call_from_raw
from replaydbg.writers._api import Losses, Written
from replaydbg.writers.native import WRITER, write
from tests.support import build, strategies
from tests.support.corpora import document, each_of
from tests.support.otlp import document as otlp_document
from tests.support.otlp import span, trace
from tests.support.protobuf import message

COLUMNS = (
    "number",
    "id",
    "parent_id",
    "kind",
    "name",
    "agent",
    "model",
    "started_ns",
    "ended_ns",
    "status",
    "cost_usd",
)
BODY = (
    "messages", "output", "tools", "params", "call", "has_result", "result", "input", "output_value", "error",
    "usage", "response_model", "provider",
)  # fmt: skip


def told(step: Step) -> dict[str, object]:
    """Everything that a step says, but its raw form: that is the format's."""
    body: Body = step.body
    return {name: getattr(step, name) for name in COLUMNS} | {name: getattr(body, name) for name in BODY}


def read_back(written: Trace) -> Trace:
    content = b"".join(write(written))
    (only,) = list(native.READER.read(otlp_document(content), False))[-1].traces or pytest.fail(
        content.decode()
    )
    return only


def assert_equal(back: Trace, first: Trace) -> None:
    assert back.id == first.id
    assert [told(step) for step in back.steps()] == [told(step) for step in first.steps()]
    assert list(back.depths) == list(first.depths)


@given(strategies.traces())
@settings(deadline=None)
def test_every_trace_reads_back_as_equal_steps(first: Trace) -> None:
    assert_equal(read_back(first), first)


@each_of(
    "otlp_openinference",
    "otlp_openllmetry",
    "otlp_openllmetry_legacy",
    "otlp_pydantic_ai",
    "otlp_jsonl",
    "otlp_console",
)
def test_recorded_traces_read_back(path: Path) -> None:
    for each in list(_registry.read(document(path)))[-1].traces:
        assert_equal(read_back(each), each)


def test_the_file_is_otlp_that_others_open() -> None:
    first = trace(
        span(1, "chat m", 0, {"gen_ai.operation.name": "chat", "gen_ai.request.model": "m"}),
        span(2, "f", 1, {"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "f"}),
    )
    content = orjson.loads(b"".join(write(first)))
    spans = content["resourceSpans"][0]["scopeSpans"][0]["spans"]
    assert [(each["spanId"], each.get("parentSpanId")) for each in spans] == [
        (f"{1:016x}", None),
        (f"{2:016x}", f"{1:016x}"),
    ]
    for each in spans:
        assert set(each["traceId"]) <= set("0123456789abcdef")
        assert each["startTimeUnixNano"].isdigit()
        assert each["status"]["code"] in {0, 1, 2}
        for attribute in each["attributes"]:
            (kind,) = attribute["value"]
            assert kind in {"stringValue", "intValue", "doubleValue", "boolValue", "arrayValue"}
    assert {a["key"] for a in spans[1]["attributes"]} >= {"gen_ai.operation.name", "gen_ai.tool.name"}


def test_ids_that_otlp_does_not_allow_are_kept_beside_valid_ones() -> None:
    columns = Columns()
    columns.add(id="turn/1", kind=Kind.OPAQUE, name="a", handle=PlainBody())
    columns.add(id="turn/2", kind=Kind.OPAQUE, name="b", handle=PlainBody(), parent_id="turn/1")
    first = arrange(columns, trace_id="session", source=Source("s", "t"), decode=lambda body: body).trace
    content = orjson.loads(b"".join(write(first)))
    one, two = content["resourceSpans"][0]["scopeSpans"][0]["spans"]
    assert two["parentSpanId"] == one["spanId"]
    assert len(bytes.fromhex(one["spanId"])) == 8
    assert len(bytes.fromhex(one["traceId"])) == 16
    assert_equal(read_back(first), first)


@pytest.mark.parametrize(
    "call",
    [
        call_from_raw("c", "f", '{"a" : 1}'),
        call_from_raw("c", "f", '{"a'),
        call_from_raw("c", "f", ""),
        ToolCall("c", "f", {"a": 1}),
        ToolCall("c", "f"),
    ],
)
def test_arguments_are_kept_to_the_byte(call: ToolCall) -> None:
    columns = Columns()
    columns.add(id="1", kind=Kind.TOOL_EXECUTION, name="f", handle=PlainBody(call=call))
    first = arrange(columns, trace_id="t", source=Source("s", "t"), decode=lambda body: body).trace
    assert read_back(first).step(0).body.call == call


def test_not_recorded_and_empty_are_told_apart() -> None:
    columns = Columns()
    columns.add(id="1", kind=Kind.MODEL_CALL, name="a", handle=PlainBody())
    columns.add(id="2", kind=Kind.MODEL_CALL, name="b", handle=PlainBody(messages=(), tools=()))
    columns.add(id="3", kind=Kind.TOOL_EXECUTION, name="c", handle=PlainBody(has_result=True))
    first = arrange(columns, trace_id="t", source=Source("s", "t"), decode=lambda body: body).trace
    absent, empty, null = (step.body for step in read_back(first).steps())
    assert (absent.messages, absent.tools) == (None, None)
    assert (empty.messages, empty.tools) == ((), ())
    assert (null.has_result, null.result) == (True, None)
    assert not empty.has_result


def test_provenance_of_a_branch_is_written() -> None:
    first = trace(span(1, "chat", 0, {"gen_ai.operation.name": "chat"}))
    origin = BranchStep(first.ids[0], "old", Provenance.STALE, "not asked again")
    (only,) = orjson.loads(b"".join(write(first, provenance=[origin])))["resourceSpans"][0]["scopeSpans"][0][
        "spans"
    ]
    told = {each["key"]: each["value"].get("stringValue") for each in only["attributes"]}
    assert told["replaydbg.provenance"] == "stale"
    assert told["replaydbg.provenance.of"] == "old"
    assert told["replaydbg.provenance.reason"] == "not asked again"


def test_text_that_utf8_can_not_say_is_written_all_the_same() -> None:
    columns = Columns()
    body = PlainBody(messages=(text_message(Role.USER, "a\ud800b"),), params={"seed": 2**80})
    columns.add(id="1", kind=Kind.MODEL_CALL, name="a", handle=body)
    first = arrange(columns, trace_id="t", source=Source("s", "t"), decode=lambda body: body).trace
    messages = read_back(first).step(0).body.messages
    assert messages is not None
    assert messages[0].text == "a\ufffdb"


def test_an_empty_trace() -> None:
    first = arrange(Columns(), trace_id="t", source=Source("s", "t"), decode=lambda body: body).trace
    content = b"".join(write(first))
    assert orjson.loads(content)["resourceSpans"][0]["scopeSpans"][0]["spans"] == []


@each_of("otlp_openinference", "otlp_pydantic_ai", "langfuse", "claude_code", pattern="*.json*")
def test_opentelemetrys_own_parser_takes_recorded_runs(path: Path) -> None:
    try:
        *_, reading = _registry.read(document(path))
    except (UnreadableInput, NotThisFormat):
        pytest.skip("refused, and rightly so")
    assert_otlp(reading.traces)


@given(strategies.traces())
@settings(max_examples=50)
def test_opentelemetrys_own_parser_takes_anything(written: Trace) -> None:
    assert_otlp((written,))


def assert_otlp(traces: tuple[Trace, ...]) -> None:
    """Other people's programs see the same spans with the same parents, times and kinds of value."""
    losses = Losses()
    parsed = message(orjson.loads(b"".join(WRITER.write([Written(each) for each in traces], losses))))
    assert list(losses) == []
    assert len(parsed.resource_spans) == len(traces)
    for resource, each in zip(parsed.resource_spans, traces, strict=True):
        spans = [found for scope in resource.scope_spans for found in scope.spans]
        ids = [found.span_id for found in spans]
        assert len(set(ids)) == len(spans) == len(each)
        assert all(len(found.trace_id) == 16 and any(found.trace_id) for found in spans)
        assert [ids.index(found.parent_span_id) if found.parent_span_id else -1 for found in spans] == list(
            each.parents
        )
        assert [found.start_time_unix_nano for found in spans] == [max(start, 0) for start in each.starts_ns]


def test_several_traces_in_one_file() -> None:
    many = [trace(span(1, "a")), trace(span(2, "b", traceId="ab" * 16))]
    content = b"".join(WRITER.write([Written(each) for each in many], Losses()))
    *_, reading = _registry.read(otlp_document(content))
    assert [[step.name for step in each.steps()] for each in reading.traces] == [["a"], ["b"]]


def test_steps_that_are_numbered_have_other_span_ids_in_every_trace() -> None:
    """A server that was sent two such runs would otherwise keep the first and drop the second."""
    runs = [build.trace(build.model_call("1", [], "a"), trace_id=name) for name in ("t1", "t2")]
    requests = [orjson.loads(b"".join(write(run))) for run in runs]
    ids = {request["resourceSpans"][0]["scopeSpans"][0]["spans"][0]["spanId"] for request in requests}
    assert len(ids) == 2
