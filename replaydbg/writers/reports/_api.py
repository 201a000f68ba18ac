"""What a report is made of, and what a format of reports is: a module here with a constant `REPORT`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from replaydbg.core.finding import Finding, Severity


@dataclass(frozen=True, slots=True)
class RulePage:
    """A rule with what its page says: `finds` in one sentence, `page` whole."""

    code: str
    name: str
    severity: Severity
    finds: str
    page: str
    lacks: str = ""
    """What must be installed for it to look at all; "" where it is."""


@dataclass(frozen=True, slots=True)
class Told:
    """One finding. `places` name the step of each evidence for people: `#8 chat gpt-4o /tool_calls/0/arguments/id`."""

    finding: Finding
    fingerprint: str
    place: str
    places: tuple[str, ...]
    loop: tuple[str, ...] = ()
    """Where a loop goes round, what it cost and what changes, in lines for people."""
    suppressed: str = ""
    """Why a person does not want to hear of it; "" where nobody said so."""


@dataclass(frozen=True, slots=True)
class Chapter:
    """One trace. `problem` says why its file could not be read; then there is nothing else."""

    path: str
    trace_id: str = ""
    told: tuple[Told, ...] = ()
    notices: tuple[str, ...] = ()
    problem: str = ""
    failed: Mapping[str, str] = field(default_factory=dict)
    """By code the rules that failed on the trace, with why: they found nothing, which is no pass."""


@dataclass(frozen=True, slots=True)
class Cover:
    """What stands before all chapters: `rules` are those that were asked. From `fail_on` on a finding is a failure."""

    version: str
    rules: Sequence[RulePage]
    fail_on: Severity
    has_baseline: bool = False


@dataclass(frozen=True, slots=True)
class Report:
    """`write` gives the report piece by piece. `name` is the word for `--output`."""

    name: str
    title: str
    write: Callable[[Cover, Iterable[Chapter]], Iterator[str]]
