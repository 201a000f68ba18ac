"""Acts as JSON and back: what the session file holds of each. A branch travels beside its command, as parts of bytes.

Nothing here knows of a file; `drivers.store` keeps the rows, and each part once (`session.blobs`). The standard JSON module writes it: edits may hold what
broken traces hold (lone surrogates, NaN, integers of any size), which stricter writers refuse.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from replaydbg.core.branch import Branch, BranchStep, Choice, Edit, ModelUse, Provenance, Question, Stop
from replaydbg.core.message import Json
from replaydbg.core.trace import Trace
from replaydbg.readers import _registry
from replaydbg.readers._api import Document
from replaydbg.session.commands import (
    AddBranch,
    AddEdit,
    AddEdits,
    AddTally,
    ClearEdits,
    Command,
    ContinueBranch,
    DropBranch,
    DropTally,
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
    "add-edits": AddEdits,
    "remove-edit": RemoveEdit,
    "clear-edits": ClearEdits,
    "add-branch": AddBranch,
    "continue-branch": ContinueBranch,
    "drop-branch": DropBranch,
    "add-tally": AddTally,
    "drop-tally": DropTally,
    "select-branch": SelectBranch,
    "set-choice": SetChoice,
    "set-label": SetLabel,
    "set-mark": SetMark,
    "set-note": SetNote,
    "suppress": Suppress,
}
_WORD_OF = {kind: word for word, kind in _WORDS.items()}

_EDIT = '"edit": '
_MESSAGE, _LIST_ENDS, _ATTRIBUTE = b'{\\"role\\":', b']"}}', b',{"key":'
"""Where a message begins in a span of the native format, where the list of them ends, where an attribute begins."""


class JournalUnreadable(ValueError):
    """An entry that this version cannot read: damaged, or written by a later version. The message says which."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of the journal. `branch` are the parts of one where the command adds one (`branch_parts`), else none."""

    sequence: int
    author: str
    deed: str
    command: str
    branch: Iterable[bytes] = ()


def entry(act: Act) -> Entry:
    command = act.command
    if command is None:
        return Entry(act.sequence, act.author, str(act.deed), "")
    branch = _Parts(command.branch) if isinstance(command, AddBranch | ContinueBranch) else ()
    return Entry(act.sequence, act.author, str(act.deed), json.dumps(_document(command)), branch)


def act(row: Entry) -> Act:
    """Raises JournalUnreadable."""
    try:
        command = _command(json.loads(row.command), row.branch) if row.command else None
        deed = Deed(row.deed)
        if (command is None) is (deed is Deed.DO):
            raise ValueError(f"{deed} and {row.command or 'no command'} do not go together")
        return Act(row.sequence, row.author, deed, command)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise JournalUnreadable(f"entry {row.sequence} cannot be read: {error}") from error


def command_parts(command: str) -> Iterator[bytes]:
    """An edit is a part of its own: the branch that comes of it says it again."""
    head, mark, edit = command.partition(_EDIT)
    yield (head + mark).encode()
    if mark:
        yield edit[:-1].encode()
        yield edit[-1:].encode()


@dataclass(frozen=True, slots=True)
class _Parts:
    """The parts of a branch, made each time they are gone through: together they may be larger than the recording."""

    branch: Branch

    def __iter__(self) -> Iterator[bytes]:
        return branch_parts(branch_document(self.branch), native.write(self.branch.trace))


def branch_parts(about: dict[str, Json], body: Iterable[bytes]) -> Iterator[bytes]:
    """The whole branch: a line of JSON about it, then its trace in the native format, cut where it is likely to repeat."""
    lists = {name: about.pop(name) for name in ("edits", "steps")}
    yield json.dumps(about)[:-1].encode()
    for name, values in lists.items():
        yield f', "{name}": ['.encode()
        for at, value in enumerate(values):
            if at:
                yield b", "
            yield json.dumps(value).encode()
        yield b"]"
    yield b"}\n"
    for chunk in body:
        yield from _span_parts(chunk)


def _span_parts(chunk: bytes) -> Iterator[bytes]:
    """The chunk at its attributes, and those at their messages."""
    if chunk.startswith(b",\n"):
        yield chunk[:2]
        chunk = chunk[2:]
    first, *attributes = chunk.split(_ATTRIBUTE)
    yield first
    for attribute in attributes:
        head, *messages = attribute.split(_MESSAGE)
        yield _ATTRIBUTE + head
        for message in messages:
            said, end, rest = message.partition(_LIST_ENDS)
            said, comma = (said[:-1], b",") if said.endswith(b",") else (said, b"")
            yield _MESSAGE + said
            if comma or end:
                yield comma + end + rest


