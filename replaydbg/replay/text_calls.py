"""Agents that take their calls out of a model's words: no tool is offered, no call is sent, and what a command brought
is said as a user's turn.

How an agent does it is read off the recorded turns around the place of the edit (its parser is not in a trace). Only
what all of them agree on counts: that a call is the last fenced block of its reply, and what stands around a result.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from replaydbg.core.message import Json, Message, Role, Text, ToolCall, ToolResponse
from replaydbg.core.step import Kind
from replaydbg.replay.requests import as_told
from replaydbg.replay.sources import Recordings

_TURNS_MAX = 8
"""Recorded turns looked at on either side: an agent does not change its way within a thread."""

_FENCED = re.compile(r"```[^\n`]*\n(.*?)\n?```", re.DOTALL)


@dataclass(frozen=True, slots=True)
class TextCalls:
    """The way of one agent. `argument` is "" where the recorded replies do not show where their call stands."""

    name: str
    argument: str
    before: str
    after: str
    """What stands around a result in the turn that tells it."""

    def heard(self, reply: Message) -> Message:
        """The reply with the call that the agent will find in it."""
        block = _last_block(reply.text)
        if reply.tool_calls or not self.argument or not block:
            return reply
        return replace(reply, parts=(*reply.parts, ToolCall("", self.name, {self.argument: block})))

    def spoken(self, reply: Message) -> Message:
        """The reply as later prompts hold it: without the call, and in its words what an edit of the call says."""
        words = replace(reply, parts=tuple(part for part in reply.parts if not isinstance(part, ToolCall)))
        block, command = _last_block(reply.text), self._command(reply)
        if not block or command.strip() in {"", block}:
            return words
        head, _, tail = reply.text.rpartition(block)
        return replace(words, parts=(Text(f"{head}{command}{tail}"),))

    def _command(self, reply: Message) -> str:
        """What the reply's call asks for; "" where it asks for nothing that could stand in a block."""
        for call in reply.tool_calls[:1]:
            if self.argument and _argument(call) == self.argument:
                return str(call.arguments[self.argument])
        return ""

    def result(self, told: Json) -> Message:
        """The turn that tells the model what its command brought."""
        return Message(Role.USER, (Text(f"{self.before}{as_told(told, as_text=True)}{self.after}"),))

    def told(
        self, between: Sequence[Message], recorded: Json, responses: Iterable[ToolResponse]
    ) -> tuple[Message, ...]:
        """The recorded turn with the result of this branch in the place of the recorded one."""
        new = "\n".join(as_told(one.result, as_text=True) for one in responses)
        if new == recorded:
            return tuple(between)
        at = _place(between, recorded)
        if at is None:
            users = [place for place, message in enumerate(between) if message.role is Role.USER]
            at = users[0] if len(users) == 1 else len(between)
        elif (
            between[at].text != f"{self.before}{recorded}{self.after}"
            and between[at].text.count(recorded) == 1
        ):
            text = between[at].text.replace(recorded, new)
            others = (part for part in between[at].parts if not isinstance(part, Text))
            return (*between[:at], replace(between[at], parts=(Text(text), *others)), *between[at + 1 :])
        return (*between[:at], self.result(new), *between[at + 1 :])


def text_calls(recordings: Recordings, row: int) -> TextCalls | None:
    """The way of the agent whose thread the model call at `row` belongs to; None where its calls are sent as calls."""
    found: list[tuple[ToolCall, str, str, str, str]] = []
    for node in _around(recordings, row):
        follower = recordings.main(node)
        calls = recordings.facts.index.calls(node)
        if follower is None or not calls:
            continue
        if len(calls) > 1 or not _echoes_words_alone(recordings, node, follower):
            return None
        result = recorded_result(recordings, node)
        if not result:
            continue  # nothing was said: where it would stand is not seen
        between = recordings.facts.threads.between(follower)
        at = _place(between, result)
        if at is None:
            return None
        found.append((calls[0], _reply(recordings, node).text, *between[at].text.partition(result)))
    if not found:
        return None
    # A short result may stand in the frame by chance; the longest hardly does.
    call, _, before, _, after = max(found, key=lambda one: len(one[3]))
    named = {one.name for one, *_ in found} == {call.name}
    argument = _argument(call) if named else ""
    if argument and not all(_stands_in_block(one, argument, text) for one, text, *_ in found):
        argument = ""
    return TextCalls(call.name, argument, before, after)


