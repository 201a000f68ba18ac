"""Moving, looking, searching, copying, leaving."""

from __future__ import annotations

from pathlib import Path

import pytest

from replaydbg.core.trace import StepNotFound
from replaydbg.tui import outside
from replaydbg.tui.screens.moving import place_of
from replaydbg.tui.widgets.panes import FlowPane
from replaydbg.views import detail
from tests.support.build import agent, model_call, trace, user
from tests.support.desk import Sitting, open_demo, open_made
from tests.support.runs import crew


async def find(sitting: Sitting, text: str) -> None:
    await sitting.press("/")
    await sitting.type(text)
    await sitting.press("enter")
    await sitting.until(
        lambda: "“" in sitting.spoken and "searching" not in sitting.spoken, "the end of the search"
    )


async def test_searching_goes_from_hit_to_hit(tmp_path: Path) -> None:
    async with open_demo(tmp_path) as sitting:
        await find(sitting, "refund_policy")
        hits = sitting.main.hits
        assert len(hits) >= 2
        assert "n next" in sitting.said
        await sitting.press("g", "n")
        assert sitting.main.row == hits[0]
        await sitting.press("n")
        assert sitting.main.row == hits[1]
        await sitting.press("N")
        assert sitting.main.row == hits[0]
        await sitting.press("N")
        assert "no hit before" in sitting.said


async def test_what_is_nowhere_is_said(tmp_path: Path) -> None:
    async with open_demo(tmp_path) as sitting:
        await find(sitting, "xyzzy")
        assert "is nowhere in this run" in sitting.said
        sitting.main.desk.complete = False
        await find(sitting, "xyzzyx")
        assert "is nowhere in what has been read so far" in sitting.said


@pytest.mark.parametrize(("said", "row"), [("26", 25), ("#3", 2), ("a070eb", None)])
async def test_going_to_a_step(tmp_path: Path, said: str, row: int | None) -> None:
    async with open_demo(tmp_path) as sitting:
        await sitting.press(":")
        await sitting.type(said)
        await sitting.press("enter")
        await sitting.pilot.pause()
        here = sitting.main.row
        assert here == row if row is not None else sitting.shown.trace.ids[here].startswith(said)


async def test_a_step_that_is_not_there(tmp_path: Path) -> None:
    async with open_demo(tmp_path) as sitting:
        await sitting.press(":")
        await sitting.type("999")
        await sitting.press("enter")
        await sitting.until(lambda: "there is no step #999" in sitting.spoken)


async def test_panes_take_turns_and_zoom(tmp_path: Path) -> None:
    async with open_demo(tmp_path) as sitting:
        names = []
        for _ in range(3):
            names.append(sitting.main.pane_name())
            await sitting.press("tab")
        assert names == ["chain", "findings", "detail"]
        await sitting.press("z")
        assert not sitting.main.detail.display
        await sitting.press("z")
        assert sitting.main.detail.display


async def test_findings_lead_to_their_step(tmp_path: Path) -> None:
    async with open_demo(tmp_path) as sitting:
        await sitting.press("f", "G", "enter")
        await sitting.pilot.pause()
        assert sitting.main.row == 23
        assert sitting.main.detail.tab == detail.FINDINGS


async def test_the_map_leads_to_the_steps_of_a_place(tmp_path: Path) -> None:
    async with open_demo(tmp_path) as sitting:
        await sitting.press("t")
        assert "lookup_order" in sitting.text
        await sitting.press("j", "enter")
        await sitting.pilot.pause()
        assert sitting.main.hits
        assert not sitting.main.query_one("#map").display
        assert list(sitting.main.chain.picked or ()) == list(sitting.main.hits), (
            "the list is filtered to them"
        )
        assert "esc shows all again" in sitting.said
        assert "& " in sitting.text
        await sitting.press("escape")
        assert not sitting.main.picked_on_map
        await sitting.press("t", "t")
        assert sitting.main.chain.has_focus


