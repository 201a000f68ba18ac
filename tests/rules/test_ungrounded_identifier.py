"""Ids that the agent was told nowhere."""

from __future__ import annotations

from typing import Any

import pytest

from replaydbg.core.finding import Severity
from replaydbg.core.message import Json
from replaydbg.core.trace import Trace
from replaydbg.rules.ungrounded_identifier import RULE
from tests.support.build import assistant, call, chat, model_call, response, tool, trace, user
from tests.support.rules import found


def asking(arguments: Json, told: str = "My order is W5918422.") -> Trace:
    return trace(model_call("m1", [user(told)], assistant("", call("cancel", arguments))))


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        pytest.param({"order": "W5918422"}, "My order is W5918422.", id="told"),
        pytest.param({"order": "w5918422"}, "My order is W5918422.", id="in another case"),
        pytest.param({"order": "order_5918422"}, "Order 5918422, please.", id="with a prefix"),
        pytest.param({"order": "5918422"}, "It is ORDER_5918422.", id="without its prefix"),
        pytest.param({"order": "ORD-048213"}, "Order 48213, please.", id="with zeros before"),
        pytest.param({"total": "12345"}, "I paid 12,345 in all.", id="a number with separators"),
        pytest.param({"day": "2026-11-26"}, "Come tomorrow.", id="a date"),
        pytest.param({"day": "20261126"}, "Come tomorrow.", id="a date without separators"),
        pytest.param({"count": 98765}, "Many.", id="a number is no id"),
        pytest.param({"order_id": 9999, "seat_no": -9999}, "Mine.", id="short numbers"),
        pytest.param({"order_id": 48213}, "Order 48,213.", id="a number that is one"),
        pytest.param({"card": "4111111111111111"}, "4111 1111 1111 1111", id="in groups"),
        pytest.param({"phone": "+491701234567"}, "Call +49 (170) 123-4567.", id="a phone number"),
        pytest.param({"order": "W5918422"}, "It is W-5918422.", id="with a dash"),
        pytest.param({"budget": "150000"}, "A hundred and fifty thousand.", id="a round amount"),
        pytest.param({"year": "FY2024"}, "Last year.", id="a year"),
        pytest.param({"file": "report_draft_2024"}, "Write it.", id="a name with a year"),
        pytest.param({"color": "#FF8800"}, "Make it orange.", id="a colour"),
        pytest.param({"how": "sha256", "what": "h264_1080p"}, "Hash it.", id="standards"),
        pytest.param({"at": "1764150000"}, "Now.", id="a time"),
        pytest.param({"package": "boto3"}, "Upgrade it.", id="a name with a digit"),
        pytest.param({"path": "src/v12345/x"}, "Write it.", id="a path"),
        pytest.param({"text": "order W5918442 and more"}, "Say it.", id="text"),
        pytest.param({"id": "3f2b8c9d1e4a"}, "Make one.", id="a digest"),
        pytest.param({"id": "8f14e45f-ceea-467f-a8f2-1f2c3d4e5f60"}, "Make one.", id="a UUID"),
        pytest.param({"mail": "Ann@Example.org"}, "I am ann@example.org.", id="an address"),
        pytest.param([1, None, {"a": {"b": []}}], "x", id="arguments of any shape"),
    ],
)
def test_quiet(arguments: Json, told: str) -> None:
    assert found(RULE, asking(arguments, told)) == []


@pytest.mark.parametrize(
    ("arguments", "place"),
    [
        ({"order": "W5918442"}, "/order"),
        ({"flights": [{"number": "HAT0055"}]}, "/flights/0/number"),
        ({"reservation": "ZK3V2P"}, "/reservation"),
        ({"mail": "bob@example.org"}, "/mail"),
        ({"order_id": 48213}, "/order_id"),
        ({"order_id": 10001}, "/order_id"),
        ({"order_id": -10001}, "/order_id"),
        ({"orderId": 48213}, "/orderId"),
        ({"card": "4539148803436467"}, "/card"),
    ],
)
def test_found(arguments: Any, place: str) -> None:
    (finding,) = found(RULE, asking(arguments))
    assert finding.evidence[0].pointer == f"/tool_calls/0/arguments{place}"


def test_what_a_tool_returned_is_told_and_what_was_said_once_is_not_told_again() -> None:
    run = chat(
        [
            user("Cancel my order."),
            assistant("", call("find", {}, "c")),
            response("c", {"orders": ["W5918422"]}),
            assistant("", call("cancel", {"id": "W5918422"}, "d"), call("cancel", {"id": "W0000001"}, "e")),
            response("d", "done"),
            response("e", "no such order"),
            assistant("", call("cancel", {"id": "W0000001"}, "f")),
        ]
    )
    assert [finding.message for finding in found(RULE, run)] == [
        'cancel: "W0000001" was told to the agent nowhere'
    ]


def test_the_description_of_a_tool_tells() -> None:
    offer = [tool("cancel", {"properties": {"order": {"examples": ["W5918442"]}}})]
    asked = assistant("", call("cancel", {"order": "W5918442"}))
    assert found(RULE, trace(model_call("m1", [user("Go.")], asked, tools=offer))) == []


def test_where_a_run_is_too_long_to_look_through_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("replaydbg.limits.GROUNDING_CHARS_MAX", 10)
    (finding,) = found(RULE, asking({"order": "W5918442"}))
    assert finding.message.startswith("the search for made-up identifiers ended here")
    assert (finding.severity, finding.evidence) == (Severity.HINT, ())


def test_a_run_of_ids_that_nobody_told_is_left_where_looking_takes_too_long(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def run(count: int) -> Trace:
        replies = [assistant("", call("open", {"order": f"W{n}918442"}, f"c{n}")) for n in range(count)]
        return trace(*(model_call(f"m{n}", [user(f"Go on, {n}.")], reply) for n, reply in enumerate(replies)))

    assert len(found(RULE, run(50))) == 50
    monkeypatch.setattr("replaydbg.limits.GROUNDING_LOOKED_THROUGH_MAX", 10_000)
    told = found(RULE, run(50))
    assert 1 < len(told) < 50
    assert "ended here" in told[-1].message
