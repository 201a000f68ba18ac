"""A rule-based stand-in for a language model: it reads the conversation and answers as a brittle support agent would.

It is not a language model and must never be shown as one: its name is `stand-in-support-rules`, its provider
`replaydbg-stand-in`. `complete` is a pure function of the request, so equal requests get equal replies.

Its flaw, which makes the bundled incident: it does not read the JSON Schemas of its tools. It sends the order number as
the customer wrote it, `{"order_id": 48213, "region": "Europe"}`, where the schema wants `^ORD-[0-9]{6}$` and one of
`EU`, `US`, `APAC`; it takes the terse validation error for a passing fault, tries again with the same arguments, and
gives up after the ten tool calls its system prompt allows.

Edits that mend the incident:

* system prompt: add "Order ids look like ORD-048213. Regions are EU, US and APAC."
* user message: write "order ORD-048213" and "EU" instead of the bare number and the country.
* arguments of a `lookup_order` call: `{"order_id": "ORD-048213", "region": "EU"}`.
* a tool response that tells: `{"error": "order_id must match ^ORD-[0-9]{6}$; region must be one of EU, US, APAC"}`.
* the description of `lookup_order` in the tool definitions: the same words.

Edits that do not:

* system prompt: add "Always be polite and apologise for the trouble." The same loop.
* system prompt: add only "Order ids look like ORD-048213." Half a cure: the region is still refused, and it loops.
* arguments: `{"order_id": "48213", "region": "EU"}`. A string, but not the pattern.
* a vaguer tool response: `{"error": "bad request"}`. The same loop.
* a telling tool response, but in the tenth call: the lesson comes when no tool calls are left.

Usage counts words and punctuation marks, one token each.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from replaydbg.demo.reading import Answer, Conversation, count_words, essence, read

MODEL = "stand-in-support-rules"
PROVIDER = "replaydbg-stand-in"

_RETRIES = (
    "The order system did not accept that just now. Let me try the lookup again.",
    "It seems to be a temporary problem on our side. I will repeat the lookup.",
    "Still no luck. I will give the order system one more try.",
)
_REASONS: Mapping[str, tuple[str, ...]] = {
    "damaged": ("broken", "damaged", "cracked", "scratched", "defective", "smashed", "shattered"),
    "late": ("late", "delayed", "not arrived", "still waiting"),
}
"""Words that give the reason of a claim away; anything else is a change of mind."""


@dataclass(frozen=True, slots=True)
class _Turn:
    """What the stand-in says, and the tool call it makes if any."""

    text: str
    tool: str | None = None
    arguments: Mapping[str, Any] | None = None


def complete(request: Mapping[str, Any]) -> dict[str, Any]:
    """Answer a Chat Completions request body with a Chat Completions response body.

    Raises:
        ValueError: the request has no list of messages.
    """
    talk = read(request)
    turn = _refunds_turn(talk) if "refund_policy" in talk.offered else _support_turn(talk)
    return _response(request, turn)


def _support_turn(talk: Conversation) -> _Turn:
    """The front desk: ask the refunds agent for the rules, find the order, settle the claim."""
    order_id = talk.order_id()
    if order_id is None:
        return _Turn("I am sorry to hear that. Could you tell me your order number, please?")
    for answer in reversed(talk.of("lookup_order")):
        if answer.field("order") is not None:
            return _settle(talk, answer.field("order"))
        if answer.field("error") == "no such order":
            return _Turn(
                f"I could not find an order {order_id} in our system. Could you check the number, please?"
            )
    if len(talk.answers) >= talk.tool_calls_max() or "lookup_order" not in talk.offered:
        return _Turn(f"I am sorry, I could not find your order {order_id}. Please try again later.")
    if "ask_refunds_agent" in talk.offered and not talk.of("ask_refunds_agent"):
        question = f"What are the rules for a claim with the reason: {_reason(talk.user)}?"
        return _Turn(
            "I will ask our refunds desk which rules apply.", "ask_refunds_agent", {"question": question}
        )
    return _look_up(talk, order_id)


def _look_up(talk: Conversation, order_id: int | str) -> _Turn:
    """Look the order up, once more if need be; after two refusals glance at the status page first."""
    refusals = len(talk.of("lookup_order"))
    if refusals == 2 and not talk.of("check_status_page") and "check_status_page" in talk.offered:
        return _Turn("Let me see whether the order system has an outage.", "check_status_page", {})
    region = talk.region()
    arguments = {"order_id": order_id} | ({"region": region} if region else {})
    text = _RETRIES[(refusals - 1) % len(_RETRIES)] if refusals else "Now let me look up your order."
    return _Turn(text, "lookup_order", arguments)


def _settle(talk: Conversation, order: Any) -> _Turn:
    """Decide the claim from the order and the refunds agent's rules."""
    if (
        not isinstance(order, dict)
        or not {"order_id", "item", "status", "amount", "currency"} <= order.keys()
    ):
        return _Turn(
            "I found your order, but its record is incomplete. A colleague will get back to you today."
        )
    receipts = talk.of("issue_refund")
    if receipts:
        return _confirm(order, receipts[-1])
    named = f"order {order['order_id']} ({order['item']}, {order['amount']:.2f} {order['currency']})"
    delivered, today = order.get("delivered_on"), talk.today()
    if order["status"] != "delivered" or not delivered or today is None:
        return _Turn(f"I found {named}. Its status is: {order['status']}. There is nothing to refund yet.")
    window, limit = _rules(talk)
    if window is None:
        return _Turn(
            f"I found {named}. A colleague from the refunds desk will tell you today what applies to it."
        )
    age = (date.fromisoformat(today) - date.fromisoformat(delivered)).days
    if age > window:
        return _Turn(
            f"I found {named}, delivered on {delivered}. That is {age} days ago, and refunds for this reason end "
            f"after {window} days, so I cannot refund it. I am sorry."
        )
    if limit is not None and order["amount"] > limit:
        return _Turn(
            f"I found {named}. A refund of this amount needs a person's approval; you will hear from us today."
        )
    arguments = {key: order[key] for key in ("order_id", "amount", "currency")} | {
        "reason": _reason(talk.user)
    }
    return _Turn(f"I found {named}, delivered {age} days ago. It can be refunded.", "issue_refund", arguments)


