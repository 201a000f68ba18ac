"""The log of the program `llm`: a record for each reply, with the tools that were offered, called and answered.

Get one: `llm logs list --json -n 0 > log.json`
"""

from __future__ import annotations

from collections.abc import Iterator

from replaydbg.core.message import Json, Message, Part, Role, Text, ToolResponse, text_message
from replaydbg.core.step import Usage
from replaydbg.readers import _containers, _moments
from replaydbg.readers._api import Document, Reader, Reading
from replaydbg.readers._chat_facts import Facts
from replaydbg.readers._transcript import Thread, Transcript
from replaydbg.wire import arguments, loose, tool_specs

FORMAT = "llm-log"
_KEYS = frozenset({"model", "prompt", "response", "conversation_id", "datetime_utc"})


def sniff(document: Document) -> float:
    first = _containers.first_record(document.head)
    record = loose.mapping(first[0] if isinstance(first, list) and first else first)
    return 0.95 if record.keys() >= _KEYS else 0.0


def read(document: Document, partial: bool) -> Iterator[Reading]:
    del partial
    transcript = Transcript(document, FORMAT)
    records: list[dict[str, Json]] = []
    for value, place in _containers.values(document.buffer, transcript.notices, items=True):
        record = loose.mapping(value)
        if "response" in record:
            records.append(record)
        else:
            transcript.notice(place, "no reply, left out")
    threads: dict[str, Thread] = {}
    for record in sorted(records, key=lambda each: loose.text(each.get("datetime_utc"))):
        id_ = loose.text(record.get("conversation_id")) or loose.text(record.get("id")) or document.stem
        if id_ not in threads:
            threads[id_] = transcript.run(id_).thread()
        _tell(threads[id_], record)
    yield transcript.whole("no reply")


def _tell(thread: Thread, record: dict[str, Json]) -> None:
    end = _moments.nanoseconds(record.get("datetime_utc"))
    taken = loose.count(record.get("duration_ms"))
    start = end  # when it was asked; how long that took stands beside
    end = start + taken * 1_000_000 if taken is not None and start >= 0 else -1
    system = loose.text(record.get("system"))
    if system and not len(thread):
        thread.say(Message(Role.SYSTEM, (Text(system),)))
    results = [loose.mapping(one) for one in loose.sequence(record.get("tool_results"))]
    if results:
        thread.add(Message(Role.TOOL, tuple(map(_response, results))), moment_ns=start)
    prompt = loose.text(record.get("prompt"))
    if prompt or not results:
        thread.say(text_message(Role.USER, prompt), moment_ns=start)
    text = loose.text(record.get("response"))
    parts: list[Part] = [Text(text)] if text else []
    for call in map(loose.mapping, loose.sequence(record.get("tool_calls"))):
        id_, name = loose.text(call.get("tool_call_id")), loose.text(call.get("name"))
        parts.append(arguments.call_from_any(id_, name, call.get("arguments")))
    tools = tool_specs.read_tools(record.get("tools"))
    options = loose.mapping(record.get("options_json"))
    facts = Facts(
        loose.text(record.get("model")),
        response_model=loose.text(record.get("resolved_model")),
        tools=tools or None,
        params=options,
        usage=Usage(loose.count(record.get("input_tokens")), loose.count(record.get("output_tokens"))),
        start_ns=start,
        end_ns=end,
    )
    thread.reply(Message(Role.ASSISTANT, tuple(parts)), facts=facts, origin=record)


def _response(result: dict[str, Json]) -> ToolResponse:
    id_, name = loose.text(result.get("tool_call_id")), loose.text(result.get("name"))
    error = loose.text(result.get("exception"))
    return ToolResponse(id_, error or result.get("output"), name, bool(error))


READER = Reader(
    FORMAT, "logs of the program `llm`", sniff, read, marks=tuple(sorted(_KEYS)), needs=(b'"datetime_utc"',)
)
