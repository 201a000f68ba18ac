"""One place where actions are done or say why not."""

from __future__ import annotations

from pathlib import Path

from textual.app import App
from textual.screen import ModalScreen

from replaydbg.tui.actions import by_id, of_screen
from replaydbg.tui.screens.acting import LeftOnce, bindings
from tests.support.desk import open_demo


def test_every_action_has_a_binding_with_its_id() -> None:
    made = bindings("main")
    assert [binding.id for binding in made] == [f"main.{action.id}" for action in of_screen("main")]
    assert all(binding.tooltip for binding in made)


async def test_a_reason_takes_the_place_of_the_keys_until_the_next_one(tmp_path: Path) -> None:
    async with open_demo(tmp_path) as sitting:
        await sitting.press("r")
        assert sitting.said == "r Re-run: nothing is edited yet: select a step and press e"
        await sitting.press("k")
        assert sitting.said == ""


async def test_a_movement_that_moves_nothing_says_so(tmp_path: Path) -> None:
    async with open_demo(tmp_path) as sitting:
        await sitting.press("g", "g")
        assert by_id("main", "top").idle in sitting.said


async def test_a_click_on_the_footer_is_the_key(tmp_path: Path) -> None:
    async with open_demo(tmp_path) as sitting:
        at = sitting.text.splitlines()[-1].index("Findings")
        await sitting.pilot.click("FooterLine", offset=(at, 0))
        await sitting.pilot.pause()
        assert sitting.main.pane_name() == "findings"


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
