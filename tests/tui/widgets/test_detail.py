"""The detail pane."""

from __future__ import annotations

import pytest

from replaydbg.tui.widgets.detail import Detail
from replaydbg.views import detail
from tests.support.blocks import about, violation
from tests.support.build import assistant, call, model_call, trace, user
from tests.support.screens import text_of
from tests.tui.host import Host

RUN = trace(
    model_call("m", [user("hello")], assistant("", call("f", {"a": 1}))),
    model_call("n", [user("bye")], "ok"),
)


async def test_the_tab_stays_from_step_to_step() -> None:
    pane = Detail(lambda _code: "")
    app = Host(pane)
    async with app.run_test(size=(80, 20)) as pilot:
        pane.show(about(RUN, "m", [violation("m", "/tool_calls/0/arguments/a")]))
        await pilot.pause()
        assert "hello" in text_of(app)
        assert "2 Tools 1 ✗1" in text_of(app)
        pane.choose(detail.TIMING)
        pane.show(about(RUN, "n"))
        await pilot.pause()
        assert "status" in text_of(app)
        pane.show(None)
        await pilot.pause()
        assert text_of(app).strip() == ""


@pytest.mark.parametrize(
    ("width", "tabs"),
    [(80, "1 Messages  2 Tools 1  3 Reply"), (44, "1 Msgs 2 Tools 3 Reply"), (26, "1 Msgs 2 3 4 5 6")],
)
async def test_tabs_give_way_but_keep_their_keys(width: int, tabs: str) -> None:
    pane = Detail(lambda _code: "")
    app = Host(pane)
    async with app.run_test(size=(width, 20)) as pilot:
        pane.show(about(RUN, "m"))
        await pilot.pause()
        assert tabs in text_of(app)


async def test_a_click_chooses_a_tab() -> None:
    pane = Detail(lambda _code: "")
    app = Host(pane)
    async with app.run_test(size=(80, 20)) as pilot:
        pane.show(about(RUN, "m"))
        await pilot.pause()
        await pilot.click("TabLine", offset=(16, 0))
        await pilot.pause()
        assert pane.tab == detail.TOOLS
