"""The list of steps: folding, jumping, keeping the place, and what each costs."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from replaydbg.core.finding import Finding, Severity
from replaydbg.core.trace import Trace
from replaydbg.graph import lanes
from replaydbg.graph.facts import Facts
from replaydbg.graph.lanes import Chain
from replaydbg.graph.rows import FoldState
from replaydbg.graph.walk import Heed
from replaydbg.tui.widgets import chain as chain_module
from replaydbg.tui.widgets import chain as module
from replaydbg.tui.widgets.chain import ChainList
from replaydbg.views.signs import ASCII
from tests.support.golden import same_as_golden
from tests.support.runs import loop_findings, looping, made_up, parallel_tools, sub_agent
from tests.support.screens import Painted, text_of, until
from tests.tui.host import running


def ids(chain: ChainList) -> str:
    assert chain.view is not None
    return chain.view.trace.ids[chain.row]


def load(chain: ChainList, run: Trace) -> None:
    chain.load(run, Facts(run), loop_findings(run) if run.ids[-1] == "end" else ())


@pytest.mark.parametrize("size", [(40, 12), (80, 24), (120, 40), (200, 60)])
async def test_screen(size: tuple[int, int]) -> None:
    chain = ChainList()
    async with running(chain, size=size) as (app, pilot):
        load(chain, looping(6))
        chain.action_unfold_all()
        chain.go_to(chain.view.trace.row("t3"))  # type: ignore[union-attr]
        await pilot.pause()
        same_as_golden(__file__, f"chain-{size[0]}x{size[1]}", text_of(app))


async def test_ascii_screen() -> None:
    chain = ChainList(signs=ASCII)
    async with running(chain) as (app, pilot):
        load(chain, looping(6))
        await pilot.pause()
        assert text_of(app).isascii()


async def test_nothing_loaded_yet_is_no_reason_to_fail() -> None:
    chain = ChainList()
    async with running(chain) as (_, pilot):
        for name in (
            "toggle_fold",
            "fold_all",
            "unfold_all",
            "parent",
            "first_child",
            "open",
            "waterfall",
            "top",
            "bottom",
        ):
            getattr(chain, f"action_{name}")()
        chain.action_next_finding(1)
        chain.action_next_loop(-1)
        chain.action_sibling(1)
        chain.go_to(3)
        await pilot.pause()
        assert chain.row == -1


async def test_the_cursor_tells_which_step_it_is_on() -> None:
    chain = ChainList()
    async with running(chain) as (app, pilot):
        load(chain, parallel_tools(3))
        await pilot.pause()
        chain.action_move(2)
        await pilot.pause()
        assert [message.row for message in app.all_posted(ChainList.Highlighted)] == [0, 2]
        chain.action_open()
        await pilot.pause()
        assert [message.row for message in app.all_posted(ChainList.Opened)] == [2]


async def test_folding_a_loop_and_folding_it_again_from_inside() -> None:
    chain = ChainList()
    async with running(chain) as (_, pilot):
        load(chain, looping(6))
        chain.action_next_loop(1)
        before = chain.folds
        header, rows = chain.cursor, chain.count
        chain.action_toggle_fold()
        assert chain.count == rows + 12
        assert chain.folds != before
        chain.action_move(5)
        chain.action_toggle_fold()
        await pilot.pause()
        assert (chain.cursor, chain.count) == (header, rows)


async def test_jumping_between_findings_unfolds_what_hides_them() -> None:
    chain = ChainList()
    async with running(chain) as (_, pilot):
        load(chain, looping(3))
        seen = []
        for _ in range(5):
            chain.action_next_finding(1)
            seen.append(ids(chain))
        assert seen == ["m1", "t1", "t2", "t3", "t3"], (
            "the folded loop first: it is what the finding is about"
        )
        chain.action_next_finding(-1)
        await pilot.pause()
        assert ids(chain) == "t2"


async def test_jumping_between_loops_parents_children_and_siblings() -> None:
    chain = ChainList()
    async with running(chain) as (_, pilot):
        load(chain, sub_agent())
        chain.action_first_child()
        assert ids(chain) == "m1"
        chain.action_sibling(1)
        assert ids(chain) == "t1"
        chain.action_sibling(1)
        assert ids(chain) == "m4"
        chain.action_sibling(1)
        assert ids(chain) == "m4"
        chain.action_sibling(-1)
        chain.action_first_child()
        chain.action_first_child()
        assert ids(chain) == "m2"
        chain.action_parent()
        chain.action_parent()
        assert ids(chain) == "t1"
        load(chain, looping(4, trace_id="other"))
        chain.action_top()
        chain.action_next_loop(1)
        assert ids(chain) == "m1"
        chain.action_sibling(1)
        assert ids(chain) == "end", "the sibling of a folded loop is what comes after it"
        chain.action_next_loop(-1)
        await pilot.pause()
        assert ids(chain) == "m1"


async def test_going_to_a_hidden_step() -> None:
    chain = ChainList()
    async with running(chain, size=(80, 10)) as (_, pilot):
        run = looping(6)
        load(chain, run)
        chain.action_fold_all()
        chain.go_to(run.row("t5"))
        await pilot.pause()
        assert ids(chain) == "t5"
        assert chain.scroll_offset.y <= chain.cursor < chain.scroll_offset.y + 10


def state(chain: ChainList) -> FoldState:
    assert chain.view is not None
    return chain.view.chain.state


async def test_the_place_is_kept_while_more_is_read() -> None:
    chain = ChainList()
    async with running(chain, size=(80, 8)) as (_, pilot):
        chain.load(made_up(100, 3))
        chain.action_unfold_all()
        chain.cursor = 40
        await pilot.pause()
        step, above, folds = ids(chain), chain.cursor - chain.scroll_offset.y, state(chain)
        chain.load(made_up(300, 3))
        await pilot.pause()
        assert ids(chain) == step
        assert chain.cursor - chain.scroll_offset.y == above
        assert folds.opened
        assert folds.opened <= state(chain).opened


async def test_who_reads_on_at_the_end_is_carried_there_and_did_not_go() -> None:
    chain = ChainList()
    async with running(chain, size=(80, 8)) as (app, pilot):
        chain.stays_at_end = True
        chain.load(made_up(10, 3))
        await pilot.pause()
        chain.action_top()
        chain.action_bottom()
        await pilot.pause()
        end = chain.row
        chain.load(made_up(20, 3))
        await pilot.pause()
        told = [(message.row, message.went) for message in app.all_posted(ChainList.Highlighted)]
        assert told[-2:] == [(end, True), (chain.row, False)]
        assert chain.at_end


async def test_findings_may_come_later() -> None:
    chain = ChainList()
    async with running(chain) as (app, pilot):
        run = parallel_tools(3)
        facts = Facts(run)
        chain.load(run, facts)
        chain.action_move(3)
        await pilot.pause()
        layout = chain.view.chain  # type: ignore[union-attr]
        posted = len(app.all_posted(ChainList.Highlighted))
        chain.load(run, facts, [Finding("X", "x", Severity.ERROR, "m", ("t1",))])
        await pilot.pause()
        assert chain.view is not None
        assert chain.view.chain is layout, "nothing is laid out again for findings"
        assert "‼" in text_of(app)
        assert ids(chain) == "t1"
        assert len(app.all_posted(ChainList.Highlighted)) == posted


async def test_a_long_trace_is_laid_out_beside_the_screen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chain_module, "AT_ONCE_STEPS", 50)
    chain = ChainList()
    async with running(chain) as (_, pilot):
        chain.load(made_up(200))
        assert chain.count == 0, "not yet"
        await chain.workers.wait_for_complete()
        await pilot.pause()
        assert chain.view is not None
        assert chain.row == 0
        chain.load(looping(3))
        await pilot.pause()
        assert chain.view.trace.ids[-1] == "end", "a later load wins"


async def test_what_finds_steps_by_their_ids_is_not_made_by_the_screen(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A dict of a million ids takes a tenth of a second, and the cursor asks where its step has gone."""
    makers: list[threading.Thread] = []
    rows_by_id = Trace._rows_by_id.func  # type: ignore[attr-defined]

    def made(self: Trace) -> dict[str, int]:
        makers.append(threading.current_thread())
        return rows_by_id(self)  # type: ignore[no-any-return]

    monkeypatch.setattr(Trace._rows_by_id, "func", made)
    monkeypatch.setattr(chain_module, "AT_ONCE_STEPS", 50)
    chain = ChainList()
    async with running(chain) as (_, pilot):
        for steps in (200, 400):
            chain.load(made_up(steps))
            await chain.workers.wait_for_complete()
            await pilot.pause()
        assert len(makers) == 2
        assert threading.current_thread() not in makers


