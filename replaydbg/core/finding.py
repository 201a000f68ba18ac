"""What rules state about a run (`Finding`) and what readers state about its file (`Notice`)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum


class Severity(IntEnum):
    """Ordered, so that `--fail-on warning` means *warning or worse*."""

    HINT = 0
    INFO = 1
    WARNING = 2
    ERROR = 3

    @property
    def label(self) -> str:
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class Evidence:
    """A place in a step. `pointer` is a JSON pointer into the step as `show --step --output json` prints it."""

    step_id: str
    pointer: str
    message: str


@dataclass(frozen=True, slots=True)
class RoundChange:
    """What one round of a loop has otherwise than the round before it, each side cut down to where they part."""

    round: int
    """The later of the two, from 2."""
    what: str
    """arguments, result or text"""
    step_id: str
    """The step of the later round."""
    pointer: str
    """Into the document of that step."""
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class LoopDetail:
    """What a finding about a loop knows of it. What was wasted is all after the first round; None where not recorded."""

    period: int
    """Steps of one round; 0 for steps that come again with others between."""
    repeats: int
    """Whole rounds."""
    first_step: str
    began: str
    """Where the second round begins: until there nothing was wrong yet."""
    last_step: str
    changes: tuple[RoundChange, ...] = ()
    more_changes: bool = False
    """Whether there are more; `changes` has the first."""
    tokens: int | None = None
    duration_ms: float | None = None
    cost_usd: float | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    code: str
    name: str
    severity: Severity
    message: str
    step_ids: tuple[str, ...]
    """The steps concerned, in order; the first is where to look."""
    evidence: tuple[Evidence, ...] = ()
    schema_source: str | None = None
    """Where the schema came from that this finding rests on; None for findings that rest on none."""
    loop: LoopDetail | None = None
    """Of findings about loops."""

    @property
    def period(self) -> int:
        return self.loop.period if self.loop is not None else 0

    @property
    def repeats(self) -> int:
        return self.loop.repeats if self.loop is not None else 0

    @property
    def key(self) -> tuple[str, tuple[str, ...], str]:
        """Equal for the same misbehaviour in two recordings of one run; used to tell findings gained and lost."""
        return (self.code, self.step_ids, self.message)


@dataclass(frozen=True, slots=True)
class Notice:
    """Data that had to be bent. `pointer` says where: a JSON pointer, `line N`, or `byte N`; "" or "/" is the file as a whole."""

    pointer: str
    message: str

    @property
    def sentence(self) -> str:
        return self.message if self.pointer in ("", "/") else f"{self.pointer}: {self.message}"
