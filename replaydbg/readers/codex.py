"""Rollouts of Codex: the items of each session as they went to the Responses API and came back, one a line.

Events beside the items tell the same to the program's screen; of them only tokens, errors, interruptions and what a person
took back are read.

Get one: `~/.codex/sessions/<year>/<month>/<day>/rollout-<time>-<session>.jsonl`, of archived ones
`~/.codex/archived_sessions/`; those that end in `.zst` need the extra `zstd`
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import replace

from replaydbg.core.columns import NOT_RECORDED
from replaydbg.core.finding import Notice
from replaydbg.core.message import Json, Message, OtherPart, Role, Text
from replaydbg.core.step import NO_USAGE, Kind, PlainBody, Status, Usage
from replaydbg.core.trace import Source
from replaydbg.readers import _codex_lines, _json_lines
from replaydbg.readers._api import STRETCH_BYTES, Document, Reader, Reading, on_the_way
from replaydbg.readers._chat_facts import Facts
from replaydbg.readers._codex_lines import Item, Line
from replaydbg.readers._line_store import MARK_MASK, LineStore
from replaydbg.readers._moments import from_moment
from replaydbg.readers._talks import Talks
from replaydbg.readers._transcript_body import Decoders
from replaydbg.wire import loose, openai_responses

FORMAT = "codex"
_FIRST_BYTES = 256 << 10
_ENVELOPES = frozenset(
    {"session_meta", "response_item", "event_msg", "turn_context", "compacted", "world_state",
     "inter_agent_communication"}
)  # fmt: skip
_BARE = frozenset({"message", "reasoning", "function_call", "function_call_output"})
"""Items that stand in lines of old versions as they are."""
_CALLS = frozenset({"function_call", "custom_tool_call", "local_shell_call", "tool_search_call"})
_STEPS = {"error": "error", "stream_error": "stream error", "turn_aborted": "turn aborted"}
"""Events that are steps, and their names."""
_EVENTS = frozenset({"token_count", "user_message", "item_completed", "thread_rolled_back", *_STEPS})
"""All events that say what the items do not."""
_HISTORY_ELSEWHERE = re.compile(rb'"history_base":\s*\{')
_FACTS = Facts(provider="openai")
_INSTRUCTIONS = MARK_MASK
"""The mark of an entry that is the instructions of the session. Other marks count a compacted history, from 1."""


def sniff(document: Document) -> float:
    head = document.head
    if b'"payload"' not in head and b'"type"' not in head:
        return 0.0
    bare = 0
    for found in map(loose.mapping, _json_lines.first_values(head)):
        if loose.text(found.get("type")) in _ENVELOPES and isinstance(found.get("payload"), dict):
            return 0.97
        kind = loose.text(found.get("type"))
        if kind in {"user", "assistant", "tool_result"} or "stop_reason" in found:
            return 0.0  # another agent's, which keeps reasoning as it came; a reply of Anthropic's API
        bare += kind in _BARE and ("call_id" in found or "content" in found or "summary" in found)
        bare += "instructions" in found and "id" in found and "timestamp" in found
    return 0.9 if bare >= 2 else 0.0


def read(document: Document, partial: bool) -> Iterator[Reading]:
    if partial and len(document.buffer) > 4 * _FIRST_BYTES:
        (first,) = _Rollout(Document(document.name, document.buffer[:_FIRST_BYTES])).readings(
            partial=False, is_whole=False
        )
        yield replace(first, notices=(), fraction=_FIRST_BYTES / len(document.buffer), complete=False)
    yield from _Rollout(document).readings(partial=partial)


class _Rollout:
    def __init__(self, document: Document) -> None:
        self._document = document
        self._notices: list[Notice] = []
        self._store = LineStore()
        decoders = Decoders(
            self._message,
            self._facts,
            self._raw,
            self._store.size,
            self._store.room,
            self._usage,
            written=self._store.written,
            all_written=self._store.all_written,
        )
        self._talks = Talks(decoders)
        self._talk = self._talks.open()
        self._id = ""
        self._model = ""
        self._is_open = False
        """Whether the reply goes on: items of the model that nothing stands between are one reply."""
        self._counted = -1
        """The row of the reply whose tokens are known."""
        self._asked = -1
        """The place of the latest message of the role user, which may also be context,"""
        self._turns: list[int] = []
        """and the places in this talk of those that an event says a person wrote."""
        self._first = -1
        """The first entry of the latest reply,"""
        self._told, self._counts = array("q"), array("q")
        """and of those whose tokens are known; four counts for each of them."""

    def readings(self, *, partial: bool, is_whole: bool = True) -> Iterator[Reading]:
        buffer, due = self._document.buffer, STRETCH_BYTES
        self._store.open(buffer)
        for line, start, end in _codex_lines.lines(buffer, self._notices):
            if partial and start >= due:
                due = start + STRETCH_BYTES
                yield on_the_way(start, len(buffer))
            item = line.payload or line
            if line.type == "event_msg" and item.type not in _EVENTS:
                continue  # tells the screen what the items tell
            if line.payload is None or line.type == "response_item":
                self._item(item, start, end, from_moment(line.timestamp))
            elif line.type == "inter_agent_communication":
                self._said(self._store.add(start, 0), from_moment(line.timestamp))
            elif line.type == "event_msg":
                self._event(item, start, line)
            elif line.type == "turn_context":
                self._model = item.model or self._model
            elif line.type == "compacted":
                self._compacted(start, from_moment(line.timestamp))
            elif line.type == "session_meta" and not self._id:
                self._begin(item, start, buffer[start:end])
        if is_whole or not len(self._talks.flush()):
            self._talks.end()
        trace, notices = self._talks.trace(
            self._id or self._document.stem, Source(self._document.name, FORMAT)
        )
        yield Reading((trace,) if len(trace) else (), (*self._notices, *notices))

    # ---- lines ---------------------------------------------------------------------------------------------------

    def _begin(self, item: Item, start: int, raw: memoryview) -> None:
        self._id = item.id or ""
        if _HISTORY_ELSEWHERE.search(raw):
            said = "the session goes on from another one: what was said before is in that one's rollout"
            self._notices.append(Notice(f"byte {start}", said))
        if b'"base_instructions"' in bytes(raw):
            entry = self._store.add(start, _INSTRUCTIONS)
            if self._message(entry).parts:
                self._talk.say(entry)

    def _item(self, item: Item, start: int, end: int, moment: int) -> None:
        kind, talk = item.type or ("message" if item.role else ""), self._talk
        entry = self._store.add(start, 0)
        if kind.endswith(("_output", "function_result")):
            self._is_open = False
            place = talk.say(entry, moment)
            is_error = _codex_lines.has_failed(self._store.between(start, end))
            self._talks.answer(talk, place, 0, item.call_id or "", moment, is_error=is_error)
        elif kind == "agent_message" or (kind == "message" and item.role != "assistant"):
            self._said(entry, moment)
            if item.role == "user":
                self._asked = talk.spoken[-1]
        elif kind in {"message", "reasoning"} or kind.endswith("_call"):
            self._reply(item, kind, entry, moment)

    def _said(self, entry: int, moment: int) -> None:
        self._is_open = False
        self._talk.spoken.append(self._talk.say(entry, moment))

    def _reply(self, item: Item, kind: str, entry: int, moment: int) -> None:
        talk = self._talk
        if self._is_open:
            self._store.link(talk.reply_entry, entry)
            talk.reply_entry = entry
            self._talks.more(talk, moment)
        else:
            self._talks.reply(talk, entry, item.id or "", self._model, moment, (NOT_RECORDED, NOT_RECORDED))
            self._is_open, self._first = True, entry
        if kind in _CALLS:
            name = item.name or kind.removesuffix("_call")
            if item.name is None and kind == "function_call":
                name = next((call.name for call in self._message(entry).tool_calls), "")
            self._talks.asks(talk, [(item.call_id or "", name)], moment)

    def _event(self, item: Item, start: int, line: Line) -> None:
        if item.type == "token_count":
            self._is_open = False
            usage = item.info.last_token_usage if item.info else None
            if usage is not None and self._talk.reply_row > self._counted:
                self._counted = self._talk.reply_row
                tokens = _count(usage.input_tokens), _count(usage.output_tokens)
                self._talks.count(self._counted, tokens)
                self._told.append(self._first)
                self._counts.extend(tokens)
                self._counts.append(_count(usage.cached_input_tokens))
                self._counts.append(_count(usage.reasoning_output_tokens))
        elif item.type == "user_message" or (item.item is not None and item.item.type == "UserMessage"):
            if self._asked >= 0:
                self._turns.append(self._asked)
            self._asked = -1
        elif item.type == "thread_rolled_back":
            self._rolled_back(start)
        elif item.type in _STEPS:
            self._is_open = False
            value = loose.mapping(self._raw(self._store.add(start, 0))).get("payload")
            words = loose.text(loose.mapping(value).get("message")) or loose.text(
                loose.mapping(value).get("reason")
            )
            name, moment = _STEPS[item.type], from_moment(line.timestamp)
            is_error = name != "turn aborted"  # that was a person
            body = PlainBody(output_value=words or None, error=(words or name) if is_error else "", raw=value)
            status = Status.ERROR if is_error else Status.UNSET
            self._talks.step(Kind.OPAQUE, name, body, start_ns=moment, end_ns=moment, status=status)

    def _rolled_back(self, start: int) -> None:
        """The talk goes on from before the last turns of a person; they stay a talk of their own."""
        value = loose.mapping(loose.mapping(self._raw(self._store.add(start, 0))).get("payload"))
        first = max(0, len(self._turns) - (loose.count(value.get("num_turns")) or 0))
        if first < len(self._turns):
            self._is_open = False
            self._talk = self._talks.open(before=self._talk, kept=self._turns[first])
            del self._turns[first:]

    def _compacted(self, start: int, moment: int) -> None:
        """The talk goes on from a shorter history, which the line holds."""
        self._is_open = False
        line = self._store.add(start, 0)
        value = loose.mapping(loose.mapping(self._raw(line)).get("payload"))
        history = loose.sequence(value.get("replacement_history"))
        body = PlainBody(output_value=loose.text(value.get("message")) or None, raw=value)
        self._talks.step(Kind.OPAQUE, "compaction", body, start_ns=moment, end_ns=moment)
        self._talk.heard = self._talk.length  # the step of the compaction, and what is left, tell it
        self._talk = self._talks.open(before=self._talk)
        self._asked, self._turns = -1, []
        for number in range(1, min(len(history), _INSTRUCTIONS - 1) + 1):
            self._talk.say(line | number, moment)
        if not history and value.get("message"):
            self._talk.say(line | (_INSTRUCTIONS - 1), moment)
        self._talk.heard = self._talk.length

    # ---- bodies --------------------------------------------------------------------------------------------------

    def _message(self, entry: int) -> Message:
        values = [loose.mapping(value) for value in self._store.values(entry)]
        mark = entry & MARK_MASK
        payload = loose.mapping(values[0].get("payload"))
        if mark == _INSTRUCTIONS:
            text = loose.text(loose.mapping(payload.get("base_instructions")).get("text"))
            return Message(Role.SYSTEM, (Text(text),) if text else ())
        if mark == _INSTRUCTIONS - 1:
            return Message(Role.USER, (Text(loose.text(payload.get("message"))),))
        if mark:
            items = [loose.sequence(payload.get("replacement_history"))[mark - 1]]
        else:
            items = [value.get("payload", value) for value in values]
        messages = openai_responses.read_messages([_as_responses_item(item) for item in items])
        if len(messages) == 1:
            return messages[0]
        parts = tuple(part for message in messages for part in message.parts)
        return replace(messages[0], parts=parts) if messages else Message(Role.UNKNOWN, (OtherPart(items),))

    def _facts(self, entry: int) -> Facts:
        del entry
        return _FACTS

    def _usage(self, entry: int) -> Usage:
        at = bisect_left(self._told, entry)
        if at == len(self._told) or self._told[at] != entry:
            return NO_USAGE
        return Usage(*(None if count < 0 else count for count in self._counts[4 * at : 4 * at + 4]))

    def _raw(self, entry: int) -> Json:
        values = self._store.values(entry)
        return values[0] if len(values) == 1 else values


def _count(count: int | None) -> int:
    return NOT_RECORDED if count is None or not 0 <= count < loose.COUNT_END else count


def _as_responses_item(value: Json) -> Json:
    """An item in the shape that the Responses API has it in."""
    item = loose.mapping(value)
    kind = loose.text(item.get("type"))
    if kind in {"local_shell_call", "tool_search_call"}:
        name, arguments = f"{kind}".removesuffix("_call"), item.get("action", item.get("arguments"))
        return {**item, "type": "function_call", "name": name, "arguments": arguments}
    if kind == "function_call" and "name" not in item:
        return {
            **item,
            "name": loose.mapping(item.get("function")).get("name"),
            "arguments": item.get("arguments"),
        }
    if kind == "function_result":
        return {
            "type": "function_call_output",
            "call_id": item.get("call_id") or " ",
            "output": item.get("result"),
        }
    if kind == "tool_search_output":
        return {**item, "output": item.get("output", item.get("tools"))}
    if kind == "agent_message":
        return {"type": "message", "role": "user", "content": item.get("content")}
    if not kind and "author" in item:  # what agents say to each other, as a line of its own
        sealed = {"type": "encrypted_content", "encrypted_content": item.get("encrypted_content")}
        return {"type": "message", "role": "user", "content": item.get("content") or [sealed]}
    if not kind and "message" in item and "content" not in item:
        return {**item, "content": item["message"]}
    output = item.get("output")
    if isinstance(output, dict) and output.get("type") == "input_text":
        return {**item, "output": [output]}
    return value


READER = Reader(
    FORMAT,
    "Codex rollouts",
    sniff,
    read,
    marks=("timestamp", "type", "payload"),
    of_lines=True,
    needs=(
        b'"payload"',
        b'"message"',
        b'"reasoning"',
        b'"function_call"',
        b'"function_call_output"',
        b'"instructions"',
    ),
)
