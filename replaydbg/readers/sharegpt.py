"""Conversations in ShareGPT's shape, with tools as the sets for fine-tuning have them (LLaMA-Factory, Hermes, xLAM, ToolBench).

`{conversations: [{from, value}], system, tools}`: a call is a turn of its own (`function_call`), or stands in tags in the
model's text; what it brought is an `observation`, or a turn of `tool`.

Get one: a data set of `datasets` as JSON Lines: `dataset.to_json("talks.jsonl")`
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from replaydbg.core.message import Json, Message, Part, Reasoning, Role, Text, ToolCall, ToolResponse
from replaydbg.core.tool import ToolSpec
from replaydbg.readers import _containers
from replaydbg.readers._api import Document, Reader, Reading
from replaydbg.readers._chat_facts import Facts
from replaydbg.readers._transcript import Thread, Transcript
from replaydbg.wire import arguments, loose, tool_specs

FORMAT = "sharegpt"
_ROLES = {
    "human": Role.USER, "user": Role.USER, "prompter": Role.USER,
    "gpt": Role.ASSISTANT, "assistant": Role.ASSISTANT, "chatgpt": Role.ASSISTANT, "bing": Role.ASSISTANT,
    "bard": Role.ASSISTANT, "model": Role.ASSISTANT, "function_call": Role.ASSISTANT, "function-call": Role.ASSISTANT,
    "tool_call": Role.ASSISTANT,
    "system": Role.SYSTEM,
    "tool": Role.TOOL, "observation": Role.TOOL, "function": Role.TOOL, "function_response": Role.TOOL,
    "function-response": Role.TOOL, "tool_response": Role.TOOL, "ipython": Role.TOOL,
}  # fmt: skip
_CALLS = frozenset({"function_call", "function-call", "tool_call"})
_IN_TAGS = re.compile(r"<(think|tool_call|functioncall|tool_response)>(.*?)(?:</\1>|\Z)", re.DOTALL)


def sniff(document: Document) -> float:
    first = _containers.first_record(document.head)
    record = loose.mapping(first[0] if isinstance(first, list) and first else first)
    turns = [loose.mapping(turn) for turn in loose.sequence(record.get("conversations"))[:4]]
    return (
        0.95
        if turns and all(loose.text(turn.get("from")) in _ROLES and "value" in turn for turn in turns)
        else 0.0
    )


def read(document: Document, partial: bool) -> Iterator[Reading]:
    del partial
    transcript = Transcript(document, FORMAT)
    number = 0
    for value, place in _containers.values(document.buffer, transcript.notices, items=True):
        record = loose.mapping(value)
        if not isinstance(record.get("conversations"), list):
            transcript.notice(place, "no conversation, left out")
            continue
        number += 1
        id_ = record.get("id")
        name = f"{id_}" if isinstance(id_, (str, int)) and id_ != "" else f"{document.stem}-{number}"
        thread = transcript.run(name).thread()
        _tell(thread, record)
        thread.end()
    yield transcript.whole("no turn")


def _tell(thread: Thread, record: dict[str, Json]) -> None:
    turns = [loose.mapping(turn) for turn in loose.sequence(record.get("conversations"))]
    tools = tool_specs.read_tools(record.get("tools")) or _offered(turns)
    facts = Facts(loose.text(record.get("model")), tools=tools or None)
    system = loose.text(record.get("system"))
    if system:
        thread.say(Message(Role.SYSTEM, (Text(system),)))
    for turn in turns:
        word, said = loose.text(turn.get("from")), turn.get("value")
        role = _ROLES.get(word, Role.UNKNOWN)
        text = said if isinstance(said, str) else loose.encoded(said)
        if role is Role.ASSISTANT:
            parts = tuple(_calls(text)) if word in _CALLS else tuple(_parts(text))
            thread.reply(Message(role, parts), facts=facts, origin=turn)
        elif role is Role.TOOL:
            found = [each[2].strip() for each in _IN_TAGS.finditer(text) if each[1] == "tool_response"]
            responses = (ToolResponse("", loose.parsed(one)) for one in found or [text])
            thread.add(Message(role, tuple(responses)), origin=turn)
        else:
            thread.say(Message(role, (Text(text),)))


def _offered(turns: list[dict[str, Json]]) -> tuple[ToolSpec, ...]:
    """The tools in the system prompt, as Hermes has them."""
    first = loose.text(turns[0].get("value")) if turns else ""
    inside, closing, _ = first.partition("<tools>")[2].partition("</tools>")
    if not closing:
        return ()
    whole = tool_specs.read_tools(inside.strip())
    return whole or tool_specs.read_tools([loose.parsed(line) for line in inside.strip().splitlines()])


def _parts(text: str) -> Iterator[Part]:
    at = 0
    for found in _IN_TAGS.finditer(text):
        if text[at : found.start()].strip():
            yield Text(text[at : found.start()].strip("\n"))
        at = found.end()
        if found[1] == "think":
            yield Reasoning(found[2].strip())
        else:
            yield from _calls(found[2].strip())
    if text[at:].strip():
        yield Text(text[at:].strip("\n"))


def _calls(text: str) -> Iterator[ToolCall]:
    """A call, or a list of them, as JSON. What is no JSON is an argument text that is told to be none."""
    value = loose.parsed(text)
    for one in value if isinstance(value, list) else [value]:
        call = loose.mapping(one)
        function = loose.mapping(call.get("function")) or call
        name = loose.text(function.get("name"))
        if name:
            given = function.get("arguments", function.get("parameters"))
            yield arguments.call_from_any(loose.text(call.get("id")), name, given)
        else:
            yield arguments.call_from_raw("", "unreadable call", text)


READER = Reader(
    FORMAT,
    "conversations in ShareGPT's shape, with tools",
    sniff,
    read,
    marks=("conversations", "from", "value"),
    needs=(b'"conversations"',),
)
