"""Search and filter on the screen."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from replaydbg.actions.convert import save_trace
from replaydbg.readers._api import Reading
from replaydbg.tui import workers
from replaydbg.tui.messages import SearchMoved, TraceRead
from replaydbg.tui.screens.dialogs import Line
from replaydbg.tui.setup import Setup
from tests.support.build import assistant, model_call, trace, user
from tests.support.desk import Sitting, open_demo, open_made, open_setup


async def typed(sitting: Sitting, key: str, text: str) -> None:
    await sitting.press(key)
    await sitting.until(lambda: isinstance(sitting.app.screen, Line), "the line")
    await sitting.type(text)


def shown_rows(sitting: Sitting) -> list[int]:
    chain = sitting.main.chain.view.chain if sitting.main.chain.view is not None else None
    assert chain is not None
    return [chain.entry(y).row for y in range(len(chain))]


async def test_a_search_goes_to_hits_while_one_types_and_back_when_it_is_left(tmp_path: Path) -> None:
    async with open_demo(tmp_path) as sitting:
        before = sitting.main.row
        await typed(sitting, "/", "check_status")
        await sitting.until(lambda: sitting.main.row == 11, "the first hit after the cursor")
        assert "is in 2 steps" in sitting.text or "is in 3 steps" in sitting.text
        assert "▸" in sitting.text, "hits on the map beside the list"
        await sitting.press("escape")
        assert sitting.main.row == before
        assert not sitting.main.hits


async def test_n_goes_through_the_hits(tmp_path: Path) -> None:
    async with open_demo(tmp_path) as sitting:
        await typed(sitting, "/", "kind:tool name:check*")
        await sitting.press("enter")
        await sitting.until(lambda: list(sitting.main.hits) == [12], "the hit")
        await sitting.press("g")
        await sitting.press("n")
        assert sitting.main.row == 12
        await sitting.press("n")
        assert "no hit after this place" in sitting.said


async def test_a_filter_hides_what_does_not_fit_and_escape_brings_it_back(tmp_path: Path) -> None:
    async with open_demo(tmp_path) as sitting:
        every = shown_rows(sitting)
        await typed(sitting, "&", "kind:tool has:finding")
        await sitting.press("enter")
        await sitting.until_text("& kind:tool has:finding: ")
        assert {sitting.shown.trace.kind(row) for row in shown_rows(sitting)} == {"tool-execution"}
        await sitting.press("escape")
        assert sitting.main.filtered == ""
        assert shown_rows(sitting) == every


async def test_a_jump_to_what_is_hidden_lifts_the_filter_and_says_so(tmp_path: Path) -> None:
    async with open_demo(tmp_path) as sitting:
        await typed(sitting, "&", "kind:agent")
        await sitting.press("enter")
        await sitting.until(lambda: sitting.main.chain.picked is not None, "the filter")
        sitting.main.chain.go_to(9)
        await sitting.until(lambda: sitting.main.filtered == "", "the end of it")
        assert "the filter is off" in sitting.said
        assert sitting.main.row == 9


async def test_what_cannot_be_looked_for_is_said_where_one_types(tmp_path: Path) -> None:
    async with open_demo(tmp_path) as sitting:
        await typed(sitting, "&", "kind:hammer")
        await sitting.until_text("no kind is called hammer")
        await sitting.press("escape")
        assert sitting.main.filtered == ""


async def test_a_filter_that_leaves_nothing_says_so_and_can_be_left(tmp_path: Path) -> None:
    async with open_demo(tmp_path) as sitting:
        await typed(sitting, "&", "zebra")
        await sitting.press("enter")
        await sitting.until(lambda: sitting.main.chain.count == 0, "nothing")
        await sitting.press("j")
        await sitting.press("escape")
        assert sitting.main.chain.count > 0
        assert sitting.main.row >= 0


async def test_an_expression_that_takes_too_long_is_said_and_the_screen_goes_on(tmp_path: Path) -> None:
    long = "a" * 5000 + "!"
    run = trace(
        model_call("m1", [user("go")], assistant("aa")), model_call("m2", [user("go")], assistant(long))
    )
    save_trace(run, str(tmp_path / "run.json"))
    setup = Setup(str(tmp_path / "run.json"), session_path=str(tmp_path / "session.sqlite3"))
    async with open_setup(setup, (120, 40)) as sitting:
        await sitting.until_checked()
        await sitting.press("g")  # it began at what is found of the second step
        await typed(sitting, "/", "/(a|aa)+$/")
        await sitting.press("enter")
        await sitting.until(lambda: "takes too long at #2: found in 1 step before that" in sitting.said)
        assert list(sitting.main.hits) == [0]
        sitting.main.look_for("/(a|aa)+$/", 0, filtering=False)
        sitting.app.simulate_key("j")  # without the pilot, which waits until the processor rests
        for _ in range(500):
            if sitting.main.row == 1:
                break
            await asyncio.sleep(0.01)
        assert sitting.main.row == 1, "keys are heard meanwhile"
        assert any(each.group == "search" and each.is_running for each in sitting.app.workers)
        await typed(sitting, "&", "/(a|aa)+$/")
        await sitting.press("enter")
        await sitting.until(lambda: "takes too long at #2: nothing is filtered" in sitting.said)
        assert len(shown_rows(sitting)) == 2
        assert sitting.main.filtered == ""


async def test_what_was_looked_for_is_looked_for_in_rows_that_come_later(tmp_path: Path) -> None:
    first = [model_call(f"m{n}", [user(f"question {n}")], "boots" if n == 3 else "no") for n in range(5)]
    later = [model_call(f"l{n}", [user("on")], "boots") for n in range(3)]
    async with open_made(tmp_path, trace(*first)) as sitting:
        await typed(sitting, "/", "boots")
        await sitting.press("enter")
        await sitting.until(lambda: list(sitting.main.hits) == [3], "the hit")
        await sitting.press("g")
        sitting.main.on_trace_read(TraceRead(Reading((trace(*first, *later),), fraction=0.4, complete=False)))
        await sitting.until(lambda: list(sitting.main.hits) == [3, 5, 6, 7], "the later hits")
        assert sitting.main.row == 0, "the cursor stays"
        await typed(sitting, "&", "boots")
        await sitting.press("enter")
        await sitting.until(lambda: shown_rows(sitting) == [3, 5, 6, 7], "the filter")
        more = [*first, *later, model_call("z", [user("on")], "boots")]
        sitting.main.on_trace_read(TraceRead(Reading((trace(*more),), fraction=0.6, complete=False)))
        await sitting.until(lambda: shown_rows(sitting) == [3, 5, 6, 7, 8], "the filter on the later rows")


async def test_who_goes_into_a_step_that_was_found_is_at_the_words_in_it(tmp_path: Path) -> None:
    """Also where they are folded away: a prompt says again what was said long before."""
    async with open_demo(tmp_path, size=(120, 40)) as sitting:
        main, text = sitting.main, sitting.main.detail.document
        await typed(sitting, "/", "region 48213")
        await sitting.press("enter")
        await sitting.until(lambda: bool(main.hits), "hits")
        await sitting.press("n")
        await sitting.until_still()
        assert not text.sought, "reading the list looks for nothing inside"
        await sitting.press("enter")
        await sitting.until(lambda: text.found > 0, "the passages")
        assert "region|48213" in text.sought
        await sitting.until(lambda: "1 of" in sitting.said, "how many there are")
        await sitting.press("escape", "escape")
        assert not text.sought
        await typed(sitting, "/", "kind:tool")
        await sitting.press("enter", "enter")
        await sitting.until_still()
        assert not text.sought, "no words were asked for"


async def test_words_that_only_the_name_holds_are_not_looked_for_in_the_text(tmp_path: Path) -> None:
    run = trace(model_call("m", [user("hi")], assistant("yes"), model="big-one", agent="zebra"))
    async with open_made(tmp_path, run) as sitting:
        await typed(sitting, "/", "zebra")
        await sitting.press("enter")
        await sitting.until(lambda: list(sitting.main.hits) == [0], "the hit")
        await sitting.press("enter")
        await sitting.until(lambda: not sitting.main.detail.document.sought, "nothing to be cleared")
        assert "not in this text" not in sitting.said


async def test_escape_stops_a_search_that_is_under_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_demo(tmp_path) as sitting:
        main, asked = sitting.main, list[str]()
        monkeypatch.setattr(workers, "search", lambda _, text, *__, **___: asked.append(text))
        main.look_for("order", 0, filtering=False)
        await sitting.until(lambda: asked == ["order"], "the search")
        main.on_search_moved(SearchMoved(sitting.shown, "order", [], 0.25, filtering=False))
        assert "is in 0 steps   25% searched: esc stops" in sitting.said
        main.on_search_moved(SearchMoved(sitting.shown, "order", [1, 3], 0.5, filtering=False))
        await sitting.press("escape")
        assert "the search was stopped: “order” is in 2 steps so far" in sitting.said
        assert list(main.hits) == [1, 3]
        main.seek_again()
        await sitting.press("escape")
        assert asked == ["order"], "more of the run does not begin it anew"
        assert "stopped" not in sitting.said
        await typed(sitting, "slash", "")
        await sitting.press("enter")
        await sitting.until(lambda: asked == ["order", "order"], "the search")
