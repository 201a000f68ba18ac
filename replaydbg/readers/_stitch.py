"""Recorded model calls put together into runs.

Each request repeats the whole talk, so a call goes on from the one whose prompt and reply its own prompt begins with.
What it adds (tool responses, turns that nobody logged) becomes the steps between the two. A prompt that begins
otherwise opens a new thread: another agent, or a history made shorter. Threads are one run where the log says so
(a session, a cassette), or where one quotes the other: a reply in a later prompt, arguments that became a prompt.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from typing import Any

from replaydbg.core.digest import canonical
from replaydbg.core.message import Json, Media, Message, OtherPart, Role, ToolCall, ToolResponse
from replaydbg.core.step import Kind
from replaydbg.readers._chat_facts import Facts, joined
from replaydbg.readers._chat_records import Call, Talk
from replaydbg.wire.conversation import first_of_turn, is_instruction

QUOTED_CHARS_MIN = 20
"""Shorter texts ("Done.", "42") are alike by chance."""

REMEMBERED_MAX = 64
"""Texts of other threads that may be quoted: the latest of them."""


@dataclass(slots=True)
class Row:
    """One step to be. `history[:length]` is its prompt; `output` and `facts` belong to model calls, the rest to tools."""

    history: list[Message]
    length: int
    origin: Any
    """What finds the record again that the step was made of."""
    kind: Kind = Kind.MODEL_CALL
    output: Message | None = None
    facts: Facts = field(default_factory=Facts)
    call: ToolCall | None = None
    response: ToolResponse | None = None


@dataclass(slots=True, eq=False)
class Thread:
    """One talk: its steps with the order in which the file tells of them, and what is known to be due."""

    rows: list[tuple[int, Row]] = field(default_factory=list)
    waiting: list[tuple[int, ToolCall]] = field(default_factory=list)
    session: str = ""
    title: str = ""
    group: Thread | None = None
    spawned_by: tuple[Thread, ToolCall] | None = None
    """The tool call whose arguments are this thread's prompt: a sub-agent."""

    def root(self) -> Thread:
        thread = self
        while thread.group is not None:
            thread = thread.group
        return thread


@dataclass(frozen=True, slots=True)
class _Point:
    """A place in a thread where a later prompt may go on: the history that was sent, and the reply after it."""

    thread: Thread
    history: list[Message]
    length: int
    reply: Message | None


