"""A run as turns: what an agent did and what came of it, as numbers that are equal where doing and outcome are equal.

A turn is one reply of a model with the tool executions it asked for, or one tool execution that no recorded model call
asked for. Turns stand in stretches: the turns of one thread with no word from a person between them. Loops are looked
for inside a stretch, since a person who speaks makes whatever follows a new attempt.

Two turns did the same when tool names and arguments are equal: keys in any order, white space and 1.0 = 1 do not
count, call ids and the text around the calls are left out, and an id that nobody told the agent (made up for each
request) is masked. Two outcomes are equal when the results are, with times, durations, made-up ids, addresses and
temporary names masked.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from replaydbg.core.digest import canonical
from replaydbg.core.message import Json, Message, Role, ToolCall
from replaydbg.core.step import KINDS, STATUSES, Body, Kind, Status
from replaydbg.core.trace import Trace
from replaydbg.graph.answers import Answers
from replaydbg.graph.index import CallPlace, TraceIndex
from replaydbg.graph.threads import Threads

_AGENT = KINDS.index(Kind.AGENT_INVOCATION)
_MODEL_CALL = KINDS.index(Kind.MODEL_CALL)
_TOOL_EXECUTION = KINDS.index(Kind.TOOL_EXECUTION)
_ERROR = STATUSES.index(Status.ERROR)

MADE_UP = re.compile(
    r"(?<![0-9a-z])(?:[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64})(?![0-9a-z])",
    re.IGNORECASE,
)
"""UUIDs and hex digests. In arguments only these are masked, and only if nobody told them to the agent."""

_MADE_UP_CHARS_MIN = 32

_VOLATILE = re.compile(
    r"""\d(?<![0-9a-zA-Z]\d)(?:
        \d{3}-\d\d-\d\d[tT\ ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?(?:\ ?[zZ]|[+-]\d\d:?\d\d)?  # a time of day
      | (?<=1)[6-9]\d{8}(?:\.\d+|\d{3}|\d{9})?                                               # Unix time, 2020 to 2033
      | (?<=0)x[0-9a-fA-F]{6,}                                                                # an address
      | \d*(?:\.\d+)?\ ?(?:ns|µs|us|ms) | \d*\.\d+\ ?(?:s|secs?|seconds?)                    # how long it took
    )(?![0-9a-zA-Z])""",
    re.VERBOSE,
)
"""What differs between two results that say the same. Days and whole seconds stay: they are usually content.

Begins with a plain digit and looks back only then: that is ten times as fast on long results.
"""

_TEMPORARY = re.compile(r"(?:/var/folders|/tmp)/[\w./-]+")
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_NOTHING = re.compile(
    r"(?:null|none|nothing|n/a|empty|0 results?|(?:no|0) (?:\w+ ){0,3}(?:found|available|left)"
    r"|(?:no|0) (?:more |matching )?(?:results?|match(?:es)?|items?|data|records?|rows?|entries|hits?)(?: [^,;]{0,60})?"
    r"|(?:\w+ ){0,3}not found)?[.!]?",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Turn:
    """Numbers are names: equal numbers in one trace mean equal things."""

    rows: tuple[int, ...]
    """The model call, then the executions in the order of the calls; or one execution alone."""
    did: int
    """The calls with their arguments, or the text that was said."""
    roughly: int
    """As `did`, with every number masked."""
    outcome: int
    """What came back. Negative, and never twice the same, where that was not recorded: unknown is not *the same*."""
    failed: bool
    nothing: bool
    """Whether what came back was empty: no results, null, not found."""
    tools: tuple[str, ...]

    @property
    def row(self) -> int:
        return self.rows[0]


@dataclass(slots=True)
class _Stretch:
    turns: list[Turn] = field(default_factory=list)
    told: set[str] = field(default_factory=set)
    """Ids that a person, a prompt or a result gave to the agent."""
    prompts_known: bool = True


class Turns:
    """The turns of a trace; see the module. Made in one pass over the steps by time."""

    def __init__(self, index: TraceIndex, threads: Threads, answers: Answers) -> None:
        self.index = index
        self.trace: Trace = index.trace
        self.threads = threads
        self.answers = answers
        self._numbers: dict[Any, int] = {None: 0}
        self._of_row: dict[int, _Stretch] = {}
        self._open: dict[tuple[int, int], _Stretch] = {}
        self._said: dict[tuple[int, int], set[str]] = {}
        self._all: list[_Stretch] = []
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
        for row in self.index.in_time:
            if self.trace.kinds[row] == _TOOL_EXECUTION:
                call = self.index.executed_call(row)
                if (
                    call is not None
                    and self.index.call_of(row) is None
                    and not self._inside_its_like(row, call)
                ):
                    self.executions_alone.append(row)
                    self._add_execution(row, call)
            elif self.trace.kinds[row] == _MODEL_CALL:
                self._add_reply(row)

    def _add_execution(self, row: int, call: ToolCall) -> None:
        stretch = self._open.get(self._scope(row)) or self._begin(row, known=False)
        body = self._body(row)
        outcome, failed, nothing = self._outcome(stretch, row, body)
        stretch.turns.append(self._turn(stretch, (row,), (call,), [outcome], failed=failed, nothing=nothing))

    def _add_reply(self, row: int) -> None:
        body = self._body(row)
        stretch = self._stretch_of(row, body)
        self._of_row[row] = self._open[self._scope(row)] = stretch
        calls = self.index.calls(row)
        said = canonical_text(body.output.text) if body.output is not None else ""
        if not calls:
            if said:
                did = self._number(("said", masked(said)))
                stretch.turns.append(
                    Turn((row,), did, did, self._number("said"), failed=False, nothing=False, tools=())
                )
            return
        rows, outcomes, failed, nothing = [row], [], False, True
        for number in range(len(calls)):
            execution = self.index.execution_of(row, number)
            if execution is not None:
                rows.append(execution)
                one = self._outcome(stretch, execution, self._body(execution))
            else:
                one = self._response(stretch, CallPlace(row, number))
            outcomes.append(one[0])
            failed, nothing = failed or one[1], nothing and one[2]
        turn = self._turn(stretch, tuple(rows), calls, outcomes, failed=failed, nothing=nothing)
        stretch.turns.append(turn)

    def _stretch_of(self, row: int, body: Body) -> _Stretch:
        """The stretch that the call goes on with: its thread's, unless a person spoke since."""
        link = self.threads.links.get(row)
        if link is None:  # messages were not recorded: one stretch for all that an agent invocation asked
            return self._open.get(self._scope(row)) or self._begin(row, known=False)
        messages = body.messages or ()
        before_row = link.previous
        before = None if before_row is None else self._of_row.get(before_row)
        if before is None or before_row is None:
            return self._unlinked(row, messages)
        new = messages[link.new_from :]
        forked = before.turns and before.turns[-1].row != before_row and not self._is_after(row, before)
        spoken_to = self.answers.as_text(before_row) is None and any(is_user_turn(one) for one in new)
        if forked or spoken_to:
            return self._begin(row, messages)
        _tell(before, new)
        return before

    def _unlinked(self, row: int, messages: Sequence[Message]) -> _Stretch:
        """A call that goes on from none: a new task, or one whose history was cut or reworded while it went on.

        It is the same attempt when nobody said anything new, and the attempt before had ended when it began.
        """
        scope = self._scope(row)
        before = self._open.get(scope)
        said = _said_to_it(messages)
        if (
            before is not None
            and said
            and said <= self._said.get(scope, set())
            and self._is_after(row, before)
        ):
            _tell(before, messages)
            return before
        return self._begin(row, messages)

    def _is_after(self, row: int, stretch: _Stretch) -> bool:
        if not stretch.turns:
            return True
        start, end = self.trace.start_ns(row), self.trace.end_ns(stretch.turns[-1].row)
        return start is None or end is None or end <= start

    def _begin(self, row: int, messages: Sequence[Message] = (), *, known: bool = True) -> _Stretch:
        scope = self._scope(row)
        stretch = self._open[scope] = _Stretch(prompts_known=known)
        _tell(stretch, messages)
        self._said.setdefault(scope, set()).update(_said_to_it(messages))
        self._all.append(stretch)
        return stretch

    def _scope(self, row: int) -> tuple[int, int]:
        """Whose the step is: the agent invocation around it, and the agent's name."""
        parents, kinds = self.trace.parents, self.trace.kinds
        at = parents[row]
        while at >= 0 and kinds[at] != _AGENT:
            at = parents[at]
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

    def _body(self, row: int) -> Body:
        return self.trace.decode(self.trace.handles[row])

    def _turn(
        self,
        stretch: _Stretch,
        rows: tuple[int, ...],
        calls: tuple[ToolCall, ...],
        outcomes: list[int],
        *,
        failed: bool,
        nothing: bool,
    ) -> Turn:
        texts = [_call_text(call, stretch) for call in calls]
        # Calls of one reply run side by side: their order says nothing.
        order = sorted(range(len(calls)), key=texts.__getitem__)
        did = tuple(texts[at] for at in order)
        return Turn(
            rows,
            self._number(did),
            self._number(tuple(_NUMBER.sub("#", text).lower() for text in did)),
            self._unknown() if min(outcomes) < 0 else self._number(tuple(outcomes[at] for at in order)),
            failed=failed,
            nothing=nothing,
            tools=tuple(call.name for call in calls),
        )

    def _outcome(self, stretch: _Stretch, row: int, body: Body) -> tuple[int, bool, bool]:
        failed = self.trace.statuses[row] == _ERROR
        if body.has_result:
            return self._known_outcome(stretch, body.result, failed=failed)
        if body.error:
            return self._known_outcome(stretch, body.error, failed=True)
        return self._unknown(), failed, False

    def _response(self, stretch: _Stretch, place: CallPlace) -> tuple[int, bool, bool]:
        response = self.answers.response(place)
        if response is None:
            text = self.answers.as_text(place.row)
            return (
                self._known_outcome(stretch, text, failed=False) if text else (self._unknown(), False, False)
            )
        return self._known_outcome(stretch, response.result, failed=response.is_error)

    def _known_outcome(self, stretch: _Stretch, result: Json, *, failed: bool) -> tuple[int, bool, bool]:
        text = canonical_text(result)
        stretch.told.update(_ids(text))
        return self._number((failed, masked(text))), failed, is_nothing(result)

    def _unknown(self) -> int:
        return -self._number(object())

    def _number(self, thing: Any) -> int:
        return self._numbers.setdefault(thing, len(self._numbers))


def is_user_turn(message: Message) -> bool:
    """Whether a person (or a harness in their place) speaks: some providers put tool responses under the user's role."""
    return message.role is Role.USER and bool(message.text.strip()) and not message.tool_responses


def _said_to_it(messages: Sequence[Message]) -> set[str]:
    """What a person and the instructions say in a prompt; the clock in a system prompt does not make it another one."""
    return {
        f"{message.role} {masked(canonical_text(message.text))}"
        for message in messages
        if is_user_turn(message) or message.role in {Role.SYSTEM, Role.DEVELOPER}
    }


def _tell(stretch: _Stretch, messages: Sequence[Message]) -> None:
    for message in messages:
        if message.role is not Role.ASSISTANT:
            stretch.told.update(_ids(message.text))
            for response in message.tool_responses:
                stretch.told.update(_ids(_as_text(response.result)))


def _ids(text: str) -> list[str]:
    return [found.lower() for found in MADE_UP.findall(text)] if _has_long_word(text) else []


def is_nothing(result: Json) -> bool:
    """Whether a result says that there is nothing: empty, null, no results, not found."""
    if isinstance(result, str):
        text = result.strip()
        return text in {"[]", "{}", '""'} or _NOTHING.fullmatch(text) is not None
    if isinstance(result, dict):
        return all(not value or is_nothing(value) for value in result.values())
    return result is None or result in ([], {})


def canonical_text(value: Json) -> str:
    """The value as text in which keys are sorted, numbers have one spelling, and white space is single."""
    text = _as_text(value)
    if not isinstance(value, str):
        for escaped in ("\\n", "\\r", "\\t"):
            text = text.replace(escaped, " ")
    return " ".join(text.split())


def _as_text(value: Json) -> str:
    return value if isinstance(value, str) else canonical(value)


def masked(text: str) -> str:
    """The text without what differs between two texts that say the same: times, made-up ids, temporary names."""
    if _has_long_word(text):
        text = MADE_UP.sub("~", text)
    if "/tmp/" in text or "/var/folders/" in text:  # noqa: S108 - looked for, not written to
        text = _TEMPORARY.sub("~", text)
    return _VOLATILE.sub("~", text)


def _has_long_word(text: str) -> bool:
    """Whether the text can hold a made-up id at all: most cannot, and looking for one is slow."""
    return len(text) >= _MADE_UP_CHARS_MIN and max(map(len, text.split())) >= _MADE_UP_CHARS_MIN


def _call_text(call: ToolCall, stretch: _Stretch) -> str:
    said = canonical_text(call.raw or "" if call.problem else call.arguments)
    if stretch.prompts_known and _has_long_word(said):
        said = MADE_UP.sub(lambda found: found[0] if found[0].lower() in stretch.told else "~", said)
    return f"{call.name} {said}"
