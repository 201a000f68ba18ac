"""What is on the screen, to be taken away: the listed steps as text, JSON or Markdown, with notes and findings."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping

from replaydbg import codec
from replaydbg.core.finding import Finding
from replaydbg.graph.rows import Entry
from replaydbg.views.chain import ChainView
from replaydbg.views.text import cost_words, count_words, duration_words, one_line, plain, plural

FORMS = {"text": ".txt", "Markdown": ".md", "JSON": ".json", "SVG": ".svg"}
"""What can be written, and how the name of the file ends. SVG is the screen itself."""
_ROWS_AT_ONCE = 256


def text(view: ChainView, width: int) -> Iterator[str]:
    """The rows as they are listed: folds and filter as they are."""
    for start in range(0, len(view.chain), _ROWS_AT_ONCE):
        window = view.chain.window(start, start + _ROWS_AT_ONCE)
        columns = view.columns(width, max((laid.width for laid in window), default=1))
        yield from (plain(view.line(laid, columns)).rstrip() + "\n" for laid in window)
    yield from _findings(view, "\n{severity}  {name}: {message} ({steps})\n")


def markdown(
    view: ChainView, title: str, branch: str, headline: str, suppressed: Iterable[tuple[Finding, str]] = ()
) -> Iterator[str]:
    """A report: what was found, what was suppressed and why, what was noted, the steps as a table."""
    yield f"# {_cell(title)}\n\n{plural(len(view.trace), 'step')}, {branch or 'recording'}"
    yield f": {_cell(headline)}\n" if headline else "\n"
    if view.findings:
        yield "\n## Findings\n\n"
        yield from _findings(view, "- **{severity}** {name}: {message} ({steps})\n")
    for number, (finding, reason) in enumerate(suppressed):
        yield "" if number else "\n## Suppressed\n\n"
        yield f"- {finding.name}: {_cell(finding.message)} ({_steps(view, finding)}). Reason: {_cell(reason)}\n"
    if view.noted or view.marked:
        yield "\n## Notes\n\n"
        for row in sorted({*view.noted, *view.marked}):
            yield f"- #{row + 1} {_cell(view.label(row))}: {_cell(view.noted.get(row, 'marked'))}\n"
    yield "\n## Steps\n\n| # | step | agent | time | tokens | cost |\n|---|---|---|---|---|---|\n"
    for y in range(len(view.chain)):
        yield _row(view, view.chain.entry(y))


def _row(view: ChainView, entry: Entry) -> str:
    trace, row = view.trace, entry.row
    name = view.label(row)
    if entry.fold is not None and not entry.opened:
        name = f"×{entry.fold.rounds} {' → '.join(view.label(unit) for unit in entry.fold.units[: entry.fold.period])}"
    elif entry.fold is not None:
        return ""
    elif entry.stretch and entry.end > row + 1:
        name = f"{name} and {plural(entry.end - row - 1, 'step')} more"
    cells = (
        str(row + 1),
        "  " * min(trace.depths[row], 8) + name,
        trace.agent(row),
        duration_words(trace.duration_ms(row)),
        count_words(trace.tokens(row)),
        cost_words(trace.cost_usd(row)),
    )
    return f"| {' | '.join(map(_cell, cells))} |\n"


def _cell(value: str) -> str:
    return one_line(value).replace("|", "\\|").replace("<", "&lt;").replace("`", "\\`")


def as_json(view: ChainView, notes: Mapping[int, str]) -> Iterator[str]:
    """The steps that are listed, whole; what a fold hides is written, too."""
    rows = sorted({row for y in range(len(view.chain)) for row in _rows_of(view.chain.entry(y))})
    yield '{"schema_version": 1, "trace_id": ' + json.dumps(view.trace.id) + ', "steps": ['
    for number, row in enumerate(rows):
        document = codec.step_document(view.trace.step(row)) | ({"note": notes[row]} if row in notes else {})
        yield (",\n" if number else "\n") + json.dumps(document, default=str)
    yield "\n]}\n"


def _rows_of(entry: Entry) -> range:
    return range(entry.row, entry.row) if entry.opened else range(entry.row, entry.end)


def _findings(view: ChainView, form: str) -> Iterator[str]:
    for finding in view.findings:
        yield form.format(
            severity=finding.severity.label,
            name=finding.name,
            message=_cell(finding.message),
            steps=_steps(view, finding),
        )


def _steps(view: ChainView, finding: Finding) -> str:
    rows = [row for step_id in finding.step_ids if (row := view.row_of(step_id)) >= 0]
    some = ", ".join(f"#{row + 1}" for row in rows[:8])
    return some + (f" and {len(rows) - 8} more" if len(rows) > 8 else "")
