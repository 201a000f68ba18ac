"""Replies of models in the pieces that they came in, as `curl -N` saves them: OpenAI's chunks and events, Anthropic's events,
Google's and Bedrock's, Ollama's lines.

Several replies may follow each other in one file. What was asked is not in it. A stream that breaks off is told: then
the reply is what had come.

Shapes: https://platform.openai.com/docs/api-reference/chat-streaming, .../responses-streaming;
https://docs.anthropic.com/en/docs/build-with-claude/streaming; https://ai.google.dev/api/generate-content;
https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ConverseStream.html; https://docs.ollama.com/api/streaming.

Get one: `curl -N https://api.openai.com/v1/chat/completions ... -d '{"stream": true, ...}' > reply.txt`
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from replaydbg.core.message import Json
from replaydbg.readers import _containers, _json_lines
from replaydbg.readers._api import Document, Reader, Reading
from replaydbg.readers._replies import add_reply, not_asked
from replaydbg.readers._transcript import Run, Transcript
from replaydbg.wire import (
    anthropic_messages,
    bedrock_converse,
    google_generate,
    loose,
    openai_chat,
    openai_responses,
    sse,
)

FORMAT = "reply-stream"
_OF_ANTHROPIC = frozenset(
    {
        "message_start", "content_block_start", "content_block_delta", "content_block_stop", "message_delta",
        "message_stop", "ping",
    }
)  # fmt: skip
_OF_BEDROCK = frozenset(
    {"messageStart", "contentBlockStart", "contentBlockDelta", "contentBlockStop", "messageStop", "metadata"}
)
_OF_OTHERS = frozenset({"session_id", "event_id", "parent_tool_use_id"})
"""Agents wrap events of Anthropic's; the Realtime API has events that are named as those of responses."""
_SHAPES = {
    "openai chat": openai_chat,
    "openai responses": openai_responses,
    "anthropic": anthropic_messages,
    "google": google_generate,
    "bedrock": bedrock_converse,
    "ollama": openai_chat,
}


@dataclass(slots=True)
class _Stream:
    """The pieces of one reply."""

    shape: str
    id: str
    place: str
    pieces: list[dict[str, Json]] = field(default_factory=list)
    has_ended: bool = False
    """Whether a piece said that it is the last to say something."""


def sniff(document: Document) -> float:
    first = _containers.first_record(document.head)
    piece = loose.mapping(first[0] if isinstance(first, list) and first else first)
    shape = _shape(piece)
    if shape == "google":  # replies that came whole are written down in the same way
        values = _json_lines.first_values(document.head) if not isinstance(first, list) else first
        return 0.96 if not _is_last(piece) and len(values) > 1 else 0.0
    return 0.95 if shape else 0.0


def _shape(piece: dict[str, Json]) -> str:
    """Whose piece it is; "" of what is none."""
    kind = loose.text(piece.get("type"))
    if not _OF_OTHERS.isdisjoint(piece):
        return ""
    if kind in _OF_ANTHROPIC:
        return "anthropic"
    if kind.startswith("response.") and not {"response", "sequence_number", "output_index"}.isdisjoint(piece):
        return "openai responses"
    if isinstance(piece.get("choices"), list):
        is_chunk = piece.get("object") == "chat.completion.chunk" or "delta" in _first(piece["choices"])
        return "openai chat" if is_chunk or "prompt_filter_results" in piece else ""
    if "candidates" in piece or "usageMetadata" in piece:
        return "" if "contents" in piece or "request" in piece else "google"
    if len(piece) == 1 and not _OF_BEDROCK.isdisjoint(piece):
        told = loose.mapping(next(iter(piece.values())))
        return "bedrock" if told and ("metadata" not in piece or "usage" in told) else ""
    is_of_ollama = isinstance(piece.get("done"), bool) and "model" in piece and "created_at" in piece
    return "ollama" if is_of_ollama and not {"message", "response"}.isdisjoint(piece) else ""


def _first(items: Json) -> dict[str, Json]:
    return loose.mapping(next(iter(loose.sequence(items)), None))


def _is_last(piece: dict[str, Json]) -> bool:
    """Whether nothing is said behind it. Costs may be told there."""
    choice = _first(piece.get("choices")) or _first(piece.get("candidates"))
    return bool(choice.get("finish_reason") or choice.get("finishReason") or piece.get("done"))


def _begins(piece: dict[str, Json]) -> bool:
    return piece.get("type") in {"message_start", "response.created"} or "messageStart" in piece


def _id(piece: dict[str, Json]) -> str:
    """The name of its reply, where the piece says it."""
    inner = loose.mapping(piece.get("response")) or loose.mapping(piece.get("message"))
    return next(
        filter(None, map(loose.text, (piece.get("responseId"), piece.get("id"), inner.get("id")))), ""
    )


