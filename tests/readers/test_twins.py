"""A model call that two instrumentations recorded is one model call."""

from __future__ import annotations

import json

from replaydbg.core.message import Json
from replaydbg.core.step import Kind
from tests.support.otlp import read, request, span

CHAT = {"gen_ai.operation.name": "chat"}


def reply(text: str, **attributes: Json) -> dict[str, Json]:
    message = {"role": "assistant", "parts": [{"type": "text", "content": text}]}
    return CHAT | {"gen_ai.output.messages": json.dumps([message])} | attributes


def at(number: int, name: str, start: int, end: int, attributes: Json, parent: int = 0) -> dict[str, Json]:
    return span(number, name, parent, attributes, startTimeUnixNano=str(start), endTimeUnixNano=str(end))


def kinds(*spans: Json) -> tuple[dict[str, Kind], int, int]:
    """Kinds by the last digit of the id, the tokens counted, and the number of notices."""
    reading = read(request(*spans))
    (only,) = reading.traces
    tokens = sum(count for count in only.input_tokens if count > 0)
    return {only.ids[row][-1]: only.kind(row) for row in range(len(only))}, tokens, len(reading.notices)


TOKENS = {"gen_ai.usage.input_tokens": 5}


def test_a_model_call_below_a_model_call_is_the_same_one() -> None:
    found = kinds(span(1, "ChatOpenAI", 0, CHAT | TOKENS), span(2, "ChatCompletion", 1, CHAT | TOKENS))
    assert found == ({"1": Kind.OPAQUE, "2": Kind.MODEL_CALL}, 5, 1)


def test_the_one_that_knows_the_tokens_stays() -> None:
    found = kinds(span(1, "ChatOpenAI", 0, CHAT | TOKENS), span(2, "ChatCompletion", 1, CHAT))
    assert found == ({"1": Kind.MODEL_CALL, "2": Kind.OPAQUE}, 5, 1)


def test_three_in_a_row_are_one() -> None:
    found = kinds(*[span(n, f"c{n}", n - 1, CHAT | TOKENS) for n in (1, 2, 3)])
    assert found == ({"1": Kind.OPAQUE, "2": Kind.OPAQUE, "3": Kind.MODEL_CALL}, 5, 1)


def test_of_three_in_a_row_only_the_outermost_of_which_counts() -> None:
    spans = [span(1, "a", 0, CHAT | TOKENS), span(2, "b", 1, CHAT), span(3, "c", 2, CHAT)]
    (only,) = read(request(*spans)).traces
    assert [only.kind(row) for row in range(3)] == [Kind.MODEL_CALL, Kind.OPAQUE, Kind.MODEL_CALL]
    assert all(step.body.raw for step in only.steps())


def test_a_model_call_below_a_tool_below_a_model_call_is_another() -> None:
    tool = {"gen_ai.operation.name": "execute_tool"}
    found = kinds(span(1, "a", 0, CHAT), span(2, "t", 1, tool), span(3, "b", 2, CHAT))
    assert found[0] == {"1": Kind.MODEL_CALL, "2": Kind.TOOL_EXECUTION, "3": Kind.MODEL_CALL}


def test_within_in_time_with_the_same_reply_under_another_name() -> None:
    outer, inner = (
        at(1, "ChatOpenAI", 100, 200, reply("yes")),
        at(2, "ChatCompletion", 110, 190, reply("yes")),
    )
    assert kinds(outer, inner) == ({"1": Kind.OPAQUE, "2": Kind.MODEL_CALL}, 0, 1)


def test_parallel_calls_are_not_taken_for_one() -> None:
    same_name = at(1, "chat", 100, 200, reply("yes")), at(2, "chat", 110, 190, reply("yes"))
    other_reply = at(1, "chat a", 100, 200, reply("yes")), at(2, "chat b", 110, 190, reply("no"))
    no_reply = at(1, "chat a", 100, 200, CHAT), at(2, "chat b", 110, 190, CHAT)
    overlapping = at(1, "chat a", 100, 200, reply("yes")), at(2, "chat b", 150, 250, reply("yes"))
    for pair in (same_name, other_reply, no_reply, overlapping):
        assert kinds(*pair)[0] == {"1": Kind.MODEL_CALL, "2": Kind.MODEL_CALL}


def test_retries_of_one_client_are_not_twins_though_another_client_was_used_too() -> None:
    spans = [at(1, "chat", 100, 200, reply("yes")), at(2, "chat", 110, 190, reply("yes"))]
    assert Kind.OPAQUE not in kinds(*spans, at(3, "other", 500, 600, reply("no")))[0].values()


