"""The line at the bottom."""

from __future__ import annotations

from replaydbg.tui.actions import by_id
from replaydbg.tui.widgets.footer import FooterLine
from tests.support.screens import text_of
from tests.tui.host import Host

ACTIONS = [(by_id("main", id_), by_id("main", id_).label) for id_ in ("open", "edit", "help")]


async def test_it_names_actions_and_gives_way_to_a_sentence() -> None:
    footer = FooterLine()
    app = Host(footer)
    async with app.run_test(size=(40, 3)) as pilot:
        footer.offer(ACTIONS)
        await pilot.pause()
        assert text_of(app).splitlines()[-1] == " ⏎ Open  e Edit  ? Help"
        footer.say("not now")
        await pilot.pause()
        assert text_of(app).splitlines()[-1] == " not now"
        footer.say("")
        await pilot.pause()
        assert "Open" in text_of(app)


async def test_what_finds_no_room_is_left_out() -> None:
    footer = FooterLine()
    app = Host(footer)
    async with app.run_test(size=(16, 3)) as pilot:
        footer.offer(ACTIONS)
        await pilot.pause()
        assert text_of(app).splitlines()[-1] == " ⏎ Open  ? Help"


async def test_a_click_is_the_key() -> None:
    footer = FooterLine()
    app = Host(footer)
    async with app.run_test(size=(40, 3)) as pilot:
        footer.offer(ACTIONS)
        await pilot.pause()
        await pilot.click(footer, offset=(10, 0))
        await pilot.pause()
        assert [m.action_id for m in app.posted if isinstance(m, FooterLine.Clicked)] == ["edit"]


async def test_a_click_on_what_was_said_brings_the_actions_back() -> None:
    footer = FooterLine()
    async with Host(footer).run_test(size=(60, 5)) as pilot:
        footer.say("done")
        await pilot.pause()
        await pilot.click(footer, offset=(1, 0))
        assert footer.said == ""


async def test_a_long_sentence_takes_the_lines_that_it_needs() -> None:
    footer = FooterLine()
    app = Host(footer)
    async with app.run_test(size=(30, 18)) as pilot:
        footer.offer(ACTIONS)
        footer.say("nothing is edited yet: select a step and press e")
        await pilot.pause()
        assert text_of(app).splitlines()[-2:] == [" nothing is edited yet: select", " a step and press e"]
        footer.say("word " * 40)
        await pilot.pause()
        assert footer.size.height == 3
        assert text_of(app).endswith("…")
        await pilot.resize_terminal(80, 18)
        await pilot.pause(0.1)
        assert footer.size.height == 3
        footer.say("short")
        await pilot.pause()
        assert (footer.size.height, text_of(app).splitlines()[-1]) == (1, " short")
        footer.say("")
        await pilot.pause()
        assert "Open" in text_of(app)


async def test_a_low_screen_has_one_line_for_it() -> None:
    footer = FooterLine()
    app = Host(footer)
    async with app.run_test(size=(20, 8)) as pilot:
        footer.say("select a step and press e")
        await pilot.pause()
        assert (footer.size.height, text_of(app).splitlines()[-1]) == (1, " select a step and …")
