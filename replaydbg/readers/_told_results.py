"""What Cline and its kin tell the model of a tool in plain text, and the calls that older ones have it write as tags.

A result is `[read_file for 'a.py'] Result:` and what follows, in the same block of a turn or in the next ones. A call is
`<read_file><path>a.py</path></read_file>` in the text of a reply.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from replaydbg.core.message import Json, Part, Text, ToolCall

_HEAD = re.compile(r"\[([\w.-]{1,100})(?:\s[^\n]{0,2000}?(?:\n.{0,8000}?)?)?\] Result:\s?", re.DOTALL)
_NO_RESULT = ("<environment_details>", "<feedback>", "# task_progress", "<hook_context")
_NAME = re.compile(r"<([a-z][a-z0-9_]{2,60})>")
_CLOSING = re.compile(r"</([a-z][a-z0-9_]{2,60})>$")
_TAG_CHARS_MAX = 64
_FAILED = (
    "The tool execution failed",
    "Error",
    "<error>",
    "The user denied this operation",
    "Missing value for required parameter",
    "Command failed with exit code",
)


class Told(NamedTuple):
    """What was told of one tool."""

    name: str
    result: str
    is_error: bool


def results(parts: Sequence[Part]) -> list[Told]:
    """The results in the blocks of a turn, in order."""
    found: list[tuple[str, list[str]]] = []
    for part in parts:
        text = part.text if isinstance(part, Text) else ""
        head = _HEAD.match(text)
        if head is not None:
            found.append((head[1], [text[head.end() :]]))
        elif found and text and not text.startswith(_NO_RESULT):
            found[-1][1].append(text)
    told = ((name, "\n".join(filter(None, pieces)).strip()) for name, pieces in found)
    return [Told(name, text, text.startswith(_FAILED)) for name, text in told]


def call(text: str) -> ToolCall | None:
    """The call that a reply ends with, in tags; None where it makes none."""
    text = text.rstrip()
    closing = _CLOSING.search(text, max(len(text) - _TAG_CHARS_MAX, 0))
    start = text.find(f"<{closing[1]}>") if closing is not None else -1
    if closing is None or start < 0 or closing[1] == "thinking":
        return None
    return ToolCall("", closing[1], _arguments(text[start + len(closing[1]) + 2 : closing.start()]))


def _arguments(inside: str) -> dict[str, Json]:
    """Parameters, each in tags of its own. What stands in one is text, whatever it looks like."""
    given: dict[str, Json] = {}
    at = 0
    while (head := _NAME.search(inside, at)) is not None:
        closing = f"</{head[1]}>"
        end = inside.rfind(closing) if head[1] in {"content", "diff"} else inside.find(closing, head.end())
        if end < head.end():
            break
        given[head[1]] = inside[head.end() : end].strip("\n")
        at = end + len(closing)
    return given
