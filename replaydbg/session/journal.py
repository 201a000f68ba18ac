"""Acts as JSON and back: what the session file holds of each. A branch travels beside its command, as compressed bytes.

Nothing here knows of a file; `drivers.store` keeps the rows. The standard JSON module writes it: edits may hold what
broken traces hold (lone surrogates, NaN, integers of any size), which stricter writers refuse.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from replaydbg.core.branch import Branch, BranchStep, Choice, Edit, Provenance, Stop
from replaydbg.core.message import Json
from replaydbg.core.trace import Trace
from replaydbg.readers import _registry
from replaydbg.readers._api import Document
from replaydbg.session.commands import (
    AddBranch,
    AddEdit,
    ClearEdits,
    Command,
    ContinueBranch,
    DropBranch,
    RemoveEdit,
    SelectBranch,
    SetChoice,
    SetLabel,
    SetMark,
    SetNote,
    Suppress,
)
from replaydbg.session.history import Act, Deed
from replaydbg.writers import native

_WORDS: Mapping[str, type[Any]] = {
    "add-edit": AddEdit,
    "remove-edit": RemoveEdit,
    "clear-edits": ClearEdits,
    "add-branch": AddBranch,
    "continue-branch": ContinueBranch,
    "drop-branch": DropBranch,
    "select-branch": SelectBranch,
    "set-choice": SetChoice,
    "set-label": SetLabel,
    "set-mark": SetMark,
    "set-note": SetNote,
    "suppress": Suppress,
}
_WORD_OF = {kind: word for word, kind in _WORDS.items()}

_COMPRESSION = 1
"""Histories repeat: the fastest level already makes a branch some ten times smaller."""


class JournalUnreadable(ValueError):
    """An entry that this version cannot read: damaged, or written by a later version. The message says which."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of the journal. `branch` is `packed(branch)` where the command adds one, else empty."""

    sequence: int
    author: str
    deed: str
    command: str
    branch: bytes = b""


def entry(act: Act) -> Entry:
    command = act.command
    if command is None:
        return Entry(act.sequence, act.author, str(act.deed), "")
    branch = packed(command.branch) if isinstance(command, AddBranch | ContinueBranch) else b""
    return Entry(act.sequence, act.author, str(act.deed), json.dumps(_document(command)), branch)


def act(row: Entry) -> Act:
    """Raises JournalUnreadable."""
    try:
        command = _command(json.loads(row.command), row.branch) if row.command else None
        deed = Deed(row.deed)
        if (command is None) is (deed is Deed.DO):
            raise ValueError(f"{deed} and {row.command or 'no command'} do not go together")
        return Act(row.sequence, row.author, deed, command)
    except (ValueError, KeyError, TypeError, AttributeError, zlib.error) as error:
        raise JournalUnreadable(f"entry {row.sequence} cannot be read: {error}") from error


def packed(branch: Branch) -> bytes:
    """The whole branch: a line of JSON about it, then its trace in the native format; compressed."""
    about = branch_document(branch)
    pack = zlib.compressobj(_COMPRESSION)
    pieces = [pack.compress(json.dumps(about).encode() + b"\n")]
    pieces += [pack.compress(chunk) for chunk in native.write(branch.trace)]
    return b"".join([*pieces, pack.flush()])


def unpacked(pack: bytes) -> Branch:
    """Raises ValueError, KeyError, TypeError or zlib.error on bytes that `packed` did not make."""
    line, _, body = zlib.decompress(pack).partition(b"\n")
    about = json.loads(line)
    *_, reading = _registry.read(Document(about["source"], memoryview(body)), "native")
    (trace,) = reading.traces
    return read_branch(about, trace)


def branch_document(branch: Branch) -> dict[str, Json]:
    """All of a branch but its trace, as plain data."""
    return {
        "id": branch.id,
        "parent": branch.parent,
        "label": branch.label,
        "model": branch.model,
        "edits": [edit_document(edit) for edit in branch.edits],
        "steps": [[step.id, step.of, str(step.provenance), step.reason] for step in branch.steps],
        "stopped": stop_document(branch.stopped),
        "source": branch.trace.source.name,
        "choices": dict(branch.choices),
    }


def read_branch(about: Mapping[str, Json], trace: Trace) -> Branch:
    """Raises ValueError, KeyError or TypeError for what `branch_document` did not make."""
    return Branch(
        id=about["id"],
        parent=about["parent"],
        edits=tuple(read_edit(document) for document in about["edits"]),
        trace=trace,
        steps=tuple(
            BranchStep(id_, of, Provenance(provenance), reason)
            for id_, of, provenance, reason in about["steps"]
        ),
        stopped=Stop(**about["stopped"]) if about["stopped"] else None,
        label=about["label"],
        model=about["model"],
        choices={id_: Choice(choice) for id_, choice in about.get("choices", {}).items()},
    )


def edit_document(edit: Edit) -> dict[str, Json]:
    return {"step_id": edit.step_id, "pointer": edit.pointer, "before": edit.before, "after": edit.after}


def stop_document(stop: Stop | None) -> dict[str, Json] | None:
    return None if stop is None else {"kind": stop.kind, "reason": stop.reason, "step_id": stop.step_id}


def read_edit(document: Mapping[str, Json]) -> Edit:
    return Edit(document["step_id"], document["pointer"], document["before"], document["after"])


def _document(command: Command) -> dict[str, Json]:
    word = _WORD_OF[type(command)]
    if isinstance(command, AddBranch | ContinueBranch):
        return {"command": word}
    if isinstance(command, AddEdit):
        return {"command": word, "edit": edit_document(command.edit)}
    return {"command": word} | {name: getattr(command, name) for name in _names(type(command))}


def _command(document: dict[str, Json], branch: bytes) -> Command:
    word = document.pop("command")
    kind = _WORDS.get(word)
    if kind is None:
        raise ValueError(f"{word!r} is no command of this version of replaydbg")
    if kind is AddBranch or kind is ContinueBranch:
        made: Command = kind(unpacked(branch))
        return made
    from pydantic import TypeAdapter  # noqa: PLC0415 - 0.1 s, paid only where there is a journal to read

    # The file is one that others can write to: no field of another type gets into the sitting.
    command: Command = TypeAdapter(kind).validate_python(document, extra="forbid")
    return command


def _names(kind: type[Any]) -> tuple[str, ...]:
    return tuple(kind.__slots__)