def _confirm(order: Mapping[str, Any], receipt: Answer) -> _Turn:
    number = receipt.field("receipt")
    if number is None:
        return _Turn(
            f"I found your {order['item']}, but the refund did not go through. A colleague will call you today."
        )
    return _Turn(
        f"I have refunded {order['amount']:.2f} {order['currency']} for your {order['item']} "
        f"(order {order['order_id']}). Your receipt is {number}, and the money arrives within five working days."
    )


def _rules(talk: Conversation) -> tuple[int | None, float | None]:
    """The claim window in days and the approval limit, as the refunds agent worded them for the customer's region."""
    told = "\n".join(answer.text for answer in talk.of("ask_refunds_agent"))
    name = talk.region_name() or "Europe"
    window = re.search(rf"{name}: (\d+) days", told)
    limit = re.search(r"above (\d+(?:\.\d+)?)", told)
    return (int(window[1]) if window else None), (float(limit[1]) if limit else None)


def _refunds_turn(talk: Conversation) -> _Turn:
    """The refunds desk: read the policy for the reason in the question, then word it."""
    reason = _reason(talk.user)
    told = talk.of("refund_policy")
    if not told:
        return _Turn("", "refund_policy", {"reason": reason})
    windows, limit = told[-1].field("window_days"), told[-1].field("approval_above")
    if not isinstance(windows, dict):
        return _Turn("I could not read the refund policy. Please have a person decide.")
    parts = ", ".join(f"{region}: {days} days" for region, days in windows.items())
    approval = "" if limit is None else f" Amounts above {limit:.2f} need a person's approval."
    return _Turn(
        f"For the reason {reason} we refund in full, counted from delivery, within {parts}.{approval}"
    )


def _reason(text: str) -> str:
    heard = text.lower()
    for reason, words in _REASONS.items():
        if any(re.search(rf"\b{word}\b", heard) for word in words):
            return reason
    return "changed_mind"


def _response(request: Mapping[str, Any], turn: _Turn) -> dict[str, Any]:
    """The reply in the provider's shape; its ids are digests of the conversation, so they are the same every time."""
    name = hashlib.sha256(json.dumps(essence(request), sort_keys=True).encode()).hexdigest()
    message: dict[str, Any] = {"role": "assistant", "content": turn.text or None}
    if turn.tool is not None:
        function = {"name": turn.tool, "arguments": json.dumps(turn.arguments, ensure_ascii=False)}
        message["tool_calls"] = [{"id": f"call_{name[:16]}", "type": "function", "function": function}]
    prompt = count_words(request["messages"]) + count_words(request.get("tools") or [])
    completion = count_words(turn.text) + count_words(message.get("tool_calls", ""))
    return {
        "id": f"standin-{name[:24]}",
        "object": "chat.completion",
        "created": 0,
        "model": MODEL,
        "system_fingerprint": "rule-based stand-in, not a language model",
        "choices": [
            {
                "index": 0,
                "message": message,
                "finish_reason": "tool_calls" if turn.tool is not None else "stop",
            }
        ],
        "usage": {
            "prompt_tokens": prompt,
            "completion_tokens": completion,
            "total_tokens": prompt + completion,
        },
    }
