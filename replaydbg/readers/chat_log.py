"""Raw chat logs: what a program that talks to a model keeps when it keeps the requests and replies themselves.

One call to a file, JSON Lines or an array of calls, pages of gateways (LiteLLM, Helicone), HTTP cassettes, or plain lists of
messages, one message a line among them, in the shapes of OpenAI, Anthropic, Google and Bedrock (its log of invocations,
from S3 or CloudWatch). Every reply becomes a model call
with the messages before it as its prompt, every tool response a tool execution. This is the reader for all that no
other format claims.

Get one: one request and its response a line, as proxies log them; of LiteLLM, with `store_prompts_in_spend_logs: true`
in its `general_settings`, `curl "$LITELLM/spend/logs?request_id=ID" -H "Authorization: Bearer $KEY"`, of Helicone `HELICONE_API_KEY=KEY npx
@helicone/export --include-body`, of Portkey what *Request Data* below *Exports* gives; a HAR file of a browser or of `mitmdump --set
hardump=run.har`; or `replaydbg convert TRACE --to openai-chat`.
"""

from __future__ import annotations

from collections.abc import Iterator

from replaydbg import limits
from replaydbg.core.finding import Notice
from replaydbg.core.message import Json, Role
from replaydbg.core.trace import Source
from replaydbg.readers import (
    _bedrock_log,
    _cassette,
    _chat_facts,
    _chat_records,
    _containers,
    _gateway_log,
    _salvage,
    _stitch,
    _stitched,
)
from replaydbg.readers._api import Document, Reader, Reading, on_the_way
from replaydbg.readers._said_before import SaidBefore
from replaydbg.wire import loose

FORMAT = "chat-log"
_OTHERS = frozenset(
    {
        "resourceSpans",
        "resource_spans",
        "resourceLogs",
        "spans",
        "observations",
        "trajectory",
        "samples",
        "simulations",
    }
)
"""Keys of formats that hold messages too and say more than they do."""


# ---- which files ------------------------------------------------------------------------------------------------


def sniff(document: Document) -> float:
    """Moderate at best: a list of messages stands in many formats, and a reader that knows one reads more of it."""
    first = _containers.first_record(document.head)
    if _chat_records.is_messages(first):
        return 0.5
    if isinstance(first, list):
        first = first[0] if first else None
    if not isinstance(first, dict) or _OTHERS & set(first):
        return 0.0
    if _has_a_message_a_line(memoryview(document.head)):
        return 0.5
    if _cassette.path_of_exchanges(first) is not None:
        return 0.6
    if _bedrock_log.is_record(first) or any(_bedrock_log.inside(first)):
        return 0.9
    paged = _gateway_log.page(first)
    if paged and "id" not in first:
        first = paged[0][1]
    first = _gateway_log.plain(first)
    request = _chat_records.request_of(first)
    if request is None:
        is_heading = set(first) <= {"metadata", "annotations"} and b'"messages"' in document.head
        return 0.5 if is_heading else 0.0
    is_call = request is not first or bool(_CALL_KEYS & set(first))
    return 0.6 if is_call else 0.5


def _has_a_message_a_line(buffer: memoryview) -> bool:
    first = _containers.first_record(bytes(buffer[: limits.SNIFF_BYTES_MAX]))
    return _chat_records.is_message(first) and _containers.has_lines(buffer)


_CALL_KEYS = frozenset({"response", "choices", "model", "tools", "output"})


# ---- reading ----------------------------------------------------------------------------------------------------


