"""The three providers' request and reply shapes that the scripted server speaks."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Protocol

CREATED = 1_773_300_000
"""The `created` time of every reply, in seconds: a fixed one, so that recordings differ less."""


@dataclass(frozen=True, slots=True)
class Call:
    """A tool call to make; `raw` replaces the JSON of the arguments where they shall be broken."""

    name: str
    arguments: dict[str, Any] = field(default_factory=dict)
    raw: str | None = None

    def json(self) -> str:
        return json.dumps(self.arguments, ensure_ascii=False) if self.raw is None else self.raw


@dataclass(frozen=True, slots=True)
class Say:
    """What the scripted model says: text, tool calls, and Anthropic's thinking."""

    text: str = ""
    calls: tuple[Call, ...] = ()
    thinking: str = ""
    cut: bool = False
    """The reply ends because the token limit was reached."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a script may look at."""

    system: str
    user: str
    turns: int
    """Assistant messages so far."""
    results: tuple[str, ...]
    tools: frozenset[str]


class Shape(Protocol):
    """One provider's shapes."""

    def asked(self, body: dict[str, Any]) -> Asked: ...

    def reply(self, body: dict[str, Any], say: Say) -> dict[str, Any]: ...

    def events(self, reply: dict[str, Any]) -> Iterator[str]: ...


def for_path(path: str) -> Shape:
    """The shape that a request path asks for."""
    shapes: dict[str, Shape] = {"completions": Chat(), "responses": Responses(), "messages": Messages()}
    return shapes[path.partition("?")[0].rstrip("/").rsplit("/", 1)[-1]]


