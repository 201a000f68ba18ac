"""Every key is real, is made from the table, and says why when it cannot do anything."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from textual.keys import _character_to_key

from replaydbg.config import Settings
from replaydbg.core.step import Kind
from replaydbg.readers._api import Reading
from replaydbg.tui import actions, workers
from replaydbg.tui.actions import (
    ACTIONS,
    CHAIN,
    DETAIL,
    KEY_SIGNS,
    State,
    by_id,
    footer_of,
    keyed,
    of_screen,
)
from replaydbg.tui.dialog_actions import DIALOGS
from replaydbg.tui.messages import TraceRead
from replaydbg.tui.screens.dialogs import Line
from replaydbg.tui.screens.help import _LABEL_CELLS, Help
from replaydbg.tui.setup import Setup
from tests.support.build import trace
from tests.support.desk import Sitting, demo_setup, open_demo, open_setup

SCREENS = sorted({action.where for action in ACTIONS})
NAMED = {
    "enter",
    "left",
    "right",
    "escape",
    "space",
    "tab",
    "up",
    "down",
    "home",
    "end",
    "pageup",
    "pagedown",
    "f1",
}


@pytest.mark.parametrize("where", SCREENS)
def test_no_key_means_two_things_on_one_screen(where: str) -> None:
    counts = Counter(key for action in of_screen(where) for key in action.keys)
    assert [key for key, count in counts.items() if count > 1] == []


@pytest.mark.parametrize("where", SCREENS)
def test_ids_are_unique_on_one_screen(where: str) -> None:
    ids = [action.id for action in of_screen(where)]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("where", sorted({*SCREENS} - {*DIALOGS, actions.EVERYWHERE}))
def test_the_keys_are_told_everywhere(where: str) -> None:
    """In the editor a question mark is text. Dialogs name theirs in their last line."""
    assert by_id(where, "help").keys == ("f1" if where == "editor" else "question_mark",)


def test_key_names_are_those_that_textual_sends() -> None:
    """An unknown name is accepted by Textual and never fires."""
    for key in {key for action in ACTIONS for key in action.keys}:
        stem = key.removeprefix("ctrl+").removeprefix("shift+")
        sign = KEY_SIGNS.get(key, key)
        known = stem in NAMED or len(stem) == 1 or _character_to_key(sign) == key
        assert known, key


def test_every_action_says_what_it_does() -> None:
    for action in ACTIONS:
        assert all((action.label, action.tooltip, action.group)), action.id


def test_labels_fit_their_column_in_the_list_of_keys() -> None:
    assert [action.label for action in ACTIONS if len(action.label) >= _LABEL_CELLS] == []


def test_footer_names_what_can_be_done_now() -> None:
    state = State(steps=5, number=2, kind=Kind.MODEL_CALL, editable=True)
    ids = [action.id for action in footer_of("main", state)]
    assert "edit" in ids
    assert "rerun" not in ids
    edited = State(steps=5, number=2, kind=Kind.MODEL_CALL, editable=True, edits=1, edited_here=True)
    assert next(action.id for action in footer_of("main", edited)) == "rerun"


@pytest.mark.parametrize(
    ("id_", "state", "reason"),
    [
        pytest.param(
            "edit",
            State(steps=3, number=1, kind=Kind.AGENT_INVOCATION),
            "an agent invocation",
            id="not editable",
        ),
        pytest.param(
            "edit", State(steps=3, number=1, editable=True, complete=False), "read to its end", id="reading"
        ),
        pytest.param("edit", State(steps=3, number=1, editable=True, read_only="no"), "no", id="read only"),
        pytest.param("down", State(), "no steps", id="empty"),
        pytest.param("down", State(complete=False), "being read", id="first steps"),
        pytest.param("next_finding", State(steps=1), "nothing was found", id="clean"),
        pytest.param("next_finding", State(steps=1, checked=False), "still looking", id="unchecked"),
        pytest.param("rerun", State(steps=1), "nothing is edited", id="no edit"),
        pytest.param("compare", State(steps=1, branches=1), "press b", id="at the recording"),
        pytest.param(
            "compare_step", State(steps=1, number=1, branch="b1"), "new in this branch", id="new step"
        ),
        pytest.param("fold_all", State(steps=1, pane=actions.FINDINGS), "press tab", id="other pane"),
    ],
)
def test_reasons(id_: str, state: State, reason: str) -> None:
    said = by_id("main", id_).why_not(state)
    assert said is not None
    assert reason in keyed("main", said)


def test_what_the_table_says_names_keys_by_their_actions() -> None:
    """A key of the settings is named where ours was; each name in braces is one of an action."""
    for action in ACTIONS:
        for text in (action.tooltip, action.idle):
            assert "{" not in keyed(action.where, text), text
    actions.give_keys({"main.go_back": "f8", "branches.compare": "f9"})
    try:
        assert (
            keyed("main", by_id("main", "go_forward").why_not(State()) or "")
            == "there is no place ahead: f8 goes back"
        )
        assert "f9 on another line" in keyed("branches", by_id("branches", "mark").tooltip)
        assert keyed("chooser", "{compare}, {undo}, {nothing}") == "D, u, {nothing}"
    finally:
        actions.give_keys({})


LEAVING = {"quit", "quit_or_back"}


def _mark(sitting: Sitting) -> object:
    main = sitting.main
    history = main.desk.sitting.history.sequence if main.desk.sitting is not None else 0
    return main.position(), len(sitting.app.screen_stack), history, main.pane_name()


async def _home(sitting: Sitting) -> None:
    while sitting.app.screen is not sitting.main:
        screen = sitting.app.screen
        if isinstance(screen, Line):
            screen.dismiss(None)
        else:
            screen.dismiss()
        await sitting.pilot.pause()
    sitting.main.do_back()
    sitting.main.say("")
    await sitting.pilot.pause()


async def _every_key_acts_or_says_why(sitting: Sitting, pane: str, step: int) -> None:
    left: list[str] = []
    sitting.main.do_quit = lambda: left.append("quit")  # type: ignore[method-assign]
    silent = []
    for action in of_screen("main"):
        for key in action.keys:
            await _home(sitting)
            if step:
                sitting.main.chain.go_to(step - 1)
            if pane == DETAIL:
                sitting.main.detail.document.focus()
            await sitting.pilot.pause()
            before = _mark(sitting)
            sign = KEY_SIGNS.get(key, key)
            await sitting.pilot.press(sign if len(sign) == 1 and sign.isascii() else key)
            await sitting.pilot.pause()
            if _mark(sitting) == before and not sitting.spoken and not left:
                silent.append(f"{key} ({action.id})")
            left.clear()
    assert silent == []


@pytest.fixture(autouse=True)
def _no_clipboard(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TMUX", raising=False)
    monkeypatch.setenv("EDITOR", "true")
    monkeypatch.delenv("VISUAL", raising=False)


@pytest.mark.parametrize(
    ("pane", "step", "size"),
    [
        (CHAIN, 1, (120, 40)),
        (CHAIN, 26, (120, 40)),
        (DETAIL, 8, (120, 40)),
        (CHAIN, 8, (80, 24)),
        (CHAIN, 8, (200, 60)),
    ],
)
async def test_every_key_of_the_main_screen_acts_or_says_why(
    tmp_path: Path, pane: str, step: int, size: tuple[int, int]
) -> None:
    async with open_demo(tmp_path, size) as sitting:
        await _every_key_acts_or_says_why(sitting, pane, step)


async def test_every_key_says_why_before_anything_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nothing = TraceRead(Reading((trace(),), fraction=0.1, complete=False))
    monkeypatch.setattr(workers, "read", lambda _setup, post: post(nothing))
    async with open_setup(Setup(str(tmp_path / "never.json"))) as sitting:
        await _every_key_acts_or_says_why(sitting, CHAIN, 0)


async def test_a_key_without_a_meaning_says_so(tmp_path: Path) -> None:
    async with open_demo(tmp_path) as sitting:
        await sitting.press("x")
        assert "does nothing here" in sitting.said


def test_the_table_is_the_only_place_of_keys() -> None:
    """Nobody brings keys of their own, by a binding or by looking at what was pressed."""
    folder = Path(actions.__file__).parent
    own = []
    for path in sorted(folder.rglob("*.py")):
        text = path.read_text("utf-8")
        bound = re.findall(r"BINDINGS\b.* = (?!bindings\()", text)
        pressed = re.findall(r"\bdef (?:on_|_on_)?key(?:_\w+)?\(self, event", text)
        if bound or pressed:
            own.append(path.relative_to(folder).as_posix())
    assert own == [
        "app.py",  # those of the table, done by Textual's own actions
        "screens/acting.py",  # says of a key that it does nothing
        "screens/dialogs.py",  # what is typed behind a line is not for the line
        "screens/jumping.py",  # letters stand for places
        "screens/opening.py",  # says that it is too early
    ]


async def test_a_given_key_works_and_is_shown(tmp_path: Path) -> None:
    setup = replace(
        demo_setup(tmp_path), settings=Settings(keys={"main.help": "f1", "main.nothing": "x"}, theme="light")
    )
    try:
        async with open_setup(setup) as sitting:
            await sitting.until_checked()
            assert sitting.app.theme == "replaydbg-light"
            assert "f1 Help" in sitting.text
            await sitting.press("f1")
            await sitting.until(lambda: isinstance(sitting.app.screen, Help), "the help")
            await sitting.press("escape")
            await sitting.press("question_mark")
            assert "does nothing here" in sitting.said
            assert "there is no such action" in sitting.main.desk.notices[0]
    finally:
        actions.give_keys({})


async def test_a_given_key_of_the_program_works_over_every_screen(tmp_path: Path) -> None:
    setup = replace(demo_setup(tmp_path), settings=Settings(keys={"program.quit": "f10"}))
    try:
        async with open_setup(setup) as sitting:
            left: list[str] = []
            sitting.main.do_quit = lambda: left.append("quit")  # type: ignore[method-assign]
            await sitting.press("/", "ctrl+q")
            assert left == []
            await sitting.press("f10")
            assert left == ["quit"]
    finally:
        actions.give_keys({})
