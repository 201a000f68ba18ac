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
    period: int = 0
    repeats: int = 0
    """Of a loop: how many steps one round has and how many rounds there were. 0 for other findings."""

    @property
    def key(self) -> tuple[str, tuple[str, ...], str]:
        """Equal for the same misbehaviour in two recordings of one run; used to tell findings gained and lost."""
        return (self.code, self.step_ids, self.message)


@dataclass(frozen=True, slots=True)
class Notice:
    """Data that had to be bent. `pointer` says where: a JSON pointer, `line N`, or `byte N`."""

    pointer: str
    message: str
