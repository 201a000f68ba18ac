"""Messages of Vercel's AI SDK: those of its chat hooks (`UIMessage`, versions 4 to 7), those of models, results, and streams.

A chat message holds a whole turn: what the model said in each step, its calls and what they brought. A step begins at a
`step-start`, and where a model speaks again behind a call that was answered. The result of `generateText` has its steps:
from version 5 on each is its `content` (what the model said, and results of tools), before `text` and `toolCalls`.

Get one: `JSON.stringify(messages)` in `onEnd` of `toUIMessageStream` (before version 7 `onFinish` of
`toUIMessageStreamResponse`), or of the result of `generateText` (in version 7 with `include: {requestMessages: true}`); or what `curl -N` saves of the route that streams to the page
"""

from __future__ import annotations

from collections.abc import Iterator

from replaydbg.core.message import Json, Message, Part, Reasoning, Role, Text, ToolCall, ToolResponse
from replaydbg.core.step import Kind, PlainBody, Status, Usage
from replaydbg.readers import _ai_sdk_stream, _containers, _json_lines, _moments
from replaydbg.readers._api import Document, Reader, Reading
from replaydbg.readers._chat_facts import Facts
from replaydbg.readers._transcript import Thread, Transcript
from replaydbg.wire import arguments, genai, loose, mixed_messages

FORMAT = "ai-sdk"
_ROLES = frozenset({"system", "user", "assistant", "tool"})
_PARTS = frozenset(
    {"step-start", "dynamic-tool", "tool-invocation", "source-url", "source-document", "file", "source"}
)
_OF_MODELS = frozenset({"tool-call", "tool-result"})
_FAILED = frozenset({"output-error", "output-denied"})
_BROUGHT = frozenset({"tool-result", "tool-error"})


def sniff(document: Document) -> float:
    first = _containers.first_record(document.head)
    record = loose.mapping(first)
    if _is_result(first):
        return 0.9
    if _ai_sdk_stream.is_piece(record) and _ai_sdk_stream.is_stream(_json_lines.first_values(document.head)):
        return 0.95
    items = first if isinstance(first, list) else loose.sequence(record.get("messages")) or [first]
    return max((_likeness(loose.mapping(item)) for item in items[:8]), default=0.0)


def _is_result(value: Json) -> bool:
    steps = _results_steps(value)
    return bool(steps) and all("finishReason" in step and {"text", "content"} & step.keys() for step in steps)


def _results_steps(value: Json) -> list[dict[str, Json]]:
    listed = value if isinstance(value, list) else loose.mapping(value).get("steps")
    return [loose.mapping(step) for step in loose.sequence(listed)]


def _likeness(message: dict[str, Json]) -> float:
    if loose.text(message.get("role")) not in _ROLES:
        return 0.0
    parts = [loose.mapping(part) for part in loose.sequence(message.get("parts"))]
    kinds = {loose.text(part.get("type")) for part in parts}
    if kinds & _PARTS or any(kind.startswith("tool-") for kind in kinds) or "toolInvocations" in message:
        return 0.95
    blocks = [loose.mapping(part) for part in loose.sequence(message.get("content"))]
    if any(loose.text(block.get("type")) in _OF_MODELS and "toolCallId" in block for block in blocks):
        return 0.95
    has_texts = bool(parts) and all("type" in part and isinstance(part.get("text"), str) for part in parts)
    return 0.8 if has_texts else 0.0


def read(document: Document, partial: bool) -> Iterator[Reading]:
    del partial
    transcript = Transcript(document, FORMAT)
    lines: Thread | None = None
    """What is told a message a line."""
    turns: list[_ai_sdk_stream.Turn] = []
    for value, place in _containers.values(document.buffer, transcript.notices):
        record = loose.mapping(value)
        listed = record.get("messages")
        if _is_result(value):
            _result(transcript.run(document.stem).thread(), _results_steps(value))
        elif isinstance(listed, list):
            id_ = loose.text(record.get("id")) or loose.text(record.get("chatId")) or document.stem
            _talk(transcript, transcript.run(id_).thread(), listed, place)
        elif isinstance(value, list):
            _talk(transcript, transcript.run(document.stem).thread(), value, place)
        elif _ai_sdk_stream.is_piece(record):
            if not turns or record.get("type") == "start":
                turns.append(_ai_sdk_stream.Turn())
            turns[-1].feed(record)
        else:
            lines = lines or transcript.run(document.stem).thread()
            _add(transcript, lines, value, place)
    if turns:
        lines = lines or transcript.run(document.stem).thread()
        _streamed(lines, turns)
    if lines is not None:
        lines.end()
    yield transcript.whole("no message")