def read(document: Document, partial: bool) -> Iterator[Reading]:
    del partial
    transcript = Transcript(document, FORMAT)
    streams: list[_Stream] = []
    for value, place in _containers.values(document.buffer, transcript.notices, items=True):
        piece = loose.mapping(value)
        shape = _shape(piece)
        if not shape and streams and ("error" in piece or piece.get("type") == "error"):
            shape = streams[-1].shape  # the last that came
        if shape:
            stream = _stream_of(piece, shape, place, streams)
            stream.pieces.append(piece)
            stream.has_ended |= _is_last(piece)
        else:
            transcript.place = place
            transcript.unknown(loose.text(piece.get("type")) or "no piece of a reply")
    run = transcript.run(document.stem)
    for stream in streams:
        _reply(run, stream)
    if streams:
        transcript.notice("", not_asked(len(streams)))
    yield transcript.whole("no piece of a reply")


def _stream_of(piece: dict[str, Json], shape: str, place: str, streams: list[_Stream]) -> _Stream:
    """The stream that the piece goes on, or a new one. Those that name their reply may come mixed."""
    id_ = _id(piece)
    if id_ and not _begins(piece):
        for stream in reversed(streams):
            if stream.id == id_ and stream.shape == shape:
                return stream
    last = streams[-1] if streams else None
    goes_on = (
        last is not None
        and last.shape == shape
        and not _begins(piece)
        and (not id_ or not last.id)
        and (not last.has_ended or not (piece.get("choices") or "candidates" in piece or "done" in piece))
    )
    if last is None or not goes_on:
        streams.append(_Stream(shape, id_, place))
        return streams[-1]
    last.id = last.id or id_
    return last


def _reply(run: Run, stream: _Stream) -> None:
    accumulator = _SHAPES[stream.shape].Accumulator()
    for piece in stream.pieces:
        chunk = _chunk_of_ollama(piece) if stream.shape == "ollama" else piece
        accumulator.feed(sse.Event(loose.encoded(chunk)))
    said = accumulator.reply()
    error = getattr(accumulator, "problem", "")
    if said.interrupted and not error:
        run.transcript.notice(stream.place, "the stream breaks off before the reply has ended")
    provider = stream.shape.partition(" ")[0]
    add_reply(run, _around(stream), said, provider=provider, error=error, raw=list(stream.pieces))


def _around(stream: _Stream) -> dict[str, Json]:
    """What is told beside the words: of responses in the last event that has it all, else in the first piece with a time."""
    if stream.shape == "openai responses":
        told = [each["response"] for each in stream.pieces if isinstance(each.get("response"), dict)]
        return loose.mapping(told[-1]) if told else {}
    if stream.shape == "ollama":
        first, last = stream.pieces[0].get("created_at"), stream.pieces[-1].get("created_at")
        return {"created_at": first, "completed_at": last}
    if stream.shape == "google":
        return {"created_at": stream.pieces[0].get("createTime")}
    return next((piece for piece in stream.pieces if piece.get("created")), {})


def _chunk_of_ollama(piece: dict[str, Json]) -> dict[str, Json]:
    """A line of `/api/chat` or `/api/generate` as a chunk of OpenAI's."""
    told = loose.mapping(piece.get("message"))
    calls = [
        loose.mapping(loose.mapping(call).get("function")) for call in loose.sequence(told.get("tool_calls"))
    ]
    delta: dict[str, Json] = {
        "content": told.get("content") or piece.get("response"),
        "reasoning": told.get("thinking") or piece.get("thinking"),
        "tool_calls": [
            {"function": {"name": call.get("name"), "arguments": _given(call.get("arguments"))}}
            for call in calls
        ],
    }
    reason = piece.get("done_reason") or ("stop" if piece.get("done") else None)
    chunk: dict[str, Json] = {
        "model": piece.get("model"),
        "choices": [{"index": 0, "delta": delta, "finish_reason": reason}],
        "error": piece.get("error"),
    }
    if "prompt_eval_count" in piece or "eval_count" in piece:
        chunk["usage"] = {
            "prompt_tokens": piece.get("prompt_eval_count"),
            "completion_tokens": piece.get("eval_count"),
        }
    return chunk


def _given(arguments: Json) -> str:
    return arguments if isinstance(arguments, str) else loose.encoded(arguments)


READER = Reader(
    FORMAT,
    "streamed replies of models in pieces (OpenAI, Anthropic, Google, Bedrock, Ollama)",
    sniff,
    read,
    marks=("type", "object", "choices", "done"),
    of_lines=True,
    needs=(
        b'"message_start"', b'"content_block_', b'"message_delta"', b'"message_stop"', b'"ping"', b'"response.', b'"delta"',
        b"chat.completion.chunk", b'"prompt_filter_results"', b'"candidates"', b'"usageMetadata"', b'"messageStart"',
        b'"contentBlock', b'"messageStop"', b'"metadata"', b'"done"',
    ),
)  # fmt: skip
