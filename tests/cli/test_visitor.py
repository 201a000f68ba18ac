"""The screen in a real browser: it paints, takes keys, edits and re-runs, and asks nobody else for anything."""

from __future__ import annotations

import shutil
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from replaydbg.actions.demo import incident_path
from tests.support.chromium import PROGRAM, Tab, chromium
from tests.support.desk import CURE
from tests.support.serving import Serving, serving, serving_demo

pytestmark = pytest.mark.skipif(PROGRAM is None, reason="no Chromium: apt-get install chromium")

_IMAGE = """new Promise(done => {
    const image = new Image();
    image.onload = () => done('went');
    image.onerror = () => done('blocked');
    image.src = 'http://127.0.0.1:9/x.png';
})"""
_KNOWN_COMPLAINTS = ("allow-scripts and allow-same-origin", "WebGL")
"""The first is about frames that could lift their own sandbox, and this is no frame; the second about this machine."""


def assert_nobody_else_was_asked(tab: Tab, server: Serving) -> None:
    ours = f"127.0.0.1:{server.port}"
    assert len(tab.asked_for) >= 5  # page, script, style, our script, socket
    assert {urlsplit(url).netloc for url in tab.asked_for if not url.startswith("data:")} == {ours}
    odd = [said for said in tab.complaints if not any(known in said for known in _KNOWN_COMPLAINTS)]
    assert odd == []


def test_the_main_job_in_a_browser(tmp_path: Path) -> None:
    """Open, find, edit, re-run, compare."""
    with serving_demo(tmp_path) as server, chromium(tmp_path) as tab:
        blank = tab.picture(tmp_path / "blank.png")
        tab.go(server.url)
        tab.until_text("‼ 9 errors")
        tab.until_text("#14 lookup_order is called")
        assert "read-only" not in tab.text
        tab.press("e")
        tab.until_text("Edit which part")
        tab.press("Enter")
        tab.until_text("Save")
        tab.type(CURE)
        tab.until_text("APAC")
        tab.press("s", ctrl=True)
        tab.until_text("to re-run")
        tab.press("r")
        tab.until_text("Re-run what follows")
        tab.press("y")
        tab.until_text("9 findings gone")
        tab.press("D")
        tab.until_text("they part at")
        tab.listen(0.5)
        png = tab.picture(tmp_path / "compared.png")
        assert_nobody_else_was_asked(tab, server)

    assert len(png) > 10 * len(blank), "nothing was painted"


def test_the_mouse_and_another_size_in_a_browser(tmp_path: Path) -> None:
    trace = shutil.copy(incident_path(), tmp_path / "incident.json")
    with serving("open", str(trace), "--web", folder=tmp_path) as server, chromium(tmp_path) as tab:
        tab.go(server.url)
        tab.until_text("#14 lookup_order is called")
        tab.click("check_status_page")
        tab.until(lambda: any("#12 chat" in line[40:] for line in tab.screen.display), "the step")
        tab.click("2 Tools")
        tab.until_text("tools offered")
        columns, rows = tab.cells
        tab.resize(700, 420)
        tab.until(lambda: tab.cells[0] < columns and tab.cells[1] < rows, "the smaller size")
        tab.until_text("? Help")
        assert "‼ 9 err" in tab.screen.display[0]


def test_the_page_can_reach_nobody_else(tmp_path: Path) -> None:
    """Not even if a trace got a script into it; nor does a link in a trace open a window."""
    trace = shutil.copy(incident_path(), tmp_path / "incident.json")
    with serving("open", str(trace), "--web", folder=tmp_path) as server, chromium(tmp_path) as tab:
        tab.go(server.url)
        tab.until_text("read-only")
        for blocked in (
            "fetch('http://127.0.0.1:9/').then(() => 'went', error => 'blocked')",
            _IMAGE,
            "String(window.open('http://127.0.0.1:9/')) == 'null' ? 'blocked' : 'went'",
        ):
            before = len(tab.complaints)
            assert tab.evaluate(blocked) == "blocked"
            tab.until(lambda seen=before: len(tab.complaints) > seen, "a complaint of the policy")  # type: ignore[misc]
        said = " ".join(tab.complaints)
        assert "Content Security Policy" in said
        assert "allow-popups" in said


def test_a_tab_that_is_closed_ends_its_process(tmp_path: Path) -> None:
    trace = shutil.copy(incident_path(), tmp_path / "incident.json")
    with serving("open", str(trace), "--web", folder=tmp_path) as server, chromium(tmp_path) as tab:
        tab.go(server.url)
        tab.until_text("‼ 9 errors")
        assert len(server.visitors) == 1
        tab.go("about:blank")
        server.until_visitors(0)