async def test_a_map_that_has_no_room_beside_the_detail_gets_all_there_is(tmp_path: Path) -> None:
    async with open_made(tmp_path, crew(10, 30, 800), (120, 40)) as sitting:
        await sitting.until_checked()
        await sitting.press("t")
        await sitting.until(lambda: not sitting.main.detail.display, "the map has the room")
        assert "+ and _ more lines and fewer" in sitting.said
        assert "lines: 13 of 69 ways" in sitting.text
        await sitting.press("_")
        assert "lines: 4 of 69 ways" in sitting.said
        flow = sitting.main.query_one(FlowPane)
        await sitting.press("right")
        assert flow.cursor
        await sitting.press("g", "}")
        assert flow.selected is not None
        assert not flow.selected.ends, "the next card"
        assert flow.cursor > 1
        await sitting.press("{", "g", "=")
        assert "16 more tools" not in sitting.text
        await sitting.press("-")
        assert "more tools" in sitting.text
        await sitting.press("z")
        await sitting.until(lambda: sitting.main.detail.display, "z brings the detail back")
        assert flow.display
        await sitting.press("z", "t")
        await sitting.until(lambda: not flow.display)
        assert sitting.main.has_class("-zoomed"), "the person's own wish outlives the map"
        await sitting.press("z", "t")
        await sitting.until(lambda: sitting.main.has_class("-zoomed"))
        await sitting.press("t")
        assert not sitting.main.has_class("-zoomed"), "what was done for the map ends with it"


async def test_each_kind_of_edge_on_a_dense_map_filters_the_steps(tmp_path: Path) -> None:
    """A row for a tool, a row for a way, a line, the other way along a line, the way to itself."""
    run = crew(3, 60, 600)
    async with open_made(tmp_path, run, (120, 40)) as sitting:
        await sitting.until_checked()
        flow = sitting.main.query_one(FlowPane)
        picked = {}
        for words in (
            "planner → search_web: 20 runs",
            "planner → coder: 15 times",
            "coder → planner: 16 times",
        ):
            await sitting.press("t")
            await sitting.until(lambda: flow.drawing is not None and flow.display)
            assert flow.drawing is not None
            flow.cursor = next(at for at, stop in enumerate(flow.drawing.stops) if stop.label == words)
            await sitting.press("enter")
            await sitting.until(lambda: not flow.display)
            picked[words] = [run.agent(row) for row in sitting.main.hits]
            assert words in sitting.text
            await sitting.press("escape")
        assert picked == {
            "planner → search_web: 20 runs": ["planner"] * 20,
            "planner → coder: 15 times": ["coder"] * 15,
            "coder → planner: 16 times": ["planner"] * 16,
        }