class Stitcher:
    """Add what the file holds in its order; `runs` gives the threads of each run."""

    def __init__(self) -> None:
        self._threads: list[Thread] = []
        self._names = _Names()
        self._after_reply: dict[int, _Point] = {}
        self._after_prompt: dict[int, _Point] = {}
        self._by_response: dict[str, _Point] = {}
        self._by_conversation: dict[str, _Point] = {}
        self._sessions: dict[str, Thread] = {}
        self._told: set[bytes] = set()
        self._said: deque[tuple[Thread, str]] = deque(maxlen=REMEMBERED_MAX)
        self._asked: deque[tuple[Thread, ToolCall, str]] = deque(maxlen=REMEMBERED_MAX)
        self._sequence = 0

    def add_talk(self, talk: Talk, origin: Any) -> None:
        """A talk stands for itself: a list of messages says nothing about the next one."""
        thread = Thread(title=talk.id)
        self._threads.append(thread)
        history = list(talk.messages)
        self._tell(thread, history, 0, origin, talk)
        if history and (not thread.rows or not _is_shown(history[-1])):
            self._append(thread, Row(history, len(history), origin, Kind.OPAQUE))

    def add_call(self, call: Call, origin: Any, *, group: str = "") -> None:
        """`group` joins all calls that have the same, whatever they say."""
        messages = list(call.messages)
        before = self._by_response.get(call.previous_id) if call.previous_id else None
        if call.conversation_id and not call.previous_id:
            before = self._by_conversation.get(call.conversation_id)
        if before is not None:
            messages = _told_by_id(before, messages)
        prefixes = self._names.prefixes(messages)
        point, known = (before, before.length) if before else self._before(messages, prefixes)
        if point and call.session and point.thread.session not in ("", call.session):
            point, known = None, 0  # two sessions that begin alike, as tests and evaluations do
        thread = point.thread if point else self._open(call, messages)
        session = call.session or group
        if session:
            self._join(thread, self._sessions.setdefault(session, thread))
            thread.session = call.session
        history = _grown(point, known, messages)
        self._quotes(thread, messages[known:])
        self._tell(thread, history, known, origin, call, reply=point.reply if point else None)
        row = Row(history, len(messages), origin, output=call.output, facts=call.facts)
        self._append(thread, row)
        here = _Point(thread, history, len(messages), call.output)
        self._after_prompt[prefixes[-1]] = here
        if call.output is not None:
            key = self._names.key(call.output)
            self._after_reply[self._names.extended(prefixes[-1], key)] = here
            self._told.add(key)
            self._remember(thread, call.output)
        if call.response_id:
            self._by_response[call.response_id] = here
        if call.conversation_id:
            self._by_conversation[call.conversation_id] = here

    def _before(self, messages: Sequence[Message], prefixes: Sequence[int]) -> tuple[_Point | None, int]:
        """Where the prompt goes on from, and how many of its messages were sent there; the longest beginning wins."""
        for length in range(len(messages), 0, -1):
            point = self._after_reply.get(prefixes[length])
            if point is not None:
                replies = (at for at in range(length - 1, -1, -1) if messages[at].role is Role.ASSISTANT)
                return point, next(replies, length - 1)  # of a role that nobody knows it is the last
            if length == len(messages) or messages[length].role is Role.ASSISTANT:
                point = self._after_prompt.get(prefixes[length])  # asked again, or the reply was reworded
                if point is not None:
                    return point, length
        return None, 0

    def _open(self, call: Call, messages: Sequence[Message]) -> Thread:
        """A new thread; a sub-agent's where arguments of a tool call are what it is asked."""
        thread = Thread()
        self._threads.append(thread)
        if call.session:
            return thread
        opening = _words(messages[-1]).strip() if messages else ""
        for other, asking, arguments in reversed(self._asked):
            if len(opening) >= QUOTED_CHARS_MIN and opening in arguments:
                thread.spawned_by = (other, asking)
                self._join(thread, other)
                break
        return thread

    def _quotes(self, thread: Thread, new: Sequence[Message]) -> None:
        """Join with the threads of which a reply came back as a tool response or a user's turn of this one."""
        text = "\n".join(_words(message) for message in new if message.role in {Role.TOOL, Role.USER})
        if not text:
            return
        for other, said in self._said:
            if other.root() is not thread.root() and said in text:
                self._join(other, thread)

    def _join(self, one: Thread, other: Thread) -> None:
        """Threads of two recorded sessions are never one run, whatever they quote."""
        first, second = sorted((one.root(), other.root()), key=self._rank)
        if first is second or (one.session and other.session and one.session != other.session):
            return
        second.group = first

    def _rank(self, thread: Thread) -> int:
        return thread.rows[0][0] if thread.rows else self._sequence

    def _remember(self, thread: Thread, output: Message) -> None:
        text = output.text.strip()
        if len(text) >= QUOTED_CHARS_MIN:
            self._said.append((thread, text))
        for asked in output.tool_calls:
            values = asked.arguments.values() if isinstance(asked.arguments, dict) else ()
            texts = "\n".join(value for value in values if isinstance(value, str))
            if len(texts) >= QUOTED_CHARS_MIN:
                self._asked.append((thread, asked, texts))

    def _append(self, thread: Thread, row: Row) -> None:
        self._sequence += 1
        thread.rows.append((self._sequence, row))

    def _tell(
        self,
        thread: Thread,
        history: list[Message],
        start: int,
        origin: Any,
        source: Call | Talk,
        *,
        reply: Message | None = None,
    ) -> None:
        """Steps for what the history tells from `start` on: replies that no call was logged of, and tool responses.

        A reply that a call before was logged of is that call's step; it only says what its tool calls are called here.
        Some clients make a message of each call of a `reply`: so do several messages at its place.
        """
        is_known_turn, is_talk = False, isinstance(source, Talk)
        for at in range(start, len(history)):
            message = history[at]
            if message.role is Role.ASSISTANT:
                key = self._names.key(message)
                is_logged = at == start and bool(thread.rows) and not is_talk
                if (
                    is_logged
                    and reply is not None
                    and at + 1 < len(history)
                    and _is_part(history[at + 1], reply)
                ):
                    start = at + 1
                is_known_turn = not is_talk and not is_logged and key in self._told
                if not is_logged and not is_known_turn:
                    facts = _facts_at(source, at)
                    self._append(thread, Row(history, at, origin, output=message, facts=facts))
                if not is_talk:
                    self._told.add(key)
                thread.waiting.extend((at, call) for call in message.tool_calls)
                del thread.waiting[:-REMEMBERED_MAX]
            for response in message.tool_responses:
                called = _answered(thread.waiting, response)
                if not is_known_turn:
                    called = called or ToolCall(response.id, response.name)
                    self._append(
                        thread, Row(history, at, origin, Kind.TOOL_EXECUTION, call=called, response=response)
                    )

    def runs(self) -> Iterator[list[Thread]]:
        """The threads of each run, in the order in which the file begins them."""
        groups: dict[int, list[Thread]] = {}
        for thread in self._threads:
            if thread.rows:
                groups.setdefault(id(thread.root()), []).append(thread)
        yield from groups.values()


