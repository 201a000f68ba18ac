"""A run as turns: what an agent did and what came of it.

A turn is one reply of a model with the tool executions it asked for, or one tool execution that no recorded model call
asked for. Turns stand in stretches: the turns of one thread with no word from a person between them. Loops are looked
for inside a stretch, since a person who speaks makes whatever follows a new attempt.
"""

from __future__ import annotations

from collections.abc import Sequence

from replaydbg.core.message import Message, Role, ToolCall
from replaydbg.core.step import KINDS, Kind
from replaydbg.core.trace import Trace
from replaydbg.graph.answers import Answers
from replaydbg.graph.deeds import Deeds, Turn
from replaydbg.graph.index import TraceIndex
from replaydbg.graph.outcomes import Outcomes
from replaydbg.graph.replies import Reply
from replaydbg.graph.same_words import SameWords
from replaydbg.graph.stretch import Stretch
from replaydbg.graph.threads import Link, Threads
from replaydbg.graph.walk import Heed, unheeded
from replaydbg.wire.conversation import is_user_turn

_AGENT = KINDS.index(Kind.AGENT_INVOCATION)
_MODEL_CALL = KINDS.index(Kind.MODEL_CALL)
_TOOL_EXECUTION = KINDS.index(Kind.TOOL_EXECUTION)

LONG_OUTPUT_CHARS_MIN = 2000
"""From this length on a reply can be a chant."""

_HEEDED_ROWS = 1024
"""Some milliseconds."""


