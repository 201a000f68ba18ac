"""Google generateContent (Gemini): requests, replies and streams, both ways.

The model stands in the address, not in the body; a recorded body may name it all the same. Keys are written in
camel case and read in either. A stream is a row of replies, each with the new parts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import takewhile

from replaydbg.core.message import Json, Message, Part, Reasoning, Role, Text
from replaydbg.core.outcome import Reply
from replaydbg.core.request import ModelRequest
from replaydbg.core.step import Usage
from replaydbg.core.tool import ToolSpec
from replaydbg.wire import loose, sse, tool_specs
from replaydbg.wire._foreign_params import for_chat
from replaydbg.wire._google_contents import read_messages, read_parts, write_messages, write_parts
from replaydbg.wire.conversation import is_instruction
from replaydbg.wire.loose import either
from replaydbg.wire.verbatim import as_recorded

__all__ = [
    "Accumulator",
    "read_messages",
    "read_parts",
    "read_reply",
    "read_request",
    "read_usage",
    "stream_reply",
    "write_messages",
    "write_reply",
    "write_request",
    "write_tool",
    "write_usage",
]

_KNOWN = frozenset({"model", "contents", "systemInstruction", "tools", "toolConfig", "generationConfig"})
_OWN = frozenset({"safetySettings", "cachedContent", "labels", "serviceTier"})
"""Fields of a request beside those that have a name of ours: sent as they were recorded."""

_CONFIG = {
    "temperature": "temperature",
    "topP": "top_p",
    "topK": "top_k",
    "maxOutputTokens": "max_tokens",
    "stopSequences": "stop",
    "candidateCount": "n",
    "seed": "seed",
    "presencePenalty": "presence_penalty",
    "frequencyPenalty": "frequency_penalty",
}
"""Of `generationConfig`, what other shapes have too, with the name it goes by here."""

_MODES = {"AUTO": "auto", "ANY": "required", "NONE": "none"}
_FINISH = {
    "length": "MAX_TOKENS",
    "max_tokens": "MAX_TOKENS",
    "max_output_tokens": "MAX_TOKENS",
    "content_filter": "SAFETY",
    "refusal": "SAFETY",
}
"""Other shapes' words for why a reply ended, in the words of this one; all others mean STOP."""


# ---- requests --------------------------------------------------------------------------------------------------


def read_request(body: Json) -> ModelRequest:
    body = loose.mapping(body)
    system = loose.mapping(either(body, "systemInstruction")) or {"parts": either(body, "systemInstruction")}
    instructions = read_parts(system.get("parts"))
    return ModelRequest(
        model=loose.text(body.get("model")).removeprefix("models/"),
        messages=((Message(Role.SYSTEM, instructions),) if instructions else ())
        + read_messages(body.get("contents")),
        tools=tuple(spec for item in loose.sequence(body.get("tools")) for spec in _read_tool(item)),
        params=_read_params(body),
        provider="google",
    )


def model_in(url: str) -> str:
    """The model that the address of a call names, "" for none."""
    name, found, _ = url.partition("?")[0].rpartition("/models/")[2].partition(":")
    return name if found and "/models/" in url else ""


def _read_tool(item: Json) -> tuple[ToolSpec, ...]:
    """Declared functions, or a server's own tool, which is named by its key: `{"googleSearch": {}}`."""
    body = loose.mapping(item)
    if either(body, "functionDeclarations") is not None:
        return tool_specs.read_tools(either(body, "functionDeclarations"))
    return tuple(ToolSpec(name, raw=item) for name in list(body)[:1])


def _read_params(body: dict[str, Json]) -> dict[str, Json]:
    config = dict(loose.mapping(either(body, "generationConfig")))
    params: dict[str, Json] = {}
    for theirs, ours in _CONFIG.items():
        value = either(config, theirs)
        if value is not None:
            params[ours] = value
            _without(config, theirs)
    schema = either(config, "responseJsonSchema") or either(config, "responseSchema")
    if either(config, "responseMimeType") == "application/json":
        params["response_format"] = (
            {"type": "json_schema", "json_schema": {"name": "response", "schema": schema}}
            if isinstance(schema, dict)
            else {"type": "json_object"}
        )
        for key in ("responseMimeType", "responseJsonSchema", "responseSchema"):
            _without(config, key)
    choice = _read_choice(loose.mapping(either(body, "toolConfig")))
    if choice is not None:
        params["tool_choice"] = choice
    elif either(body, "toolConfig") is not None:
        params["toolConfig"] = either(body, "toolConfig")
    if config:
        params["generationConfig"] = config
    known = _KNOWN | {_snake(key) for key in _KNOWN}
    return params | {key: value for key, value in body.items() if key not in known}