def tokens(value: object) -> int:
    """Words and punctuation marks: an honest count of something."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return len(re.findall(r"\w+|[^\w\s]", text))


def output_tokens(reply: dict[str, Any]) -> int:
    """The tokens that a reply says it took."""
    usage = reply["usage"]
    return int(usage.get("completion_tokens") or usage.get("output_tokens") or 0)


class Chat:
    """OpenAI Chat Completions."""

    def asked(self, body: dict[str, Any]) -> Asked:
        messages = body["messages"]
        return Asked(
            system="\n".join(
                _text(one["content"]) for one in messages if one["role"] in {"system", "developer"}
            ),
            user="\n".join(_text(one["content"]) for one in messages if one["role"] == "user"),
            turns=sum(one["role"] == "assistant" for one in messages),
            results=tuple(_text(one["content"]) for one in messages if one["role"] == "tool"),
            tools=frozenset(tool["function"]["name"] for tool in body.get("tools") or []),
        )

    def reply(self, body: dict[str, Any], say: Say) -> dict[str, Any]:
        name = _digest(body)
        message: dict[str, Any] = {"role": "assistant", "content": say.text or None, "refusal": None}
        if say.calls:
            message["tool_calls"] = [
                {
                    "id": f"call_{_digest([name, place])[:24]}",
                    "type": "function",
                    "function": {"name": call.name, "arguments": call.json()},
                }
                for place, call in enumerate(say.calls)
            ]
        reason = "length" if say.cut else "tool_calls" if say.calls else "stop"
        prompt, completion = tokens(body), tokens(message)
        return {
            "id": f"chatcmpl-{name[:29]}",
            "object": "chat.completion",
            "created": CREATED,
            "model": body["model"],
            "choices": [{"index": 0, "message": message, "logprobs": None, "finish_reason": reason}],
            "usage": {
                "prompt_tokens": prompt,
                "completion_tokens": completion,
                "total_tokens": prompt + completion,
            },
        }

    def events(self, reply: dict[str, Any]) -> Iterator[str]:
        choice = reply["choices"][0]
        message = choice["message"]
        head = {key: reply[key] for key in ("id", "created", "model")} | {"object": "chat.completion.chunk"}

        def chunk(delta: dict[str, Any], reason: str | None = None) -> str:
            return _event(head | {"choices": [{"index": 0, "delta": delta, "finish_reason": reason}]})

        yield chunk({"role": "assistant", "content": ""})
        for piece in _pieces(message["content"] or ""):
            yield chunk({"content": piece})
        for place, call in enumerate(message.get("tool_calls", [])):
            function = call["function"]
            yield chunk(
                {
                    "tool_calls": [
                        call | {"index": place, "function": {"name": function["name"], "arguments": ""}}
                    ]
                }
            )
            for piece in _pieces(function["arguments"]):
                yield chunk({"tool_calls": [{"index": place, "function": {"arguments": piece}}]})
        yield chunk({}, choice["finish_reason"])
        yield _event(head | {"choices": [], "usage": reply["usage"]})
        yield "data: [DONE]\n\n"


class Responses:
    """OpenAI Responses. Only JSON replies: no sample streams them."""

    def asked(self, body: dict[str, Any]) -> Asked:
        items = (
            body["input"] if isinstance(body["input"], list) else [{"role": "user", "content": body["input"]}]
        )
        users = [_text(item["content"]) for item in items if item.get("role") == "user"]
        own = [
            item for item in items if item.get("type") == "function_call" or item.get("role") == "assistant"
        ]
        results = [item["output"] for item in items if item.get("type") == "function_call_output"]
        return Asked(
            system=body.get("instructions") or "",
            user="\n".join(users),
            turns=len(own),
            results=tuple(_text(result) for result in results),
            tools=frozenset(tool["name"] for tool in body.get("tools") or []),
        )

    def reply(self, body: dict[str, Any], say: Say) -> dict[str, Any]:
        name = _digest(body)
        output: list[dict[str, Any]] = []
        if say.text:
            part = {"type": "output_text", "text": say.text, "annotations": [], "logprobs": []}
            output.append(
                {
                    "id": f"msg_{name[:32]}",
                    "type": "message",
                    "role": "assistant",
                    "status": "completed",
                    "content": [part],
                }
            )
        for place, call in enumerate(say.calls):
            own = _digest([name, place])
            output.append(
                {
                    "id": f"fc_{own[:32]}",
                    "call_id": f"call_{own[:24]}",
                    "type": "function_call",
                    "status": "completed",
                    "name": call.name,
                    "arguments": call.json(),
                }
            )
        prompt, completion = tokens(body), tokens(output)
        return {
            "id": f"resp_{name[:40]}",
            "object": "response",
            "created_at": CREATED,
            "status": "completed",
            "error": None,
            "incomplete_details": None,
            "instructions": body.get("instructions"),
            "metadata": {},
            "model": body["model"],
            "output": output,
            "parallel_tool_calls": True,
            "temperature": 1.0,
            "tool_choice": "auto",
            "tools": body.get("tools") or [],
            "top_p": 1.0,
            "usage": {
                "input_tokens": prompt,
                "input_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0},
                "output_tokens": completion,
                "output_tokens_details": {"reasoning_tokens": 0},
                "total_tokens": prompt + completion,
            },
        }

    def events(self, reply: dict[str, Any]) -> Iterator[str]:
        raise NotImplementedError(reply["id"])


class Messages:
    """Anthropic Messages."""

    def asked(self, body: dict[str, Any]) -> Asked:
        blocks = [
            (message["role"], block)
            for message in body["messages"]
            for block in (
                message["content"]
                if isinstance(message["content"], list)
                else [{"type": "text", "text": message["content"]}]
            )
        ]
        return Asked(
            system=_text(body.get("system", "")),
            user="\n".join(
                block["text"] for role, block in blocks if role == "user" and block["type"] == "text"
            ),
            turns=sum(message["role"] == "assistant" for message in body["messages"]),
            results=tuple(_text(block["content"]) for _, block in blocks if block["type"] == "tool_result"),
            tools=frozenset(tool["name"] for tool in body.get("tools") or []),
        )

    def reply(self, body: dict[str, Any], say: Say) -> dict[str, Any]:
        name = _digest(body)
        content: list[dict[str, Any]] = []
        if say.thinking:
            content.append(
                {"type": "thinking", "thinking": say.thinking, "signature": _digest([name, "signature"])[:44]}
            )
        if say.text:
            content.append({"type": "text", "text": say.text})
        content += [
            {
                "type": "tool_use",
                "id": f"toolu_{_digest([name, place])[:24]}",
                "name": call.name,
                "input": call.arguments,
            }
            for place, call in enumerate(say.calls)
        ]
        return {
            "id": f"msg_{name[:24]}",
            "type": "message",
            "role": "assistant",
            "model": body["model"],
            "content": content,
            "stop_reason": "max_tokens" if say.cut else "tool_use" if say.calls else "end_turn",
            "stop_sequence": None,
            "usage": {
                "input_tokens": tokens(body),
                "cache_creation_input_tokens": 0,
                "cache_read_input_tokens": 0,
                "output_tokens": tokens(content),
            },
        }

    def events(self, reply: dict[str, Any]) -> Iterator[str]:
        start = reply | {"content": [], "stop_reason": None, "usage": reply["usage"] | {"output_tokens": 1}}
        yield _named({"type": "message_start", "message": start})
        for place, block in enumerate(reply["content"]):
            empty, deltas = _deltas(block)
            yield _named({"type": "content_block_start", "index": place, "content_block": empty})
            for delta in deltas:
                yield _named({"type": "content_block_delta", "index": place, "delta": delta})
            yield _named({"type": "content_block_stop", "index": place})
        yield _named(
            {
                "type": "message_delta",
                "delta": {"stop_reason": reply["stop_reason"], "stop_sequence": None},
                "usage": {"output_tokens": reply["usage"]["output_tokens"]},
            }
        )
        yield _named({"type": "message_stop"})


def _deltas(block: dict[str, Any]) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """An Anthropic content block as its empty start and the deltas that fill it."""
    if block["type"] == "text":
        return block | {"text": ""}, [
            {"type": "text_delta", "text": piece} for piece in _pieces(block["text"])
        ]
    if block["type"] == "thinking":
        deltas = [{"type": "thinking_delta", "thinking": piece} for piece in _pieces(block["thinking"])]
        signature = {"type": "signature_delta", "signature": block["signature"]}
        return block | {"thinking": "", "signature": ""}, [*deltas, signature]
    pieces = _pieces(json.dumps(block["input"], ensure_ascii=False))
    return block | {"input": {}}, [{"type": "input_json_delta", "partial_json": piece} for piece in pieces]


def _text(content: Any) -> str:
    """The text of a string or of a list of parts."""
    if isinstance(content, str):
        return content
    return "\n".join(str(part.get("text", "")) for part in content or [])


def _pieces(text: str) -> list[str]:
    """A text in pieces of about three words, as models stream it."""
    return re.findall(r"(?:\S+\s*){1,3}|\s+", text)


def _event(value: dict[str, Any]) -> str:
    return f"data: {json.dumps(value, ensure_ascii=False)}\n\n"


def _named(value: dict[str, Any]) -> str:
    return f"event: {value['type']}\n{_event(value)}"


def _digest(value: object) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True, default=str).encode()).hexdigest()
