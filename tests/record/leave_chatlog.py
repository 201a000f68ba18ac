"""`leave-chatlog.jsonl`: a raw chat log. A plain OpenAI client program that writes down each call as it made it.

One line a call: `{"timestamp", "model", "messages", "tools", "response"}`, arguments as the raw text the model sent. Two of
them are bad: one was cut by the token limit and is not JSON, one breaks the schema.
"""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

from openai import OpenAI

from tests.record import otel
from tests.record.scripted_server import serving
from tests.record.wire_shapes import Asked, Call, Say

NAME = "leave-chatlog.jsonl"
MODEL = "scripted-leave"
START = dt.datetime(2026, 6, 2, 9, 14, tzinfo=dt.UTC)
SYSTEM = "You are the leave assistant of a company. Check the balance and the team calendar before you file a request."
TURNS = (
    "I'd like to take the two weeks from 20 July off. My number is E-3307. Is that possible?",
    "Yes, please file it, and write my colleagues a hand-over note.",
)

TOOLS: list[dict[str, Any]] = [
    {
        "type": "function",
        "function": {
            "name": "leave_balance",
            "description": "Days of leave that an employee has left this year.",
            "parameters": {
                "type": "object",
                "properties": {"employee": {"type": "string", "pattern": "^E-[0-9]{4}$"}},
                "required": ["employee"],
                "additionalProperties": False,
            },
        },
    },
    {
        "type": "function",
        "function": {
            "name": "team_calendar",
            "description": "Who of the employee's team is away between two dates.",
            "parameters": {
                "type": "object",
                "properties": {
                    "employee": {"type": "string"},
                    "first": {"type": "string", "format": "date"},
                    "last": {"type": "string", "format": "date"},
                },
                "required": ["employee", "first", "last"],
                "additionalProperties": False,
            },
        },
    },
    {
        "type": "function",
        "function": {
            "name": "file_request",
            "description": "File a request for leave, with a hand-over note for the team.",
            "parameters": {
                "type": "object",
                "properties": {
                    "employee": {"type": "string", "pattern": "^E-[0-9]{4}$"},
                    "first": {"type": "string", "format": "date"},
                    "days": {"type": "integer", "minimum": 1, "maximum": 30},
                    "note": {"type": "string"},
                },
                "required": ["employee", "first", "days", "note"],
                "additionalProperties": False,
            },
        },
    },
]

_NOTE = "From 20 to 31 July: releases go to Amira, on-call swaps to Tomas. The vendor contract waits until I am back."
_WEEKS = {"employee": "E-3307", "first": "2026-07-20"}


def script(asked: Asked) -> Say:
    """Check, propose, file: the first time cut short, the second time with a word for a number."""
    turns = (
        Say(
            calls=(
                Call("leave_balance", {"employee": "E-3307"}),
                Call("team_calendar", _WEEKS | {"last": "2026-07-31"}),
            )
        ),
        Say(
            "Yes: you have 17 days left and need 10, and only Noor is away, until 22 July. Shall I file the request?"
        ),
        Say(
            calls=(Call("file_request", raw=json.dumps(_WEEKS | {"days": 10, "note": _NOTE})[:118]),),
            cut=True,
        ),
        Say(calls=(Call("file_request", _WEEKS | {"days": "ten", "note": _NOTE}),)),
        Say(calls=(Call("file_request", _WEEKS | {"days": 10, "note": _NOTE}),)),
    )
    if asked.turns < len(turns):
        return turns[asked.turns]
    return Say("Filed as LR-1198: 20 to 31 July, 10 days, with your hand-over note.")


def execute(name: str, raw: str) -> str:
    """The company's tools, as the program calls them."""
    try:
        arguments = json.loads(raw)
    except ValueError as error:
        return f"error: the arguments are not valid JSON ({error})"
    if name == "leave_balance":
        return json.dumps({"employee": arguments["employee"], "days_left": 17})
    if name == "team_calendar":
        return json.dumps([{"employee": "Noor", "first": "2026-07-13", "last": "2026-07-22"}])
    if not isinstance(arguments["days"], int):
        return f"error: days must be a whole number, not {arguments['days']!r}"
    return json.dumps({"request": "LR-1198", "state": "filed", "days": arguments["days"]})


def record() -> Path:
    """Hold the conversation and write the log."""
    lines: list[str] = []
    with serving(script) as url:
        client = OpenAI(base_url=f"{url}/v1", api_key="not-a-key", max_retries=0)
        messages: list[dict[str, Any]] = [{"role": "system", "content": SYSTEM}]
        for turn in TURNS:
            messages.append({"role": "user", "content": turn})
            while True:
                request = {"model": MODEL, "messages": [*messages], "tools": TOOLS}
                response = client.chat.completions.create(**request)  # type: ignore[call-overload]
                # The program's clock is a fixed one: a line every seven seconds.
                now = (START + dt.timedelta(seconds=7 * len(lines))).isoformat()
                lines.append(
                    otel.dumps({"timestamp": now, **request, "response": response.model_dump(mode="json")})
                )
                message = response.choices[0].message
                messages.append(message.model_dump(exclude_none=True))
                for call in message.tool_calls or []:
                    content = execute(call.function.name, call.function.arguments)
                    messages.append({"role": "tool", "tool_call_id": call.id, "content": content})
                if not message.tool_calls:
                    break
    return otel.write_text(NAME, "\n".join(lines) + "\n")
