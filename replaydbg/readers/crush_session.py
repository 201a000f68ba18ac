"""Sessions of Crush: what its command line shows of one, and the rows of its messages, whose parts are JSON.

Get one: `crush session show ID --json > session.json`, or, of an older version, `sqlite3 -json .crush/crush.db "SELECT * FROM
messages WHERE session_id = 'ID' ORDER BY created_at" > session.json`
"""

from __future__ import annotations

from collections.abc import Iterator

from replaydbg.core.message import Json, Media, Message, OtherPart, Part, Reasoning, Role, Text, ToolResponse
from replaydbg.readers import _containers, _moments
from replaydbg.readers._api import Document, Reader, Reading
from replaydbg.readers._chat_facts import Facts
from replaydbg.readers._transcript import Thread, Transcript
from replaydbg.wire import arguments, genai, loose

FORMAT = "crush-session"
_KINDS = frozenset({"text", "reasoning", "tool_call", "tool_result", "finish", "binary", "image_url"})
_FAILED = frozenset({"error", "permission_denied"})


def sniff(document: Document) -> float:
    first = _containers.first_record(document.head)
    record = loose.mapping(first)
    items = first if isinstance(first, list) else loose.sequence(record.get("messages"))
    is_shown = {"uuid", "prompt_tokens"} <= loose.mapping(record.get("meta")).keys()
    return 0.96 if items and all(_is_own(loose.mapping(item), is_shown) for item in items[:3]) else 0.0


def _is_own(row: dict[str, Json], is_shown: bool) -> bool:
    parts = [loose.mapping(part) for part in loose.sequence(loose.parsed(row.get("parts")))]
    return bool(parts) and all(
        loose.text(part.get("type")) in _KINDS and (is_shown or isinstance(part.get("data"), dict))
        for part in parts
    )


def read(document: Document, partial: bool) -> Iterator[Reading]:
    del partial
    transcript = Transcript(document, FORMAT)
    threads: dict[str, Thread] = {}
    for value, place in _containers.values(document.buffer, transcript.notices):
        record = loose.mapping(value)
        rows = value if isinstance(value, list) else record.get("messages")
        own = loose.mapping(record.get("meta")).get("uuid", record.get("id"))
        if not isinstance(rows, list):
            transcript.notice(place, "no messages, left out")
            continue
        for row in map(loose.mapping, rows):
            id_ = loose.text(row.get("session_id")) or loose.text(own) or document.stem
            if id_ not in threads:
                threads[id_] = transcript.run(id_).thread()
            _say(threads[id_], row)
    for thread in threads.values():
        thread.end()
    yield transcript.whole("no message")


def _say(thread: Thread, row: dict[str, Json]) -> None:
    listed = [loose.mapping(part) for part in loose.sequence(loose.parsed(row.get("parts")))]
    finish = next((_data(part) for part in listed if part.get("type") == "finish"), {})
    parts = tuple(_part(part) for part in listed if part.get("type") != "finish")
    role, moment = (
        genai.role(row.get("role")),
        _moments.nanoseconds(row.get("created_at", row.get("created"))),
    )
    if role is not Role.ASSISTANT:
        thread.add(Message(role, parts), moment_ns=moment)
        return
    reason = loose.text(finish.get("reason"))
    words = "\n".join(filter(None, (loose.text(finish.get(key)) for key in ("message", "details"))))
    ended = max(
        _moments.nanoseconds(row.get("finished_at")), _moments.nanoseconds(finish.get("time")), moment
    )
    facts = Facts(
        loose.text(row.get("model")),
        provider=loose.text(row.get("provider")),
        start_ns=moment,
        end_ns=ended,
        error=(words or reason) if reason in _FAILED else "",
    )
    message = Message(role, parts, finish_reason=reason)
    thread.reply(message if parts else None, facts=facts, origin=row)
    if row.get("is_summary_message") == 1:  # what was said before is not sent any more
        thread.compact()
        thread.say(message)
        thread.heard()


def _data(part: dict[str, Json]) -> dict[str, Json]:
    """What a part holds: in an object of its own in the database, beside its type where it is shown."""
    return loose.mapping(part["data"]) if "data" in part else part


def _part(part: dict[str, Json]) -> Part:
    data = _data(part)
    match part.get("type"):
        case "text":
            return Text(loose.text(data.get("text")))
        case "reasoning":
            return Reasoning(loose.text(data.get("thinking")), loose.text(data.get("signature")))
        case "tool_call":
            return arguments.call_from_any(
                loose.text(data.get("id", data.get("tool_call_id"))),
                loose.text(data.get("name")),
                data.get("input"),
            )
        case "tool_result":
            id_, name = loose.text(data.get("tool_call_id")), loose.text(data.get("name"))
            return ToolResponse(id_, data.get("content"), name, data.get("is_error") is True)
        case "binary" | "image_url":
            mime = loose.text(data.get("MIMEType", data.get("mime_type")))
            return Media("image", mime, loose.text(data.get("url")), loose.text(data.get("Data")))
    return OtherPart(part)


READER = Reader(
    FORMAT,
    "Crush sessions",
    sniff,
    read,
    marks=("session_id", "role", "parts", "finished_at"),
    needs=(b'"parts"',),
)
