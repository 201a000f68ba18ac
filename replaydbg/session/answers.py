"""Answers of a re-run under way as JSON and back, so that they can be kept one by one before anything is made of them.

Written by the standard JSON module, as the journal is: models and tools answer anything.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace

from replaydbg import codec
from replaydbg.core.branch import Choice, Edit, Provenance
from replaydbg.core.message import Json
from replaydbg.core.outcome import Failed, Outcome, Reply, ToolResult
from replaydbg.core.step import Usage
from replaydbg.core.tool import ToolSpec
from replaydbg.session.journal import JournalUnreadable, edit_document, read_edit


@dataclass(frozen=True, slots=True)
class Begun:
    """What a re-run set out to do: all that decides which questions it asks. Rows are those of what it re-runs."""

    edits: tuple[Edit, ...]
    parent: str = ""
    branch_id: str = ""
    label: str = ""
    model: str = ""
    again: tuple[int, ...] = ()
    kept: tuple[int, ...] = ()
    afresh: bool = False
    tell_failures: bool = False
    resumes: str = ""
    """The branch whose answers it begins with."""
    choices: Mapping[str, Choice] = field(default_factory=dict)
    """What was decided, by step id: for the branch to keep. `again` and `kept` are what came of it."""
    tools: tuple[ToolSpec, ...] = ()
    """Those that the person gave beside the recording."""


@dataclass(frozen=True, slots=True)
class AnswerRow:
    """`asked_id` is the id of the question, the same for the same re-run; `answer` the JSON of what came back."""

    asked_id: str
    provenance: str
    answer: str


def begun_text(begun: Begun) -> str:
    edits = [edit_document(edit) for edit in begun.edits]
    about = {name: getattr(begun, name) for name in Begun.__slots__}
    tools = [asdict(tool) for tool in begun.tools]
    return json.dumps(about | {"edits": edits, "choices": dict(begun.choices), "tools": tools})


def read_begun(text: str) -> Begun:
    """Raises JournalUnreadable."""
    try:
        about = json.loads(text)
        rows = {name: tuple(int(row) for row in about[name]) for name in ("again", "kept")}
        edits = tuple(read_edit(document) for document in about["edits"])
        choices = {id_: Choice(choice) for id_, choice in about.get("choices", {}).items()}
        tools = tuple(ToolSpec(**tool) for tool in about.get("tools", ()))
        return Begun(**about | rows | {"edits": edits, "choices": choices, "tools": tools})
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise JournalUnreadable(f"what the re-run was to do cannot be read: {error}") from error


def answer_row(asked_id: str, outcome: Outcome, provenance: Provenance) -> AnswerRow:
    """Raw bodies are left out: a branch does not hold them either."""
    if isinstance(outcome, Reply):
        message = codec.message_document(outcome.message) | {"finish": outcome.message.finish_reason}
        document: dict[str, Json] = {
            "message": message,
            "model": outcome.model,
            "usage": asdict(outcome.usage),
            "duration_ms": outcome.duration_ms,
            "interrupted": outcome.interrupted,
        }
    else:
        document = asdict(outcome)
    return AnswerRow(
        asked_id, str(provenance), json.dumps({"answer": type(outcome).__name__, **document}, default=str)
    )


def read_answer(row: AnswerRow) -> tuple[Outcome, Provenance]:
    """Raises JournalUnreadable."""
    try:
        document = json.loads(row.answer)
        return _outcome(document.pop("answer"), document), Provenance(row.provenance)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise JournalUnreadable(f"an answer cannot be read: {error}") from error


def _outcome(kind: str, document: Mapping[str, Json]) -> Outcome:
    if kind == "Reply":
        told = document["message"]
        message = replace(codec.read_message(told), finish_reason=told["finish"])
        return Reply(**{**document, "message": message, "usage": Usage(**document["usage"])})
    if kind == "ToolResult":
        return ToolResult(**document)
    if kind == "Failed":
        return Failed(**document)
    raise ValueError(f"{kind!r} is no kind of answer")