def read(document: Document, partial: bool) -> Iterator[Reading]:
    """The runs of the file. There is only the complete reading: what belongs together is known at the end."""
    read, size = 0, len(document.buffer)
    notices: list[Notice] = []
    stitcher, before = _stitch.Stitcher(), SaidBefore()
    if _has_a_message_a_line(document.buffer):
        yield from _messages_in_lines(document, stitcher, notices, partial=partial)
        return
    is_array_of_records = not _chat_records.is_messages(_containers.first_record(document.head))
    records = _containers.records(document.buffer, notices, items=is_array_of_records)
    for record in reversed(list(records)) if _is_newest_first(document) else records:
        read = min(read + len(record.raw), size)
        if partial:
            yield on_the_way(read, size)
        value = _parsed(record, notices)
        if value is None:
            continue
        try:
            _add(stitcher, value, record, notices, before)
        except RecursionError:
            notices.append(Notice(record.place or "/", "nested too deep, left out"))
    yield _reading(document, stitcher, notices)


def _reading(document: Document, stitcher: _stitch.Stitcher, notices: list[Notice]) -> Reading:
    traces = _stitched.traces(Source(document.name, FORMAT), stitcher, notices)
    return Reading(traces, _capped(notices))


def _messages_in_lines(
    document: Document, stitcher: _stitch.Stitcher, notices: list[Notice], *, partial: bool
) -> Iterator[Reading]:
    """A message a line, as agents append them; those of one session are one list."""
    read, size = 0, len(document.buffer)
    said: dict[str, tuple[list[Json], list[memoryview]]] = {}
    for record in _containers.records(document.buffer, notices):
        read = min(read + len(record.raw), size)
        if partial:
            yield on_the_way(read, size)
        value = _parsed(record, notices)
        if not _chat_records.is_message(value):
            if value is not None:
                notices.append(Notice(record.place, "no message, left out"))
            continue
        messages, texts = said.setdefault(_chat_facts.session(loose.mapping(value)), ([], []))
        messages.append(value)
        texts.append(record.raw)
    for messages, texts in said.values():
        whole = _containers.Record(memoryview(b"[" + b",".join(texts) + b"]"), "")
        _add(stitcher, messages, whole, notices, SaidBefore())
    yield _reading(document, stitcher, notices)


def _is_newest_first(document: Document) -> bool:
    """Told by the records of the head, the last of which may be cut off there."""
    head, whole = memoryview(document.head), []
    for record in _containers.records(head, [], items=True):
        try:
            whole.append(_salvage.loads(record.raw))
        except ValueError:
            break
    return _chat_facts.are_newest_first(one for one in whole if isinstance(one, dict))


def _parsed(record: _containers.Record, notices: list[Notice]) -> Json | None:
    try:
        return _salvage.loads(record.raw)
    except ValueError:
        value = _salvage.repaired(record.raw)
        said = (
            "not JSON, left out"
            if value is None
            else "damaged JSON: only what stands before the damage was read"
        )
        notices.append(Notice(record.place or "byte 0", said))
        return value


def _add(
    stitcher: _stitch.Stitcher,
    value: Json,
    record: _containers.Record,
    notices: list[Notice],
    before: SaidBefore,
) -> None:
    if _cassette.path_of_exchanges(value) is not None:
        for call in _cassette.calls(value, record.place, notices):
            stitcher.add_call(call, _stitched.Origin(record.raw, call.path), group=f"cassette {record.place}")
        return
    for found in _chat_records.recognise(value, record.place, notices, before):
        if isinstance(found, _chat_records.Talk):
            stitcher.add_talk(found, _stitched.Origin(record.raw, found.path))
            if not any(message.role is Role.ASSISTANT for message in found.messages):
                notices.append(Notice(record.place or "/", "a list of messages without a reply of a model"))
        else:
            stitcher.add_call(found, _stitched.Origin(record.raw, found.path))


def _capped(notices: list[Notice]) -> tuple[Notice, ...]:
    if len(notices) <= limits.NOTICES_MAX:
        return tuple(notices)
    more = len(notices) - limits.NOTICES_MAX + 1
    return (*notices[: limits.NOTICES_MAX - 1], Notice("/", f"and {more} more notice{'s' * (more > 1)}"))


READER = Reader(
    FORMAT,
    "raw chat logs and message lists (OpenAI, Anthropic, Google, Bedrock)",
    sniff,
    read,
    marks=("messages", "role", "content"),
)
