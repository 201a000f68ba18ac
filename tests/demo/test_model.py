"""The stand-in's claims: which edits mend the incident, which do not, and that it is a pure function of the request."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest

from replaydbg.demo import agent, model

Messages = list[dict[str, Any]]

REFUNDED = "I have refunded 129.00 EUR for your Aalto desk lamp (order ORD-048213)"
GAVE_UP = "I am sorry, I could not find your order 48213. Please try again later."


def start(*, more_instructions: str = "", question: str = agent.QUESTION) -> Messages:
    return [
        {"role": "system", "content": agent.SUPPORT.instructions + more_instructions},
        {"role": "user", "content": question},
    ]


def finish(messages: Messages) -> str:
    return agent.proceed(agent.SUPPORT, messages, agent.Silent())


def incident() -> Messages:
    messages = start()
    finish(messages)
    return messages


def calls(messages: Messages, tool: str) -> list[dict[str, Any]]:
    return [
        json.loads(call["function"]["arguments"])
        for message in messages
        for call in message.get("tool_calls") or []
        if call["function"]["name"] == tool
    ]


def lookups(messages: Messages) -> list[int]:
    """Positions of the messages that call `lookup_order`."""
    return [
        position
        for position, message in enumerate(messages)
        for call in message.get("tool_calls") or []
        if call["function"]["name"] == "lookup_order"
    ]


def edit_arguments(arguments: dict[str, Any], lookup: int = 0) -> Messages:
    """The incident up to a lookup, with that lookup's arguments replaced."""
    messages = incident()
    position = lookups(messages)[lookup]
    edited = copy.deepcopy(messages[: position + 1])
    edited[-1]["tool_calls"][0]["function"]["arguments"] = json.dumps(arguments)
    return edited


def edit_response(text: str, lookup: int = 0) -> Messages:
    """The incident up to the response of a lookup, with that response replaced."""
    messages = incident()
    position = lookups(messages)[lookup]
    return [*copy.deepcopy(messages[: position + 1]), messages[position + 1] | {"content": text}]


def test_the_incident_loops_and_gives_up() -> None:
    messages = incident()
    assert messages[-1]["content"] == GAVE_UP
    assert calls(messages, "lookup_order") == [{"order_id": 48213, "region": "Europe"}] * 8
    assert len(calls(messages, "check_status_page")) == 1
    assert len(calls(messages, "ask_refunds_agent")) == 1


TELLING = '{"error": "order_id must match ^ORD-[0-9]{6}$; region must be one of EU, US, APAC"}'


@pytest.mark.parametrize(
    "edited",
    [
        lambda: start(more_instructions=" Order ids look like ORD-048213. Regions are EU, US and APAC."),
        lambda: start(more_instructions=" Order ids are ORD- and six digits. Regions are EU, US and APAC."),
        lambda: start(question=agent.QUESTION.replace("48213", "ORD-048213") + " (Region: EU)"),
        lambda: edit_arguments({"order_id": "ORD-048213", "region": "EU"}),
        lambda: edit_arguments({"order_id": "ORD-048213", "region": "EU"}, lookup=7),
        lambda: edit_response(TELLING),
        lambda: edit_response(TELLING, lookup=6),
    ],
)
def test_edits_that_mend_it(edited: Callable[[], Messages]) -> None:
    messages = edited()
    assert finish(messages).startswith(REFUNDED)
    assert calls(messages, "lookup_order")[-1] == {"order_id": "ORD-048213", "region": "EU"}
    assert calls(messages, "issue_refund") == [
        {"order_id": "ORD-048213", "amount": 129.0, "currency": "EUR", "reason": "damaged"}
    ]


@pytest.mark.parametrize(
    ("edited", "last_lookup"),
    [
        (
            lambda: start(more_instructions=" Always be polite and apologise for the trouble."),
            {"order_id": 48213, "region": "Europe"},
        ),
        (
            lambda: start(more_instructions=" Order ids look like ORD-048213."),
            {"order_id": "ORD-048213", "region": "Europe"},
        ),
        (
            lambda: start(more_instructions=" Regions are EU, US and APAC."),
            {"order_id": 48213, "region": "EU"},
        ),
        (
            lambda: edit_arguments({"order_id": "48213", "region": "EU"}),
            {"order_id": 48213, "region": "Europe"},
        ),
        (lambda: edit_response('{"error": "bad request"}'), {"order_id": 48213, "region": "Europe"}),
        (lambda: edit_response(TELLING, lookup=7), {"order_id": 48213, "region": "Europe"}),
    ],
)
def test_edits_that_do_not(edited: Callable[[], Messages], last_lookup: dict[str, Any]) -> None:
    messages = edited()
    assert finish(messages).startswith("I am sorry, I could not find your order")
    assert calls(messages, "lookup_order")[-1] == last_lookup
    assert len(calls(messages, "lookup_order")) == 8
    assert calls(messages, "issue_refund") == []