async def test_what_is_folded_while_a_trace_is_laid_out_stays_folded(monkeypatch: pytest.MonkeyPatch) -> None:
    chain = ChainList()
    async with running(chain) as (_, pilot):
        load(chain, looping(5))
        monkeypatch.setattr(chain_module, "AT_ONCE_STEPS", 5)
        load(chain, looping(6))
        chain.action_next_loop(1)
        chain.action_toggle_fold()
        folds = state(chain)
        await chain.workers.wait_for_complete()
        await pilot.pause()
        assert chain.view is not None
        assert len(chain.view.trace) == len(looping(6))
        assert state(chain) == folds


async def test_a_key_repaints_two_lines() -> None:
    chain = ChainList()
    async with running(chain, size=(120, 40)) as (_, pilot):
        load(chain, looping(6))
        await pilot.pause()
        painted = Painted(chain)
        chain.action_move(1)
        await pilot.pause()
        assert painted.lines == 2


async def test_entering_another_branch_repaints_the_screen_once_and_moving_in_it_does_not() -> None:
    chain = ChainList()
    async with running(chain) as (_, pilot):
        load(chain, parallel_tools(3))
        await pilot.pause()
        painted = Painted(chain)
        chain.cursor = 3
        await pilot.pause()
        assert 2 < painted.lines <= 24 + 2
        looks = {segment.text[0] for segment in chain.render_line(4) if segment.style and segment.style.bold}
        assert "│" in looks, "its line stands out"


