"""Where a loop is broken: the place whose edit is known to help, which the person writes, and what it should say.

These are the edits that the pages of the rules advise. What stands in the place of what is there nobody can know from the
recording; that it helps is what the re-run shows.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from replaydbg.core.finding import Finding
from replaydbg.core.message import Role
from replaydbg.core.step import Kind
from replaydbg.graph.facts import Facts

_RESULTS = {
    "no-progress-loop": "let this result say what to do otherwise",
    "repeated-call": "let this result say what was missing, or that asking again brings nothing new",
    "error-loop": "let this error say which argument is wrong, and what would be right",
    "thrash": "let this result say what can be asked for instead of a guess",
    "near-duplicate-loop": "let this result say what would work, or what is there to be found",
}
"""The first result of the loop is edited: it did not say what the agent needed."""
_PROMPTS = {
    "no-progress-loop": "say here what to do when nothing new comes",
    "hand-off-ping-pong": "say here who decides, and what is asked of the other",
    "recurrence": "say here that what was read need not be read again",
}
"""The system prompt of the call with which it begins; of loops without results, too."""
_REPLIES = {"chanting": "cut the reply before the words begin again"}
_NOTHING = {
    "retry-storm": "no edit stops who retries: find it by the gaps between the calls, and bound it there",
}


_PARTS = {"result": "result", "output": "reply", "messages": "system prompt"}


@dataclass(frozen=True, slots=True)
class Beginning:
    """The place in a step that is to be edited, and what for: the hypothesis that the re-run tries."""

    row: int
    pointer: str
    words: str

    @property
    def place(self) -> str:
        """Where it is, in words."""
        part = self.pointer.split("/")[1]
        return f"the {_PARTS[part]} of #{self.row + 1}"


def beginning(facts: Facts, finding: Finding) -> Beginning | None:
    """Where to edit, None where no such place is known or it was not recorded."""
    name, trace = finding.name, facts.trace
    if name in _REPLIES:
        row = trace.row(finding.step_ids[0])
        return Beginning(row, "/output/content", _REPLIES[name])
    if name in _RESULTS and (ran := next(_executions(facts, finding), None)) is not None:
        return Beginning(ran, "/result", _RESULTS[name])
    if name in _PROMPTS and (found := next(_prompts(facts, finding), None)) is not None:
        return Beginning(*found, _PROMPTS[name])
    return None


def advice(finding: Finding) -> str:
    """What to try instead of an edit, "" where that is not known either."""
    return _NOTHING.get(finding.name, "")


def _executions(facts: Facts, finding: Finding) -> Iterator[int]:
    """Those of the loop whose result was recorded, in order."""
    trace = facts.trace
    for id_ in finding.step_ids:
        row = trace.row(id_)
        calls = facts.index.calls(row) if trace.kind(row) is Kind.MODEL_CALL else ()
        ran = [facts.index.execution_of(row, number) for number in range(len(calls))]
        for each in [row] if trace.kind(row) is Kind.TOOL_EXECUTION else ran:
            if each is not None and (trace.body(each).has_result or trace.body(each).error):
                yield each


def _prompts(facts: Facts, finding: Finding) -> Iterator[tuple[int, str]]:
    """The system prompts of the calls of the loop: row and pointer."""
    trace = facts.trace
    for id_ in finding.step_ids:
        row = trace.row(id_)
        if trace.kind(row) is not Kind.MODEL_CALL:
            inside = range(row + 1, trace.subtree_ends[row])
            row = next((each for each in inside if trace.kind(each) is Kind.MODEL_CALL), -1)
        for number, message in enumerate((trace.body(row).messages or ()) if row >= 0 else ()):
            if message.role in (Role.SYSTEM, Role.DEVELOPER):
                yield row, f"/messages/{number}/content"
