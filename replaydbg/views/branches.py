"""The branches of a sitting as lines: the recording first, each branch below what it came from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from replaydbg.core.branch import RECORDING, Branch
from replaydbg.core.trace import Trace
from replaydbg.diff.steps import Comparison
from replaydbg.replay.sampling import Tally
from replaydbg.session.state import Sitting
from replaydbg.views.blocks import Block, shown
from replaydbg.views.compare import gained_and_lost, spent_words
from replaydbg.views.models import models_words
from replaydbg.views.plan import edit_block
from replaydbg.views.text import plural
from replaydbg.views.trial import runs_words, verdict_look

TALLY = "tally:"
"""How the place of a table of many runs begins; its number follows."""


def branch_blocks(
    sitting: Sitting,
    comparisons: Mapping[str, Comparison],
    marked: str | None = None,
    other: tuple[str, str, Trace] | None = None,
    unknown: str = "",
) -> Iterator[Block]:
    """Lines whose `place` is `branch:ID`, or `tally:N` for what came of many runs; `comparisons` are of branches with what they came from.

    `marked` is to be compared with another; `other` is the id, name and trace of a recording that may be compared with.
    `unknown` is said of branches that are in no comparison.
    """
    for block in _all(sitting, comparisons, other, unknown):
        yield replace(block, mark="≠", mark_look="mark") if block.place == f"branch:{marked}" else block


def _all(
    sitting: Sitting,
    comparisons: Mapping[str, Comparison],
    other: tuple[str, str, Trace] | None,
    unknown: str,
) -> Iterator[Block]:
    yield _recording(sitting)
    yield from _below(sitting, comparisons, RECORDING, 1, unknown)
    if other is not None:
        id_, name, trace = other
        text = f"◇ {shown(name)}"
        more = f"  {plural(len(trace), 'step')}, another recording, to compare with"
        spans = ((len(text), len(text + more), "dim"),)
        yield Block(text + more, "strong", spans=spans, place=f"branch:{id_}")


def _below(
    sitting: Sitting, comparisons: Mapping[str, Comparison], parent: str, depth: int, unknown: str
) -> Iterator[Block]:
    for number, tally in enumerate(sitting.tallies):
        if tally.parent == parent:
            yield from _tally(sitting, tally, number, depth)
    own = [branch for branch in sitting.branches if branch.parent == parent]
    for branch in sorted(own, key=lambda branch: note_id(branch.id) not in sitting.marks):
        if branch.parent == parent:
            yield from _branch(sitting, branch, depth)
            if note := sitting.notes.get(note_id(branch.id)):
                yield Block(
                    f"¶ {shown(note)}", "note", indent=3 * depth + 3, hang=2, place=f"branch:{branch.id}"
                )
            for text, look in _became(comparisons.get(branch.id), unknown):
                yield Block(text, look, indent=3 * depth + 3, hang=2, place=f"branch:{branch.id}")
            yield from _below(sitting, comparisons, branch.id, depth + 1, unknown)


def _became(comparison: Comparison | None, unknown: str) -> Iterator[tuple[str, str]]:
    """What became of the findings, and what the whole run took, in words and with a look."""
    if comparison is None:
        if unknown:
            yield unknown, "dim"
        return
    yield gained_and_lost(comparison)
    if spent := spent_words(comparison.totals_a, comparison.totals_b):
        yield spent, "dim"


def _tally(sitting: Sitting, tally: Tally, number: int, depth: int) -> Iterator[Block]:
    place = f"{TALLY}{number}"
    text = f"± {runs_words(tally)}"
    last = tally.rows[-1] if tally.rows else None
    verdict = f": {last.verdict}" if last is not None else ""
    look = verdict_look(last.verdict) if last is not None else "dim"
    spans = ((len(text), len(text + verdict), look),)
    yield Block(text + verdict, "strong", spans=spans, indent=3 * depth, hang=4, place=place)
    for edit in tally.edits:
        yield Block(
            edit_block(_parent_trace(sitting, tally.parent), edit).text,
            "dim",
            indent=3 * depth + 3,
            hang=2,
            place=place,
        )


def _parent_trace(sitting: Sitting, parent: str) -> Trace:
    branch = sitting.branch(parent)
    return branch.trace if branch is not None else sitting.recording


def note_id(branch_id: str) -> str:
    """The name that a branch has among notes and marks, where steps have their ids."""
    return f"branch:{branch_id}"


def _recording(sitting: Sitting) -> Block:
    here = "●" if sitting.current == RECORDING else "○"
    pending = len(sitting.pending.get(RECORDING, ()))
    text = f"{here} the recording"
    more = f"  {plural(len(sitting.recording), 'step')}" + (
        f", ✎ {plural(pending, 'pending edit')}" if pending else ""
    )
    return Block(text + more, "strong", spans=((len(text), len(text + more), "dim"),), place="branch:")


def _branch(sitting: Sitting, branch: Branch, depth: int) -> Iterator[Block]:
    here = "●" if sitting.current == branch.id else "○"
    indent = 3 * depth
    place = f"branch:{branch.id}"
    pin = "⚑ " if note_id(branch.id) in sitting.marks else ""
    text = f"{here} {pin}{branch.id}{f'  {shown(branch.label)}' if branch.label else ''}"
    more = f"  {outcome_words(branch)}"
    look = "warning" if branch.stopped else "dim"
    yield Block(
        text + more,
        "strong",
        spans=((len(text), len(text + more), look),),
        indent=indent,
        hang=4,
        place=place,
    )
    words, _, look = models_words(branch)
    if words:
        yield Block(f"models: {words}", look or "dim", indent=indent + 3, hang=2, place=place)
    trace = _parent_trace(sitting, branch.parent)
    for edit in branch.edits:
        yield Block(edit_block(trace, edit).text, "dim", indent=indent + 3, hang=2, place=place)


def outcome_words(branch: Branch) -> str:
    """`31 steps: 12 live, 18 reused; stopped: ...`."""
    counts = [f"{count} {word}" for word, count in branch.counts().items() if count]
    text = f"{plural(len(branch.trace), 'step')}: {', '.join(counts)}"
    if branch.stopped is not None:
        text += f"; stopped ({branch.stopped.kind}): {shown(branch.stopped.reason)}"
    return text
