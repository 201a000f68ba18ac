"""What a run that is still being written puts on the screen, and on the pages over it."""

from __future__ import annotations

from pathlib import Path

import pytest

from replaydbg.actions.convert import save_trace
from replaydbg.readers._api import Reading
from replaydbg.tui import workers
from replaydbg.tui.messages import Found, SearchMoved
from replaydbg.tui.screens.compare import CompareScreen
from replaydbg.tui.screens.finding import FindingScreen
from replaydbg.views.subject import Subject
from tests.support.build import model_call, trace, user
from tests.support.desk import Sitting, conversation_of
from tests.support.followed import followed, grow


async def test_a_conversation_grows_and_the_person_stays_unless_at_its_end(tmp_path: Path) -> None:
    async with followed(tmp_path, 12) as (sitting, path):
        screen = await conversation_of(sitting)
        await sitting.press("g", *["j"] * 9)
        place, block = screen.text.place, screen.text.block
        grow(path, 13, 14)
        await sitting.until_text("14 calls of one thread")
        assert (screen.text.place, screen.text.block) == (place, block)
        await sitting.press("G")
        assert screen.text.at_end
        grow(path, 15, 16)
        await sitting.until_text("this is turn 16")
        assert screen.text.at_end
        await sitting.press("k", "k", "k")
        cursor, top = screen.text.place
        grow(path, 17, 17)
        await sitting.until_text("17 calls of one thread")
        assert screen.text.block is not None
        assert "turn 16" in "".join(block.text for block in screen.text.blocks[-30:])
        assert screen.text.cursor - screen.text.scroll_offset.y == cursor - top


async def test_what_a_line_leads_to_is_the_step_where_rows_have_moved(tmp_path: Path) -> None:
    async with followed(tmp_path, 3) as (sitting, path):
        screen = await conversation_of(sitting)
        await sitting.press("g", "}")
        assert screen.text.block is not None
        wanted = sitting.shown.trace.ids[screen.text.block.row]
        grow(path, 4, 5)
        await sitting.until_text("5 calls of one thread")
        await sitting.press("enter")
        await sitting.until(lambda: sitting.app.screen is sitting.main, "the steps")
        assert sitting.shown.trace.ids[sitting.main.row] == wanted


async def test_the_page_of_a_finding_goes_on_with_it(tmp_path: Path) -> None:
    async with followed(tmp_path, 4) as (sitting, path):
        await sitting.press("g", "F")
        await sitting.until(lambda: isinstance(sitting.app.screen, FindingScreen), "the page")
        page = sitting.app.screen
        assert isinstance(page, FindingScreen)
        await sitting.until(lambda: page.exhibit is not None, "its evidence")
        before = page.finding
        assert before.name == "error-loop"
        grow(path, 5, 9)
        await sitting.until(lambda: page.finding.repeats == 9, "the longer loop")
        await sitting.until_text("9 times")
        assert (page.finding.code, page.finding.step_ids[0]) == (before.code, before.step_ids[0])


