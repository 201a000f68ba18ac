"""What a changed output can have reached: independent, dependent, or unproven. Nothing is guessed in between.

Sound proofs of independence: the step began before the changed output existed; the step is what the changed one was
made of; it belongs to another run of the file that was under way before. Proofs of dependence: the same thread after
the change (`Threads`), the old text in another thread's prompt, the inside of a tool execution that is run again.
All else is unproven: text that was transformed on its way, files and databases leave no trace in the messages.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property, lru_cache

from replaydbg import limits
from replaydbg.core.digest import canonical
from replaydbg.core.message import Message, Text, ToolResponse
from replaydbg.core.step import KINDS, Kind
from replaydbg.graph.index import TraceIndex
from replaydbg.graph.threads import Threads

_TOOL_EXECUTION = KINDS.index(Kind.TOOL_EXECUTION)

CHANCE_CHARS_MAX = 20
"""Shorter texts may stand in two places by chance: they prove something only where the asker's own prompt lacks them.
The length of a k-gram in replay.md, section 4."""

NEEDLE_CHARS_MIN = 6
"""Still shorter ones ("42", "done") prove nothing at all."""

GRAM_WORDS = 6
"""So many words in a row, found again, are a piece of the old text."""

_TEXTS_CACHED_MAX = 512
_ORIGINS_CACHED_MAX = 16
_WORD = re.compile(r"\w+")


class Dependence(StrEnum):
    INDEPENDENT = "independent"
    DEPENDENT = "dependent"
    UNPROVEN = "unproven"


@dataclass(frozen=True, slots=True)
class Verdict:
    dependence: Dependence
    reason: str
    precedes: bool = False
    """Independent because the changed step was made of this one."""


@dataclass(frozen=True, slots=True)
class Use:
    """The model call at `row` was told the old text, word for word (`verbatim`) or in part, in its new messages.

    `ran` is the tool execution whose result it was told as, None where it stands in what somebody said.
    """

    row: int
    verbatim: bool
    ran: int | None = None


@dataclass(frozen=True, slots=True)
class Uses:
    found: tuple[Use, ...]
    complete: bool
    """False where there was more text to search than `limits.DEPENDENCE_CHARS_MAX`."""


class Flow:
    def __init__(self, index: TraceIndex, threads: Threads) -> None:
        self.index = index
        self.trace = index.trace
        self.threads = threads
        self.new_text = lru_cache(maxsize=_TEXTS_CACHED_MAX)(self._new_text)
        self.made_of = lru_cache(maxsize=_ORIGINS_CACHED_MAX)(self._made_of)

    @cached_property
    def clocks_agree(self) -> bool:
        """Whether no step begins before its parent, and none before the reply it goes on from: then times are proof."""
        trace = self.trace
        starts, ends = trace.starts_ns, trace.ends_ns
        for row, parent in enumerate(trace.parents):
            if parent >= 0 and 0 <= starts[row] < starts[parent]:
                return False
        for link in self.threads.links.values():
            if link.previous is not None and 0 <= starts[link.row] < ends[link.previous]:
                return False
        return True

    @cached_property
    def roots(self) -> list[int]:
        """The topmost step around each."""
        roots: list[int] = []
        for row, parent in enumerate(self.trace.parents):
            roots.append(row if parent < 0 else roots[parent])
        return roots

    def began_before(self, row: int, changed: int) -> bool:
        """Whether the step at `row` surely began before the output of the one at `changed` existed."""
        start, end = self.trace.starts_ns[row], self.trace.ends_ns[changed]
        return 0 <= start < end and self.clocks_agree

    def enclosing_executions(self, row: int) -> Iterator[int]:
        """The tool executions that the step runs inside of, the innermost first."""
        parents = self.trace.parents
        row = parents[row]
        while row >= 0:
            if self.trace.kinds[row] == _TOOL_EXECUTION:
                yield row
            row = parents[row]

    def _made_of(self, row: int) -> frozenset[int]:
        """Steps that the one at `row` goes back to: its thread so far and that of the calls it runs inside of."""
        before: set[int] = set()
        waiting = [row]
        while waiting:
            at = waiting.pop()
            callers = [place.row for place in map(self.index.call_of, self._around(at)) if place]
            link = self.threads.links.get(at)
            if link and link.previous is not None:
                callers.append(link.previous)
                for index in range(len(self.index.calls(link.previous))):
                    ran = self.index.execution_of(link.previous, index)
                    if ran is not None and ran not in before:
                        before.update(range(ran, self.trace.subtree_ends[ran]))
            waiting.extend(caller for caller in callers if caller not in before)
            before.update(callers)
        before.discard(row)
        return frozenset(before)

    def _around(self, row: int) -> Iterator[int]:
        if self.trace.kinds[row] == _TOOL_EXECUTION:
            yield row
        yield from self.enclosing_executions(row)

    def descendants(self, row: int) -> Iterator[int]:
        """The model call and all that go on from it, forks included, each before its followers."""
        waiting = [row]
        while waiting:
            at = waiting.pop()
            yield at
            waiting.extend(reversed(self.threads.followers.get(at, ())))

    def _new_text(self, row: int) -> str:
        """All text that the model call was told and its thread did not know before."""
        return "\n".join(message_text(message) for message in self.threads.between(row))

    def uses(self, source: int, text: str, among: Iterable[int]) -> Uses:
        """Which of the model calls `among` were told `text`, the output of the step at `source`."""
        needle = text.strip()
        grams = word_grams(needle)
        if len(needle) < NEEDLE_CHARS_MIN:
            return Uses((), complete=True)
        chance = len(needle) < CHANCE_CHARS_MAX and source in self.threads.links
        if chance and holds(self._prompt_text(source), needle):
            return Uses((), complete=True)
        found: list[Use] = []
        room = limits.DEPENDENCE_CHARS_MAX
        for row in among:
            if self.began_before(row, source):
                continue
            if room <= 0:
                return Uses(tuple(found), complete=False)
            told = self.new_text(row)
            room -= len(told)
            if holds(told, needle):
                found.extend(self._channels(row, source, needle))
            elif grams and not grams.isdisjoint(_grams(told)):
                found.append(Use(row, verbatim=False))
        return Uses(tuple(sorted(found, key=lambda use: use.row)), complete=True)

    def _channels(self, row: int, source: int, needle: str) -> Iterator[Use]:
        """How the call was told the text. The result of an execution that was not under way around the source says it
        of its own accord: an equal call has an equal answer.
        """
        previous = self.threads.links[row].previous
        calls = self.index.calls(previous) if previous is not None else ()
        said = False
        for message in self.threads.between(row):
            for part in message.parts:
                if not holds(message_text(Message(message.role, (part,))), needle):
                    continue
                at = next((n for n, call in enumerate(calls) if getattr(part, "id", None) == call.id), -1)
                ran = self.index.execution_of(previous, at) if previous is not None and at >= 0 else None
                if ran is None:
                    said = True
                elif self._spans(ran, source):
                    yield Use(row, verbatim=True, ran=ran)
        if said:
            yield Use(row, verbatim=True)

    def _spans(self, ran: int, source: int) -> bool:
        """Whether the execution was under way all the time that the source took, in the tree or by trusted times.

        Times say it only where the tree does not say otherwise: of the source that another execution ran it, or of the
        execution that it ran something else.
        """
        around = list(self.enclosing_executions(source))
        if around or self.trace.subtree_ends[ran] > ran + 1:
            return ran in around
        starts, ends = self.trace.starts_ns, self.trace.ends_ns
        return self.clocks_agree and 0 <= starts[ran] <= starts[source] <= ends[source] <= ends[ran]

    def twin(self, source: int, text: str, use: Use) -> int | None:
        """Another model call that had said the same before the use, so that it may be the one that was quoted.

        Where the tree says that the source ran inside of the execution, it is the source that was quoted.
        """
        if not use.verbatim or (use.ran is not None and use.ran in self.enclosing_executions(source)):
            return None
        others = self._authors.get(text.strip(), ())
        return next((row for row in others if row != source and not self.began_before(use.row, row)), None)

    @cached_property
    def _authors(self) -> dict[str, list[int]]:
        """Final answers that more than one model call gave, with the rows of those calls."""
        authors: dict[str, list[int]] = {}
        for row in self.threads.links:
            output = None if self.index.calls(row) else self.trace.fresh(row).output
            if output is not None:
                authors.setdefault(output.text.strip(), []).append(row)
        return {text: rows for text, rows in authors.items() if len(rows) > 1}

    def _prompt_text(self, row: int) -> str:
        return "\n".join(message_text(message) for message in self.threads.prompt(row))

    def elsewhere(self, source: int) -> list[int]:
        """Model calls of other threads that may have been told an output of the step at `source`, or of its followers.

        Beginnings of threads come first: that is where answers are merged and handed over.
        """
        links, starts = self.threads.links, self.trace.starts_ns
        own = set(self.descendants(source)) if source in links else {source}
        own |= self.made_of(source)
        existed_ns = self.trace.ends_ns[source] if self.clocks_agree else -1
        begin: list[int] = []
        go_on: list[int] = []
        for row, link in links.items():
            if not 0 <= starts[row] < existed_ns and row not in own:
                (begin if link.previous is None else go_on).append(row)
        return begin + go_on


def message_text(message: Message) -> str:
    """Everything of a message that another model may have said: text and tool responses, JSON as canonical text."""
    said = []
    for part in message.parts:
        if isinstance(part, Text):
            said.append(part.text)
        elif isinstance(part, ToolResponse):
            said.append(part.result if isinstance(part.result, str) else canonical(part.result))
    return "\n".join(said)


def holds(text: str, needle: str) -> bool:
    """Whether `needle` stands in `text` as it is, not as part of a longer word; as JSON would write it counts too."""
    return any(_stands_in(spelling, text) for spelling, _ in spellings(needle, ""))


def spellings(old: str, new: str) -> Iterator[tuple[str, str]]:
    """`old` and `new` as text, and as they stand inside a JSON string where that differs."""
    yield old, new
    escaped = canonical(old)[1:-1]
    if escaped != old:
        yield escaped, canonical(new)[1:-1]


def _stands_in(needle: str, text: str) -> bool:
    at = text.find(needle)
    while at >= 0:
        end = at + len(needle)
        inside = (at > 0 and text[at - 1].isalnum() and needle[0].isalnum()) or (
            end < len(text) and text[end].isalnum() and needle[-1].isalnum()
        )
        if not inside:
            return True
        at = text.find(needle, at + 1)
    return False


def word_grams(text: str) -> set[tuple[str, ...]]:
    return set(_grams(text))


def _grams(text: str) -> Iterator[tuple[str, ...]]:
    words = _WORD.findall(text.casefold())
    return zip(*(words[at:] for at in range(GRAM_WORDS)), strict=False)


class Verdicts:
    """Whether steps depend on outputs that changed, by times and order alone. `changed` are the rows of the outputs."""

    def __init__(self, flow: Flow, changed: Iterable[int]) -> None:
        self._flow = flow
        self._changes = [_Change(flow, row) for row in changed]
        self._starts = flow.trace.starts_ns
        self._roots = flow.roots

    def all(self) -> list[Verdict]:
        """Of each row. A plan asks for them while a person waits, so the commonest case is one loop without a call."""
        if len(self._changes) != 1:
            return [self.of(row) for row in range(len(self._flow.trace))]
        (change,) = self._changes
        found: list[Verdict] = []
        add, end, earlier, later = found.append, change.end_ns, change.earlier, change.later
        home = self._roots[change.row]
        for start, root in zip(self._starts, self._roots, strict=True):
            if start < 0 or end < 0:
                add(change.untimed)
            elif start < end:
                add(earlier)
            else:
                add(later if root == home else self._judge_late(len(found), root, change))
        for row in change.before:
            found[row] = change.precedes
        return found

    def of(self, row: int) -> Verdict:
        best = _NOTHING_CHANGED
        for change in self._changes:
            verdict = self._judge(row, change)
            if verdict.dependence is not Dependence.INDEPENDENT:
                return verdict
            best = verdict if best is _NOTHING_CHANGED or verdict.precedes else best
        return best

    def _judge(self, row: int, change: _Change) -> Verdict:
        if row in change.before:
            return change.precedes
        start = self._starts[row]
        if start < 0 or change.end_ns < 0:
            return change.untimed
        if start < change.end_ns:
            return change.earlier
        return self._judge_late(row, self._roots[row], change)

    def _judge_late(self, row: int, root: int, change: _Change) -> Verdict:
        """A step that began after the changed output existed."""
        if root not in (row, self._roots[change.row]) and self._flow.began_before(root, change.row):
            return change.other_run
        return change.later


class _Change:
    """One changed output, and all that can be said of another step in view of it."""

    def __init__(self, flow: Flow, row: int) -> None:
        number = row + 1
        self.row = row
        self.before = flow.made_of(row)
        self.end_ns = flow.trace.ends_ns[row] if flow.clocks_agree else -1
        self.precedes = Verdict(
            Dependence.INDEPENDENT, f"comes before #{number}, which was made of it", precedes=True
        )
        self.earlier = Verdict(
            Dependence.INDEPENDENT, f"independent: began before the changed output of #{number} existed"
        )
        self.other_run = Verdict(
            Dependence.INDEPENDENT,
            f"independent: in another run of the file, under way before the output of #{number} existed",
        )
        self.untimed = Verdict(
            Dependence.UNPROVEN,
            f"no proof: without times to trust, it may have come after #{number} and used it",
        )
        self.later = Verdict(
            Dependence.UNPROVEN,
            f"no proof: began after #{number}, and may have used it in ways that messages do not show",
        )


_NOTHING_CHANGED = Verdict(
    Dependence.INDEPENDENT, "nothing that was re-run came out differently", precedes=True
)