def _snake(key: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in key)


def _without(config: dict[str, Json], key: str) -> None:
    config.pop(key, None)
    config.pop(_snake(key), None)


def _read_choice(config: dict[str, Json]) -> Json | None:
    calling = loose.mapping(either(config, "functionCallingConfig"))
    names = loose.sequence(either(calling, "allowedFunctionNames"))
    if set(config) - {"functionCallingConfig", "function_calling_config"}:
        return None
    if calling.get("mode") == "ANY" and len(names) == 1:
        return {"type": "function", "function": {"name": names[0]}}
    return None if names else _MODES.get(loose.text(calling.get("mode")))


def write_request(request: ModelRequest, *, stream: bool) -> Json:
    """The body to send; the model and whether it streams go into the address. Foreign parameters are left out, what
    nobody here knows is sent as it was recorded.
    """
    del stream

    def again(body: Json) -> dict[str, Json]:
        return _write(read_request({**body, "model": request.model}))

    return as_recorded(_write(request), request.sent, "google", again)


def _write(request: ModelRequest) -> dict[str, Json]:
    instructions = tuple(takewhile(is_instruction, request.messages))
    later = [message for message in request.messages[len(instructions) :] if is_instruction(message)]
    system = [part for message in (*instructions, *later) for part in write_parts(message.parts)]
    body: dict[str, Json] = {"contents": write_messages(request.messages, model=request.model)}
    if system:
        body["systemInstruction"] = {"parts": system}
    declared = [write_tool(tool) for tool in request.tools if not _is_servers(tool)]
    servers = [tool.raw for tool in request.tools if _is_servers(tool)]
    if request.tools:
        body["tools"] = [*([{"functionDeclarations": declared}] if declared else []), *servers]
    return body | _write_params(request.params, is_own=request.provider == "google")


def _is_servers(tool: ToolSpec) -> bool:
    """A tool of Google's own, recorded in this shape."""
    return tool.schema is None and isinstance(tool.raw, dict) and list(tool.raw) == [tool.name]


def write_tool(tool: ToolSpec) -> Json:
    """The declaration as it was recorded where it has this shape, else rebuilt."""
    raw = loose.mapping(tool.raw)
    if "name" in raw and not {"type", "input_schema", "inputSchema"} & set(raw):
        return raw
    declaration: dict[str, Json] = {"name": tool.name, "description": tool.description or tool.name}
    return declaration if tool.schema is None else declaration | {"parametersJsonSchema": tool.schema}


def _write_params(params: Mapping[str, Json], *, is_own: bool) -> dict[str, Json]:
    params = for_chat(params)
    config = dict(loose.mapping(params.get("generationConfig")))
    for theirs, ours in _CONFIG.items():
        value = params.get(ours)
        if value is not None:
            config[theirs] = [value] if ours == "stop" and isinstance(value, str) else value
    tokens = params.get("max_completion_tokens")
    if tokens is not None:
        config.setdefault("maxOutputTokens", tokens)
    match params.get("response_format"):
        case {"type": "json_schema", "json_schema": {"schema": schema}}:
            config |= {"responseMimeType": "application/json", "responseJsonSchema": schema}
        case {"type": "json_object"}:
            config["responseMimeType"] = "application/json"
    body: dict[str, Json] = {"generationConfig": config} if config else {}
    match params.get("tool_choice"):
        case {"type": "function", "function": {"name": str(name)}}:
            calling = {"mode": "ANY", "allowedFunctionNames": [name]}
            body["toolConfig"] = {"functionCallingConfig": calling}
        case str(word) if word in _MODES.values():
            mode = next(mode for mode, ours in _MODES.items() if ours == word)
            body["toolConfig"] = {"functionCallingConfig": {"mode": mode}}
        case _ if "toolConfig" in params:
            body["toolConfig"] = params["toolConfig"]
    handled = {*_CONFIG.values(), "response_format", "tool_choice", "toolConfig", "generationConfig"}
    sent = _OWN | {_snake(key) for key in _OWN}
    kept = {key: value for key, value in params.items() if key not in handled and (is_own or key in sent)}
    return body | kept


# ---- replies ---------------------------------------------------------------------------------------------------