async def test_what_was_found_is_told_until_all_rules_have_run_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where a run grows faster than it is checked, rules are not given up for each line; nothing blinks."""
    async with followed(tmp_path, 4) as (sitting, path):
        main, found = sitting.main, list(sitting.shown.findings)
        assert found
        asked: list[int] = []
        monkeypatch.setattr(workers, "check", lambda shown, *_, **__: asked.append(len(shown.trace)))
        main._took = 9.0  # facts take long: rows are shown at once
        grow(path, 5, 5)
        await sitting.until_text("10 steps")
        grow(path, 6, 6)
        await sitting.until_text("12 steps")
        assert sitting.shown.findings == found
        await sitting.until(lambda: asked, "the rules")
        assert (asked, sitting.shown.checked) == ([10], False)
        first = main._looked_over
        assert first is not None
        main.on_found(Found(first, (), last=True))
        await sitting.until(lambda: asked == [10, 12], "the newest is next")
        assert sitting.shown.findings == [], "nothing was found in ten steps"


async def test_a_run_whose_facts_take_no_time_is_shown_with_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with followed(tmp_path, 4) as (sitting, _):
        main, before = sitting.main, sitting.shown
        monkeypatch.setattr(workers, "check", lambda *_, **__: None)
        longer = trace(
            *(model_call(str(each), [user("go")], "1") for each in range(9)), trace_id=before.trace.id
        )
        main._took = 0.01
        main.go_on(Reading((longer,)))
        assert sitting.shown is before
        assert main._looked_over is not None
        assert main._looked_over.trace is longer


async def test_what_a_filter_left_and_a_search_found_stays_until_more_is_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with followed(tmp_path, 6) as (sitting, path):
        main = sitting.main
        main.look_for("kind:model", 0, filtering=True)
        await sitting.until(lambda: main.chain.count == 6, "the calls")
        main.look_for("turn", 0, filtering=False)
        await sitting.until(lambda: not main._sought, "the end of the search")
        hits = list(main.hits)
        assert hits
        monkeypatch.setattr(workers, "search", lambda *_, **__: None)
        grow(path, 7, 8)
        await sitting.until_text("16 steps")
        assert (main.chain.count, list(main.hits), list(main.chain.hits)) == (6, hits, hits)


async def test_a_search_that_is_under_way_is_not_given_up_for_each_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with followed(tmp_path, 4) as (sitting, path):
        main, asked = sitting.main, list[int]()
        monkeypatch.setattr(workers, "search", lambda shown, *_, **__: asked.append(len(shown.trace)))
        first = sitting.shown
        main.look_for("turn", 0, filtering=False)
        await sitting.until(lambda: asked == [8], "the search")
        grow(path, 5, 5)
        await sitting.until_text("10 steps")
        grow(path, 6, 6)
        await sitting.until_text("12 steps")
        assert asked == [8]
        await sitting.press("G")
        main.on_search_moved(SearchMoved(first, "turn", [0, 2], 0.5, filtering=False))
        assert (list(main.hits), main.chain.row) == ([0, 2], 0), "the first hit is gone to"
        main.on_search_moved(SearchMoved(first, "turn", [0, 2, 4], 1.0, filtering=False))
        assert list(main.hits) == [0, 2, 4]
        await sitting.until(lambda: asked == [8, 12], "the newest is looked through, too")


async def test_what_a_search_says_is_not_said_over_something_else(tmp_path: Path) -> None:
    async with followed(tmp_path, 4) as (sitting, path):
        main = sitting.main
        main.look_for("turn", 0, filtering=False)
        await sitting.until_text("is in 4 steps")
        grow(path, 5, 5)
        await sitting.until_text("is in 5 steps")
        main.say("something else")
        grow(path, 6, 6)
        await sitting.until(lambda: len(main.hits) == 6, "the hits")
        assert sitting.said == "something else"


async def test_the_detail_stays_where_steps_come_in_above(tmp_path: Path) -> None:
    async with followed(tmp_path, 4) as (sitting, _):
        main, before = sitting.main, sitting.shown
        steps = [model_call(str(each), [user("go")], "one\n" * 60) for each in range(3)]
        run = trace(*steps, trace_id=before.trace.id)
        main.go_on(Reading((run,)))
        await sitting.until(lambda: main.chain.trace is run, "the run")
        main.chain.go_to(1)
        await sitting.until(lambda: main.detail.subject is not None and main.detail.subject.row == 1, "#2")
        main.set_focus(main.detail.document)
        await sitting.press(*["j"] * 30)
        text, asked = main.detail.document, list[str]()
        place = text.place
        assert place[0] > 20
        show = main.detail.show

        def seen(subject: Subject | None) -> None:
            asked.append(subject.step.id if subject is not None else "")
            show(subject)

        main.detail.show = seen  # type: ignore[method-assign]
        longer = trace(model_call("first", [user("go")], "1"), *steps, trace_id=before.trace.id)
        main.go_on(Reading((longer,)))
        await sitting.until(lambda: main.chain.trace is longer and main.row == 2, "the longer run")
        await sitting.until(lambda: asked, "the detail")
        assert (set(asked), text.place) == ({"1"}, place)


async def test_a_comparison_goes_on_with_the_run(tmp_path: Path) -> None:
    other = tmp_path / "other.json"
    save_trace(trace(model_call("a", [user("go")], "1"), trace_id="other"), str(other))
    async with followed(tmp_path, 3, against=str(other)) as (sitting, path):
        await sitting.until(lambda: isinstance(sitting.app.screen, CompareScreen), "the comparison")
        screen = sitting.app.screen
        assert isinstance(screen, CompareScreen)
        grow(path, 4, 5)
        await sitting.until(lambda: len(screen.after) == 10, "the rest of it")
        await sitting.until(lambda: screen.comparison.totals_b.steps == 10, "the rest compared")
        wanted = screen.after.ids[9]
        screen.dismiss(9)
        await sitting.until(lambda: sitting.app.screen is sitting.main, "the steps")
        await sitting.until(lambda: sitting.shown.trace.ids[sitting.main.chain.row] == wanted, "the step")
        grow(path, 6, 6)
        await sitting.until(lambda: sitting.shown.checked and len(sitting.shown.trace) == 12, "the rest")
        await sitting.press("v")
        assert sitting.main.desk.comparisons == {}


async def until_shown(sitting: Sitting, steps: int) -> None:
    def there() -> bool:
        shown = sitting.shown
        return len(shown.trace) == steps and shown.checked and sitting.main.chain.trace is shown.trace

    await sitting.until(there, f"{steps} steps")


async def test_who_reads_the_last_step_stays_at_it_also_when_it_becomes_part_of_a_loop(
    tmp_path: Path,
) -> None:
    async with followed(tmp_path, 1) as (sitting, path):
        main = sitting.main
        await sitting.press("G", "enter")
        assert main.detail.document.has_focus
        here = sitting.shown.trace.ids[1]
        for turn in (2, 3, 4, 5):
            grow(path, turn, turn)
            await until_shown(sitting, 2 * turn)
            assert sitting.shown.trace.ids[main.chain.row] == here
        main.settle()
        assert main.detail.subject is not None
        assert main.detail.subject.step.id == here
        await sitting.press("escape", "G")
        assert main.chain.at_end
        grow(path, 6, 6)
        await sitting.until(lambda: len(sitting.shown.trace) == 12, "more")
        await sitting.until(lambda: main.chain.at_end, "the end")
