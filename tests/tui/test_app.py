"""The whole job on the screen: open, see the finding, edit, see the plan, re-run, compare; sizes; ends."""

from __future__ import annotations

from pathlib import Path

import pytest

from replaydbg.actions.convert import save_trace
from replaydbg.core.branch import Provenance
from replaydbg.errors import UnreadableInput, UsageProblem
from replaydbg.tui import workers
from replaydbg.tui.app import ReplayApp
from replaydbg.tui.screens.compare import CompareScreen
from replaydbg.tui.screens.dialogs import Choose, Tell
from replaydbg.tui.screens.editor import EditorScreen
from replaydbg.tui.screens.rerun import RerunScreen
from replaydbg.tui.setup import Setup
from tests.support.build import agent, assistant, call, model_call, tool_execution, trace, user
from tests.support.desk import CURE, Sitting, demo_setup, open_demo, open_setup

SIZES = [(80, 24), (120, 40), (200, 60), (40, 12), (20, 5)]


async def cure(sitting: Sitting) -> None:
    """Edit the system prompt of the step under the cursor so that the incident is mended."""
    await sitting.press("e")
    await sitting.until(lambda: isinstance(sitting.app.screen, Choose), "the choice of the part")
    await sitting.press("enter")
    await sitting.until(lambda: isinstance(sitting.app.screen, EditorScreen), "the editor")
    await sitting.type(CURE)
    await sitting.press("ctrl+s")
    await sitting.until(lambda: sitting.main.desk.plan is not None, "the plan")


async def test_from_the_finding_to_the_better_branch(tmp_path: Path) -> None:
    async with open_demo(tmp_path) as sitting:
        main = sitting.main
        assert main.row == 7, "nobody has pressed a key: the screen begins at the first finding"
        assert "schema-violation" in sitting.text
        assert "error-loop" in sitting.text
        assert "order_id: 48213" in sitting.text, "the violation stands at its field"

        await cure(sitting)
        assert "what the edits touch" in sitting.text
        assert "18 to re-run" in sitting.text
        assert "10 times" in sitting.said
        assert "1 pending edit" in sitting.text

        await sitting.press("r")
        await sitting.until(lambda: isinstance(sitting.app.screen, RerunScreen), "the terms")
        assert "not an LLM" in sitting.text
        assert "nothing leaves this machine" in sitting.text
        await sitting.press("y")
        await sitting.until(lambda: main.desk.branch_id == "b1", "the branch")
        await sitting.until_text("9 findings gone")
        kinds = {step.provenance for step in sitting.branch.steps}
        assert kinds == {Provenance.RECORDED, Provenance.EDITED, Provenance.LIVE}
        assert main.row == 7, "the cursor stands where the branch leaves the recording"

        await sitting.press("D")
        await sitting.until(lambda: isinstance(sitting.app.screen, CompareScreen), "the comparison")
        assert "8 × schema-violation" in sitting.text
        assert "26 →" in sitting.text
        await sitting.press("q")

    async with open_demo(tmp_path) as again:
        assert again.main.desk.branch_id == "b1", "a second open shows the branch again"
        await again.until_text("9 findings gone")


async def test_undo_and_redo_of_an_edit(tmp_path: Path) -> None:
    async with open_demo(tmp_path) as sitting:
        await cure(sitting)
        await sitting.press("u")
        assert sitting.edits == 0
        assert "undone: add edit" in sitting.said
        await sitting.press("U")
        assert sitting.edits == 1
        await sitting.press("V")
        assert sitting.edits == 0
        assert "u brings the edit back" in sitting.said


async def test_offline_nothing_is_sent_and_the_person_may_write_the_turn(tmp_path: Path) -> None:
    async with open_demo(tmp_path) as sitting:
        await cure(sitting)
        await sitting.press("r")
        await sitting.until(lambda: isinstance(sitting.app.screen, RerunScreen), "the terms")
        await sitting.press("k", "enter")
        assert "nothing is sent" in sitting.text
        await sitting.press("y")
        await sitting.until_text("What does stand-in-support-rules say?")
        await sitting.press("w")
        await sitting.until(lambda: isinstance(sitting.app.screen, EditorScreen), "the editor")
        await sitting.type("I need a minute.")
        await sitting.press("ctrl+s")
        await sitting.until(lambda: sitting.main.desk.branch_id == "b1", "the branch")
        counts = sitting.branch.counts()
        assert counts["human"] + counts["edited"] == 1
        assert counts["live"] == 0


async def test_refusing_to_answer_stops_with_a_sentence(tmp_path: Path) -> None:
    async with open_demo(tmp_path) as sitting:
        await cure(sitting)
        await sitting.press("r")
        await sitting.until(lambda: isinstance(sitting.app.screen, RerunScreen), "the terms")
        await sitting.press("k", "enter", "y")
        await sitting.until_text("What does stand-in-support-rules say?")
        await sitting.press("s")
        await sitting.until(lambda: isinstance(sitting.app.screen, Tell), "the sentence")
        assert "has to be asked anew" in sitting.text
        assert "R goes on there" in sitting.text


