"""Acts as bytes and back."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given

from replaydbg.codec import step_document
from replaydbg.core.branch import Branch, Choice, Edit, ModelUse, Question
from replaydbg.session import journal
from replaydbg.session.commands import AddBranch, AddEdit, Command, ContinueBranch, SetNote
from replaydbg.session.history import Act, Deed
from replaydbg.writers import native
from tests.support.build import assistant, model_call, trace, user
from tests.support.session_files import packed_by_version_1
from tests.support.sittings import COMMANDS, branch

ADDED = tuple(journal.entry(Act(1, "", Deed.DO, AddBranch(branch()))).branch)


def parts_then_and_now(of: Branch) -> tuple[list[bytes], list[bytes]]:
    now = list(journal.entry(Act(1, "", Deed.DO, AddBranch(of))).branch)
    return list(journal.parts_of_version_1(packed_by_version_1(of))), now


def again(act: Act) -> Act:
    return journal.act(journal.entry(act))


@given(COMMANDS)
def test_every_command_comes_back(command: Command) -> None:
    act = Act(7, "ann", Deed.DO, command)
    if isinstance(command, AddBranch | ContinueBranch):
        assert type(again(act).command) is type(command)
    else:
        assert again(act) == act


@pytest.mark.parametrize("deed", [Deed.UNDO, Deed.REDO])
def test_undo_and_redo_come_back(deed: Deed) -> None:
    assert again(Act(3, "", deed)) == Act(3, "", deed)


def test_a_branch_comes_back_whole() -> None:
    edits = (Edit("t1", "/result", {"hits": []}, "other"),)
    before = replace(
        branch("b1", "", edits),
        choices={"t1": Choice.KEEP},
        asked="n",
        models=(ModelUse("m", "n", "n-1", 2),),
    )
    after = journal.read_parts(
        journal.branch_parts(journal.branch_document(before), native.write(before.trace))
    )

    assert [step_document(step) for step in after.trace.steps()] == [
        step_document(step) for step in before.trace.steps()
    ]
    assert (after.id, after.parent, after.label, after.model) == (
        before.id,
        before.parent,
        before.label,
        before.model,
    )
    assert (after.choices, after.asked, after.models) == (before.choices, before.asked, before.models)
    assert (after.edits, after.steps, after.stopped) == (before.edits, before.steps, before.stopped)
    assert (after.trace.id, after.trace.source.name) == (before.trace.id, before.trace.source.name)


@pytest.mark.parametrize("value", ["\ud83d", 2**70, 1e300, float("inf"), "\x00", {"": [None]}], ids=repr)
def test_what_broken_traces_hold_can_be_edited_and_kept(value: object) -> None:
    act = Act(1, "", Deed.DO, AddEdit(Edit("t1", "/result", value, "mended")))

    assert again(act) == act


@pytest.mark.parametrize(
    "entry",
    [
        pytest.param(journal.Entry(1, "", "do", "{"), id="no JSON"),
        pytest.param(journal.Entry(1, "", "do", "{}"), id="no command"),
        pytest.param(journal.Entry(1, "", "do", '{"command":"fly"}'), id="unknown command"),
        pytest.param(journal.Entry(1, "", "do", '{"command":"set-note"}'), id="fields missing"),
        pytest.param(
            journal.Entry(1, "", "do", '{"command":"set-note","step_id":"m1","text":5}'),
            id="a field of another type",
        ),
        pytest.param(
            journal.Entry(1, "", "do", '{"command":"clear-edits","step_id":"m1"}'), id="a field too many"
        ),
        pytest.param(journal.Entry(1, "", "do", ""), id="do without a command"),
        pytest.param(journal.Entry(1, "", "jump", ""), id="unknown deed"),
        pytest.param(
            journal.Entry(1, "", "do", '{"command":"add-branch"}', (b"rubbish",)), id="broken branch"
        ),
        pytest.param(
            journal.Entry(1, "", "do", '{"command":"add-branch"}', ADDED[:3]),
            id="cut branch",
        ),
        pytest.param(journal.Entry(1, "", "do", "[1]"), id="a list"),
    ],
)
def test_what_can_not_be_read_is_said(entry: journal.Entry) -> None:
    with pytest.raises(journal.JournalUnreadable, match="entry 1"):
        journal.act(entry)


def test_a_command_without_a_branch_carries_none() -> None:
    assert journal.entry(Act(1, "", Deed.DO, SetNote("m1", "x"))).branch == ()


def test_an_edit_is_the_same_part_in_its_command_and_in_its_branch() -> None:
    edit = Edit("t1", "/result", {"hits": []}, 'a ", "edit": of text')
    asked = journal.entry(Act(1, "", Deed.DO, AddEdit(edit)))
    parts = list(journal.command_parts(asked.command))

    assert b"".join(parts).decode() == asked.command
    assert parts[1] in list(journal.entry(Act(2, "", Deed.DO, AddBranch(branch("b1", "", (edit,))))).branch)


def test_a_message_is_the_same_part_wherever_it_is_said() -> None:
    """In the middle of a history and at its end; so histories of any length hold each message once."""
    turns = [user("first"), assistant("second"), user("third")]
    of = trace(*(model_call(f"m{at}", turns[: at + 1], "ok") for at in range(3)))
    said = Counter(journal.entry(Act(1, "", Deed.DO, AddBranch(branch(trace_=of)))).branch)

    assert [count for part, count in said.items() if b"first" in part] == [3]
    assert [count for part, count in said.items() if b"second" in part] == [2]


def test_the_parts_of_a_branch_of_the_first_version_are_those_of_today() -> None:
    old, now = parts_then_and_now(branch("b1", "", (Edit("t1", "/result", {"hits": []}, "other"),)))
    assert len(set(old) & set(now)) > 0.8 * len(set(now)), "kept once, whoever wrote it"
    assert journal.read_parts(old).steps == journal.read_parts(now).steps
    assert [part for part in old if b"role" in part] == [part for part in now if b"role" in part]
    assert list(journal.parts_of_version_1(b"damaged")) == [b"damaged"]


@pytest.mark.parametrize(
    ("provenance", "reason", "question"),
    [
        ("live", "asked gpt live", "answered"),
        ("live", "f was run", "answered"),
        ("human", "written by a person", "answered"),
        ("interrupted", "asked gpt live; the reply was cut off", "answered"),
        ("edited", "the request was edited; asked gpt live", "answered"),
        ("live", "f was not run: n is no number", "unfit"),
        ("live", "f failed (tool): g was not run: it is away", "answered"),
        ("edited", "the request was edited; not asked: nobody answers", "none"),
        ("edited", "the reply was edited; its prompt has changed too", "none"),
        ("edited", "the result was edited", "none"),
        ("live", "the new answer of #4, carried into the recorded result", "none"),
        ("recorded", "request equal to #1", "none"),
    ],
)
def test_earlier_versions_said_in_words_whether_somebody_was_asked(
    provenance: str, reason: str, question: str
) -> None:
    about = journal.branch_document(branch())
    step = about["steps"][0]
    about["steps"][0] = [step[0], step[1], provenance, reason]
    assert str(journal.read_branch(about, branch().trace).steps[0].question) == question


def test_questions_and_notes_of_steps_come_back() -> None:
    of = branch()
    first = replace(of.steps[0], question=Question.UNFIT, notes=("one", "two"))
    of = replace(of, steps=(first, *of.steps[1:]))
    assert journal.read_branch(journal.branch_document(of), of.trace).steps == of.steps
