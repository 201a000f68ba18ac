"""What the way to the first paint and to the first rows costs, in units that no machine changes."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from textual._compositor import Compositor
from textual.css.stylesheet import Stylesheet
from textual.geometry import Region

from replaydbg.demo.incident import incident_path
from replaydbg.tui.app import ReplayApp
from replaydbg.tui.screens.main import MainScreen
from replaydbg.tui.setup import Setup
from replaydbg.tui.widgets.minimap import Minimap
from tests.benchmarks import thin_traces
from tests.support.desk import Sitting
from tests.support.pseudo import Program

FIRST_PAINT = "import replaydbg.__main__, replaydbg.cli.interactive, replaydbg.tui.app"
FIRST_ROWS = (
    f"{FIRST_PAINT}, replaydbg.tui.screens.main, replaydbg.tui.workers\n"
    "from replaydbg.readers import _registry; _registry.readers()"
)


def imported(statement: str) -> set[str]:
    script = f"import sys\n{statement}\nprint(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True)
    return set(done.stdout.split())


@pytest.fixture(scope="module")
def before() -> set[str]:
    """What an empty Textual program imports."""
    return imported("from textual.app import App; from textual.widgets import Static")


def test_what_is_imported_before_the_first_paint(before: set[str]) -> None:
    ours = {name for name in imported(FIRST_PAINT) - before if name.startswith("replaydbg.")}
    rooms = {name.split(".")[1] for name in ours}
    assert rooms == {"__main__", "cli", "core", "errors", "tui", "views"}
    assert {name for name in ours if name.startswith("replaydbg.core.")} <= {
        f"replaydbg.core.{name}" for name in ("finding", "message", "step", "tool")
    }
    assert len(ours) <= 30


def test_what_is_not_imported_before_the_first_rows(before: set[str]) -> None:
    there = imported(FIRST_ROWS) - before
    absent = {
        "networkx", "pydantic", "typer", "httpx2", "sqlite3", "jsonschema_rs", "replaydbg.replay", "replaydbg.session",
        "replaydbg.rules", "replaydbg.diff", "replaydbg.drivers.providers", "replaydbg.drivers.store",
        "textual.widgets._text_area", "textual.widgets._input", "textual.widgets._option_list",
        "replaydbg.codec", "replaydbg.schema", "replaydbg.views.conversation", "replaydbg.views.detail",
        "replaydbg.views.query", "replaydbg.views.timeline", "replaydbg.graph.facts", "replaydbg.config",
    }  # fmt: skip
    assert there & absent == set()


async def test_styles_are_applied_to_few_nodes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Looks are no component classes: 35 widgets with 74 of them each were half of the start."""
    applied: list[object] = []
    apply = Stylesheet.apply

    def counted(self: Stylesheet, node: object, **options: object) -> None:
        applied.append(node)
        apply(self, node, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(Stylesheet, "apply", counted)
    app = ReplayApp(Setup(str(incident_path()), session_path=str(tmp_path / "s.sqlite3")))
    async with app.run_test(size=(120, 40)) as pilot:
        while app.main is None or app.main.row < 0:
            await pilot.pause(0.02)
        components = sum(len(node.COMPONENT_CLASSES) for node in app.main.walk_children())
        assert components == 0
        assert len(applied) < 65


async def test_the_first_paint_of_the_steps_has_the_layout_of_the_terminal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Otherwise a narrow terminal shows two panes for a moment, and all is styled and laid out twice."""
    layouts: list[frozenset[str]] = []
    refresh = MainScreen._compositor_refresh

    def noted(self: MainScreen) -> None:
        layouts.append(self.classes)
        refresh(self)

    monkeypatch.setattr(MainScreen, "_compositor_refresh", noted)
    app = ReplayApp(Setup(str(incident_path()), session_path=str(tmp_path / "s.sqlite3")))
    async with app.run_test(size=(80, 24)) as pilot:
        while app.main is None or app.main.row < 0:
            await pilot.pause(0.02)
    assert all({"-narrow", "-high"} <= each for each in layouts)


_HELD = """
import sys
from replaydbg.__main__ import main
from replaydbg.tui.screens import workplace
workplace._SETTLED_SECONDS = 600
sys.argv[0] = "replaydbg"
sys.exit(main())
"""
"""The program, for which a key is held down on however slow a machine: the detail never comes."""


@pytest.mark.skipif(sys.platform != "linux", reason="a pseudo-terminal of Linux")
def test_a_step_of_the_cursor_writes_little(tmp_path: Path) -> None:
    """For slow links: what a held key writes, while the detail waits for it to rest."""
    trace = shutil.copy(str(incident_path()), tmp_path)
    with Program([sys.executable, "-c", _HELD, "open", str(trace)]) as program:
        program.until(b"lookup_order")
        program.at_rest()
        program.press(b"g", quiet=0.5)
        written = sorted(program.press(b"j", quiet=0.02).bytes for _ in range(8))
        assert 0 < written[4] < 1500


@pytest.mark.skipif(sys.platform != "linux", reason="a pseudo-terminal of Linux")
def test_a_key_that_is_held_down_scrolls_for_little(tmp_path: Path) -> None:
    """Over the edge of the list half a page is scrolled at once: a line at a time would repaint it all for each key."""
    trace = thin_traces.write(tmp_path / "run.json", 300)
    with Program([sys.executable, "-c", _HELD, "open", str(trace), "--no-hints"], (120, 40)) as program:
        program.until(b"chat")
        program.at_rest()
        program.press(b"=", quiet=0.5)
        program.press(b"g", quiet=0.5)
        written = [program.press(b"j", quiet=0.02).bytes for _ in range(120)]
        assert sorted(written)[60] < 1500
        assert sum(written) / len(written) < 2500


async def test_a_fold_paints_the_list_and_the_map_beside_it_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where the list has come to fit its pane: a scroll bar that nobody sees must not lay all out again."""
    frames: list[set[Region]] = []
    update = Compositor.render_partial_update

    def noted(self: Compositor) -> object:
        frames.append(set(self._dirty_regions))
        return update(self)

    trace = thin_traces.write(tmp_path / "run.json", 300)
    app = ReplayApp(Setup(str(trace), session_path=str(tmp_path / "s.sqlite3")))
    async with app.run_test(size=(200, 60)) as pilot:
        sitting = Sitting(app, pilot)
        await sitting.until(lambda: app.main is not None and app.main.row >= 0, "the rows")
        await sitting.until_checked()
        await sitting.press("g")
        await sitting.at_rest()
        monkeypatch.setattr(Compositor, "render_partial_update", noted)
        chain, beside = sitting.main.chain, sitting.main.query_one(Minimap)
        for _ in range(2):
            before, frames[:] = chain.count, []
            await sitting.press("minus" if before > chain.size.height else "equals_sign")
            await sitting.at_rest()
            assert (before > chain.size.height) != (chain.count > chain.size.height)
            assert [beside.region in frame for frame in frames if chain.region in frame] == [True]
            assert sum(beside.region in frame for frame in frames) == 1
