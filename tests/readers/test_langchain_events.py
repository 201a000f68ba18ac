"""Events of LangChain, in the shapes in which langchain-core 1.8 and LangChain.js write them."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from replaydbg.core.message import Role
from replaydbg.core.step import Kind, Usage
from replaydbg.readers.langchain_events import READER
from tests.house.source import ROOT
from tests.support.readings import clear, lines, opened, outline, sniffed, walked

USED = {"input_tokens": 10, "output_tokens": 5, "input_token_details": {"cache_read": 4}}
SAID = {
    "content": "Let me look",
    "type": "ai",
    "tool_calls": [{"name": "search", "args": {"q": "cats"}, "id": "c1", "type": "tool_call"}],
    "usage_metadata": USED,
    "response_metadata": {"model_name": "m-1", "finish_reason": "tool_calls"},
}
FOUND = {
    "content": "cats are fine",
    "type": "tool",
    "name": "search",
    "tool_call_id": "c1",
    "status": "success",
}
ASKED = [{"content": "Be good.", "type": "system"}, {"content": "cats?", "type": "human"}]
MODEL = {"ls_provider": "openai", "ls_model_name": "m", "ls_temperature": 0.5}


def lc(message: dict[str, Any]) -> dict[str, Any]:
    """As `dumps` writes a message."""
    names = {"ai": "AIMessage", "human": "HumanMessage", "tool": "ToolMessage", "system": "SystemMessage"}
    name = names.get(message["type"], message["type"])
    return {
        "lc": 1,
        "type": "constructor",
        "id": ["langchain", "schema", "messages", name],
        "kwargs": message,
    }


def event(
    kind: str, run: str, *parents: str, name: str = "", metadata: Any = None, **data: Any
) -> dict[str, Any]:
    return {
        "event": f"on_{kind}", "data": data, "name": name or run, "tags": [], "run_id": run, "metadata": metadata or {},
        "parent_ids": [*parents],
    }  # fmt: skip


def chunk(content: Any = "", **more: Any) -> dict[str, Any]:
    return lc({"content": content, "type": "AIMessageChunk", "tool_calls": [], **more})


def of_call(index: int, args: str, **more: Any) -> dict[str, Any]:
    return chunk(tool_call_chunks=[{"name": None, "args": args, "id": None, "index": index, **more}])


def run_of(write: Any = lc) -> list[dict[str, Any]]:
    asked = {"messages": [[write(message) for message in ASKED]]}
    return [
        event("chain_start", "graph", input={"messages": [["user", "cats?"]]}),
        event("chain_start", "node", "graph", input={}, metadata={"langgraph_node": "agent"}),
        event("chat_model_start", "model", "graph", "node", name="ChatX", metadata=MODEL, input=asked),
        event("chat_model_stream", "model", "graph", "node", chunk=chunk("Let ")),
        event("chat_model_end", "model", "graph", "node", metadata=MODEL, output=write(SAID), input=asked),
        event("chain_end", "node", "graph", output={"messages": [write(SAID)]}, input={}),
        event("tool_start", "tool", "graph", "tools", name="search", input={"q": "cats"}),
        event("tool_end", "tool", "graph", "tools", name="search", input={"q": "cats"}, output=write(FOUND)),
        event("chain_end", "graph", output={"messages": []}),
    ]


def printed(message: dict[str, Any]) -> str:
    """As `str` of a message."""
    return " ".join(f"{key}={value!r}" for key, value in message.items() if key != "type")


@pytest.mark.parametrize("write", [lc, dict, lambda message: {"type": message["type"], "data": message}])
def test_a_run(write: Any) -> None:
    trace = clear(READER, lines(*run_of(write)))
    assert (trace.id, outline(trace)) == (
        "graph",
        ["opaque graph", "  opaque node", "    model-call ChatX", "  tool-execution search"],
    )
    call, tool = trace.step(2), trace.step(3)
    assert (call.model, call.body.provider, call.body.response_model) == ("m", "openai", "m-1")
    assert [(message.role, message.text) for message in call.body.messages or ()] == [
        (Role.SYSTEM, "Be good."), (Role.USER, "cats?"),
    ]  # fmt: skip
    assert call.body.output is not None
    assert (call.body.output.text, call.body.output.finish_reason) == ("Let me look", "tool_calls")
    assert [(one.id, one.name, one.arguments) for one in call.tool_calls] == [("c1", "search", {"q": "cats"})]
    assert (call.body.usage, call.body.params) == (Usage(10, 5, 4, None), {"temperature": 0.5})
    assert (trace.input_tokens[2], trace.output_tokens[2]) == (10, 5)
    assert call.body.tools is None, "which were offered is not told"
    assert tool.body.call is not None
    assert (tool.body.call.id, tool.body.call.arguments, tool.body.result) == (
        "c1",
        {"q": "cats"},
        "cats are fine",
    )
    assert (trace.status(3), trace.duration_ms(2)) == ("ok", None)


def test_what_python_prints_is_read_as_far_as_it_tells() -> None:
    reading = opened(READER, lines(*run_of(printed)))
    (notice,) = reading.notices
    assert "as Python prints them" in notice.message
    trace = reading.traces[0]
    call, tool = trace.step(2), trace.step(3)
    assert [message.text for message in call.body.messages or ()] == ["Be good.", "cats?"]
    assert [(one.id, one.arguments) for one in call.tool_calls] == [("c1", {"q": "cats"})]
    assert (call.body.usage, call.body.response_model) == (Usage(10, 5, 4, None), "m-1")
    assert tool.body.call is not None
    assert (tool.body.call.id, tool.body.result) == ("c1", "cats are fine")


PIECES = [
    event("chat_model_start", "m", input={"messages": [[lc(ASKED[1])]]}),
    event("chat_model_stream", "m", chunk=chunk("The ans")),
    event("chat_model_stream", "m", chunk=chunk([{"type": "text", "text": "wer", "index": 0}])),
    event("chat_model_stream", "m", chunk=of_call(0, "", name="search", id="c1")),
    event("chat_model_stream", "m", chunk=of_call(0, '{"q": ')),
    event("chat_model_stream", "m", chunk=of_call(1, '{"q": "dogs"}', name="search", id="c2")),
    event("chat_model_stream", "m", chunk=of_call(0, '"ca')),
]


def test_pieces_without_an_end_are_what_had_come_and_broken_off() -> None:
    reading = opened(READER, lines(*PIECES))
    assert [notice.message for notice in reading.notices] == [
        "the stream breaks off: 1 run has not ended, m last of all"
    ]
    (call,) = walked(reading)
    assert call.body.output is not None
    assert (call.body.output.text, call.body.output.finish_reason) == ("The answer", "interrupted")
    assert [(one.id, one.raw) for one in call.tool_calls] == [("c1", '{"q": "ca'), ("c2", '{"q": "dogs"}')]


def test_pieces_alone_are_replies_of_which_only_the_last_may_have_broken_off() -> None:
    """As programs write them that pass on what they show."""
    two = [
        event("chat_model_stream", run, "graph", "node", chunk=chunk(text))
        for run, text in (("a", "on"), ("a", "e"), ("b", "two"))
    ]
    reading = opened(READER, lines(*two))
    (trace,) = reading.traces
    assert (trace.id, outline(trace)) == ("graph", ["model-call a", "model-call b"])
    said = [step.body.output for step in trace.steps()]
    assert [(one.text, one.finish_reason) for one in said if one] == [("one", ""), ("two", "interrupted")]


def test_what_has_failed() -> None:
    error = {
        "lc": 1,
        "type": "not_implemented",
        "id": ["builtins", "ValueError"],
        "repr": "ValueError('no net')",
    }
    failed = [
        event("tool_start", "t", name="search", input={"q": "x"}),
        event("tool_error", "t", name="search", error=error, input={"q": "x"}, tool_call_id="c9"),
        event("tool_end", "u", name="search", input={"q": "x"}, output=lc({**FOUND, "status": "error"})),
    ]
    steps = walked(opened(READER, lines(*failed)))
    assert [(step.status, step.body.error) for step in steps] == [
        ("error", "ValueError('no net')"), ("error", "cats are fine"),
    ]  # fmt: skip
    assert steps[0].body.call is not None
    assert (steps[0].body.call.id, steps[0].body.has_result) == ("c9", False)


@pytest.mark.parametrize(
    ("given", "arguments"),
    [
        ({"q": "cats"}, {"q": "cats"}),
        ({"input": "text"}, {"input": "text"}),
        ({"input": '{"q": "cats"}'}, {"q": "cats"}),  # JavaScript
        ("{'q': 'cats'}", {"q": "cats"}),  # langchain-core 0.1
        ({"input": {"q": 1}}, {"input": {"q": 1}}),
    ],
)
def test_arguments_of_tools(given: Any, arguments: Any) -> None:
    (step,) = walked(opened(READER, lines(event("tool_start", "t", input=given))))
    assert step.body.call is not None
    assert step.body.call.arguments == arguments


def test_events_that_name_no_parents_stand_below_the_run_that_is_open() -> None:
    """Version 1, and LangChain.js."""
    flat = [{key: value for key, value in each.items() if key != "parent_ids"} for each in run_of()]
    again = [{**each, "run_id": f"{each['run_id']}2"} for each in flat]
    assert [outline(trace) for trace in opened(READER, lines(*flat, *again)).traces] == [
        ["opaque graph", "  opaque node", "  model-call ChatX", "  tool-execution search"]
    ] * 2


def test_older_replies_and_models_of_text() -> None:
    generations = {"generations": [[{"text": "Let me look", "type": "ChatGeneration", "message": lc(SAID)}]]}
    plain = {
        "generations": [[{"text": "a joke", "generation_info": None, "type": "Generation"}]],
        "llm_output": None,
    }
    told = [
        event("chat_model_end", "a", output=generations),
        event("llm_start", "b", input={"prompts": ["Human: tell"]}),
        event("llm_end", "b", output=plain, input={"prompts": ["Human: tell"]}),
        event("retriever_end", "c", input={"query": "why"}, output=[{"page_content": "so"}]),
    ]
    first, second, third = walked(opened(READER, lines(*told)))
    assert first.body.usage.output_tokens == 5
    assert [one.name for one in first.tool_calls] == ["search"]
    assert second.body.output is not None
    assert second.body.output.text == "a joke"
    assert [message.text for message in second.body.messages or ()] == ["Human: tell"]
    assert (third.kind, third.body.output_value) == ("retrieval", [{"page_content": "so"}])


def test_a_stream_of_langgraphs_server_and_other_envelopes() -> None:
    begins = {"run_id": "r", "attempt": 1}
    fails = {"error": "ValueError", "message": "no such thread"}
    reading = opened(READER, lines(begins, *run_of(), fails))
    assert [notice.message for notice in reading.notices] == ["the server told an error: no such thread"]
    assert sniffed(READER, lines(begins, *run_of())) >= 0.9
    wrapped = [{"event": "events", "data": each} for each in run_of()]
    assert outline(clear(READER, lines(*wrapped))) == outline(reading.traces[0])
    assert outline(clear(READER, run_of())) == outline(reading.traces[0])


def test_what_a_program_tells_of_itself_and_what_is_not_known() -> None:
    told = [
        *run_of()[:2],
        event("custom_event", "node", "graph", name="progress"),
        {"event": "on_dream", "run_id": "x", "data": {}, "name": "x"},
        {"weather": "fine"},
        *run_of()[2:],
    ]
    told[2]["data"] = {"done": 3}
    reading = opened(READER, lines(*told))
    assert outline(reading.traces[0])[:3] == ["opaque graph", "  opaque node", "    opaque progress"]
    assert reading.traces[0].step(2).body.input == {"done": 3}
    assert [notice.message for notice in reading.notices] == [
        "no event, left out", "1 event of a kind that is not known, left out: on_dream (1)",
    ]  # fmt: skip


def test_an_agent_that_is_named() -> None:
    named = {"lc_agent_name": "keeper"}
    told = [
        event("chain_start", "a", name="keeper", metadata=named, input={}),
        event(
            "chat_model_end",
            "b",
            "a",
            name="ChatX",
            metadata={**named, "langgraph_node": "model"},
            output=lc(SAID),
        ),
        event("chain_end", "a", name="keeper", output={}),
    ]
    trace = clear(READER, lines(*told))
    assert outline(trace) == ["agent-invocation keeper", "  model-call ChatX"]
    assert trace.agent(1) == "keeper"


def test_what_a_real_run_told() -> None:
    """`tests/record/reorder_events.py`."""
    trace = clear(READER, (ROOT / "traces" / "reorder-langchain.events.jsonl").read_bytes())
    assert [trace.kinds.count(kind) for kind in sorted(set(trace.kinds))] == [4, 5, 1, 9]
    (failed,) = [step for step in trace.steps() if step.status == "error"]
    assert failed.body.call is not None
    assert failed.body.call.arguments == {"tea": "lapsang", "boxes": "two dozen"}
    assert [step.body.usage.input_tokens for step in trace.steps() if step.kind == "model-call"] == [
        trace.input_tokens[row] for row in trace.rows(Kind.MODEL_CALL)
    ]


def test_nesting_that_no_parser_takes() -> None:
    deep = (
        b'{"event": "on_tool_start", "run_id": "t", "name": "t", "data": {"input": '
        + b"[" * 900
        + b"]" * 900
        + b"}}"
    )
    assert outline(opened(READER, deep + b"\n" + lines(*run_of())).traces[0])[0] == "tool-execution t"


@given(st.data())
def test_any_pieces_make_a_text(data: Any) -> None:
    texts = data.draw(st.lists(st.text(max_size=5), min_size=1, max_size=6))
    reading = opened(READER, lines(*(event("chat_model_stream", "m", chunk=chunk(text)) for text in texts)))
    (step,) = walked(reading)
    assert (step.body.output.text if step.body.output else "") == "".join(texts)


@pytest.mark.parametrize(
    "content",
    [[], {"event": "on_tool_start"}, {"event": "message", "data": {}}, {"event": "events", "data": 1}, [1]],
)
def test_other_files_are_not_claimed(content: Any) -> None:
    assert sniffed(READER, content) == 0.0


SAMPLES = [
    lines(*run_of()),
    lines(*run_of(printed)),
    lines(*PIECES),
    orjson.dumps(run_of(dict)),
]
