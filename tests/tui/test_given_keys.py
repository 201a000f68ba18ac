"""Keys that a person gives to actions."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from replaydbg.tui import actions
from replaydbg.tui.actions import by_id, give_keys


@pytest.fixture(autouse=True)
def _ours_again() -> Iterator[None]:
    yield
    give_keys({})


def test_they_take_the_place_of_ours() -> None:
    assert give_keys({"main.edit": "f4, e", "unsaved.save": "y"}) == []
    assert by_id("main", "edit").keys == ("f4", "e")
    assert actions.keymap() == {"main.edit": "f4,e", "unsaved.save": "y"}
    give_keys({})
    assert by_id("main", "edit").keys == ("e",)


def test_a_key_may_be_named_as_the_screen_writes_it() -> None:
    assert give_keys({"main.edit": "ctrl+e,^l,~", "main.help": "f1"}) == []
    assert by_id("main", "edit").keys == ("ctrl+e", "ctrl+l", "~")


def test_two_actions_may_change_keys() -> None:
    assert give_keys({"main.edit": "q", "main.quit_or_back": "e"}) == []


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({"main.nothing": "x"}, "keys.main.nothing: there is no such action"),
        ({"main.map": ""}, "keys.main.map = '': it names no key"),
        ({"main.fold": "q"}, "keys.main.fold = 'q': q is the key of quit_or_back"),
        ({"main.fold": "?"}, "keys.main.fold = '?': question_mark is the key of help"),
        ({"main.fold": "ctrl+q"}, "keys.main.fold = 'ctrl+q': ctrl+q is the key of quit (program)"),
        ({"program.command_palette": "j"}, "keys.program.command_palette = 'j': j is the key of down"),
        ({"editor.save": "s"}, "keys.editor.save = 's': s is text there"),
        ({"line.cancel": "space"}, "keys.line.cancel = 'space': space is text there"),
    ],
)
def test_what_cannot_be_taken(given: dict[str, str], problem: str) -> None:
    (said,) = give_keys(given)
    assert said.startswith(problem)
    assert actions.keymap() == {}


def test_of_two_that_want_one_key_one_is_given_it() -> None:
    (said,) = give_keys({"main.edit": "f5", "main.fold": "f5"})
    assert said == "keys.main.edit = 'f5': f5 is the key of fold"
    assert actions.keymap() == {"main.fold": "f5"}
