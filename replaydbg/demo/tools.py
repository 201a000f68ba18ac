"""The tools of the demo agents: real functions over a small bundled SQLite database, opened read-only.

No tool changes anything: `issue_refund` returns a receipt computed from its arguments and writes nothing. Arguments are
checked against the very JSON Schemas that the model is offered; the refusal is as terse as such services often are, and
that terseness is half of the bundled incident.
"""

from __future__ import annotations

import hashlib
import json
import re
import sqlite3
from collections.abc import Callable, Mapping
from contextlib import closing
from importlib.resources import as_file, files
from typing import Any

_TYPES: Mapping[str, tuple[type, ...]] = {"string": (str,), "number": (int, float)}
"""The JSON types our schemas use, as Python types."""

_ORDER_ID = {"type": "string", "pattern": "^ORD-[0-9]{6}$"}
_REASON = {"type": "string", "enum": ["damaged", "late", "changed_mind"]}


def _tool(name: str, description: str, properties: Mapping[str, Any]) -> dict[str, Any]:
    """One entry of an OpenAI tools array; all arguments are required and others are refused."""
    schema = {
        "type": "object",
        "properties": dict(properties),
        "required": list(properties),
        "additionalProperties": False,
    }
    return {"type": "function", "function": {"name": name, "description": description, "parameters": schema}}


_LOOKUP_ORDER = _tool(
    "lookup_order",
    "Find one order of a customer.",
    {"order_id": _ORDER_ID, "region": {"type": "string", "enum": ["EU", "US", "APAC"]}},
)
_CHECK_STATUS_PAGE = _tool("check_status_page", "Read the status page of our internal services.", {})
_ISSUE_REFUND = _tool(
    "issue_refund",
    "Refund an order, in full or in part.",
    {
        "order_id": _ORDER_ID,
        "amount": {"type": "number", "exclusiveMinimum": 0},
        "currency": {"type": "string", "enum": ["EUR", "USD", "JPY"]},
        "reason": _REASON,
    },
)
_ASK_REFUNDS_AGENT = _tool(
    "ask_refunds_agent",
    "Hand a question about refund rules to the refunds agent and get its answer.",
    {"question": {"type": "string"}},
)
_REFUND_POLICY = _tool("refund_policy", "The refund policy for one reason of a claim.", {"reason": _REASON})

SUPPORT_TOOLS = [_LOOKUP_ORDER, _CHECK_STATUS_PAGE, _ASK_REFUNDS_AGENT, _ISSUE_REFUND]
REFUNDS_TOOLS = [_REFUND_POLICY]
TOOLS = [*SUPPORT_TOOLS, *REFUNDS_TOOLS]
"""Every tool of the demo, in the form of the OpenAI `tools` array."""

_PARAMETERS: Mapping[str, Mapping[str, Any]] = {
    tool["function"]["name"]: tool["function"]["parameters"] for tool in TOOLS
}


def refusal(tool: str, arguments: Mapping[str, Any]) -> dict[str, Any] | None:
    """What the order service says to arguments that break the tool's schema: which fields, and no more; None if fine."""
    schema = _PARAMETERS[tool]
    properties: Mapping[str, Mapping[str, Any]] = schema["properties"]
    missing = [name for name in schema["required"] if name not in arguments]
    wrong = [
        name
        for name, value in arguments.items()
        if name not in properties or not _fits(value, properties[name])
    ]
    return {"error": "validation failed", "fields": sorted(missing + wrong)} if missing or wrong else None


def _fits(value: object, schema: Mapping[str, Any]) -> bool:
    """Whether a value satisfies the few schema keywords that our tools use."""
    if isinstance(value, bool) or not isinstance(value, _TYPES[schema["type"]]):
        return False
    if isinstance(value, str) and "pattern" in schema and not re.search(schema["pattern"], value):
        return False
    if isinstance(value, int | float) and value <= schema.get("exclusiveMinimum", float("-inf")):
        return False
    return "enum" not in schema or value in schema["enum"]


def lookup_order(*, order_id: str, region: str) -> dict[str, Any]:
    """The order's record under `order`, or `error`: the arguments were refused, or there is no such order."""
    refused = refusal("lookup_order", {"order_id": order_id, "region": region})
    if refused:
        return refused
    columns = "order_id, region, customer, item, status, delivered_on, amount, currency"
    rows = _query(f"SELECT {columns} FROM orders WHERE order_id = ? AND region = ?", order_id, region)  # noqa: S608
    return {"order": rows[0]} if rows else {"error": "no such order", "order_id": order_id}


def check_status_page() -> dict[str, Any]:
    """The state of each internal service."""
    return {"services": _query("SELECT name, state FROM services ORDER BY name")}


def refund_policy(*, reason: str) -> dict[str, Any]:
    """Days to claim after delivery, by region, and the amount above which a person must approve; or `error`."""
    refused = refusal("refund_policy", {"reason": reason})
    if refused:
        return refused
    rows = _query(
        "SELECT region, window_days, approval_above FROM policies WHERE reason = ? ORDER BY rowid", reason
    )
    return {
        "reason": reason,
        "window_days": {row["region"]: row["window_days"] for row in rows},
        "approval_above": rows[0]["approval_above"],
    }


def issue_refund(*, order_id: str, amount: float, currency: str, reason: str) -> dict[str, Any]:
    """A receipt, the same for the same arguments; or `error`. Nothing is written and no money moves."""
    arguments = {"order_id": order_id, "amount": amount, "currency": currency, "reason": reason}
    refused = refusal("issue_refund", arguments)
    if refused:
        return refused
    rows = _query("SELECT amount, currency FROM orders WHERE order_id = ?", order_id)
    if not rows:
        return {"error": "no such order", "order_id": order_id}
    if amount > rows[0]["amount"] or currency != rows[0]["currency"]:
        return {"error": "amount exceeds the order", "order_id": order_id}
    digest = hashlib.sha256(json.dumps(arguments, sort_keys=True).encode()).hexdigest()
    return {
        "receipt": f"RF-{digest[:8].upper()}",
        "order_id": order_id,
        "amount": amount,
        "currency": currency,
    }


FUNCTIONS: Mapping[str, Callable[..., dict[str, Any]]] = {
    "lookup_order": lookup_order,
    "check_status_page": check_status_page,
    "refund_policy": refund_policy,
    "issue_refund": issue_refund,
}
"""The tools that are plain functions; `agent.BINDINGS` adds the one that is an agent."""


def call(tool: str, /, **arguments: Any) -> dict[str, Any]:
    """Run a tool with a model's arguments, whatever they are: wrong, missing and unknown ones are refused as a value."""
    return refusal(tool, arguments) or FUNCTIONS[tool](**arguments)


def _query(sql: str, *parameters: object) -> list[dict[str, Any]]:
    """The rows of the bundled database, read-only."""
    with as_file(files("replaydbg.demo").joinpath("orders.sqlite3")) as path:
        uri = f"{path.absolute().as_uri()}?mode=ro&immutable=1"
        with closing(sqlite3.connect(uri, uri=True)) as connection:
            connection.row_factory = sqlite3.Row
            return [dict(row) for row in connection.execute(sql, parameters)]
