"""Reading a step: Markdown, the pager, copying."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest

from replaydbg.codec import make_edit
from replaydbg.session.commands import AddEdit
from replaydbg.tui import outside
from tests.support.build import assistant, call, model_call, system, trace, user
from tests.support.desk import Sitting, open_demo, open_made
from tests.support.golden import same_as_golden


@pytest.fixture
def copies(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    copied: list[str] = []

    def copy(_app: object, text: str) -> str:
        copied.append(text)
        return "somewhere"

    monkeypatch.setattr(outside, "copy", copy)
    return copied


async def on_line(sitting: Sitting, text: str) -> None:
    """The cursor of the detail on the line that holds the text."""
    document = sitting.main.detail.document
    document.cursor = document.first_line(lambda block: text in block.text)
    await sitting.pilot.pause()


async def test_a_value_is_copied_whole_and_with_its_path(tmp_path: Path, copies: list[str]) -> None:
    arguments = {"filter": {"name": "x" * 80, "tags": ["a", "b"]}, "limit": 5}
    run = trace(model_call("m", [user("go")], assistant("", call("f", arguments))))
    async with open_made(tmp_path, run) as sitting:
        await sitting.press("enter")
        await on_line(sitting, '"name"')
        await sitting.press("y", "Y")
        await on_line(sitting, '"tags"')
        await sitting.press("y", "Y")
        assert copies == [
            "x" * 80,
            "#1:/tool_calls/0/arguments/filter/name",
            '[\n  "a",\n  "b"\n]',
            "#1:/tool_calls/0/arguments/filter/tags",
        ]
        assert "copied #1:/tool_calls/0/arguments/filter/tags somewhere" in sitting.said


async def test_places_of_the_recording_itself_are_not_those_of_edits(
    tmp_path: Path, copies: list[str]
) -> None:
    async with open_demo(tmp_path) as sitting:
        await sitting.press("enter", "4")
        await on_line(sitting, '"spanId"')
        await sitting.press("Y")
        assert copies == ["/spanId"]
        assert "of the recording's own form" in sitting.said


async def test_markdown_in_the_detail(tmp_path: Path) -> None:
    run = trace(model_call("m", [system("* be **brief**"), user("go")], "1"))
    async with open_made(tmp_path, run) as sitting:
        assert "* be **brief**" in sitting.text
        await sitting.press("v")
        assert "• be brief" in sitting.text
        await sitting.press("v")
        assert "* be **brief**" in sitting.text


async def test_the_pager_is_given_the_tab_with_all_folds_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[str] = []

    def page(_app: object, text: Iterable[str]) -> str:
        given.append("".join(text))
        return "PAGER is not set: this was less"

    monkeypatch.setattr(outside, "page", page)
    async with open_demo(tmp_path) as sitting:
        await sitting.press("|")
        assert given[0].startswith("#8 chat stand-in-support-rules  Messages\n")
        assert "You are the support agent" in given[0], "it is folded on the screen"
        assert "this was less" in sitting.said
        await sitting.press("C")
        await sitting.until_text("calls of one thread")
        await sitting.press("|")
        assert given[1].startswith("11 calls of one thread")
        assert "I am sorry" in given[1]


async def test_a_browser_has_no_pager(tmp_path: Path) -> None:
    async with open_demo(tmp_path) as sitting:
        sitting.main.desk.setup = sitting.main.desk.setup.__class__(
            sitting.main.desk.setup.path, in_browser=True
        )
        await sitting.press("|")
        assert "a browser has no $PAGER" in sitting.said
        await sitting.press("C")
        await sitting.until_text("calls of one thread")
        await sitting.press("|")
        assert "a browser has no $PAGER" in sitting.said


TABS = {"messages": "1", "tools": "2", "result": "3", "raw": "4", "timing": "5", "findings": "6"}


@pytest.mark.parametrize("size", [(40, 10), (80, 24), (120, 40), (200, 60)])
@pytest.mark.parametrize("name", [*TABS, "found"])
async def test_as_it_looks(tmp_path: Path, size: tuple[int, int], name: str) -> None:
    """Each tab of the detail, and words found in it."""
    async with open_demo(tmp_path, size) as sitting:
        await sitting.press("enter", TABS.get(name, "1"), "j", "j")
        if name == "found":
            await sitting.press("slash", *"order", "enter")
            await sitting.until(lambda: sitting.main.detail.document.found, "hits")
        same_as_golden(__file__, f"detail-{name}-{size[0]}x{size[1]}", await sitting.at_rest())


async def test_what_the_cursor_is_on_below_the_steps_is_copied(tmp_path: Path, copies: list[str]) -> None:
    async with open_demo(tmp_path, size=(120, 40)) as sitting:
        await sitting.until_checked()
        await sitting.press("f", "y")
        assert "copied the finding" in sitting.said
        assert copies.pop().startswith("#8 schema-violation: lookup_order: order_id")
        step = sitting.shown.trace.step(8)
        sitting.main.do(AddEdit(make_edit(step, "/result", "no")))
        await sitting.until(lambda: sitting.main.desk.plan is not None, "the plan")
        await sitting.press("a", "y")
        assert "copied the line" in sitting.said
        assert "#9 /result" in copies.pop()
        await sitting.press("escape", "y")
        assert copies.pop() == sitting.shown.trace.ids[sitting.main.row]