def recorded_result(recordings: Recordings, row: int) -> str:
    """What the one call of the reply at `row` brought; "" where that was not recorded, or is no text."""
    ran = recordings.facts.index.execution_of(row, 0)
    result = recordings.facts.trace.body(ran).result if ran is not None else None
    return result if isinstance(result, str) else ""


def stale_result(
    recordings: Recordings, row: int, follower: int, said: str, turns: Sequence[Message]
) -> int | None:
    """The recorded execution of words of the reply at `row` that `said` does not say, and whose result the turns tell all the same.

    So it is where several agents talk in one room, and one of them runs the code that another one wrote.
    """
    facts = recordings.facts
    recorded = _reply(recordings, row).text
    for ran in range(row + 1, follower):
        if facts.trace.kind(ran) is not Kind.TOOL_EXECUTION or facts.index.call_of(ran) is not None:
            continue
        body = facts.trace.body(ran)
        words = _lines(body.call.arguments if body.call is not None else None)
        ran_them = bool(words) and all(line in recorded for line in words)
        if ran_them and not all(line in said for line in words) and _place(turns, body.result) is not None:
            return ran
    return None


def _lines(arguments: Json) -> list[str]:
    """What the texts among the arguments say, line by line."""
    values = arguments.values() if isinstance(arguments, dict) else ()
    texts = (value for value in values if isinstance(value, str))
    return [line for text in texts for line in text.splitlines() if line.strip()]


def _around(recordings: Recordings, row: int) -> Iterator[int]:
    """Calls of the thread: some before `row`, itself, some after, in their order."""
    links = recordings.facts.threads.links
    before: list[int] = []
    at = links[row].previous if row in links else None
    while at is not None and len(before) < _TURNS_MAX:
        before.append(at)
        at = links[at].previous if at in links else None
    yield from reversed(before)
    later: int | None = row
    for _ in range(_TURNS_MAX):
        if later is None:
            return
        yield later
        later = recordings.main(later)


def _echoes_words_alone(recordings: Recordings, node: int, follower: int) -> bool:
    """Whether the next prompt holds the reply without its call, and no tool response."""
    facts = recordings.facts
    link, messages = facts.threads.links[follower], facts.trace.body(follower).messages or ()
    if link.delta or not 0 < link.new_from <= len(messages):
        return False
    echo, reply = messages[link.new_from - 1], _reply(recordings, node)
    said_as_words = echo.role is Role.ASSISTANT and not echo.tool_calls and echo.text == reply.text
    return said_as_words and not any(message.tool_responses for message in messages[link.new_from :])


def _reply(recordings: Recordings, node: int) -> Message:
    return recordings.facts.trace.body(node).output or Message(Role.ASSISTANT)


def _place(messages: Sequence[Message], result: Json) -> int | None:
    """The one message that holds the result word for word."""
    if not isinstance(result, str) or not result:
        return None
    places = [at for at, message in enumerate(messages) if result in message.text]
    return places[0] if len(places) == 1 else None


def _argument(call: ToolCall) -> str:
    """The name of the call's one argument, where that is text."""
    arguments = call.arguments
    if not isinstance(arguments, dict) or len(arguments) != 1:
        return ""
    ((name, value),) = arguments.items()
    return str(name) if isinstance(value, str) else ""


def _stands_in_block(call: ToolCall, argument: str, text: str) -> bool:
    return _argument(call) == argument and _last_block(text) == call.arguments[argument].strip()


def _last_block(text: str) -> str:
    """What stands in the last fenced block; "" where there is none."""
    blocks = _FENCED.findall(text)
    return blocks[-1].strip() if blocks else ""
