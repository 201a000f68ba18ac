"""`billing-loop.otlp.jsonl`: a loop of period two. A plain OpenAI client under Traceloop's instrumentation; the program
adds its own spans for the agent and its tools, as such programs do. Lines as the collector's file exporter writes them.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from openai import OpenAI
from opentelemetry.instrumentation.openai import OpenAIInstrumentor
from opentelemetry.trace import Tracer

from tests.record import otel
from tests.record.scripted_server import serving
from tests.record.wire_shapes import Asked, Call, Say

NAME = "billing-loop.otlp.jsonl"
MODEL = "scripted-billing"
SYSTEM = "You reconcile invoices with payments. Report each invoice as settled or open, with the reason."
TASK = "Please reconcile the open invoices of Brandt & Sons for April."
ROUNDS_MAX = 12
SPANS_PER_LINE = 4

_INVOICES = {
    "INV-2207": {
        "invoice_id": "INV-2207",
        "total": "1,840.00 EUR",
        "state": "open",
        "note": "see payment PAY-5518",
    },
}
_PAYMENTS = {
    "PAY-5518": {
        "payment_id": "PAY-5518",
        "state": "unassigned",
        "note": "amount to be confirmed by invoice INV-2207",
    },
}


def list_open_invoices(customer: str) -> dict[str, Any]:
    return {"customer": customer, "open": sorted(_INVOICES)}


def get_invoice(invoice_id: str) -> dict[str, Any]:
    return _INVOICES.get(invoice_id) or {"error": "unknown invoice"}


def get_payment(payment_id: str) -> dict[str, Any]:
    return _PAYMENTS.get(payment_id) or {"error": "unknown payment"}


FUNCTIONS: Mapping[str, Callable[..., dict[str, Any]]] = {
    "list_open_invoices": list_open_invoices,
    "get_invoice": get_invoice,
    "get_payment": get_payment,
}


def _tool(name: str, description: str, parameter: str) -> dict[str, Any]:
    schema = {
        "type": "object",
        "properties": {parameter: {"type": "string"}},
        "required": [parameter],
        "additionalProperties": False,
    }
    return {"type": "function", "function": {"name": name, "description": description, "parameters": schema}}


TOOLS = [
    _tool("list_open_invoices", "List the open invoices of a customer.", "customer"),
    _tool("get_invoice", "Read one invoice.", "invoice_id"),
    _tool("get_payment", "Read one payment.", "payment_id"),
]


def script(asked: Asked) -> Say:
    """Follow the reference from invoice to payment and back, and never notice."""
    if asked.turns == 0:
        return Say(
            "I will list the open invoices first.",
            (Call("list_open_invoices", {"customer": "Brandt & Sons"}),),
        )
    if asked.turns % 2:
        text = (
            "The invoice tells which payment belongs to it."
            if asked.turns == 1
            else "I need the invoice to confirm."
        )
        return Say(text, (Call("get_invoice", {"invoice_id": "INV-2207"}),))
    return Say(
        "The note points to a payment; let me read it.", (Call("get_payment", {"payment_id": "PAY-5518"}),)
    )


def reconcile(client: OpenAI, tracer: Tracer) -> None:
    """The program's loop: ask, run the tools, ask again, and stop after `ROUNDS_MAX` rounds."""
    messages: list[dict[str, Any]] = [
        {"role": "system", "content": SYSTEM},
        {"role": "user", "content": TASK},
    ]
    with tracer.start_as_current_span("invoke_agent reconciler") as span:
        span.set_attributes({"gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": "reconciler"})
        for _ in range(ROUNDS_MAX):
            request = {"model": MODEL, "messages": messages, "tools": TOOLS}
            response = client.chat.completions.create(**request)  # type: ignore[call-overload]
            message = response.choices[0].message
            messages.append(message.model_dump(exclude_none=True))
            for call in message.tool_calls or []:
                content = _execute(tracer, call.id, call.function.name, call.function.arguments)
                messages.append({"role": "tool", "tool_call_id": call.id, "content": content})
        span.set_attribute("app.stopped_by", f"{ROUNDS_MAX} rounds")


def _execute(tracer: Tracer, call_id: str, name: str, arguments: str) -> str:
    with tracer.start_as_current_span(f"execute_tool {name}") as span:
        result = json.dumps(FUNCTIONS[name](**json.loads(arguments)))
        span.set_attributes(
            {
                "gen_ai.operation.name": "execute_tool",
                "gen_ai.tool.name": name,
                "gen_ai.tool.type": "function",
                "gen_ai.tool.call.id": call_id,
                "gen_ai.tool.call.arguments": arguments,
                "gen_ai.tool.call.result": result,
            }
        )
        return result


def record() -> Path:
    """Run the program and write its spans."""
    tracers, memory = otel.provider("billing-reconciler")
    OpenAIInstrumentor().instrument(tracer_provider=tracers)
    with serving(script) as url:
        reconcile(
            OpenAI(base_url=f"{url}/v1", api_key="not-a-key", max_retries=0),
            tracers.get_tracer("billing", "1.0.0"),
        )
    return otel.write_lines(NAME, memory.get_finished_spans(), SPANS_PER_LINE)
