"""Arguments of tool calls: text that should be a JSON object, and often is something else."""

from __future__ import annotations

import orjson

from replaydbg.core.message import Json, ParseProblem, ToolCall

REDACTED_MARKS = ("__REDACTED__", "[REDACTED", "<redacted>", "[sanitized]")
"""How recorders say that they removed something: such text is not *unparsable*, it is absent."""


def parse(raw: str) -> tuple[Json, ParseProblem | None]:
    """The value of raw argument text. Empty text means no arguments: OpenAI and Phoenix both write it for `{}`."""
    if not raw.strip():
        return {}, None
    try:
        return orjson.loads(raw), None
    except (orjson.JSONDecodeError, UnicodeEncodeError) as error:
        offset = getattr(error, "pos", -1)
        message = getattr(error, "msg", str(error))
        return None, ParseProblem(message, offset, truncated=_is_cut_off(raw, offset))


def call_from_raw(id_: str, name: str, raw: str) -> ToolCall:
    """A call whose arguments were recorded as text."""
    if raw.startswith(REDACTED_MARKS):
        return ToolCall(id_, name, None, raw, ParseProblem("redacted by the recorder"))
    arguments, problem = parse(raw)
    return ToolCall(id_, name, arguments, raw, problem)


def call_from_any(id_: str, name: str, value: Json) -> ToolCall:
    """A call whose arguments were recorded as text by some writers and as a value by others; null means none."""
    if isinstance(value, str):
        return call_from_raw(id_, name, value)
    return ToolCall(id_, name, {} if value is None else value, None, None)


def raw_text(call: ToolCall) -> str:
    """The text to send: byte-exact where recorded, else compact JSON."""
    return call.raw if call.raw is not None else orjson.dumps(call.arguments).decode()


def _is_cut_off(raw: str, offset: int) -> bool:
    """Whether the text stops before its JSON does: the parser ran into the end, or inside an unclosed string."""
    depth, in_string, escaped = 0, False, False
    for char in raw:
        if in_string:
            if escaped:
                escaped = False
            elif char == "\\":
                escaped = True
            elif char == '"':
                in_string = False
        elif char == '"':
            in_string = True
        elif char in "{[":
            depth += 1
        elif char in "}]":
            depth -= 1
    return (in_string or depth > 0) and (in_string or offset < 0 or offset >= len(raw.rstrip()) - 1)