def _streamed(thread: Thread, turns: list[_ai_sdk_stream.Turn]) -> None:
    transcript = thread.run.transcript
    transcript.notice("", "what was asked is not in a stream")
    for turn in turns:
        _say(thread, turn.message)
        if turn.error:
            body = PlainBody(error=turn.error, raw=turn.message)
            thread.run.step(Kind.OPAQUE, "stream", body, status=Status.ERROR)
        if not turn.has_ended:
            transcript.notice("", "the stream breaks off before the turn has ended")


def _talk(transcript: Transcript, thread: Thread, items: list[Json], place: str) -> None:
    for item in items:
        _add(transcript, thread, item, place)
    thread.end()


def _add(transcript: Transcript, thread: Thread, item: Json, place: str) -> None:
    message = loose.mapping(item)
    if loose.text(message.get("role")) in _ROLES:
        _say(thread, message)
    else:
        transcript.notice(place, "no message, left out")


def _say(thread: Thread, message: dict[str, Json]) -> None:
    about = loose.mapping(message.get("metadata"))
    written = (message.get("createdAt"), message.get("created_at"), about.get("createdAt"))
    moment = next((at for at in map(_moments.nanoseconds, written) if at >= 0), -1)
    role = genai.role(message.get("role"))
    if role is not Role.ASSISTANT:
        for said in mixed_messages.messages([_plain(message)]) or ():
            thread.add(said, moment_ns=moment)
        return
    steps = list(_steps(message))
    for number, parts in enumerate(steps):
        calls, results = _calls(parts)
        said = Message(role, (*_words(parts), *calls))
        is_last = number == len(steps) - 1
        facts = _facts(about, loose.mapping(about.get("usage", about.get("totalUsage"))) if is_last else {})
        thread.reply(said, facts=facts, moment_ns=moment, origin=message)
        if results:
            thread.add(Message(Role.TOOL, tuple(results)), moment_ns=moment)


def _plain(message: dict[str, Json]) -> dict[str, Json]:
    """As the shapes of models have it: `parts` before the text that repeats them."""
    return (
        {key: value for key, value in message.items() if key != "content"}
        if message.get("parts")
        else message
    )


def _steps(message: dict[str, Json]) -> Iterator[list[dict[str, Json]]]:
    """The parts of each step of a turn."""
    listed = message.get("parts") or message.get("content")
    parts = [loose.mapping(part) for part in loose.sequence(listed)]
    if not isinstance(listed, list):
        invoked = [
            {"type": "tool-invocation", "toolInvocation": one}
            for one in loose.sequence(message.get("toolInvocations"))
        ]
        text = loose.text(message.get("content"))
        parts = [*invoked, *([{"type": "text", "text": text}] if text else [])]
    step: list[dict[str, Json]] = []
    is_answered = False
    for part in parts:
        is_start = loose.text(part.get("type")) == "step-start"
        if is_start or (is_answered and _is_call(step[-1]) and not _is_call(part)):
            if step:
                yield step
            step, is_answered = [], False
        if not is_start:
            step.append(part)
            is_answered = is_answered or bool(_calls([part])[1])
    if step:
        yield step


def _is_call(part: dict[str, Json]) -> bool:
    kind = loose.text(part.get("type"))
    return kind == "dynamic-tool" or kind.startswith("tool-")


def _words(parts: list[dict[str, Json]]) -> Iterator[Part]:
    for part in parts:
        text = part.get("text", part.get("reasoning"))
        if loose.text(part.get("type")) == "reasoning" and isinstance(text, str):
            yield Reasoning(text)
        elif isinstance(text, str):
            yield from (Text(text),) if text else ()
        elif not _is_call(part):
            yield genai.read_parts(part)[0]


