"""`{name}` in an argument of a command or in an address, filled from the arguments of a call. Nothing else is special."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from replaydbg.core.message import Json, ToolCall
from replaydbg.wire import loose

_PLACE = re.compile(r"\{([A-Za-z_][\w.-]*)\}")


class Unfilled(ValueError):
    """The call lacks an argument that the template names. The message is a sentence."""


def names(template: str) -> list[str]:
    return _PLACE.findall(template)


def filled(template: str, call: ToolCall, spelled: Callable[[str], str] = str) -> str:
    """The template with every `{name}` replaced by that argument; `spelled` makes its text safe for the place."""
    arguments = arguments_of(call)

    def value(found: re.Match[str]) -> str:
        if found[1] not in arguments:
            raise Unfilled(f"{call.name} is called without {found[1]}, which its binding needs")
        return spelled(text_of(arguments[found[1]]))

    return _PLACE.sub(value, template)


def arguments_of(call: ToolCall) -> Mapping[str, Json]:
    """Raises Unfilled for arguments that are no object."""
    if call.problem is not None or not isinstance(call.arguments, dict):
        raise Unfilled(f"the arguments of {call.name} are no JSON object")
    return call.arguments


def text_of(value: Json) -> str:
    return value if isinstance(value, str) else loose.encoded(value)