async def test_copying_says_what_and_how(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    copied: list[str] = []

    def copy(_app: object, text: str) -> str:
        copied.append(text)
        return "by hand"

    monkeypatch.setattr(outside, "copy", copy)
    async with open_demo(tmp_path) as sitting:
        await sitting.press("y")
        assert sitting.said == "copied the id of #8 by hand"
        await sitting.press("2", "tab", "tab", "j", "j", "y")
        assert "copied the value at /tool_calls/0/arguments/order_id" in sitting.said
        assert copied[0] == sitting.shown.trace.ids[7]
        assert copied[1] == "48213"
        await sitting.press("Y")
        assert copied[2].startswith("#8:/tool_calls/0/arguments")
        await sitting.press("escape", "Y")
        assert copied[3] == "#8"


async def test_moving_about_the_tree(tmp_path: Path) -> None:
    run = trace(
        agent("a", "one", model_call("m", [user("1")], "1")),
        agent("b", "two", model_call("n", [user("2")], "2")),
    )
    async with open_made(tmp_path, run) as sitting:
        rows = []
        for key in ("P", "p", "}", "P", "p", "{"):
            await sitting.press(key)
            rows.append(sitting.main.row)
        assert rows == [1, 0, 2, 3, 2, 0]
        await sitting.press("P", "P")
        assert "no step is inside" in sitting.said


async def test_folding_in_the_detail(tmp_path: Path) -> None:
    async with open_demo(tmp_path) as sitting:
        await sitting.press("enter", "space")
        assert "You are the support agent" in sitting.text
        await sitting.press("j", "j", "space")  # the line of the fold takes two lines of the screen
        assert "nothing to fold" in sitting.said


@pytest.mark.parametrize(
    ("said", "row"), [("3", 2), ("#3", 2), ("+1", 1), ("-9", 0), ("50%", 1), ("100%", 2), ("s2", 1)]
)
def test_places_by_number_by_distance_by_share_and_by_id(said: str, row: int) -> None:
    run = trace(*(model_call(f"s{number}", [], "x") for number in (1, 2, 3)))
    assert place_of(said, 0, run) == row
    with pytest.raises(StepNotFound):
        place_of("nobody", 0, run)


@pytest.mark.parametrize(
    ("said", "row"), [("50%", 7), ("0%", 2), ("100%", 9), ("+1", 7), ("-1", 2), ("+99", 9), ("4", 3)]
)
def test_places_among_what_a_filter_shows(said: str, row: int) -> None:
    """Distances and shares are of what is shown; a number is a number."""
    run = trace(*(model_call(f"s{number}", [], "x") for number in range(12)))
    assert place_of(said, 4, run, [2, 4, 7, 9]) == row
    if said != "4":
        with pytest.raises(IndexError):
            place_of(said, 4, run, [])


async def test_half_of_what_a_filter_shows_keeps_the_filter(tmp_path: Path) -> None:
    async def go(sitting: Sitting, place: str) -> None:
        await sitting.press(":")
        await sitting.type(place)
        await sitting.press("enter")
        await sitting.until(lambda: sitting.app.screen is sitting.main, "the step")

    async with open_demo(tmp_path) as sitting:
        main = sitting.main
        await sitting.press("&")
        await sitting.type("kind:tool")
        await sitting.press("enter")
        await sitting.until_text("& kind:tool: ")
        await sitting.until_still()
        shown = list(main.chain.picked or ())
        await go(sitting, "50%")
        assert (main.row, main.filtered) == (shown[len(shown) // 2], "kind:tool")
        await go(sitting, str(shown[0] + 1))
        assert (main.row, main.filtered) == (shown[0], "kind:tool"), "it is shown"
        hidden = next(row for row in range(len(sitting.shown.trace)) if row not in shown)
        await go(sitting, str(hidden + 1))
        await sitting.until(lambda: main.filtered == "", "the end of the filter")
        assert main.row == hidden
        assert sitting.said == f"the filter is off: it hid #{hidden + 1}"
        main.look_for("name:nobody", 0, filtering=True)
        await sitting.until(
            lambda: main.chain.picked is not None and not len(main.chain.picked), "an empty list"
        )
        await go(sitting, "50%")
        assert "the filter leaves no step" in sitting.said


@pytest.mark.parametrize(
    ("key", "shows"),
    [
        ("t", "─ ● support ─"),
        ("T", "at once"),
        ("f", "error-loop"),
        ("S", "error-loop"),
        ("_", "nearer"),
    ],
)
async def test_what_a_key_opens_is_seen_where_the_detail_had_all_the_room(
    tmp_path: Path, key: str, shows: str
) -> None:
    async with open_demo(tmp_path, size=(80, 24)) as sitting:
        await sitting.until_still()
        await sitting.press("enter")
        await sitting.until(lambda: sitting.main.has_class("-detail"), "the detail")
        assert "→ ask_refunds_agent" not in sitting.text
        await sitting.press(key)
        await sitting.until_text(shows)
        assert not sitting.main.has_class("-detail")


async def test_jumps_with_the_map_open_are_seen_on_the_map(tmp_path: Path) -> None:
    """They moved the list that the map hides, and nothing else."""
    async with open_made(tmp_path, crew(3, 10, 100)) as sitting:
        await sitting.until_checked()
        chain, flow = sitting.main.chain, sitting.main.query_one(FlowPane)
        await sitting.until(lambda: chain.view is not None and len(chain.view.stops) > 3)
        assert chain.view is not None
        await sitting.press("g", "t")
        await sitting.until(lambda: flow.drawing is not None and flow.display)
        assert flow.drawing is not None
        stop_of, seen = flow.drawing.stop_of, set()
        for row in [row for row in chain.view.stops if row][:8]:
            await sitting.press("right_square_bracket")
            assert chain.row == row
            await sitting.until(lambda: flow.cursor == stop_of(chain.row), "the place on the map")
            seen.add(flow.cursor)
        assert len(seen) > 1
        flow.cursor = 0
        await sitting.press("left_square_bracket")
        await sitting.until(lambda: flow.cursor == stop_of(chain.row), "the place on the map")
