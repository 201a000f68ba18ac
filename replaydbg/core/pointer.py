"""JSON pointers (RFC 6901) on plain values: get, and replace without touching the original."""

from __future__ import annotations

from collections.abc import Iterable

from replaydbg.core.message import Json


class PointerError(ValueError):
    """The pointer is malformed or names a place that is not there. The message names the first token that failed."""


def tokens(pointer: str) -> tuple[str, ...]:
    if not pointer:
        return ()
    if not pointer.startswith("/"):
        raise PointerError(f"a JSON pointer starts with '/': {pointer!r}")
    return tuple(part.replace("~1", "/").replace("~0", "~") for part in pointer[1:].split("/"))


def join(parts: Iterable[str | int]) -> str:
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in parts)


def get(value: Json, pointer: str) -> Json:
    """The value at the place. Raises PointerError."""
    for token in tokens(pointer):
        value = _child(value, token, pointer)
    return value


def replace(value: Json, pointer: str, new: Json) -> Json:
    """A copy of `value` with `new` at the place; shares what did not change.

    A last token that names a new key of an object, or `-` or the length of an array, adds it, as RFC 6902 `add` does:
    the commonest repair of a tool call is to add the argument that is missing.
    """
    return _replace(value, tokens(pointer), new, pointer)


def _replace(value: Json, path: tuple[str, ...], new: Json, pointer: str) -> Json:
    if not path:
        return new
    head, rest = path[0], path[1:]
    if isinstance(value, dict):
        if rest:
            return {**value, head: _replace(_child(value, head, pointer), rest, new, pointer)}
        return {**value, head: new}
    if isinstance(value, list):
        if not rest and head in {"-", str(len(value))}:
            return [*value, new]
        index = _index(value, head, pointer)
        return [*value[:index], _replace(value[index], rest, new, pointer), *value[index + 1 :]]
    raise PointerError(f"{pointer}: nothing below {head!r}, the value there is {type(value).__name__}")


def _child(value: Json, token: str, pointer: str) -> Json:
    if isinstance(value, dict):
        if token not in value:
            names = ", ".join(list(value)[:12]) or "nothing"
            raise PointerError(f"{pointer}: no {token!r} here; there is {names}")
        return value[token]
    if isinstance(value, list):
        return value[_index(value, token, pointer)]
    raise PointerError(f"{pointer}: nothing below {token!r}, the value there is {type(value).__name__}")


def _index(value: list[Json], token: str, pointer: str) -> int:
    if not token.isascii() or not token.isdigit() or (len(token) > 1 and token.startswith("0")):
        raise PointerError(f"{pointer}: {token!r} is not an index of an array")
    index = int(token)
    if index >= len(value):
        raise PointerError(f"{pointer}: index {index} is past the end of {len(value)} items")
    return index