async def test_a_fold_of_a_long_run_paints_one_screen() -> None:
    chain = ChainList()
    async with running(chain, size=(100, 30)) as (_, pilot):
        chain.load(made_up(3000))
        chain.action_next_loop(1)
        await pilot.pause()
        painted = Painted(chain)
        chain.action_toggle_fold()
        await pilot.pause()
        assert painted.lines <= 2 * 30


async def test_the_mouse_folds() -> None:
    chain = ChainList()
    async with running(chain) as (app, pilot):
        load(chain, sub_agent())
        await pilot.pause()
        rows = chain.count
        column = text_of(app).splitlines()[2].index("▾")
        await pilot.click(ChainList, offset=(column, 2))
        assert chain.count == rows - 4
        column = text_of(app).splitlines()[2].index("▸")
        await pilot.click(ChainList, offset=(column, 2))
        assert chain.count == rows


async def test_bars_can_be_hidden() -> None:
    chain = ChainList()
    async with running(chain, size=(120, 10)) as (app, pilot):
        load(chain, parallel_tools(3))
        await pilot.pause()
        assert "█" in text_of(app)
        chain.action_waterfall()
        await pilot.pause()
        assert "█" not in text_of(app)


async def test_an_empty_trace() -> None:
    from tests.support.build import trace

    chain = ChainList()
    async with running(chain) as (_, pilot):
        chain.load(trace())
        await pilot.pause()
        assert chain.row == -1


async def test_loads_that_come_faster_than_they_are_laid_are_shown_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """While a million steps are read the list stood empty once: each load gave up the one before it."""
    monkeypatch.setattr(module, "AT_ONCE_STEPS", 1)
    lay, first, last = Chain, looping(2), looping(20)
    laid = {len(first): threading.Event(), len(last): threading.Event()}

    def late(trace: Any, *more: Any) -> Any:
        laid[len(trace)].wait(60)
        return lay(trace, *more)

    monkeypatch.setattr(module, "Chain", late)
    chain = ChainList()
    async with running(chain) as (_, pilot):
        chain.load(first)
        chain.load(last)
        laid[len(first)].set()
        await until(pilot, lambda: chain.view is not None and chain.view.trace is first, "the first one")
        laid[len(last)].set()
        await until(pilot, lambda: chain.view is not None and chain.view.trace is last, "the newest")


