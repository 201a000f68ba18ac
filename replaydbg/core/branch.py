"""An edit and the alternative future that it opens."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from replaydbg.core.message import Json
from replaydbg.core.trace import Trace


class Provenance(StrEnum):
    """Where a step of a branch came from."""

    RECORDED = "recorded"
    EDITED = "edited"
    LIVE = "live"
    HUMAN = "human"
    UNPROVEN = "unproven"
    """Kept as recorded, though nothing proves that the edit leaves it alone."""
    STALE = "stale"
    """Would have to be re-run, and was not: the recording answers a request that is no longer made."""
    INTERRUPTED = "interrupted"


class Question(StrEnum):
    """Whether a step of a branch is an answer of the world, which is not to be asked the same again."""

    NONE = "none"
    """Nobody was asked: it was recorded, written into the recording, or made of the answers of others."""
    ANSWERED = "answered"
    """A model, a tool or a person answered, or failed to."""
    UNFIT = "unfit"
    """The tool was not run, since the arguments break its schema: the model was told so, and the thread went on."""


class Choice(StrEnum):
    """What a person decides of a step that nothing proves independent of an edit."""

    KEEP = "keep"
    RERUN = "rerun"


RECORDING = ""
"""Id of the recording among the branches."""


@dataclass(frozen=True, slots=True)
class Edit:
    """A change to one place of one step; `pointer` is a JSON pointer into the step's document (`codec.step_document`).

    `before` must equal what stands there, or the edit is refused: it was made for another recording.
    """

    step_id: str
    pointer: str
    before: Json
    after: Json


@dataclass(frozen=True, slots=True)
class BranchStep:
    """Provenance of row `row` of the branch's trace. `of` is the id of the recorded step it stands for, or None."""

    id: str
    of: str | None
    provenance: Provenance
    reason: str
    question: Question = Question.NONE
    notes: tuple[str, ...] = ()
    """Sentences: what else a person should know of it."""


@dataclass(frozen=True, slots=True)
class Stop:
    """Why a branch ended before its end. `reason` is a sentence with what would help."""

    kind: str
    reason: str
    step_id: str | None = None


@dataclass(frozen=True, slots=True)
class ModelUse:
    """So many live calls that the recording has of one model (or would have), asked of another, answered by a third.

    `answered` is what the answers call themselves, "" where they do not.
    """

    recorded: str
    requested: str
    answered: str
    calls: int


@dataclass(frozen=True, slots=True)
class Branch:
    """An alternative future of `parent`: its own trace, with the provenance of every row.

    `trace` is a trace to everyone else: findings, lanes and diffs treat it as they treat a recording.
    """

    id: str
    parent: str
    """Id of the parent branch, or "" for the recording itself."""
    edits: tuple[Edit, ...]
    trace: Trace
    steps: tuple[BranchStep, ...]
    stopped: Stop | None = None
    label: str = ""
    model: str = ""
    """Who answered the live calls, as asked for; "" when none was made."""
    asked: str = ""
    """The model that the person named instead of the recorded ones; "" for those themselves."""
    models: tuple[ModelUse, ...] = ()
    """What became of the recorded models in the live calls; branches of earlier versions do not say."""
    choices: Mapping[str, Choice] = field(default_factory=dict)
    """What was decided of unproven steps of the parent, by id: it holds when the branch is gone on with, too."""

    def counts(self) -> dict[str, int]:
        """Steps by provenance under the names of the JSON output."""
        names = {
            "reused": Provenance.RECORDED,
            "edited": Provenance.EDITED,
            "live": Provenance.LIVE,
            "human": Provenance.HUMAN,
            "unproven": Provenance.UNPROVEN,
            "stale": Provenance.STALE,
            "interrupted": Provenance.INTERRUPTED,
        }
        tally = dict.fromkeys(names, 0)
        for name, provenance in names.items():
            tally[name] = sum(step.provenance is provenance for step in self.steps)
        return tally
