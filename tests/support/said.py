"""Hypothesis strategies for messages and replies, and for JSON that is damaged in ways that files are."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import product
from typing import Any

import orjson
from hypothesis import strategies as st

from replaydbg.core.message import (
    Media,
    Message,
    OtherPart,
    Part,
    Reasoning,
    Role,
    Text,
    ToolCall,
    ToolResponse,
)
from replaydbg.core.outcome import Reply
from replaydbg.core.step import Usage
from replaydbg.wire.arguments import call_from_raw

texts = st.text(st.characters(codec="utf-8"), min_size=1, max_size=40)
names = st.from_regex(r"[a-z_]{1,12}", fullmatch=True)
ids = st.from_regex(r"call_[a-z0-9]{1,8}", fullmatch=True)
counts = st.integers(0, 10_000)

json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3),
    max_leaves=6,
)
objects = st.dictionaries(names, json_values, max_size=4)

raw_arguments = st.one_of(
    objects.map(lambda value: orjson.dumps(value).decode()),
    objects.map(lambda value: orjson.dumps(value, option=orjson.OPT_INDENT_2).decode()),
    objects.map(lambda value: orjson.dumps(value).decode()[:-1]),  # cut off
    texts,
)
"""Argument text as models write it: spaced, cut off, or no JSON at all."""

calls_with_text = st.builds(call_from_raw, ids, names, raw_arguments)
calls_with_value = st.builds(ToolCall, ids, names, objects)

usages = st.builds(Usage, counts, counts, st.none() | st.just(0), st.none() | counts)


def parts_in_order(*groups: st.SearchStrategy[list[Part]]) -> st.SearchStrategy[tuple[Part, ...]]:
    return st.tuples(*groups).map(lambda lists: tuple(part for group in lists for part in group))


def at_most_one(part: st.SearchStrategy[Any]) -> st.SearchStrategy[list[Part]]:
    return st.lists(part, max_size=1)


def some(part: st.SearchStrategy[Any]) -> st.SearchStrategy[list[Part]]:
    return st.lists(part, max_size=3)


def replies(parts: st.SearchStrategy[tuple[Part, ...]], reasons: list[str], usage: Any = usages) -> Any:
    return st.builds(
        lambda said, reason, model, used: Reply(
            Message(Role.ASSISTANT, said, finish_reason=reason), model, used
        ),
        parts,
        st.sampled_from(reasons),
        names,
        usage,
    )


images = st.builds(Media, st.just("image"), st.just("image/png"), st.just(""), st.just("aGk=")) | st.builds(
    Media, st.just("image"), st.just(""), st.just("https://example.org/a.png")
)
refusals = texts.map(lambda text: OtherPart({"type": "refusal", "refusal": text}))
open_reasoning = texts.map(Reasoning)
signed_reasoning = st.builds(Reasoning, texts, texts)
plain_texts = texts.map(Text)


def tool_messages(results: st.SearchStrategy[Any], **fields: Any) -> st.SearchStrategy[Message]:
    return st.builds(ToolResponse, ids, results, **fields).map(
        lambda response: Message(Role.TOOL, (response,))
    )


@st.composite
def damaged(draw: st.DrawFn, document: bytes) -> bytes:
    """The document cut off, with a bit or some bytes changed, or with a piece taken out, put in, or written twice."""
    at = draw(st.integers(0, len(document)))
    before, piece, after = document[:at], document[at : at + draw(st.integers(1, 40))], document[at:]
    match draw(st.sampled_from(["cut", "flip", "change", "remove", "insert", "double", "line"])):
        case "cut":
            return before
        case "flip":
            return before + bytes([byte ^ 1 << draw(st.integers(0, 7)) for byte in after[:1]]) + after[1:]
        case "change":
            return before + draw(st.binary(min_size=1, max_size=12)) + after[len(piece) :]
        case "remove":
            return before + after[len(piece) :]
        case "insert":
            return before + draw(st.sampled_from([b"{", b"}", b'"', b"\n", b"\xff", b"null,"])) + after
        case "double":
            return before + piece + after
    lines = document.splitlines(keepends=True) or [b""]
    line = draw(st.integers(0, len(lines) - 1))
    return b"".join([*lines[:line], *[lines[line]] * draw(st.sampled_from([0, 2])), *lines[line + 1 :]])


OF_EACH_TYPE: tuple[Any, ...] = (None, True, 3.5, "x", [1, [2]], {"a": {"b": 1}})


def of_other_types(document: bytes) -> Iterator[bytes]:
    """The document with a value of each type of JSON at each of its places, one at a time; of JSON Lines, in each line."""
    for lines in ([document], document.splitlines()):
        for number, line in enumerate(lines):
            try:
                value = json.loads(line)
            except ValueError:
                continue
            for path, new in product(places(value), OF_EACH_TYPE):
                yield b"\n".join(
                    [*lines[:number], json.dumps(put(value, path, new)).encode(), *lines[number + 1 :]]
                )
            if len(lines) == 1:
                return


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The path of every value inside a JSON value."""
    found = [path]
    if isinstance(value, dict):
        for key, item in value.items():
            found += places(item, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            found += places(item, (*path, index))
    return found


def put(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    """The JSON value with another value at one of its places."""
    if not path:
        return new
    copy = value.copy()
    copy[path[0]] = put(value[path[0]], path[1:], new)
    return copy


@st.composite
def twisted(draw: st.DrawFn, value: Any) -> Any:
    """The JSON value with another value at one of its places: what a writer of another version would have there."""
    return put(value, draw(st.sampled_from(places(value))), draw(json_values))