def _is_part(message: Message, reply: Message) -> bool:
    """Whether the message says a part of the reply: some of its calls, or its text."""
    if message.role is not Role.ASSISTANT:
        return False
    known = {call.id for call in reply.tool_calls if call.id}
    if message.tool_calls:
        return all(call.id in known for call in message.tool_calls)
    return bool(message.text.strip()) and message.text.strip() == reply.text.strip()


def _facts_at(source: Call | Talk, at: int) -> Facts:
    """What is known of the reply that the message at `at` is; of one that is only history, who said it."""
    if isinstance(source, Call):
        return Facts(agent=source.facts.agent)
    return joined(source.facts, source.each[at]) if source.each else source.facts


def _told_by_id(before: _Point, messages: list[Message]) -> list[Message]:
    """The whole prompt of a call that names the response before it. Instructions are given anew with each: the last hold."""
    told = before.history[: before.length]
    if messages and told and is_instruction(messages[0]) and is_instruction(told[0]):
        told, messages = [messages[0], *told[1:]], messages[1:]
    return [*told, *([before.reply] if before.reply else []), *messages]


def _grown(point: _Point | None, known: int, messages: list[Message]) -> list[Message]:
    """The history that holds the messages: the one of the call before where nobody went on from it otherwise."""
    if (
        point is not None
        and len(point.history) == point.length == known
        and point.history == messages[:known]
    ):
        point.history.extend(messages[known:])
        return point.history
    return messages


def _answered(waiting: list[tuple[int, ToolCall]], response: ToolResponse) -> ToolCall | None:
    """The nearest unanswered call with the id of the response: ids repeat within a run, and within a turn, where the
    first comes first. Without ids the oldest.
    """
    if not response.id:
        names = [call.name for _, call in waiting]
        at = names.index(response.name) if response.name in names else 0
        return waiting.pop(at)[1] if waiting and not waiting[at][1].id else None
    for at in range(len(waiting) - 1, -1, -1):
        if waiting[at][1].id == response.id:
            first = first_of_turn(at, lambda n: waiting[n][0], lambda n: waiting[n][1].id == response.id)
            return replace(waiting.pop(first)[1])
    return None


class _Names:
    """Names of messages and of what talks begin with. Messages that requests share are looked at once."""

    def __init__(self) -> None:
        self._keys: dict[int, tuple[Message, bytes]] = {}
        """By identity; the message is kept so that no other one gets its number."""
        self._prefixes: dict[tuple[int, bytes], int] = {}

    def key(self, message: Message) -> bytes:
        known = self._keys.get(id(message))
        if known is None:
            known = self._keys[id(message)] = message, chain_key(message)
        return known[1]

    def extended(self, prefix: int, key: bytes) -> int:
        return self._prefixes.setdefault((prefix, key), len(self._prefixes) + 1)

    def prefixes(self, messages: Sequence[Message]) -> list[int]:
        """A name for each beginning of the messages, the empty one first. Instructions are left out: they hold clocks."""
        prefixes = [0]
        for message in messages:
            last = prefixes[-1]
            is_said = message.role not in {Role.SYSTEM, Role.DEVELOPER}
            prefixes.append(self.extended(last, self.key(message)) if is_said else last)
        return prefixes


def chain_key(message: Message) -> bytes:
    """Equal for a reply and the message it is sent back as: ids, reasoning and spelling of arguments are left out."""
    if message.role is Role.ASSISTANT:
        calls = [[call.name, call.raw if call.problem else call.arguments] for call in message.tool_calls]
        said = canonical([message.text.strip(), calls])
    else:
        others: list[Json] = [
            part.value if isinstance(part, OtherPart) else [part.uri, part.data]
            for part in message.parts
            if isinstance(part, (Media, OtherPart))
        ]
        said = f"{message.role}\n{_words(message)}\n{canonical(others) if others else ''}"
    return blake2b(said.encode("utf-8", "surrogatepass"), digest_size=16).digest()


def _words(message: Message) -> str:
    """The text of a message and of the tool responses in it."""
    responses = (
        part.result if isinstance(part.result, str) else canonical(part.result)
        for part in message.tool_responses
    )
    return "\n".join([message.text, *responses])


def _is_shown(last: Message) -> bool:
    """Whether a step shows the last message of a talk: a reply, or what tools gave. Nobody answered any other."""
    return last.role is Role.ASSISTANT or bool(last.tool_responses)
