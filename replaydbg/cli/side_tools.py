"""`--tools FILE`: the tools, and what is said of the file."""

from __future__ import annotations

from collections.abc import Sequence

from replaydbg.cli import report
from replaydbg.core.tool import ToolSpec

_TOLD_MAX = 20
"""Lines on standard error; the screen has all."""


def tools_told(path: str | None) -> tuple[ToolSpec, ...]:
    """The tools; what in the file is none is said on standard error. Raises UsageProblem."""
    tools, words = tools_and_words(path)
    tell(words)
    return tools


def tools_and_words(path: str | None) -> tuple[tuple[ToolSpec, ...], tuple[str, ...]]:
    """The tools, and a sentence for each entry that is none or no whole one. Raises UsageProblem."""
    from replaydbg.actions.side_tools import tools_of_file

    found = tools_of_file(path)
    return found.tools, tuple(f"{path}: {each.sentence}" for each in found.notices)


def tell(words: Sequence[str]) -> None:
    from replaydbg.views.text import printable

    for sentence in words[:_TOLD_MAX]:
        report.say(f"note: {printable(sentence)}")
    if len(words) > _TOLD_MAX:
        report.say(f"note: and {len(words) - _TOLD_MAX:,} more of that file")