class Turns:
    """The turns of a trace; see the module. Made in one pass over the steps by time."""

    def __init__(
        self,
        index: TraceIndex,
        threads: Threads,
        answers: Answers,
        outcomes: Outcomes,
        heed: Heed = unheeded,
    ) -> None:
        self.heed = heed
        self.index = index
        self.trace: Trace = index.trace
        self.threads = threads
        self.answers = answers
        self.deeds = Deeds(index, answers, outcomes)
        self._of_row: dict[int, Stretch] = {}
        self._calls, self._ran = index.calls_by_row, index.executions_of_calls
        self._open: dict[tuple[int, int], Stretch] = {}
        self._said: dict[tuple[int, int], set[int]] = {}
        self._numbers: dict[int, int] = {}
        self._same = SameWords()
        self._all: list[Stretch] = []
        self._agent_around: dict[int, int] = {}
        """By the parent of a step the agent invocation around it."""
        self.long_outputs: list[int] = []
        """Rows of the model calls that said so much that it can be a chant."""
        self.executions_alone: list[int] = []
        """Rows of the tool executions that no recorded model call asked for, each tool run once."""
        self._walk()

    @property
    def stretches(self) -> list[list[Turn]]:
        return [stretch.turns for stretch in self._all]

    def in_time(self) -> list[Turn]:
        """Every turn, by the time of its first step."""
        place = {row: at for at, row in enumerate(self.index.in_time)}
        turns = [turn for stretch in self.stretches for turn in stretch]
        return sorted(turns, key=lambda turn: place[turn.row])

    def _walk(self) -> None:
        replies, asked_for, kinds = iter(self.index.replies), self.index.calls_of_executions, self.trace.kinds
        for at, row in enumerate(self.index.in_time):
            if not at % _HEEDED_ROWS:
                self.heed(at / len(kinds))
            kind = kinds[row]
            if kind == _TOOL_EXECUTION:
                if row in asked_for:
                    continue
                call = self.index.executed_call(row)
                if call is not None and not self._inside_its_like(row, call):
                    self.executions_alone.append(row)
                    self._add_execution(row, call)
            elif kind == _MODEL_CALL:
                self._add_reply(row, next(replies))

    def _add_execution(self, row: int, call: ToolCall) -> None:
        stretch = self._open.get(self._scope(row)) or self._begin(row, known=False)
        self._add(stretch, (row,), (call,))

    def _add_reply(self, row: int, reply: Reply) -> None:
        stretch = self._stretch_of(row)
        self._of_row[row] = self._open[self._scope(row)] = stretch
        calls, ran_by = self._calls.get(row, ()), self._ran.get
        if reply.chars >= LONG_OUTPUT_CHARS_MIN:
            self.long_outputs.append(row)
        if len(calls) == 1:  # as most
            at = ran_by((row, 0))
            self._add(stretch, (row,) if at is None else (row, at), calls)
        elif calls:
            ran = [at for number in range(len(calls)) if (at := ran_by((row, number))) is not None]
            self._add(stretch, (row, *ran), calls)
        elif reply.text_chars:
            self._add(stretch, (row,), ())

    def _add(self, stretch: Stretch, rows: tuple[int, ...], calls: tuple[ToolCall, ...]) -> None:
        turn = Turn(self.deeds, stretch, rows, calls)
        stretch.turns.append(turn)
        if calls:
            stretch.heard.append(turn)

    def _stretch_of(self, row: int) -> Stretch:
        """The stretch that the call goes on with: its thread's, unless a person spoke since."""
        link = self.threads.links.get(row)
        if link is None:
            # Messages were not recorded: one stretch for all that an agent invocation asked, up to each reply without
            # a call, since what was said to that nobody knows.
            before = self._open.get(self._scope(row))
            goes_on = before is not None and (not before.turns or bool(before.turns[-1].tools))
            return before if before is not None and goes_on else self._begin(row, known=False)
        before_row = link.previous
        before = None if before_row is None else self._of_row.get(before_row)
        if before is None or before_row is None:
            return self._unlinked(row, self._messages(row))
        forked = before.turns and before.turns[-1].row != before_row and not self._is_after(row, before)
        if forked or (self.answers.spoken_to(row) and self.answers.as_text(before_row) is None):
            messages = self._messages(row)
            # What went before was noted when it was new: a long talk is not gone through again with every word.
            noted = self._scope(before_row) == self._scope(row)
            return self._begin(row, messages, new_from=link.new_from if noted else 0)
        before.heard.append(link)
        return before

    def _unlinked(self, row: int, messages: Sequence[Message]) -> Stretch:
        """A call that goes on from none: a new task, or one whose history was cut or reworded while it went on.

        It is the same attempt when nobody said anything new, and the attempt before had ended when it began.
        """
        scope = self._scope(row)
        before = self._open.get(scope)
        said = self._said_to_it(row, messages)
        if (
            before is not None
            and said
            and said <= self._said.get(scope, set())
            and self._is_after(row, before)
        ):
            before.heard.append(Link(row, None, 0))
            return before
        return self._begin(row, messages)

    def _is_after(self, row: int, stretch: Stretch) -> bool:
        if not stretch.turns:
            return True
        start, end = self.trace.start_ns(row), self.trace.end_ns(stretch.turns[-1].row)
        return start is None or end is None or end <= start

    def _begin(
        self, row: int, messages: Sequence[Message] = (), *, new_from: int = 0, known: bool = True
    ) -> Stretch:
        scope = self._scope(row)
        stretch = self._open[scope] = Stretch(self.trace, prompts_known=known)
        stretch.heard.append(Link(row, None, 0))
        self._said.setdefault(scope, set()).update(self._said_to_it(row, messages, new_from))
        self._all.append(stretch)
        return stretch

    def _scope(self, row: int) -> tuple[int, int]:
        """Whose the step is: the agent invocation around it, and the agent's name."""
        parents, kinds = self.trace.parents, self.trace.kinds
        at = parent = parents[row]
        if parent in self._agent_around:
            return self._agent_around[parent], self.trace.agents[row]
        while at >= 0 and kinds[at] != _AGENT:
            at = parents[at]
        self._agent_around[parent] = at
        return at, self.trace.agents[row]

    def _inside_its_like(self, row: int, call: ToolCall) -> bool:
        """Whether the execution stands inside one of the same tool: two instrumentations of one run."""
        at = self.trace.parents[row]
        while at >= 0:
            around = self.index.executed_call(at)
            if around is not None and around.name == call.name:
                return True
            at = self.trace.parents[at]
        return False

    def _said_to_it(self, row: int, messages: Sequence[Message], new_from: int = 0) -> set[int]:
        """What a person and the instructions say in the prompt of the call at `row`, each text as a number; the clock in a
        system prompt does not make it another one.
        """
        new = messages[new_from:]
        return {
            hash((message.role.value, self._number(message.text, row, at)))
            for at, message in enumerate(new or messages, new_from if new else 0)
            if is_user_turn(message) or message.role in {Role.SYSTEM, Role.DEVELOPER}
        }

    def _number(self, text: str, row: int, at: int) -> int:
        """Equal for texts that are equal but for times and made-up ids. Many threads hear the same."""
        known = self._numbers.get(hash(text))
        if known is None:
            known = self._same.number(text, lambda: self._messages(row)[at].text)
            self._numbers[hash(text)] = known
        return known

    def _messages(self, row: int) -> Sequence[Message]:
        return self.trace.body(row).messages or ()