def test_the_twin_asks_for_no_tools() -> None:
    call = {"role": "assistant", "parts": [{"type": "tool_call", "name": "f", "arguments": {}}]}
    attributes = CHAT | {"gen_ai.output.messages": json.dumps([call])}
    (only,) = read(request(span(1, "a", 0, attributes), span(2, "b", 1, attributes))).traces
    assert [len(step.tool_calls) for step in only.steps()] == [0, 1]
    assert only.step(0).body.raw


OFFER = {"gen_ai.tool.definitions": json.dumps([{"type": "function", "name": "f", "parameters": {}}])}


def test_a_call_around_several_is_their_sum() -> None:
    spans = [
        span(1, "generation", 0, CHAT | TOKENS | {"gen_ai.request.model": "m", "gen_ai.agent.name": "A"}),
        span(2, "step 1", 1, CHAT),
        span(3, "step 2", 1, CHAT),
    ]
    (only,) = read(request(*spans)).traces
    assert [only.kind(row) for row in range(3)] == [Kind.OPAQUE, Kind.MODEL_CALL, Kind.MODEL_CALL]
    assert list(only.input_tokens) == [5, -1, -1], "nothing below counts these tokens"
    assert [only.model(row) for row in (1, 2)] == ["m", "m"]
    assert [only.agent(row) for row in (1, 2)] == ["A", "A"]
    counted = kinds(*spans[:2], span(3, "step 2", 1, CHAT | TOKENS))
    assert counted == ({"1": Kind.OPAQUE, "2": Kind.MODEL_CALL, "3": Kind.MODEL_CALL}, 5, 1)
    (only,) = read(request(span(1, "generation", 0, CHAT | TOKENS | OFFER), *spans[1:])).traces
    assert [[tool.name for tool in only.body(row).tools or ()] for row in (1, 2)] == [["f"], ["f"]]
    assert only.body(1).output is None, "what the sum said last is no reply of each"


AGENT = {"gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": "A"}


def test_the_one_in_the_agents_tree_stays_and_says_what_both_know() -> None:
    """The client of the model knows nothing of the agent: its span is a root."""
    asked = {
        "gen_ai.input.messages": json.dumps([{"role": "user", "parts": [{"type": "text", "content": "q"}]}])
    }
    spans = [
        at(1, "invoke_agent A", 0, 300, AGENT),
        at(2, "ChatOpenAI", 100, 200, reply("yes", **OFFER), parent=1),
        at(3, "chat m", 110, 190, reply("yes", **asked, **TOKENS, **{"gen_ai.request.model": "m"})),
    ]
    (only,) = read(request(*spans)).traces
    rows = {only.ids[row][-1]: row for row in range(3)}
    assert [only.kind(rows[number]) for number in "23"] == [Kind.MODEL_CALL, Kind.OPAQUE]
    step = only.step(rows["2"])
    assert (only.input_tokens[rows["2"]], only.input_tokens[rows["3"]], step.model) == (5, -1, "m")
    assert [message.text for message in step.body.messages or ()] == ["q"], "only the client recorded it"
    assert [tool.name for tool in step.body.tools or ()] == ["f"], "only the framework recorded it"
    assert step.body.usage.input_tokens == 5
    assert step.agent == "A"
    assert (only.step(rows["3"]).body.raw or {})["name"] == "chat m"


def test_the_inner_one_says_what_only_the_outer_one_knows() -> None:
    (only,) = read(request(span(1, "a", 0, reply("x", **OFFER)), span(2, "b", 1, reply("y")))).traces
    body = only.step(1).body
    assert (body.output.text if body.output else "", [tool.name for tool in body.tools or ()]) == ("y", ["f"])
    assert body.weight > only.step(0).body.weight  # type: ignore[attr-defined]


def test_a_long_chain_of_calls_that_were_left_open_is_no_twins() -> None:
    """An application that never ends its spans: each is below the last, and all end with the program."""
    count = 5000
    chain = [at(n, "chat", n, 2 * count, reply(str(n), **TOKENS), n - 1) for n in range(1, count + 1)]
    reading = read(request(*chain))
    (only,) = reading.traces
    assert reading.notices == ()
    assert sum(1 for _ in only.rows(Kind.MODEL_CALL)) == count
    last = only.step(count - 1)
    assert last.body.output is not None
    assert last.body.output.text == str(count)


def test_a_call_after_the_one_that_it_stands_below_is_another() -> None:
    found = kinds(at(1, "a", 100, 200, CHAT | TOKENS), at(2, "b", 201, 300, CHAT | TOKENS, 1))
    assert found == ({"1": Kind.MODEL_CALL, "2": Kind.MODEL_CALL}, 10, 0)
