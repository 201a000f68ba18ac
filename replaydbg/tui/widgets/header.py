"""The line on top: what is looked at, and the state it is in."""

from __future__ import annotations

import re
from dataclasses import dataclass

from replaydbg.core.finding import Severity
from replaydbg.tui.widgets.one_line import OneLine
from replaydbg.views.signs import SEVERITY_SIGNS, severity_look
from replaydbg.views.text import Line, Span, cell_width, clip, clip_middle, one_line, plural

_NOUNS = {"info": "info"}


@dataclass(frozen=True, slots=True)
class Words:
    """What the line says, the most important first: what finds no room is left out from the end."""

    name: str = ""
    branch: str = ""
    """"" for the recording."""
    headline: tuple[str, str] = ("", "")
    """What became of the findings in this branch, and its look."""
    edits: int = 0
    steps: int = 0
    findings: tuple[tuple[Severity, int], ...] = ()
    stand_in: bool = False
    models: tuple[str, str, str] = ("", "", "")
    """Who was recorded, asked and answered (`views.models`)."""
    format: str = ""
    filtered: str = ""
    """What the list is filtered by, and how many steps that leaves (`left`)."""
    left: int = 0
    notices: int = 0
    unchecked: int = 0
    busy: str = ""
    read_only: bool = False
    """Whether it was opened to be looked at only."""


class HeaderLine(OneLine):
    DEFAULT_CSS = "HeaderLine { dock: top; }"

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's word
        super().__init__(id=id)
        self.words = Words()

    def say(self, words: Words) -> None:
        if words != self.words:
            self.words = words
            self.refresh()

    def pieces(self) -> list[tuple[str, str, str]]:
        """Text, shorter text and look of each stretch, most important first."""
        words = self.words
        branch = (
            (f"branch {words.branch}", words.branch, "good") if words.branch else ("recording", "rec.", "dim")
        )
        pieces = [(words.name, words.name, "strong"), branch, (words.busy, words.busy, "info")]
        if words.read_only:
            pieces.append(("read-only", "read-only", "warning"))
        if words.filtered:
            said = one_line(words.filtered, 40)
            pieces.append(
                (f"& {said}: {words.left:,} of {plural(words.steps, 'step')}", f"& {said}", "filter")
            )
        for severity, count in words.findings:
            sign = SEVERITY_SIGNS[severity]
            noun = plural(count, severity.label, _NOUNS.get(severity.label, ""))
            pieces.append((f"{sign} {noun}", f"{sign}{count}", severity_look(severity)))
        if words.stand_in:
            pieces.append(("rule-based stand-in, not an LLM", "stand-in, no LLM", "warning"))
        elif words.models[0]:
            pieces.append(words.models)
        headline, look = words.headline
        pieces.append(
            (headline, _FINDINGS.sub("", headline.partition(" (")[0].replace("no finding", "none")), look)
        )
        if words.edits:
            pieces.append((f"✎ {plural(words.edits, 'pending edit')}", f"✎{words.edits}", "edited"))
        if not words.filtered:
            pieces.append((plural(words.steps, "step"), "", ""))
        if words.unchecked:
            pieces.append((f"{plural(words.unchecked, 'call')} without a schema", "", "hint"))
        if words.notices:
            pieces.append((plural(words.notices, "notice"), "", "dim"))
        pieces.append((words.format, "", "dim"))
        return [piece for piece in pieces if piece[0]]

    def line(self, width: int) -> Line:
        """Every stretch in its shorter form if need be; then what is left of the room goes to the longer forms."""
        (name, _, look), *others = self.pieces()
        name = clip_middle(name, max(_NAME_CELLS_MIN, width * 2 // 5))  # the state is what the line is for
        pieces = [(name, name, look), *others]
        room = width - 1 - sum(cell_width(short) + _GAP_CELLS for _, short, _ in pieces if short)
        spans, used = [Span(" ")], 1
        for text, short, look in pieces:
            more = cell_width(text) - cell_width(short) + (0 if short else _GAP_CELLS)
            if more <= room:
                room -= more
                said = text
            else:
                said = short
            left = width - used
            if not said or left < _CELLS_MIN:
                continue
            said = clip(said, left)
            spans.extend([Span(said, look), Span(" " * _GAP_CELLS)])
            used += cell_width(said) + _GAP_CELLS
        return tuple(spans)


_FINDINGS = re.compile(r" findings?\b")
_GAP_CELLS = 3
_NAME_CELLS_MIN = 24
_CELLS_MIN = 3
"""A stretch with less room is left out."""
