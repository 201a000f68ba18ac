"""What OpenAI's API gives back: pages of stored completions, of responses and of items, single ones; results of batches.

Batches of Anthropic's are read, too, and bare replies of its API and of Google's: one in a file, or one for each line.

Completions, responses and replies are told without what was asked: it is not in them. Pages of items hold both, the newest first.

Get one: `curl "https://api.openai.com/v1/conversations/CONVERSATION/items?limit=100" -H "Authorization: Bearer $OPENAI_API_KEY"`,
or the output file of a batch
"""

from __future__ import annotations

from collections.abc import Iterator

from replaydbg.core.message import Json
from replaydbg.readers import _containers, _json_lines
from replaydbg.readers._api import Document, NotThisFormat, Reader, Reading
from replaydbg.readers._replies import add_reply, made_ns, not_asked
from replaydbg.readers._transcript import Run, Transcript
from replaydbg.wire import (
    anthropic_messages,
    google_generate,
    loose,
    openai_chat,
    openai_responses,
)

FORMAT = "openai-pages"
_REPLIES = frozenset({"response", "chat.completion"})
_SPEAKERS = ("user", "assistant", "system", "tool")
_ITEMS = frozenset({"message", "function_call", "function_call_output", "reasoning"})


def sniff(document: Document) -> float:
    first = loose.mapping(_containers.first_record(document.head))
    if "custom_id" in first and ("response" in first or "type" in loose.mapping(first.get("result"))):
        return 0.95
    items = [loose.mapping(item) for item in loose.sequence(first.get("data"))[:2]]
    if first.get("object") == "list" and items and all(map(_is_own, items)):
        return 0.95
    if _is_of_others(first):
        lines = list(map(loose.mapping, _json_lines.first_values(document.head)))
        if _containers.has_lines(memoryview(document.head)) and len(lines) > 1:
            is_in_pieces = "candidates" in first and "finishReason" not in _candidate(first)
            return 0.95 if all(map(_is_of_others, lines)) and not is_in_pieces else 0.0
        return 0.85  # it may be a message of a list
    return 0.9 if _is_reply(first) and "messages" not in first else 0.0


def _is_reply(value: dict[str, Json]) -> bool:
    return loose.text(value.get("object")) in _REPLIES or _is_of_others(value)


def _is_of_others(value: dict[str, Json]) -> bool:
    """A reply of Anthropic's or of Google's API as it came, with nothing of the request."""
    if value.get("type") == "message" and value.get("role") == "assistant":
        return "stop_reason" in value and isinstance(value.get("content"), list)
    return (
        bool({"content", "finishReason"} & _candidate(value).keys())
        and not {"contents", "request", "messages"} & value.keys()
    )


def _candidate(value: dict[str, Json]) -> dict[str, Json]:
    return loose.mapping(next(iter(loose.sequence(value.get("candidates"))), None))


def _is_own(item: dict[str, Json]) -> bool:
    return _is_reply(item) or (
        "object" not in item and loose.text(item.get("type")) in _ITEMS and "id" in item
    )


def read(document: Document, partial: bool) -> Iterator[Reading]:
    del partial
    transcript = Transcript(document, FORMAT)
    run = transcript.run(document.stem)
    without = 0
    for value, place in _containers.values(document.buffer, transcript.notices):
        record = loose.mapping(value)
        if "custom_id" in record:
            without += 1
            _of_batch(run, record)
            continue
        listed = [loose.mapping(item) for item in loose.sequence(record.get("data")) or [record]]
        if any(map(_is_reply, listed)):
            replies = [item for item in listed if _is_reply(item)]
            without += len(replies)
            for item in sorted(replies, key=made_ns):
                _reply(run, item)
        elif any(map(_is_own, listed)):
            _conversation(run, listed)
        elif record.get("role") in _SPEAKERS:
            raise NotThisFormat("messages of a conversation, of which the first is a reply")
        else:
            transcript.notice(place, "neither a reply nor an item of a conversation, left out")
    if without:
        transcript.notice("", not_asked(without))
    yield transcript.whole("no reply")


def _of_batch(run: Run, record: dict[str, Json]) -> None:
    result = loose.mapping(record.get("result"))
    body = loose.mapping(loose.mapping(record.get("response")).get("body")) or loose.mapping(
        result.get("message")
    )
    failed = (record.get("error"), body.get("error"), result.get("error"))
    error = next(filter(None, map(loose.mapping, failed)), {})
    error = loose.mapping(error.get("error")) or error
    words = loose.text(error.get("message")) or (loose.encoded(error) if error else "")
    if result and not body and not words:
        words = loose.text(result.get("type"))  # expired, canceled
    if result:
        add_reply(
            run, body, anthropic_messages.read_reply(body), provider="anthropic", error=words, raw=record
        )
    else:
        _reply(run, body, error=words, raw=record)


def _reply(run: Run, reply: dict[str, Json], *, error: str = "", raw: Json = None) -> None:
    provider, read_reply = "openai", openai_chat.read_reply
    if reply.get("object") == "response":
        read_reply = openai_responses.read_reply
    elif "candidates" in reply:
        provider, read_reply = "google", google_generate.read_reply
    elif reply.get("type") == "message":
        provider, read_reply = "anthropic", anthropic_messages.read_reply
    error = error or loose.text(loose.mapping(reply.get("error")).get("message"))
    add_reply(
        run, reply, read_reply(reply), provider=provider, error=error, raw=reply if raw is None else raw
    )


def _conversation(run: Run, items: list[dict[str, Json]]) -> None:
    """Items without times: where a person's words end the page, and do not begin it, the newest stands first."""
    spoken = [loose.text(item.get("role")) for item in items if item.get("role")]
    if len(spoken) > 1 and spoken[-1] != "assistant" and spoken[0] == "assistant":
        items.reverse()
    thread = run.thread()
    for message in openai_responses.read_messages(items):
        thread.add(message)
    thread.end()


READER = Reader(
    FORMAT,
    "pages of OpenAI's API (completions, responses, items), results of batches, bare replies",
    sniff,
    read,
    marks=("object", "data", "has_more"),
    of_lines=True,
    needs=(b'"custom_id"', b'"list"', b'"response"', b'"chat.completion"', b'"stop_reason"', b'"candidates"'),
)
