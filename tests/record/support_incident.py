"""`support-incident.json`: the demo's loop, recorded with the OpenTelemetry SDK and the GenAI semantic conventions.

The spans are emitted around the real loop of `replaydbg.demo.agent`. The stand-in answers in microseconds, so each model
call and tool execution sleeps a little inside its span: the durations are those pauses, not a model's.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from opentelemetry.trace import SpanKind, Tracer

from replaydbg.demo import agent
from replaydbg.demo.model import MODEL, PROVIDER
from tests.record import demo_database, otel

NAME = "support-incident.json"
CONVERSATION = "nordlicht-support-48213"
SECONDS_PER_TOKEN = 0.012
"""Pause of a model call, for each completion token."""
TOOL_SECONDS = 0.035


class Spans:
    """The recorder that emits spans: `invoke_agent`, `chat` and `execute_tool`."""

    def __init__(self, tracer: Tracer) -> None:
        self._tracer = tracer

    @contextmanager
    def invocation(self, who: agent.Agent, task: str) -> Iterator[Callable[[str], object]]:
        with self._tracer.start_as_current_span(f"invoke_agent {who.name}", kind=SpanKind.INTERNAL) as span:
            span.set_attributes(
                {
                    "gen_ai.operation.name": "invoke_agent",
                    "gen_ai.agent.description": who.description,
                    **_common(who),
                    "gen_ai.system_instructions": _json([_text(who.instructions)]),
                    "gen_ai.input.messages": _json([{"role": "user", "parts": [_text(task)]}]),
                }
            )
            yield lambda answer: span.set_attribute("gen_ai.output.messages", _json([_said(answer)]))

    @contextmanager
    def model_call(
        self, who: agent.Agent, request: Mapping[str, Any]
    ) -> Iterator[Callable[[dict[str, Any]], object]]:
        with self._tracer.start_as_current_span(f"chat {MODEL}", kind=SpanKind.CLIENT) as span:
            system, *rest = request["messages"]
            span.set_attributes(
                {
                    "gen_ai.operation.name": "chat",
                    **_common(who),
                    "gen_ai.system_instructions": _json([_text(system["content"])]),
                    "gen_ai.input.messages": _json([message(one) for one in rest]),
                    "gen_ai.tool.definitions": _json(
                        [{"type": "function", **tool["function"]} for tool in who.tools]
                    ),
                }
            )

            def told(response: dict[str, Any]) -> None:
                time.sleep(response["usage"]["completion_tokens"] * SECONDS_PER_TOKEN)
                choice = response["choices"][0]
                reason = choice["finish_reason"]
                # The message's finish reason is the convention's word, the response's is the provider's.
                said = message(choice["message"]) | {
                    "finish_reason": "tool_call" if reason == "tool_calls" else reason
                }
                span.set_attributes(
                    {
                        "gen_ai.response.id": response["id"],
                        "gen_ai.response.model": response["model"],
                        "gen_ai.response.finish_reasons": [reason],
                        "gen_ai.output.messages": _json([said]),
                        "gen_ai.usage.input_tokens": response["usage"]["prompt_tokens"],
                        "gen_ai.usage.output_tokens": response["usage"]["completion_tokens"],
                    }
                )

            yield told

    @contextmanager
    def tool_execution(
        self, who: agent.Agent, call: Mapping[str, Any]
    ) -> Iterator[Callable[[object], object]]:
        name = call["function"]["name"]
        described = next(tool["function"] for tool in who.tools if tool["function"]["name"] == name)
        with self._tracer.start_as_current_span(f"execute_tool {name}", kind=SpanKind.INTERNAL) as span:
            span.set_attributes(
                {
                    "gen_ai.operation.name": "execute_tool",
                    "gen_ai.agent.name": who.name,
                    "gen_ai.conversation.id": CONVERSATION,
                    "gen_ai.tool.name": name,
                    "gen_ai.tool.type": "function",
                    "gen_ai.tool.description": described["description"],
                    "gen_ai.tool.call.id": call["id"],
                    "gen_ai.tool.call.arguments": call["function"]["arguments"],
                }
            )
            time.sleep(TOOL_SECONDS)
            yield lambda result: span.set_attribute(
                "gen_ai.tool.call.result", result if isinstance(result, str) else _json(result)
            )


def message(chat: Mapping[str, Any]) -> dict[str, Any]:
    """A Chat Completions message as the conventions write it: a role and parts."""
    if chat["role"] == "tool":
        parts = [
            {"type": "tool_call_response", "id": chat["tool_call_id"], "response": _value(chat["content"])}
        ]
        return {"role": "tool", "parts": parts}
    parts = [_text(chat["content"])] if chat.get("content") else []
    for call in chat.get("tool_calls") or []:
        function = call["function"]
        arguments = json.loads(function["arguments"])
        parts.append(
            {"type": "tool_call", "id": call["id"], "name": function["name"], "arguments": arguments}
        )
    return {"role": chat["role"], "parts": parts}


def record() -> Path:
    """Make the database, run the loop, write the trace."""
    demo_database.write(otel.TRACES.parent / "replaydbg" / "demo" / "orders.sqlite3")
    tracers, memory = otel.provider("nordlicht-support")
    agent.run(agent.SUPPORT, agent.QUESTION, Spans(tracers.get_tracer("replaydbg.demo", "1.0.0")))
    return otel.write_object(NAME, memory.get_finished_spans())


def _common(who: agent.Agent) -> dict[str, str]:
    return {
        "gen_ai.provider.name": PROVIDER,
        "gen_ai.request.model": MODEL,
        "gen_ai.agent.name": who.name,
        "gen_ai.conversation.id": CONVERSATION,
    }


def _said(text: str) -> dict[str, Any]:
    return {"role": "assistant", "parts": [_text(text)], "finish_reason": "stop"}


def _text(content: str) -> dict[str, Any]:
    return {"type": "text", "content": content}


def _value(text: str) -> Any:
    """A tool's text as JSON where it is JSON: the conventions want the response as it was."""
    try:
        return json.loads(text)
    except ValueError:
        return text


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