def parts_of_version_1(branch: bytes) -> Iterable[bytes]:
    """The parts of a branch as the first version of the session file packed it; what can not be unpacked is left as it is."""
    try:
        line, _, body = zlib.decompress(branch).partition(b"\n")
        about = json.loads(line)
        if not all(isinstance(about[name], list) for name in ("edits", "steps")):
            return (branch,)
    except (zlib.error, ValueError, KeyError, TypeError):
        return (branch,)
    spans = body.split(b",\n")
    return branch_parts(
        about, (one for at, span in enumerate(spans) for one in ((b",\n", span) if at else (span,)))
    )


def read_parts(parts: Iterable[bytes]) -> Branch:
    """Raises ValueError, KeyError or TypeError on bytes that `branch_parts` did not make."""
    line, _, body = b"".join(parts).partition(b"\n")
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
        "steps": [
            [step.id, step.of, str(step.provenance), step.reason, str(step.question), *step.notes]
            for step in branch.steps
        ],
        "stopped": stop_document(branch.stopped),
        "source": branch.trace.source.name,
        "choices": dict(branch.choices),
        "asked": branch.asked,
        "models": [[use.recorded, use.requested, use.answered, use.calls] for use in branch.models],
    }


def read_branch(about: Mapping[str, Json], trace: Trace) -> Branch:
    """Raises ValueError, KeyError or TypeError for what `branch_document` did not make."""
    return Branch(
        id=about["id"],
        parent=about["parent"],
        edits=tuple(read_edit(document) for document in about["edits"]),
        trace=trace,
        steps=tuple(_read_step(*step) for step in about["steps"]),
        stopped=Stop(**about["stopped"]) if about["stopped"] else None,
        label=about["label"],
        model=about["model"],
        asked=about.get("asked", ""),
        models=tuple(ModelUse(*use) for use in about.get("models", ())),
        choices={id_: Choice(choice) for id_, choice in about.get("choices", {}).items()},
    )


def _read_step(id_: str, of: str | None, provenance: str, reason: str, *more: str) -> BranchStep:
    mark = Provenance(provenance)
    if not more:
        return BranchStep(id_, of, mark, reason, _question_of_words(mark, reason))
    return BranchStep(id_, of, mark, reason, Question(more[0]), more[1:])


def _question_of_words(provenance: Provenance, reason: str) -> Question:
    """Earlier versions said in words alone whether somebody was asked: as those versions worded it."""
    first = reason.partition(": ")[0]
    if first.endswith(" was not run"):
        return Question.UNFIT
    edited = provenance is Provenance.EDITED and not reason.startswith("the request was edited; ")
    unasked = reason.startswith(("the reply was edited", "the new answer of")) or "; not asked: " in reason
    live = provenance in {Provenance.LIVE, Provenance.HUMAN, Provenance.EDITED, Provenance.INTERRUPTED}
    return Question.ANSWERED if live and not edited and not unasked else Question.NONE


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
    if isinstance(command, AddEdits):
        return {"command": word, "edits": [edit_document(edit) for edit in command.edits]}
    if isinstance(command, AddTally):
        edits = [edit_document(edit) for edit in command.tally.edits]
        return {"command": word, "tally": {**asdict(replace(command.tally, edits=())), "edits": edits}}
    return {"command": word} | {name: getattr(command, name) for name in _names(type(command))}


def _command(document: dict[str, Json], branch: Iterable[bytes]) -> Command:
    word = document.pop("command")
    kind = _WORDS.get(word)
    if kind is None:
        raise ValueError(f"{word!r} is no command of this version of replaydbg")
    if kind is AddBranch or kind is ContinueBranch:
        made: Command = kind(read_parts(branch))
        return made
    from pydantic import TypeAdapter  # noqa: PLC0415 - 0.1 s, paid only where there is a journal to read

    # The file is one that others can write to: no field of another type gets into the sitting.
    command: Command = TypeAdapter(kind).validate_python(document, extra="forbid")
    return command


def _names(kind: type[Any]) -> tuple[str, ...]:
    return tuple(kind.__slots__)
