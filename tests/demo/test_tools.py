"""The demo's tools: their checks agree with their schemas, they read the bundled database, they write nothing."""

from __future__ import annotations

import hashlib
import inspect
import json
from importlib.resources import files
from typing import Any

import jsonschema_rs
import pytest

from replaydbg.demo import agent, tools

REFUSED = {"error": "validation failed", "fields": ["order_id", "region"]}


def test_an_order_is_found() -> None:
    found = tools.lookup_order(order_id="ORD-048213", region="EU")
    assert found["order"]["item"] == "Aalto desk lamp"
    assert found["order"]["delivered_on"] == "2026-03-09"


def test_an_order_of_another_region_is_not() -> None:
    assert tools.lookup_order(order_id="ORD-048213", region="US")["error"] == "no such order"


@pytest.mark.parametrize(
    ("arguments", "fields"),
    [
        ({"order_id": 48213, "region": "Europe"}, ["order_id", "region"]),
        ({"order_id": "48213", "region": "EU"}, ["order_id"]),
        ({"order_id": "ORD-048213"}, ["region"]),
        ({"order_id": "ORD-048213", "region": "EU", "verbose": True}, ["verbose"]),
        ({"order_id": True, "region": None}, ["order_id", "region"]),
        ({}, ["order_id", "region"]),
    ],
)
def test_broken_arguments_are_refused_tersely(arguments: dict[str, Any], fields: list[str]) -> None:
    assert tools.call("lookup_order", **arguments) == {"error": "validation failed", "fields": fields}


@pytest.mark.parametrize("amount", [0, -1, "129", True])
def test_amounts_are_positive_numbers(amount: Any) -> None:
    arguments = {"order_id": "ORD-048213", "amount": amount, "currency": "EUR", "reason": "damaged"}
    assert tools.call("issue_refund", **arguments)["fields"] == ["amount"]


@pytest.mark.parametrize("tool", tools.TOOLS, ids=lambda tool: tool["function"]["name"])
def test_our_checks_agree_with_a_real_validator(tool: dict[str, Any]) -> None:
    name = tool["function"]["name"]
    schema = jsonschema_rs.validator_for(tool["function"]["parameters"])
    values: list[Any] = [
        "ORD-048213",
        "ORD-48213",
        "EU",
        "EUR",
        "damaged",
        "hello",
        129.0,
        0,
        7,
        True,
        None,
        [],
        {},
    ]
    names = [*tool["function"]["parameters"]["properties"], "other"]
    samples: list[dict[str, Any]] = [{}, *(dict.fromkeys(names[:-1], value) for value in values)]
    samples += [
        {
            "order_id": "ORD-048213",
            "region": "EU",
            "amount": 1.5,
            "currency": "EUR",
            "reason": "late",
            "question": "?",
        }
        | {name: value}
        for name in names
        for value in values
    ]
    samples += [{key: value for key, value in sample.items() if key in names} for sample in samples]
    assert {schema.is_valid(sample) for sample in samples} == {True, False}
    for sample in samples:
        assert (tools.refusal(name, sample) is None) == schema.is_valid(sample), sample


def test_a_receipt_is_the_same_every_time_and_nothing_is_written() -> None:
    database = files("replaydbg.demo").joinpath("orders.sqlite3")
    before = hashlib.sha256(database.read_bytes()).hexdigest()
    arguments = {"order_id": "ORD-048213", "amount": 129.0, "currency": "EUR", "reason": "damaged"}
    assert tools.call("issue_refund", **arguments) == tools.call("issue_refund", **arguments)
    assert tools.call("issue_refund", **arguments)["receipt"].startswith("RF-")
    assert hashlib.sha256(database.read_bytes()).hexdigest() == before


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"amount": 500.0}, "amount exceeds the order"),
        ({"currency": "USD"}, "amount exceeds the order"),
        ({"order_id": "ORD-000001"}, "no such order"),
    ],
)
def test_a_refund_must_fit_its_order(change: dict[str, Any], error: str) -> None:
    arguments = {"order_id": "ORD-048213", "amount": 129.0, "currency": "EUR", "reason": "damaged"} | change
    assert tools.call("issue_refund", **arguments)["error"] == error


def test_the_policy_names_regions_by_their_everyday_names() -> None:
    policy = tools.refund_policy(reason="damaged")
    assert policy["window_days"] == {"Europe": 30, "United States": 30, "Asia-Pacific": 14}
    assert tools.call("refund_policy", reason="whim") == {"error": "validation failed", "fields": ["reason"]}


def test_nothing_the_stand_in_reads_by_default_gives_the_formats_away() -> None:
    """Otherwise the incident would mend itself."""
    prose = [agent.SUPPORT.instructions, *(tool["function"]["description"] for tool in tools.SUPPORT_TOOLS)]
    said = json.dumps(
        [prose, tools.check_status_page(), agent.ask_refunds_agent(question="damaged?"), REFUSED]
    )
    assert "ORD-" not in said
    assert "EU" not in said


def test_every_tool_is_bound_and_takes_its_schemas_arguments() -> None:
    assert set(agent.BINDINGS) == {tool["function"]["name"] for tool in tools.TOOLS}
    for tool in tools.TOOLS:
        name = tool["function"]["name"]
        if name in tools.FUNCTIONS:
            properties = tool["function"]["parameters"]["properties"]
            assert list(inspect.signature(tools.FUNCTIONS[name]).parameters) == list(properties)