@pytest.mark.parametrize("size", SIZES)
async def test_every_size_shows_steps_and_survives_resizing(tmp_path: Path, size: tuple[int, int]) -> None:
    async with open_demo(tmp_path, size) as sitting:
        assert "‼" in sitting.text
        for other in SIZES:
            await sitting.pilot.resize_terminal(*other)
            await sitting.pilot.pause()
            assert sitting.text.strip()
        await sitting.pilot.resize_terminal(*size)
        await sitting.press("enter")
        assert "#8 chat" in sitting.text or size[1] < 10


def panes(sitting: Sitting) -> tuple[bool, bool]:
    """Whether the steps and the detail are on the screen."""
    return sitting.main.query_one("#left").region.width > 0, sitting.main.detail.region.width > 0


async def test_one_pane_at_a_time_where_it_is_narrow(tmp_path: Path) -> None:
    async with open_demo(tmp_path, (80, 24)) as sitting:
        assert panes(sitting) == (True, False)
        await sitting.press("enter")
        assert panes(sitting) == (False, True)
        await sitting.press("escape")
        assert sitting.main.chain.has_focus


async def test_q_goes_back_and_then_leaves(tmp_path: Path) -> None:
    async with open_demo(tmp_path) as sitting:
        await sitting.press("enter", "q")
        assert sitting.app.is_running
        assert sitting.main.at_home()
        await sitting.press("q")
        assert sitting.app.return_code == 0


@pytest.mark.parametrize(
    ("text", "says"),
    [
        pytest.param(None, "no such file", id="missing"),
        pytest.param(b"", "empty", id="empty"),
        pytest.param(b"\x00\x01", "", id="binary"),
    ],
)
async def test_what_cannot_be_read_is_one_sentence(tmp_path: Path, text: bytes | None, says: str) -> None:
    path = tmp_path / "no.json"
    if text is not None:
        path.write_bytes(text)
    app = ReplayApp(Setup(str(path)))
    async with app.run_test() as pilot:
        while app.mistake is None:
            await pilot.pause(0.02)
    assert isinstance(app.mistake, UnreadableInput), "the face says it, once the terminal is whole again"
    assert says in f"{app.mistake.message} {app.mistake.hint}".lower()
    assert app.return_code == 3


async def test_a_mistake_of_ours_ends_the_program_and_is_kept_for_the_face(tmp_path: Path) -> None:
    app = ReplayApp(demo_setup(tmp_path))
    with pytest.raises(ZeroDivisionError):
        await _break(app)
    assert isinstance(app.mistake, ZeroDivisionError)


async def _break(app: ReplayApp) -> None:
    async with app.run_test() as pilot:
        app.screen.call_later(lambda: 1 // 0)
        await pilot.pause()


async def test_what_cannot_be_had_is_a_dialog(tmp_path: Path) -> None:
    async with open_demo(tmp_path) as sitting:
        sitting.app._handle_exception(UsageProblem("not like this", "like that"))
        await sitting.pilot.pause()
        assert "not like this" in sitting.text
        assert "like that" in sitting.text


async def test_a_hundred_thousand_steps_paint_what_is_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counts lines, not seconds: a key repaints the lines of two cursors, whatever the length of the trace."""
    # It would go on into the next test.
    monkeypatch.setattr(workers, "check", lambda _shown, _post, **_how: None)
    from tests.support.screens import Painted

    calls = [call(f"tool{number * number % 97}", {"n": number}, f"c{number}") for number in range(50_000)]
    steps = [
        step
        for number, asked in enumerate(calls)
        for step in (
            model_call(f"m{number}", [user("go")], assistant("", asked)),
            tool_execution(f"t{number}", asked, number),
        )
    ]
    path = tmp_path / "long.json"
    save_trace(trace(agent("a", "worker", *steps)), str(path))
    async with open_setup(Setup(str(path), session_path=str(tmp_path / "s.sqlite3"))) as sitting:
        await sitting.until(
            lambda: sitting.main.desk.sitting is not None and sitting.main.chain.count > 1000, "the steps"
        )
        await sitting.press("g")
        painted = Painted(sitting.main.chain)
        await sitting.until_quiet(painted)
        painted.lines = 0
        await sitting.press("j")
        assert 0 < painted.lines <= 4
        await sitting.press("G")
        # A page at once, and once more when a thread has laid the lanes so far away.
        assert painted.lines <= 4 + 2 * (sitting.main.chain.size.height + 2)


async def test_the_palette_is_made_from_the_table(tmp_path: Path) -> None:
    async with open_demo(tmp_path) as sitting:
        titles = [command.title for command in sitting.app.get_system_commands(sitting.app.screen)]
        assert "Re-run  (r)" in titles
        assert "Next finding  (])" in titles


async def test_where_there_is_nothing_but_ascii_scroll_bars_and_the_palette_are_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REPLAYDBG_ASCII", "1")
    async with open_demo(tmp_path, size=(80, 24)) as sitting:
        await sitting.press("?")
        await sitting.until_text("type to filter")
        for _ in range(7):
            await sitting.press("down")  # the end of the bar comes to stand within a cell
            assert sitting.text.isascii(), sitting.text
        await sitting.press("escape")
        await sitting.press("ctrl+p")
        await sitting.until_text("Branches")
        assert sitting.text.replace("commands…", "").isascii(), sitting.text