async def test_a_long_run_folds_and_unfolds_whole_in_a_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chain_module, "AT_ONCE_STEPS", 5)
    chain = ChainList()
    async with running(chain) as (_, pilot):
        load(chain, looping(8))
        await chain.workers.wait_for_complete()
        await pilot.pause()
        assert chain.view is not None
        rows = chain.count
        chain.action_unfold_all()
        assert chain.count == rows, "nothing on this thread"
        await chain.workers.wait_for_complete()
        await pilot.pause()
        assert chain.count > rows
        chain.action_fold_all()
        await chain.workers.wait_for_complete()
        await pilot.pause()
        assert chain.count <= rows


async def test_lanes_far_away_are_laid_in_a_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lanes, "AT_ONCE_ROWS", 10)
    monkeypatch.setattr(lanes, "CHECKPOINT_ROWS", 4)
    run = made_up(400, 3)
    chain = ChainList()
    async with running(chain, size=(80, 8)) as (_, pilot):
        chain.load(run)
        chain.action_unfold_all()
        chain.action_bottom()
        await pilot.pause()
        await chain.workers.wait_for_complete()
        await pilot.pause()
        assert chain.view is not None
        laid = chain.view.chain.window(chain.count - 20, chain.count)
        whole = Chain(run)
        whole.unfold_all()
        assert (
            laid
            == [row for start in range(0, len(whole), 10) for row in whole.window(start, start + 10)][-20:]
        )


async def test_lanes_laid_ahead_are_there_at_the_first_jump_and_paint_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(lanes, "AT_ONCE_ROWS", 10)
    monkeypatch.setattr(lanes, "CHECKPOINT_ROWS", 4)
    chain = ChainList()
    async with running(chain, size=(80, 8)) as (_, pilot):
        load(chain, made_up(400, 3))
        chain.action_top()
        await pilot.pause()
        assert chain.view is not None
        rows = chain.view.chain
        assert not rows.knows(chain.count - 1)
        painted = Painted(chain)
        chain.lay_ahead()
        await chain.workers.wait_for_complete()
        await pilot.pause()
        assert painted.lines == 0, "nothing that is in view has changed"
        assert rows.knows(chain.count - 1)
        chain.lay_ahead()
        chain.action_bottom()
        await pilot.pause()
        assert not list(chain.workers)


async def test_lanes_are_laid_once_however_often_one_goes_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each way of going to the end once began the work anew, and gave up what had been done of it."""
    monkeypatch.setattr(lanes, "AT_ONCE_ROWS", 10)
    monkeypatch.setattr(lanes, "CHECKPOINT_ROWS", 4)
    go, begun = threading.Event(), []
    marks_to_end = Chain.marks_to_end

    def held(self: Chain, heed: Heed) -> Any:
        begun.append(self)
        go.wait(10)
        return marks_to_end(self, heed)

    monkeypatch.setattr(Chain, "marks_to_end", held)
    chain = ChainList()
    async with running(chain, size=(80, 8)) as (_, pilot):
        load(chain, made_up(400, 3))
        for _ in range(3):
            chain.action_bottom()
            await pilot.pause()
            chain.lay_ahead()
            await pilot.pause()
        assert len(begun) == 1
        chain.action_toggle_fold()
        chain.action_bottom()
        await pilot.pause()
        go.set()
        rows = chain.view.chain  # type: ignore[union-attr]
        await until(pilot, lambda: rows.knows(chain.count - 1), "the lanes")
        assert len(begun) == 2, "rows were folded: what was laid of the others is of no use"


async def test_siblings_are_found_by_their_ends() -> None:
    chain = ChainList()
    async with running(chain):
        load(chain, looping(8))
        chain.action_unfold_all()
        assert chain.view is not None
        trace = chain.view.trace
        for row in range(len(trace)):
            siblings = list(trace.children(trace.parents[row]))
            at = siblings.index(row)
            chain.go_to(row)
            chain.action_sibling(1)
            assert chain.row == siblings[min(at + 1, len(siblings) - 1)]
            chain.go_to(row)
            chain.action_sibling(-1)
            assert chain.row == siblings[max(at - 1, 0)]
