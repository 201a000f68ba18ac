"""What a step said, in the rest of one line: the calls a model asked for, a tool's arguments and what came back."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence

from replaydbg.core.message import Json, Message, Role, ToolCall
from replaydbg.core.step import Body, Kind
from replaydbg.core.trace import Trace
from replaydbg.views.signs import UNICODE, Signs
from replaydbg.views.text import Span, one_line

_VALUE_CHARS_MAX = 60
_TEXT_CHARS_MAX = 240
_LOOKED_AT_MAX = 8


def preview(trace: Trace, row: int, signs: Signs = UNICODE) -> tuple[Span, ...]:
    """Spans of one line; empty where nothing was recorded. Decodes the body of the step."""
    body, kind = trace.body(row), trace.kind(row)
    if kind is Kind.MODEL_CALL:
        return _reply(body, signs)
    if kind is Kind.TOOL_EXECUTION:
        return _execution(body, signs)
    if kind is Kind.RETRIEVAL:
        return _said(body.input, "preview")
    if body.error:
        return (Span(one_line(body.error, _TEXT_CHARS_MAX), "error"),)
    return _quoted(_last_words(body.messages)) if kind is Kind.OPAQUE and body.messages else ()


def _last_words(messages: Sequence[Message]) -> str:
    """The last that nobody answered: what the program told itself may stand behind them."""
    for at in range(len(messages) - 1, max(-1, len(messages) - 1 - _LOOKED_AT_MAX), -1):
        if messages[at].role is Role.ASSISTANT:
            break
        if messages[at].text:
            return messages[at].text
    return ""


def _reply(body: Body, signs: Signs) -> tuple[Span, ...]:
    if body.error:
        return (Span(one_line(body.error, _TEXT_CHARS_MAX), "error"),)
    if body.output is None:
        return ()
    asked = Counter(call.name for call in body.output.tool_calls)
    if asked:
        names = (name if times == 1 else f"{name} {signs.times}{times}" for name, times in asked.items())
        return (Span(f"{signs.leads_to} ", "lane"), Span(one_line(", ".join(names)), "preview"))
    return _quoted(body.output.text)


def _quoted(text: str) -> tuple[Span, ...]:
    line = one_line(text, _TEXT_CHARS_MAX)
    return (Span(f'"{line}"', "preview"),) if line else ()


def _execution(body: Body, signs: Signs) -> tuple[Span, ...]:
    asked = arguments_line(body.call) if body.call is not None else ""
    spans = [Span(f"{asked} ", "preview")] if asked else []
    if body.error:
        return (*spans, Span(f"{signs.error} {one_line(body.error, _TEXT_CHARS_MAX)}", "error"))
    if body.has_result:
        text = body.result if isinstance(body.result, str) else _compact(body.result)
        spans.append(Span(f"{signs.returned} ", "lane"))
        spans.append(Span(one_line(text, _TEXT_CHARS_MAX), "dim"))
    return tuple(spans)


def arguments_line(call: ToolCall) -> str:
    """`order_id=48213 region="Europe"`; the raw text where it is no JSON."""
    if call.problem is not None:
        return one_line(call.raw or "", _TEXT_CHARS_MAX)
    if isinstance(call.arguments, dict):
        return " ".join(
            f"{one_line(str(name), _VALUE_CHARS_MAX)}={one_line(_compact(value), _VALUE_CHARS_MAX)}"
            for name, value in call.arguments.items()
        )
    return one_line(_compact(call.arguments), _TEXT_CHARS_MAX) if call.arguments is not None else ""


def _said(value: Json, look: str) -> tuple[Span, ...]:
    text = value if isinstance(value, str) else "" if value is None else _compact(value)
    return (Span(one_line(text, _TEXT_CHARS_MAX), look),) if text else ()


def _compact(value: Json) -> str:
    if isinstance(value, str):
        return json.dumps(value[: _TEXT_CHARS_MAX * 2], ensure_ascii=False)
    return json.dumps(value, ensure_ascii=False, separators=(", ", ": "), default=str)
