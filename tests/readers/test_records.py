"""Rows and bodies of observations, whatever platform they come from."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from replaydbg.core.columns import KIND_NUMBER, Row
from replaydbg.core.finding import Notice
from replaydbg.core.message import Json, Message, OtherPart, Role, Text, ToolCall
from replaydbg.core.step import Kind, Usage
from replaydbg.core.trace import Source
from replaydbg.readers import _records, langfuse, langsmith, mlflow, openai_agents
from replaydbg.readers._api import Reader
from replaydbg.readers._records import Observed, RecordBody
from tests.support.readings import document, only_tell_how_far


def row(id_: str, parent: str, kind: Kind, handle: object, tokens: int = -1, agent: str = "") -> Row:
    number = KIND_NUMBER[kind]
    return (id_, parent, number, id_, agent, "", -1, -1, 0, tokens, -1, float("nan"), handle)


def test_one_trace_for_each_id_and_agents_from_above() -> None:
    records = _records.Records(Source("t", "x"), lambda handle: handle)
    body = Observed(Kind.MODEL_CALL, output="hi")
    records.add("a", row("1", "", Kind.AGENT_INVOCATION, body, agent="boss"))
    records.add("b", row("1", "", Kind.OPAQUE, body))
    records.add("a", row("2", "1", Kind.MODEL_CALL, body))
    reading = records.reading()
    assert [(trace.id, len(trace)) for trace in reading.traces] == [("a", 2), ("b", 1)]
    assert reading.traces[0].agent(1) == "boss"
    assert reading.notices == ()


def test_many_rows_are_all_there() -> None:
    records = _records.Records(Source("t", "x"), lambda handle: handle)
    for number in range(2 * _records._ROWS_MAX + 1):
        records.add("a", row(str(number), "", Kind.OPAQUE, Observed(Kind.OPAQUE, name=str(number))))
    assert len(records) == 2 * _records._ROWS_MAX + 1
    (trace,) = records.reading().traces
    assert trace.ids == [str(number) for number in range(len(records))]


def test_rows_are_forgotten_and_what_was_odd_is_not() -> None:
    records = _records.Records(Source("t", "x"), lambda handle: handle)
    records.add("a", row("1", "", Kind.OPAQUE, Observed(Kind.OPAQUE)))
    records.notices.append(Notice("/1", "odd"))
    records.forget_rows()
    records.add("b", row("2", "", Kind.OPAQUE, Observed(Kind.OPAQUE)))
    reading = records.reading()
    assert ([trace.id for trace in reading.traces], len(reading.notices)) == (["b"], 1)


def test_the_outer_of_two_records_of_one_call_becomes_opaque() -> None:
    records = _records.Records(Source("t", "x"), lambda handle: handle)
    records.add("a", row("outer", "", Kind.MODEL_CALL, Observed(Kind.MODEL_CALL, input="q", output="r")))
    records.add("a", row("inner", "outer", Kind.MODEL_CALL, Observed(Kind.MODEL_CALL, output="r"), 5))
    (notice,) = records.reading().notices
    (trace,) = records.reading().traces
    assert "recorded twice" in notice.message
    outer = trace.step(0)
    assert (outer.kind, outer.body.input, outer.body.output_value, outer.body.messages) == (
        Kind.OPAQUE,
        "q",
        "r",
        None,
    )


def test_what_encloses_model_calls_and_names_no_model_is_none() -> None:
    records = _records.Records(Source("t", "x"), lambda handle: handle)
    plain = Observed(Kind.MODEL_CALL, input="q")
    for id_, parent, kind in [
        ("outer", "", Kind.MODEL_CALL),
        ("agent", "outer", Kind.AGENT_INVOCATION),
        ("inner", "agent", Kind.MODEL_CALL),
        ("one", "inner", Kind.MODEL_CALL),
        ("two", "inner", Kind.MODEL_CALL),
        ("alone", "", Kind.MODEL_CALL),
    ]:
        model = "m" if id_ in {"one", "two"} else ""
        before, after = row(id_, parent, kind, plain)[:5], row(id_, parent, kind, plain)[6:]
        records.add("a", (*before, model, *after))
    (trace,) = records.reading().traces
    assert [trace.ids[at] for at in trace.rows(Kind.MODEL_CALL)] == ["one", "two", "alone"]
    assert trace.step(trace.row("outer")).body.input == "q"


def test_content_in_no_known_shape_is_kept() -> None:
    body = RecordBody(
        Observed(Kind.MODEL_CALL, input={"odd": 1}, output={"strange": 2}, finish_reason="stop")
    )
    assert body.messages == (Message(Role.UNKNOWN, (OtherPart({"odd": 1}),)),)
    assert body.output == Message(Role.ASSISTANT, (OtherPart({"strange": 2}),), finish_reason="stop")


def test_what_was_not_recorded_is_not_there() -> None:
    call, tool = RecordBody(Observed(Kind.MODEL_CALL)), RecordBody(Observed(Kind.TOOL_EXECUTION, "find"))
    assert (call.messages, call.output, call.tools, call.usage) == (None, None, None, Usage())
    assert (tool.call, tool.has_result) == (ToolCall("", "find"), False)


@pytest.mark.parametrize("kind", [Kind.OPAQUE, Kind.AGENT_INVOCATION, Kind.RETRIEVAL])
def test_other_steps_have_an_input_and_an_output(kind: Kind) -> None:
    body = RecordBody(Observed(kind, input='{"a": "{\\"b\\": 1}"}', output="[1]", usage=Usage(3)))
    assert (body.input, body.output_value) == ({"a": '{"b": 1}'}, [1])
    assert (body.messages, body.call, body.usage) == (None, None, Usage())


def test_the_text_of_arguments_stays_as_the_model_wrote_it() -> None:
    raw = '{"q":  1'
    call = RecordBody(Observed(Kind.TOOL_EXECUTION, "find", input=raw, is_exact=True)).call
    assert call is not None
    assert (call.raw, call.arguments) == (raw, None)
    assert call.problem is not None


def test_the_message_of_a_tool_is_its_result() -> None:
    said = {"type": "tool", "content": '{"n": 1}', "tool_call_id": "c9", "status": "success"}
    body = RecordBody(Observed(Kind.TOOL_EXECUTION, "find", input={}, output=said, has_output=True))
    assert (body.result, body.call) == ({"n": 1}, ToolCall("c9", "find", {}))


def test_a_bare_reply() -> None:
    assert RecordBody(Observed(Kind.MODEL_CALL, output="hi")).output == Message(Role.ASSISTANT, (Text("hi"),))


FILLER = "x" * 20_000


def large(make: Callable[[int], Json]) -> list[Json]:
    """Records enough for a document that is not read in one window."""
    return [make(number) for number in range(1, 41)]


LARGE = {
    langfuse.READER: {
        "trace": {"id": "t", "projectId": "p"},
        "observations": large(lambda n: {"id": f"o{n}", "traceId": "t", "parentObservationId": None, "type": "TOOL", "input": FILLER}),
    },
    langsmith.READER: large(lambda n: {"id": f"r{n}", "trace_id": "t", "dotted_order": f"Zr{n}", "run_type": "tool", "inputs": {"input": FILLER}}),
    mlflow.READER: {
        "info": {"trace_id": "tr-t"},
        "data": {"spans": large(lambda n: {"trace_id": "t", "span_id": f"{n:016x}", "attributes": {"mlflow.spanType": '"TOOL"', "x": FILLER}})},
    },
    openai_agents.READER: {"data": large(lambda n: {"object": "trace.span", "id": f"s{n}", "trace_id": "t", "span_data": {"type": "function", "input": FILLER}})},
}  # fmt: skip


@pytest.mark.parametrize(("reader", "content"), LARGE.items(), ids=lambda value: getattr(value, "name", ""))
def test_the_first_rows_of_a_large_document_come_before_the_whole(reader: Reader, content: Json) -> None:
    first, *between, last = reader.read(document(content), True)
    assert not between or only_tell_how_far(between)
    assert (first.complete, last.complete) == (False, True)
    assert 0 < first.fraction < 1
    assert 0 < len(first.traces[0]) < 40
    assert first.notices == last.notices == ()
    assert last.traces[0].ids[: len(first.traces[0])] == first.traces[0].ids
    (whole,) = reader.read(document(content), False)
    assert (len(whole.traces[0]), whole.traces[0].ids) == (40, last.traces[0].ids)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (b'{"agent_name": "qa"}', "qa"),
        (rb'"{\"agent_name\":\"qa\"}"', "qa"),
        (rb'"\"{\\\"agent_name\\\": \\\"qa\\\"}\""', "qa"),
        (b'{"my_agent_name": "x", "agent_name": "qa"}', "qa"),
        (b'{"text": "agent_name", "agent_name": "qa"}', "qa"),
        (b'{"agent_name": 3}', ""),
        (b"{}", ""),
    ],
)
def test_the_text_of_a_key_is_found_without_decoding(text: bytes, value: str) -> None:
    assert _records.text_of_key(text, b"agent_name") == value


def test_tools_stand_in_the_request_that_was_handed_over() -> None:
    offer = {"type": "function", "function": {"name": "look", "parameters": {"type": "object"}}}
    asked = {"messages": [{"role": "user", "content": "hi"}], "tools": [offer]}
    found = RecordBody(Observed(Kind.MODEL_CALL, input=asked)).tools
    assert found is not None
    assert [(tool.name, tool.schema) for tool in found] == [("look", {"type": "object"})]
    assert RecordBody(Observed(Kind.TOOL_EXECUTION, "shop", input={"tools": [offer]})).tools is None
