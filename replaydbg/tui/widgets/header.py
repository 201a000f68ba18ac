"""The line on top: what is looked at, and the state it is in."""

from __future__ import annotations

from dataclasses import dataclass

from replaydbg.core.finding import Severity
from replaydbg.tui.widgets.one_line import OneLine
from replaydbg.views.detail import SEVERITY_SIGNS, severity_look
from replaydbg.views.text import Line, Span, cell_width, plural

_NOUNS = {"info": "info"}


@dataclass(frozen=True, slots=True)
class Words:
    """What the line says, the most important first: what finds no room is left out from the end."""

    name: str = ""
    branch: str = ""
    """"" for the recording."""
    edits: int = 0
    steps: int = 0
    findings: tuple[tuple[Severity, int], ...] = ()
    stand_in: bool = False
    model: str = ""
    format: str = ""
    notices: int = 0
    busy: str = ""


class HeaderLine(OneLine):
    DEFAULT_CSS = "HeaderLine { dock: top; }"

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's word
        super().__init__(id=id)
        self.words = Words()

    def say(self, words: Words) -> None:
        if words != self.words:
            self.words = words
            self.refresh()

    def pieces(self) -> list[tuple[str, str]]:
        """Text and look of each stretch, most important first."""
        words = self.words
        pieces = [(words.name, "strong")]
        pieces.append((f"branch {words.branch}", "good") if words.branch else ("recording", "dim"))
        if words.busy:
            pieces.append((words.busy, "info"))
        pieces.extend(
            (
                f"{SEVERITY_SIGNS[severity]} {plural(count, severity.label, _NOUNS.get(severity.label, ''))}",
                severity_look(severity),
            )
            for severity, count in words.findings
        )
        if words.edits:
            pieces.append((f"✎ {plural(words.edits, 'pending edit')}", "edited"))
        if words.stand_in:
            pieces.append(("rule-based stand-in, not an LLM", "warning"))
        elif words.model:
            pieces.append((words.model, ""))
        pieces.append((plural(words.steps, "step"), ""))
        if words.notices:
            pieces.append((plural(words.notices, "notice"), "dim"))
        pieces.append((words.format, "dim"))
        return [(text, look) for text, look in pieces if text]

    def line(self, width: int) -> Line:
        spans, used = [Span(" ")], 1
        for text, look in self.pieces():
            room = width - used - 3
            if used > 1 and cell_width(text) > room:
                continue
            spans.extend([Span(text, look), Span("   ")])
            used += cell_width(text) + 3
        return tuple(spans)
