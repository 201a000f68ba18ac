"""Messages of LangChain in whatever way they were written down, and what stands around them.

A constructor (`{lc, kwargs}`), `{type, data}`, the plain fields, or the text that Python prints of one (`content='…' id='…'`),
which is what `json.dump(..., default=str)` leaves. That text does not say whose the message is, but for what only some have.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable

from replaydbg.core.message import Json
from replaydbg.core.step import Usage
from replaydbg.readers._span import as_json
from replaydbg.wire import loose

_PRINTED_CHARS_MAX = 1_000_000
_PRINTED = re.compile(r"(?:(\w{1,40})\()?(?:content|text)=['\"\[]")
_TOKEN = re.compile(
    r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|(?P<open>[\[({])|(?P<close>[\])}])|(?P<gap>\s)(?=[a-z_]{1,40}=)""",
    re.DOTALL,
)
_TYPES = {"HumanMessage": "human", "AIMessage": "ai", "SystemMessage": "system", "ToolMessage": "tool"}


def fields(value: Json) -> dict[str, Json]:
    """The fields of a message, its `type` among them; empty where the value is none."""
    if isinstance(value, str):
        return printed(value)
    message = loose.mapping(value)
    inner = message.get("kwargs") if message.get("lc") else message.get("data", message)
    said = loose.mapping(inner)
    kind = said.get("type") or message.get("type")
    return said | {"type": kind} if said else {}


def usage(said: dict[str, Json]) -> Usage:
    """The tokens that the fields of a message tell."""
    told = loose.mapping(said.get("usage_metadata"))
    return Usage(
        loose.count(told.get("input_tokens")),
        loose.count(told.get("output_tokens")),
        loose.count(loose.mapping(told.get("input_token_details")).get("cache_read")),
        loose.count(loose.mapping(told.get("output_token_details")).get("reasoning")),
    )


def model(said: dict[str, Json]) -> str:
    """The model that the fields of a message name."""
    told = loose.mapping(said.get("response_metadata"))
    return next(filter(None, (loose.text(told.get(key)) for key in ("model_name", "model", "model_id"))), "")


def printed(text: str) -> dict[str, Json]:
    """The fields of a message as Python prints it; empty where the text is none."""
    begin = _PRINTED.match(text)
    if begin is None or len(text) > _PRINTED_CHARS_MAX:
        return {}
    name = begin[1] or ""
    found = _keywords(text if name else f"m({_with_commas(text)})")
    return {**found, "type": _type(name, found)} if found else {}


def _type(name: str, said: dict[str, Json]) -> str:
    """Whose it is: by its class where that was printed, else by what only a tool's or a model's messages have."""
    if name:
        return _TYPES.get(name.removesuffix("Chunk"), "AIMessageChunk")
    if "tool_call_id" in said:
        return "tool"
    own = {"tool_calls", "invalid_tool_calls", "usage_metadata", "tool_call_chunks"}
    return "ai" if own & said.keys() or said.get("response_metadata") else "human"


def _with_commas(text: str) -> str:
    """The keywords as a call has them."""
    depth, at, pieces = 0, 0, list[str]()
    for token in _TOKEN.finditer(text):
        depth += (token["open"] is not None) - (token["close"] is not None)
        if token["gap"] is not None and not depth:
            pieces.append(text[at : token.start()])
            at = token.end()
    return ", ".join((*pieces, text[at:]))


def _keywords(call: str) -> dict[str, Json]:
    """Its keywords with literal values; what is no literal stays as it was printed. Nothing is run."""
    try:
        tree = ast.parse(call, mode="eval").body
        if not isinstance(tree, ast.Call):
            return {}
        return {word.arg: _value(word.value) for word in tree.keywords if word.arg is not None}
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return {}


def _value(node: ast.expr) -> Json:
    try:
        return as_json(ast.literal_eval(node))
    except (ValueError, TypeError, SyntaxError):
        return ast.unparse(node)


def joined(chunks: Iterable[Json]) -> dict[str, Json]:
    """One message of the pieces in which it came. Arguments of calls stay the text that they came as."""
    whole: dict[str, Json] = {"type": "ai"}
    texts: list[tuple[str, str]] = []
    calls: dict[Json, dict[str, Json]] = {}
    for chunk in chunks:
        said = fields(chunk)
        if not said:
            texts.append(("text", loose.text(chunk)))
        for kind, text in _texts(said):
            before = texts.pop()[1] if texts and texts[-1][0] == kind else ""
            texts.append((kind, before + text))
        for piece in map(loose.mapping, loose.sequence(said.get("tool_call_chunks"))):
            names = (key for key in (piece.get("index"), piece.get("id")) if isinstance(key, (int, str)))
            latest = next(reversed(calls), 0)  # a piece without a name goes on
            call = calls.setdefault(next(names, latest), {"args": ""})
            call["args"] = loose.text(call["args"]) + loose.text(piece.get("args"))
            call |= {name: piece[name] for name in ("id", "name") if loose.text(piece.get(name))}
        for key in ("usage_metadata", "response_metadata", "name"):
            if said.get(key):
                whole[key] = said[key]
    whole["content"] = [{"type": kind, kind: text} for kind, text in texts if text]
    whole["tool_calls"] = list(calls.values())
    return whole


def _texts(said: dict[str, Json]) -> Iterable[tuple[str, str]]:
    """Words and thoughts of a piece."""
    content = said.get("content", said.get("text"))
    if isinstance(content, str):
        yield "text", content
    for block in map(loose.mapping, loose.sequence(content)):
        if loose.text(block.get("text")):
            yield "text", loose.text(block["text"])
        thought = loose.text(block.get("thinking")) or loose.text(block.get("reasoning"))
        if thought:
            yield "thinking", thought
