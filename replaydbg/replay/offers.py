"""The tools that a model is offered when a call is asked again: those recorded with it; where nobody recorded any, the person's.

Many formats leave them out (sessions of Claude Code and Codex, message lists). A model that is offered none can call none,
so where the recording shows calls, that is said.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from replaydbg.core.step import Kind
from replaydbg.core.tool import ToolSpec
from replaydbg.core.trace import Trace
from replaydbg.replay.sources import Recordings
from replaydbg.replay.text_calls import text_calls

_NAMES_SHOWN = 4

HELP = "--tools FILE gives them"
"""How a person gives tools that were not recorded, to whatever opens the trace."""


def lacking(recordings: Recordings, row: int, tools: Iterable[ToolSpec]) -> tuple[str, ...]:
    """Names of tools that the thread of the model call calls, though they are not among these and none were recorded with it."""
    facts = recordings.facts
    called = facts.called_in_thread(row)
    if not called or facts.index.tools(row) is not None or text_calls(recordings, row) is not None:
        return ()
    known = {tool.name for tool in tools}
    return tuple(name for name in called if name not in known)


def names(called: Sequence[str]) -> str:
    """`a`, `a and b`, `a, b, c and 9 more`."""
    more = len(called) - _NAMES_SHOWN
    first = [*called] if more <= 1 else [*called[:_NAMES_SHOWN], f"{more} more"]
    return " and ".join(filter(None, (", ".join(first[:-1]), first[-1])))


def remark(rows: Sequence[int], called: Sequence[str], tools: Sequence[ToolSpec]) -> str:
    """Of calls of one thread that would be asked so."""
    first, more = f"#{rows[0] + 1}", len(rows) - 1
    calls = f"{first} and {more} more of its thread" if more else first
    they, are = ("they", "are") if more else ("it", "is")
    if tools:
        return f"{calls} {are} asked without {names(called)}, which the thread calls: the tools that were given beside the recording lack that"
    return (
        f"no tools were recorded with {calls}, though the thread calls {names(called)}: {they} {are} asked without any, "
        f"and can call none. {HELP}"
    )


def note(called: Sequence[str], tools: Sequence[ToolSpec]) -> str:
    """Of a call that was asked so, "" where there is nothing to say of its tools."""
    if not called:
        return ""
    if tools:
        return f"asked without {names(called)}, which its thread calls: the tools that were given beside the recording lack that"
    return f"asked without tools, so that it could call none: none were recorded, and its thread calls {names(called)}. {HELP}"


def given(recording: Trace, branch: Trace, of: Sequence[str | None]) -> tuple[ToolSpec, ...]:
    """The tools that calls of a branch were offered though none were recorded with what they stand for: those of a side file."""
    found: dict[str, ToolSpec] = {}
    for row, id_ in enumerate(of):
        if branch.kind(row) is not Kind.MODEL_CALL or id_ is None or id_ == branch.ids[row]:
            continue
        if recording.body(recording.row(id_)).tools is None:
            found |= {tool.name: tool for tool in branch.body(row).tools or ()}
    return tuple(found.values())
