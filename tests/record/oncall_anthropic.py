"""`oncall-anthropic.jsonl`: a raw log in Anthropic's shape. A plain Anthropic client program, streaming, call by call.

One line a call: the request body as it was sent (`model`, `max_tokens`, `system`, `messages`, `tools`) and `response`. The
model thinks, calls two tools at once, and once sends a phrase where the schema wants an integer.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from anthropic import Anthropic

from tests.record import otel
from tests.record.scripted_server import serving
from tests.record.wire_shapes import Asked, Call, Say

NAME = "oncall-anthropic.jsonl"
MODEL = "scripted-oncall"
SYSTEM = (
    "You help the engineer on call. Look at metrics and logs before you name a cause. Never restart anything."
)
TASK = "Checkout latency went from 200 ms to 4 s at 03:10. What happened?"

TOOLS: list[dict[str, Any]] = [
    {
        "name": "query_metric",
        "description": "The course of a metric of a service over the last minutes.",
        "input_schema": {
            "type": "object",
            "properties": {
                "service": {"type": "string", "enum": ["checkout", "payments", "inventory"]},
                "metric": {"type": "string", "enum": ["latency_p95", "errors", "db_connections"]},
                "minutes": {"type": "integer", "minimum": 1, "maximum": 180},
            },
            "required": ["service", "metric", "minutes"],
            "additionalProperties": False,
        },
    },
    {
        "name": "search_logs",
        "description": "Log lines of a service that contain a text, newest first.",
        "input_schema": {
            "type": "object",
            "properties": {
                "service": {"type": "string", "enum": ["checkout", "payments", "inventory"]},
                "text": {"type": "string"},
                "limit": {"type": "integer", "minimum": 1, "maximum": 50},
            },
            "required": ["service", "text"],
            "additionalProperties": False,
        },
    },
    {
        "name": "recent_deploys",
        "description": "Deploys of all services in the last hours.",
        "input_schema": {
            "type": "object",
            "properties": {"hours": {"type": "integer", "minimum": 1, "maximum": 48}},
            "required": ["hours"],
            "additionalProperties": False,
        },
    },
]

_METRICS = {
    ("checkout", "latency_p95"): "02:50 0.21 s, 03:00 0.20 s, 03:10 3.90 s, 03:20 4.10 s, 03:30 4.05 s",
    ("inventory", "db_connections"): "02:50 31, 03:00 30, 03:10 100, 03:20 100, 03:30 100 (limit 100)",
}


def script(asked: Asked) -> Say:
    """Metrics, then the database, then the deploys, then the cause."""
    turns = (
        Say(
            "I will look at the latency and the logs at the same time.",
            (
                Call(
                    "query_metric", {"service": "checkout", "metric": "latency_p95", "minutes": "last hour"}
                ),
                Call("search_logs", {"service": "checkout", "text": "timeout", "limit": 3}),
            ),
            thinking="A jump at a fixed minute suggests a dependency or a deploy. Start with the two cheapest looks.",
        ),
        Say(calls=(Call("query_metric", {"service": "checkout", "metric": "latency_p95", "minutes": 60}),)),
        Say(
            "Checkout waits for inventory.",
            (
                Call("query_metric", {"service": "inventory", "metric": "db_connections", "minutes": 60}),
                Call("recent_deploys", {"hours": 6}),
            ),
            thinking="The timeouts name inventory. If its pool is full, a deploy may have changed how it takes connections.",
        ),
    )
    if asked.turns < len(turns):
        return turns[asked.turns]
    return Say(
        "The cause is most likely the inventory deploy 2026.6.2 at 03:08. Since 03:10 inventory holds all 100 database "
        "connections, and checkout waits for it until the 4 s timeout. The change 'stream stock levels' probably keeps a "
        "connection for each stream. Suggestion: roll inventory back to 2026.6.1; I have not touched anything."
    )


def execute(name: str, given: dict[str, Any]) -> tuple[str, bool]:
    """The tools, as the program runs them: text, and whether it is an error."""
    if name == "recent_deploys":
        return "03:08 inventory 2026.6.2 'stream stock levels'; 21:40 payments 2026.6.7 'new receipts'", False
    if name == "search_logs":
        line = "03:31:02 WARN checkout: timeout after 4000 ms waiting for inventory /v2/stock"
        return "\n".join([line, line.replace("31:02", "31:01"), line.replace("31:02", "30:58")]), False
    if not isinstance(given["minutes"], int):
        return "minutes: expected an integer between 1 and 180", True
    return _METRICS[given["service"], given["metric"]], False


def record() -> Path:
    """Run the program and write its log."""
    lines: list[str] = []
    with serving(script) as url:
        client = Anthropic(base_url=url, api_key="not-a-key", max_retries=0)
        messages: list[dict[str, Any]] = [{"role": "user", "content": TASK}]
        while True:
            request: dict[str, Any] = {
                "model": MODEL,
                "max_tokens": 2048,
                "thinking": {"type": "enabled", "budget_tokens": 1024},
                "system": SYSTEM,
                "messages": [*messages],
                "tools": TOOLS,
            }
            with client.messages.stream(**request) as stream:
                response = stream.get_final_message().model_dump(mode="json", exclude_none=True)
            lines.append(otel.dumps({**request, "response": response}))
            messages.append({"role": "assistant", "content": response["content"]})
            uses = [block for block in response["content"] if block["type"] == "tool_use"]
            if not uses:
                break
            messages.append({"role": "user", "content": [_result(use) for use in uses]})
    return otel.write_text(NAME, "\n".join(lines) + "\n")


def _result(use: dict[str, Any]) -> dict[str, Any]:
    text, failed = execute(use["name"], use["input"])
    result = {"type": "tool_result", "tool_use_id": use["id"], "content": [{"type": "text", "text": text}]}
    return result | ({"is_error": True} if failed else {})
