"""Leaving a screen twice leaves it once."""

from __future__ import annotations

from textual.app import App
from textual.screen import ModalScreen

from replaydbg.tui.screens.left_once import LeftOnce


class _Asked(LeftOnce[str], ModalScreen[str]):
    pass


async def test_who_leaves_twice_takes_no_screen_from_below() -> None:
    app: App[None] = App()
    async with app.run_test() as pilot:
        below, above = _Asked(), _Asked()
        given: list[str | None] = []
        await app.push_screen(below)
        await app.push_screen(above, given.append)
        above.dismiss("first")
        above.dismiss("second")
        await pilot.pause()
        assert app.screen is below
        assert given == ["first"]


async def test_a_screen_under_another_one_is_not_left_in_its_stead() -> None:
    app: App[None] = App()
    async with app.run_test() as pilot:
        below, above = _Asked(), _Asked()
        await app.push_screen(below)
        await app.push_screen(above)
        below.dismiss("")
        await pilot.pause()
        assert app.screen_stack[1:] == [below, above]