def _calls(parts: list[dict[str, Json]]) -> tuple[list[ToolCall], list[ToolResponse]]:
    calls, results = [], []
    for part in filter(_is_call, parts):
        kind = loose.text(part.get("type"))
        call = loose.mapping(part.get("toolInvocation")) or part
        id_ = loose.text(call.get("toolCallId"))
        name = loose.text(call.get("toolName")) or kind.removeprefix("tool-")
        state = loose.text(call.get("state"))
        given = call.get("input", call.get("args", call.get("rawInput")))
        if kind not in _BROUGHT:
            calls.append(arguments.call_from_any(id_, name, given))
        if kind == "tool-error":
            results.append(ToolResponse(id_, call.get("error"), name, is_error=True))
        elif state in _FAILED:
            said = loose.text(call.get("errorText")) or "denied"
            results.append(ToolResponse(id_, said, name, is_error=True))
        elif "output" in call or "result" in call:
            results.append(ToolResponse(id_, call.get("output", call.get("result")), name))
    return calls, results


def _result(thread: Thread, steps: list[dict[str, Json]]) -> None:
    """What `generateText` gave: its steps, each with what the provider told of it."""
    for step in steps:
        about = loose.mapping(step.get("response"))
        moment = _moments.nanoseconds(about.get("timestamp"))
        request = loose.mapping(step.get("request"))
        asked = loose.mapping(loose.parsed(request.get("body"))) or request
        if not len(thread) and asked:
            for said in mixed_messages.messages(asked) or ():
                thread.add(said)
        parts = _content(step)
        calls, _ = _calls([part for part in parts if part["type"] == "tool-call"])
        words = _words([part for part in parts if not _is_call(part)])
        message = Message(
            Role.ASSISTANT, (*words, *calls), finish_reason=loose.text(step.get("finishReason"))
        )
        facts = _facts(about, loose.mapping(step.get("usage")))
        thread.reply(message, facts=facts, moment_ns=moment, origin=step)
        _, results = _calls([part for part in parts if part["type"] in _BROUGHT])
        if results:
            thread.add(Message(Role.TOOL, tuple(results)), moment_ns=moment)


def _content(step: dict[str, Json]) -> list[dict[str, Json]]:
    """The parts of a step, which versions before 5 told under keys of their own."""
    if isinstance(step.get("content"), list):
        parts = [loose.mapping(part) for part in loose.sequence(step["content"])]
        return [{**part, "type": loose.text(part.get("type"))} for part in parts]
    thought = loose.text(step.get("reasoningText")) or loose.text(step.get("reasoning"))
    text = loose.text(step.get("text"))
    return [
        *([{"type": "reasoning", "text": thought}] if thought else []),
        *([{"type": "text", "text": text}] if text else []),
        *({**loose.mapping(one), "type": "tool-call"} for one in loose.sequence(step.get("toolCalls"))),
        *({**loose.mapping(one), "type": "tool-result"} for one in loose.sequence(step.get("toolResults"))),
    ]


def _facts(about: dict[str, Json], usage: dict[str, Json]) -> Facts:
    model = next(filter(None, (loose.text(about.get(key)) for key in ("modelId", "model"))), "")
    usage = {
        **loose.mapping(usage.get("inputTokenDetails")),
        **loose.mapping(usage.get("outputTokenDetails")),
        **usage,
    }
    counted = (
        next(filter(lambda count: count is not None, (loose.count(usage.get(key)) for key in keys)), None)
        for keys in (
            ("inputTokens", "promptTokens"),
            ("outputTokens", "completionTokens"),
            ("cachedInputTokens", "cacheReadTokens"),
            ("reasoningTokens",),
        )
    )
    return Facts(model=model, usage=Usage(*counted))


READER = Reader(
    FORMAT,
    "messages of Vercel's AI SDK (chats, models, results, streams)",
    sniff,
    read,
    marks=("parts", "toolCallId", "toolInvocations"),
    of_lines=True,
    needs=(
        b'"finishReason"',
        b'"parts"',
        b'"toolInvocations"',
        b'"toolCallId"',
        b'-delta"',
        b'-start"',
        b'-end"',
        b'"tool-',
    ),
)