def test_a_tool_description_that_tells_mends_it() -> None:
    tools = copy.deepcopy(agent.SUPPORT.tools)
    tools[0]["function"]["description"] += " Order ids look like ORD-048213, regions are EU, US or APAC."
    taught = agent.Agent("support", "", agent.SUPPORT.instructions, tools)
    assert agent.proceed(taught, start(), agent.Silent()).startswith(REFUNDED)


def test_the_bound_on_tool_calls_is_read_from_the_system_prompt() -> None:
    messages = start()
    messages[0]["content"] = agent.SUPPORT.instructions.replace("at most 10", "at most 4")
    assert finish(messages) == GAVE_UP
    assert len(calls(messages, "lookup_order")) == 2


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("I want my money back.", "Could you tell me your order number"),
        ("My lamp is broken: order 48999, I live in Texas, USA.", "could not find an order ORD-048999"),
        (
            "My lamp is broken: order 48377, I live in Texas, USA.",
            "refunds for this reason end after 30 days",
        ),
        ("My lamps are cracked: order 48402, I live in Paris.", "needs a person's approval"),
        ("My lamp is late: order 48519, I live in Tokyo, Japan.", "Its status is: in transit"),
    ],
)
def test_other_customers_get_other_answers(question: str, answer: str) -> None:
    messages = start(more_instructions=" Order ids look like ORD-048213: EU, US or APAC.", question=question)
    assert answer in finish(messages)


def test_the_refunds_agents_words_are_read() -> None:
    messages = start(more_instructions=" Order ids look like ORD-048213. Regions are EU, US and APAC.")
    messages += [
        {
            "role": "assistant",
            "tool_calls": [
                {"id": "a", "function": {"name": "ask_refunds_agent", "arguments": '{"question": "?"}'}}
            ],
        },
        {"role": "tool", "tool_call_id": "a", "content": "Europe: 2 days"},
    ]
    assert "refunds for this reason end after 2 days" in finish(messages)


def test_equal_requests_get_equal_replies_and_the_request_is_left_alone() -> None:
    request = {"model": model.MODEL, "messages": incident()[:5], "tools": agent.SUPPORT.tools}
    before = copy.deepcopy(request)
    assert model.complete(request) == model.complete(copy.deepcopy(request))
    assert request == before


def test_ids_do_not_depend_on_ids_or_white_space_but_on_what_was_said() -> None:
    messages = incident()[:6]
    other = copy.deepcopy(messages)
    other[2]["tool_calls"][0]["id"] = other[3]["tool_call_id"] = "call_other"
    other[4]["tool_calls"][0]["function"]["arguments"] = '{"region":"Europe","order_id":48213}'

    def call_id(said: Messages) -> str:
        reply = model.complete({"messages": said, "tools": agent.SUPPORT.tools})
        return str(reply["choices"][0]["message"]["tool_calls"][0]["id"])

    assert call_id(messages) == call_id(other)
    assert call_id(messages) != call_id(messages[:4])


def test_every_reply_says_what_it_is() -> None:
    reply = model.complete({"messages": start(), "tools": agent.SUPPORT.tools})
    assert reply["model"] == "stand-in-support-rules"
    assert "not a language model" in reply["system_fingerprint"]


def test_usage_counts_words_and_marks() -> None:
    reply = model.complete({"messages": [{"role": "user", "content": "Hello, you."}]})
    assert reply["choices"][0]["message"]["content"].endswith("tell me your order number, please?")
    # Words, and one full stop, one comma, one question mark.
    assert reply["usage"]["completion_tokens"] == 14 + 3
    assert (
        reply["usage"]["total_tokens"]
        == reply["usage"]["prompt_tokens"] + reply["usage"]["completion_tokens"]
    )


def test_content_may_be_a_list_of_parts() -> None:
    messages = start()
    messages[1]["content"] = [{"type": "text", "text": agent.QUESTION}]
    assert finish(messages) == GAVE_UP


@pytest.mark.parametrize("request_body", [{}, {"messages": None}, {"messages": "hello"}])
def test_a_request_without_messages_is_refused(request_body: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="list of messages"):
        model.complete(request_body)


def test_odd_messages_do_not_break_it() -> None:
    odd: list[Any] = [
        None,
        {"role": "assistant", "content": None, "tool_calls": [{"id": "x"}]},
        {"role": "tool", "tool_call_id": "unknown", "content": "{"},
        {"role": "user", "content": 7},
    ]
    assert model.complete({"messages": odd})["choices"][0]["finish_reason"] == "stop"


def test_a_spoiled_order_record_is_not_refunded() -> None:
    assert finish(edit_response('{"order": {"item": "lamp"}}')).startswith(
        "I found your order, but its record is"
    )
