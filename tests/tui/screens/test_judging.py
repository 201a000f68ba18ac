"""Findings mended and suppressed on the screen."""

from __future__ import annotations

from pathlib import Path

from replaydbg.core.finding import Finding
from replaydbg.tui.screens.dialogs import Line
from replaydbg.tui.screens.editor import EditorScreen
from replaydbg.tui.screens.rerun import RerunScreen
from replaydbg.tui.widgets.editor import Editor
from tests.support.build import assistant, call, model_call, parameters, response, tool, trace, user
from tests.support.desk import Sitting, open_demo, open_made
from tests.support.staged import asked

LOOKUP = tool("lookup", parameters(["mode"], mode={"enum": ["fast", "slow"]}))
ASKED = call("lookup", {"mode": "Fast"}, "c")
PROMPT = [user("Go.")]
RUN = trace(
    model_call("m1", PROMPT, assistant("", ASKED), tools=[LOOKUP]),
    model_call("m2", [*PROMPT, assistant("", ASKED), response("c", "Error: no")], "Sorry.", tools=[LOOKUP]),
)


def names(sitting: Sitting) -> list[str]:
    return [one.name for one in sitting.shown.findings]


async def test_the_known_edit_is_made_and_taken_back(tmp_path: Path) -> None:
    async with open_made(tmp_path, RUN) as sitting:
        await sitting.until_checked()
        assert "schema-violation" in names(sitting)
        await sitting.press("M")
        assert sitting.edits == 1
        assert 'mode: "fast" instead of "Fast"' in sitting.spoken
        await sitting.press("u")
        assert sitting.edits == 0


async def test_what_is_not_known_is_said(tmp_path: Path) -> None:
    async with open_made(tmp_path, RUN) as sitting:
        await sitting.until_checked()
        sitting.main.chain.go_to(1)
        await sitting.pilot.pause(0.3)
        await sitting.press("M")
        assert sitting.edits == 0
        assert "no finding stands here" in sitting.spoken or "not known" in sitting.spoken


async def test_a_finding_is_suppressed_for_a_reason_and_comes_back(tmp_path: Path) -> None:
    async with open_made(tmp_path, RUN) as sitting:
        await sitting.until_checked()
        before: list[Finding] = list(sitting.shown.findings)
        await sitting.press("X")
        await sitting.until(lambda: isinstance(sitting.app.screen, Line), "the question for a reason")
        await sitting.type("known")
        await sitting.press("enter")
        await sitting.until(lambda: "schema-violation" not in names(sitting), "the list without it")
        assert "is not told any more" in sitting.spoken
        await sitting.press("u")
        assert [one.name for one in sitting.shown.findings] == [one.name for one in before]


async def test_what_is_suppressed_is_listed_with_its_reason_and_told_again(tmp_path: Path) -> None:
    async with open_made(tmp_path, RUN) as sitting:
        await sitting.until_checked()
        while sitting.shown.findings:
            before = len(sitting.shown.findings)
            await sitting.press("f", "X")
            await sitting.until(lambda: isinstance(sitting.app.screen, Line), "the question for a reason")
            await sitting.type("a known quirk")
            await sitting.press("enter")
            await sitting.until(lambda at=before: len(sitting.shown.findings) < at, "one less")  # type: ignore[misc]
            await sitting.press("escape")
        await sitting.press("right_square_bracket")
        assert "all that was found is suppressed" in sitting.spoken
        await sitting.press("f", "enter")
        await sitting.until_text("a known quirk")
        await sitting.press("j", "X")
        await sitting.until(lambda: len(sitting.shown.findings) == 1, "it is told again")
        assert "is told again" in sitting.spoken


async def test_a_line_of_a_rule_is_no_finding(tmp_path: Path) -> None:
    async with open_made(tmp_path, RUN) as sitting:
        await sitting.until_checked()
        await sitting.press("f", "g", "X")
        assert "choose one of them" in sitting.spoken


async def test_without_a_reason_nothing_is_suppressed(tmp_path: Path) -> None:
    async with open_made(tmp_path, RUN) as sitting:
        await sitting.until_checked()
        await sitting.press("X")
        await sitting.until(lambda: isinstance(sitting.app.screen, Line), "the question for a reason")
        await sitting.press("enter")
        await sitting.until(lambda: "needs a reason" in sitting.spoken, "why not")
        assert "schema-violation" in names(sitting)


async def test_it_stays_suppressed_when_the_trace_is_opened_again(tmp_path: Path) -> None:
    async with open_made(tmp_path, RUN) as sitting:
        await sitting.until_checked()
        await sitting.press("X")
        await sitting.until(lambda: isinstance(sitting.app.screen, Line), "the question for a reason")
        await sitting.type("known")
        await sitting.press("enter")
        await sitting.until(lambda: "schema-violation" not in names(sitting), "the list without it")
    async with open_made(tmp_path, RUN) as sitting:
        await sitting.until_checked()
        await sitting.until(lambda: "schema-violation" not in names(sitting), "the list without it")


async def to_finding(sitting: Sitting, name: str) -> None:
    """In the list of findings, to the first of the rule."""
    await sitting.press("f", "g")
    for _ in range(40):
        finding = sitting.main.finding()
        if finding is not None and finding.name == name:
            return
        await sitting.press("j")
    raise AssertionError(f"no {name}\n{sitting.text}")


async def test_a_loop_is_mended_by_the_person_where_it_began_and_the_branch_has_the_name(
    tmp_path: Path,
) -> None:
    async with open_demo(tmp_path) as sitting:
        await to_finding(sitting, "error-loop")
        await sitting.press("M")
        await sitting.until(lambda: isinstance(sitting.app.screen, EditorScreen), "the editor")
        assert sitting.main.row == 14
        assert "#15  result" in sitting.text
        assert "let this error say which argument is wrong, and what would be right" in sitting.text
        await sitting.press("escape")
        await sitting.until(lambda: sitting.app.screen is sitting.main, "the steps")
        assert (sitting.edits, sitting.spoken) == (0, "nothing was edited")
        await to_finding(sitting, "error-loop")
        await sitting.press("M")
        await sitting.until(lambda: isinstance(sitting.app.screen, EditorScreen), "the editor")
        editor = sitting.app.screen.query_one(Editor)
        editor.text = '{"error": "order_id must be a string such as ORD-048213; regions are EU, US and APAC"}'
        await sitting.press("ctrl+s")
        await sitting.until(lambda: sitting.edits == 1, "the edit")
        await sitting.until(lambda: sitting.main.desk.plan is not None, "the plan")
        await sitting.press("r")
        await sitting.until(lambda: isinstance(sitting.app.screen, RerunScreen), "the terms")
        await sitting.press("y")
        await sitting.until(lambda: bool(sitting.main.desk.branches), "the branch")
        (branch,) = sitting.main.desk.branches
        assert branch.label == (
            "error-loop: let this error say which argument is wrong, and what would be right"
        )


async def test_what_no_edit_mends_is_said_with_what_to_try(tmp_path: Path) -> None:
    async with open_made(tmp_path, asked(100, 100, 200)) as sitting:
        await to_finding(sitting, "retry-storm")
        await sitting.press("M")
        await sitting.until(lambda: "retry-storm: no edit stops who retries" in sitting.spoken, "the advice")
        await sitting.press("F")
        await sitting.until_text("no edit stops who retries")
