"""The panes as the main screen wires them."""

from __future__ import annotations

import pytest

from replaydbg.graph.facts import Facts
from replaydbg.replay.plan import plan
from replaydbg.tui.widgets.panes import Chain, FindingsPane, FlowPane, PlanPane
from tests.support.build import model_call, trace, user
from tests.support.drive import edit
from tests.support.screens import text_of
from tests.tui.host import Host

RUN = trace(model_call("m", [user("go")], "1"), model_call("n", [user("on")], "2"))


@pytest.mark.parametrize("pane", [Chain, FindingsPane, FlowPane, PlanPane])
def test_their_keys_are_those_of_the_table(pane: type) -> None:
    assert list(pane()._bindings) == []


async def test_marks_stand_beside_the_steps() -> None:
    chain = Chain()
    app = Host(chain)
    async with app.run_test(size=(60, 5)) as pilot:
        assert chain.view is None
        chain.mark({0: "edited"})
        chain.load(RUN)
        chain.mark({0: "edited", 1: "rerun"})
        await pilot.pause()
        assert chain.trace is RUN
        assert "✎" in text_of(app)
        chain.mark(None)
        await pilot.pause()
        assert "✎" not in text_of(app)


async def test_the_plan_is_shown_or_why_there_is_none() -> None:
    pane = PlanPane()
    app = Host(pane)
    change = edit(RUN, "m", "/model", "gpt")
    async with app.run_test(size=(70, 12)) as pilot:
        pane.show_plan(RUN, plan(Facts(RUN), [change]), [change], ())
        await pilot.pause()
        assert "1 edited" in text_of(app)
        pane.show_problem("the edits do not fit")
        await pilot.pause()
        assert text_of(app).strip() == "the edits do not fit"