def read_reply(body: Json) -> Reply:
    """The first candidate. A prompt that was blocked has none: the reason is why the reply ended."""
    body = loose.mapping(body)
    candidates = loose.sequence(body.get("candidates"))
    candidate = loose.mapping(candidates[0]) if candidates else {}
    parts = read_parts(loose.mapping(candidate.get("content")).get("parts"))
    blocked = loose.mapping(either(body, "promptFeedback"))
    finish = loose.text(either(candidate, "finishReason")) or loose.text(either(blocked, "blockReason"))
    message = Message(Role.ASSISTANT, parts, finish_reason=finish)
    return Reply(message, loose.text(either(body, "modelVersion")), read_usage(either(body, "usageMetadata")))


def read_usage(value: Json) -> Usage:
    """Google counts thoughts beside the candidates; here they are inside the output, as everywhere else."""
    usage = loose.mapping(value)
    said, thought = (
        loose.count(either(usage, key)) for key in ("candidatesTokenCount", "thoughtsTokenCount")
    )
    output = None if said is None and thought is None else (said or 0) + (thought or 0)
    total, asked = (loose.count(either(usage, key)) for key in ("totalTokenCount", "promptTokenCount"))
    if thought and total is not None and total == (asked or 0) + (said or 0):
        output = said  # ADK counts so where it asks other providers by way of LiteLLM
    cached = loose.count(either(usage, "cachedContentTokenCount"))
    return Usage(asked, output, cached, thought)


def write_usage(usage: Usage) -> dict[str, Json]:
    thought = usage.reasoning_tokens
    counts = {
        "promptTokenCount": usage.input_tokens,
        "candidatesTokenCount": None if usage.output_tokens is None else usage.output_tokens - (thought or 0),
        "thoughtsTokenCount": thought,
        "cachedContentTokenCount": usage.cache_read_tokens,
        "totalTokenCount": (usage.input_tokens or 0) + (usage.output_tokens or 0),
    }
    return {key: count for key, count in counts.items() if count is not None}


def write_reply(reply: Reply) -> Json:
    return _chunk(reply, list(write_parts(reply.message.parts)), ends=True)


def _chunk(reply: Reply, parts: list[Json], *, ends: bool) -> Json:
    candidate: dict[str, Json] = {"content": {"role": "model", "parts": parts}, "index": 0}
    body = {"candidates": [candidate], "modelVersion": reply.model, "responseId": "replaydbg"}
    if not ends:
        return body
    recorded = reply.message.finish_reason
    candidate["finishReason"] = recorded if recorded.isupper() else _FINISH.get(recorded, "STOP")
    return body | {"usageMetadata": write_usage(reply.usage)}


# ---- streams ---------------------------------------------------------------------------------------------------


def stream_reply(reply: Reply) -> Iterator[bytes]:
    """The reply as the events of a stream, a part each. An interrupted reply ends without a reason to end."""
    for part in write_parts(reply.message.parts):
        yield sse.write(_chunk(reply, [part], ends=False))
    if not reply.interrupted:
        yield sse.write(_chunk(reply, [], ends=True))


class Accumulator:
    """Puts a streamed reply together. `problem` holds the words of an error that came inside the stream."""

    def __init__(self) -> None:
        self.problem = ""
        self._parts: list[Part] = []
        self._model = ""
        self._finish = ""
        self._usage = Usage()

    @property
    def is_empty(self) -> bool:
        return not self._parts

    def feed(self, event: sse.Event) -> str:
        """Take one event; the new text for the screen."""
        body = event.json
        error = loose.mapping(body.get("error"))
        if error:
            self.problem = loose.text(error.get("message")) or loose.encoded(error)
            return ""
        told = read_reply(body)
        self._model = told.model or self._model
        self._finish = told.message.finish_reason or self._finish
        self._usage = told.usage if told.usage != Usage() else self._usage
        for part in told.message.parts:
            self._add(part)
        return told.message.text

    def _add(self, part: Part) -> None:
        """Pieces of one text, or of one thought, are one part."""
        last = self._parts[-1] if self._parts else None
        if isinstance(part, Text) and isinstance(last, Text):
            self._parts[-1] = Text(last.text + part.text)
        elif isinstance(part, Reasoning) and isinstance(last, Reasoning) and part.text and last.text:
            self._parts[-1] = Reasoning(last.text + part.text, part.signature or last.signature)
        elif part != Text(""):
            self._parts.append(part)

    def reply(self) -> Reply:
        """What has come so far; interrupted unless the stream said that it ended."""
        message = Message(Role.ASSISTANT, tuple(self._parts), finish_reason=self._finish)
        return Reply(message, self._model, self._usage, interrupted=not self._finish)
