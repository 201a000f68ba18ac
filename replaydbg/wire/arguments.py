"""Arguments of tool calls: text that should be a JSON object, and often is something else."""

from __future__ import annotations

import re

import orjson

from replaydbg import limits
from replaydbg.core.message import Json, ParseProblem, ToolCall
from replaydbg.wire import loose

REDACTED_MARKS = ("__REDACTED__", "[REDACTED", "<redacted>", "[sanitized]")
"""How recorders say that they removed something: such text is not *unparsable*, it is absent."""


_REMOVED = re.compile(
    r"[\[<({_*#]+\s*(?:redacted|sanitized|sanitised|filtered|masked|scrubbed|removed|hidden|secret|elided|omitted)\b[^\]>)}]*[\]>)}_*#]+"
    r"|redacted|\*{3,}|•{3,}|(?-i:<[A-Z][A-Z_]*[A-Z](?:_\d+)?>)",
    re.IGNORECASE,
)
_PLACEHOLDER_CHARS_MAX = 200

REDACTED = "redacted by the recorder"
"""The message of the problem of such arguments."""

TOO_DEEP = f"nested deeper than {limits.JSON_LEVELS_MAX:,} levels: not read"
"""The message where nobody knows whether they are JSON."""

_STRUCTURE = re.compile(r'"(?:[^"\\]++|\\.)*+"?+|[{}\[\]]', re.DOTALL)


def parse(raw: str) -> tuple[Json, ParseProblem | None]:
    """The value of raw argument text. Empty text means no arguments: OpenAI and Phoenix both write it for `{}`."""
    if not raw.strip():
        return {}, None
    try:
        return orjson.loads(raw), None
    except orjson.JSONDecodeError as error:
        if is_too_deep(raw):
            return None, ParseProblem(TOO_DEEP)
        return None, ParseProblem(error.msg, error.pos, truncated=_breaks_off(raw.rstrip()))


def is_too_deep(text: str) -> bool:
    """Whether text was refused for its nesting, and so nobody knows whether it is JSON."""
    if text.count("{") + text.count("[") <= limits.JSON_LEVELS_MAX:
        return False
    depth = 0
    for token in _STRUCTURE.finditer(text):
        depth += (token[0] in "{[") - (token[0] in "}]")
        if depth > limits.JSON_LEVELS_MAX:
            return True
    return False


def _breaks_off(text: str) -> bool:
    """Whether the text is wrong only where it ends; text that is wrong earlier is not merely cut off."""
    try:
        orjson.loads(text)
    except orjson.JSONDecodeError as error:
        return error.pos >= len(text)
    return False


def call_from_raw(id_: str, name: str, raw: str) -> ToolCall:
    """A call whose arguments were recorded as text."""
    arguments, problem = parse(raw)
    if is_redacted(raw) or (isinstance(arguments, str) and is_redacted(arguments)):
        return ToolCall(id_, name, None, raw, ParseProblem(REDACTED))
    if arguments is None and problem is None:
        arguments = {}  # null, as some writers say that there are none
    return ToolCall(id_, name, arguments, raw, problem)


def is_redacted(text: str) -> bool:
    """Whether the text stands where a recorder removed something."""
    return text.lstrip().startswith(REDACTED_MARKS)


def is_placeholder(value: Json) -> bool:
    """Whether the value of one field stands where a recorder removed something: `[REDACTED]`, `***`, `<EMAIL_ADDRESS>`."""
    if not isinstance(value, str) or len(value) > _PLACEHOLDER_CHARS_MAX:
        return False
    return is_redacted(value) or _REMOVED.fullmatch(value.strip()) is not None


def call_from_any(id_: str, name: str, value: Json) -> ToolCall:
    """A call whose arguments were recorded as text by some writers and as a value by others; null means none."""
    if isinstance(value, str):
        return call_from_raw(id_, name, value)
    return ToolCall(id_, name, {} if value is None else value, None, None)


def raw_text(call: ToolCall) -> str:
    """The text to send: byte-exact where recorded, else compact JSON."""
    return call.raw if call.raw is not None else loose.encoded(call.arguments)
