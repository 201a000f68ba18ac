"""The chooser's lines: one for each trace, or for a file that was not read yet; sorted and searched."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum

from replaydbg.core.finding import Finding, Severity
from replaydbg.core.message import Json
from replaydbg.views.signs import UNICODE, Signs
from replaydbg.views.text import Line, Span, cell_width, clip_middle, fit, one_line, pad, plural

_ID_CELLS = 16
"""Of the id of a trace, with its number: enough to tell it from others."""


class Order(StrEnum):
    """What the lines are sorted by; the sensible direction of each comes first."""

    NAME = "name"
    FINDINGS = "findings"
    SIZE = "size"
    TIME = "time"


@dataclass(frozen=True, slots=True)
class Listed:
    """`steps` is -1 and `findings` None as long as nobody has read the file."""

    path: str
    name: str
    size_bytes: int = 0
    moment_s: float = 0.0
    """When the trace began, or the file was written; seconds since 1970."""
    number: int = 0
    """Place in a file of several traces; 0 where there is one."""
    trace_id: str = ""
    title: str = ""
    steps: int = -1
    format: str = ""
    findings: tuple[tuple[Severity, int], ...] | None = None
    problem: str = ""
    """Why there is nothing to open, or nothing known yet."""
    is_trace: bool = True

    def read(self, **facts: object) -> Listed:
        return replace(self, **facts)  # type: ignore[arg-type]

    def found(self, findings: Sequence[Finding]) -> Listed:
        counts = Counter(finding.severity for finding in findings)
        return replace(self, findings=tuple(sorted(counts.items(), reverse=True)))

    def with_problem(self, problem: str, *, is_trace: bool = False) -> Listed:
        return replace(self, problem=problem, is_trace=is_trace)

    @property
    def trace_name(self) -> str | None:
        """Names it among the traces of its file; None where it is the only one."""
        return f"#{self.number}" if self.number else None

    @property
    def label(self) -> str:
        return f"{self.name} #{self.number}" if self.number else self.name


def arranged(lines: Iterable[Listed], order: Order, words: str = "") -> list[Listed]:
    """The lines that hold all the words, in this order; what cannot be opened stands last."""
    asked = words.casefold().split()
    fit_lines = [line for line in lines if not asked or _holds(line, asked)]
    return sorted(fit_lines, key=lambda line: (not line.is_trace, _key(line, order), line.name, line.number))


def _holds(line: Listed, asked: Sequence[str]) -> bool:
    text = f"{line.name}\n{line.trace_id}\n{line.title}\n{line.format}\n{line.problem}".casefold()
    return all(word in text for word in asked)


def _key(line: Listed, order: Order) -> tuple[float, ...]:
    match order:
        case Order.FINDINGS:
            counts = dict(line.findings or ())
            return (*(-counts.get(severity, 0) for severity in sorted(Severity, reverse=True)),)
        case Order.SIZE:
            return (-line.size_bytes, -line.steps)  # bytes are known of files that nobody has read
        case Order.TIME:
            return (-line.moment_s,)
        case _:
            return ()


def listed_line(line: Listed, width: int, signs: Signs = UNICODE, *, marked: bool = False) -> Line:
    """One line, `width` cells wide: name, steps, findings, size, time; narrow ones drop from the right."""
    right: list[Span] = []
    if width >= 50:
        right.append(Span(f"{_steps(line):>14}", "tokens"))
    right.extend(_findings(line, signs))
    if width >= 70:
        right.append(Span(f"{_size(line.size_bytes):>9}", "dim"))
    if width >= 96:
        right.append(Span(f"  {_moment(line.moment_s):16}", "dim"))
    if width >= 120:
        right.append(Span(f"  {line.format[:14]:14}", "dim"))
    if line.problem:
        right = right[-3:] if not line.is_trace and width >= 70 else []
    room = max(width - 1 - sum(len(span.text) for span in right), 0)
    label = one_line(line.label)
    # Of a file's traces the title tells more than the middle of an id.
    title = one_line(line.title) if line.name == line.trace_id else ""
    label_room = max(room - 1 - (cell_width(title) + 3 if title else 0), min(_ID_CELLS, room - 1))
    name = [
        Span("≠" if marked else " ", "mark"),
        # What cannot be opened says why: its name gives way to that.
        Span(
            label if line.problem else clip_middle(label, label_room, signs.ellipsis),
            "strong" if line.is_trace else "dim",
        ),
    ]
    if line.problem:
        name.append(Span(f"   {one_line(line.problem)}", "dim" if line.is_trace else "hint"))
    elif line.title:
        name.append(Span(f"   {one_line(line.title)}", "dim"))
    return (*fit(name, room, signs.ellipsis), *right, Span(" "))


def listed_document(line: Listed) -> dict[str, Json]:
    """A line for programs. `findings` by severity; null where nobody looked, as `steps` is where nobody read."""
    return {
        "path": line.path,
        "number": line.number or None,
        "trace_id": line.trace_id or None,
        "format": line.format or None,
        "title": line.title or None,
        "steps": line.steps if line.steps >= 0 else None,
        "bytes": line.size_bytes or None,
        "started_at": _timestamp(line.moment_s) or None,
        "findings": None if line.findings is None else {item.label: count for item, count in line.findings},
        "problem": line.problem or None,
    }


def _steps(line: Listed) -> str:
    return plural(line.steps, "step") if line.steps >= 0 else ""


_FINDINGS_CELLS = 14


def _findings(line: Listed, signs: Signs) -> list[Span]:
    if line.findings is None:
        return [Span(pad("   …" if not line.problem else "", _FINDINGS_CELLS), "dim")]
    if not line.findings:
        return [Span(pad("   none", _FINDINGS_CELLS), "good")]
    spans = [Span("  ")]
    for severity, count in line.findings:
        spans.append(Span(f" {signs.severities[severity]}{count}", severity.label))
    return fit(spans, _FINDINGS_CELLS, signs.ellipsis)


def _size(size: int) -> str:
    for limit, divisor, unit in ((1 << 10, 1, "B"), (1 << 20, 1 << 10, "kB"), (1 << 30, 1 << 20, "MB")):
        if size < limit:
            return f"{size / divisor:.0f} {unit}" if size else ""
    return f"{size / (1 << 30):.1f} GB"


def _moment(seconds: float) -> str:
    return _timestamp(seconds)[:16].replace("T", " ")


def _timestamp(seconds: float) -> str:
    try:
        return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if seconds else ""
    except (OverflowError, ValueError, OSError):
        return ""
