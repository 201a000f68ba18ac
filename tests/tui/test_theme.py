"""Colours by meaning."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.color import Color
from textual.theme import Theme

from replaydbg.core.branch import Provenance
from replaydbg.core.finding import Severity
from replaydbg.core.step import Kind
from replaydbg.demo.incident import incident_path
from replaydbg.graph.facts import Facts
from replaydbg.graph.flow import flow_map
from replaydbg.graph.folds import FoldKind
from replaydbg.graph.lanes import Chain
from replaydbg.tui import theme
from replaydbg.tui.app import ReplayApp
from replaydbg.tui.setup import Setup
from replaydbg.tui.widgets.chain import ChainList
from replaydbg.views.chain import ChainView
from replaydbg.views.flow import FlowDrawing
from replaydbg.views.flow_cards import flow_cards
from replaydbg.views.signs import ASCII, UNICODE
from tests.support.runs import loop_findings, looping, made_up
from tests.support.screens import text_of
from tests.tui.host import running


def test_every_look_of_the_rows_has_its_declarations() -> None:
    looks = set()
    for run in (looping(6, failing=True), made_up(300)):
        view = ChainView(Chain(run, Facts(run)), loop_findings(run), {1: "edited", 2: "live", 3: "stale"})
        for _ in range(2):
            window = view.chain.window(0, 400)
            columns, axis = view.columns(160, 8, bars=True), view.axis(window)
            looks |= {span.look for laid in window for span in view.line(laid, columns, axis=axis)}
            view.chain.unfold_all()
        drawing = FlowDrawing(flow_cards(flow_map(run, view.chain.joins), view))
        looks |= {
            span.look for y in range(drawing.height) for span in drawing.line(y, 0, 200, drawing.stops[0])
        }
    assert looks - {"", "origin-"} <= theme.LOOKS.keys()


def test_every_meaning_has_a_look() -> None:
    words = [*Kind, *FoldKind, *(severity.label for severity in Severity)]
    words += (
        [f"origin-{word}" for word in Provenance]
        + [f"name-{kind}" for kind in Kind]
        + [f"bar-{kind}" for kind in Kind]
    )
    assert {str(word) for word in words} <= theme.LOOKS.keys()


@pytest.mark.parametrize(
    ("environment", "name"),
    [
        ({"REPLAYDBG_THEME": "light"}, "replaydbg-light"),
        ({"REPLAYDBG_THEME": "high-contrast"}, "replaydbg-high-contrast"),
        ({"REPLAYDBG_THEME": "nord"}, "nord"),
        ({"REPLAYDBG_THEME": "nord", "NO_COLOR": "1"}, "ansi-dark"),
        ({"REPLAYDBG_THEME": "no such"}, "replaydbg-dark"),
        ({}, "replaydbg-dark"),
        ({"NO_COLOR": "1"}, "ansi-dark"),
        ({"NO_COLOR": ""}, "replaydbg-dark"),
        ({"TERM": "xterm-256color"}, "replaydbg-dark"),
        ({"TERM": "xterm-kitty"}, "replaydbg-dark"),
        ({"TERM": "xterm", "COLORTERM": "truecolor"}, "replaydbg-dark"),
        ({"TERM": "xterm"}, "ansi-dark"),
        ({"TERM": "screen"}, "ansi-dark"),
        ({"TERM": "linux", "REPLAYDBG_THEME": "light"}, "replaydbg-light"),
    ],
)
def test_first_theme(environment: dict[str, str], name: str) -> None:
    assert theme.first_theme(environment) == name


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({"LANG": "en_US.UTF-8"}, False),
        ({"LANG": "en_US.UTF-8", "LC_ALL": "C"}, True),
        ({}, False),
        ({"LANG": "C", "REPLAYDBG_ASCII": "0"}, False),
        ({"LANG": "C.UTF-8", "REPLAYDBG_ASCII": "1"}, True),
    ],
)
def test_ascii_only(environment: dict[str, str], expected: bool) -> None:
    assert theme.ascii_only(environment) is expected
    assert theme.signs(environment) is (ASCII if expected else UNICODE)


async def test_lists_take_the_signs_that_the_terminal_can_show(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REPLAYDBG_ASCII", "1")
    assert ChainList().signs is ASCII


@pytest.mark.parametrize(
    "name", [*(each.name for each in theme.THEMES), "ansi-dark", "ansi-light", "nord", "textual-light"]
)
async def test_the_list_can_be_drawn_in_any_theme(name: str) -> None:
    chain = ChainList()
    async with running(chain, theme_name=name) as (_, pilot):
        run = looping(6)
        chain.load(run, Facts(run), loop_findings(run))
        await pilot.pause()
        cursor, other = (
            {
                (segment.style.bgcolor, bool(segment.style.reverse))
                for segment in chain.render_line(y)
                if segment.style
            }
            for y in (0, 2)
        )
        assert cursor.isdisjoint(other), "the cursor can be seen"


async def test_without_colour_nothing_is_painted_but_the_terminals_own_colours(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Black on black was painted once."""
    monkeypatch.setenv("NO_COLOR", "1")
    app = ReplayApp(Setup(str(incident_path()), session_path=str(tmp_path / "s.sqlite")))
    async with app.run_test(size=(100, 30)) as pilot:
        while app.main is None or app.main.row < 0 or "lookup_order" not in text_of(app):
            await pilot.pause(0.02)
        assert "lookup_order" in text_of(app)
        strips = app.screen._compositor.render_strips()
        styles = [segment.style for strip in strips for segment in strip if segment.style]
        painted = {
            colour for style in styles for colour in (style.color, style.bgcolor) if colour is not None
        }
        assert all(colour.is_default for colour in painted)
        assert any(style.reverse for style in styles), "the cursor can be seen"


async def test_what_is_muted_is_darker_than_what_is_not() -> None:
    chain = ChainList()
    async with running(chain) as (app, _):
        ground = chain.background_colors[1]
        muted, plain = (theme.drawn(app, look, ground).color for look in ("dim", "tab-current"))
        assert muted is not None
        assert plain is not None
        assert sum(muted.get_truecolor()) < sum(plain.get_truecolor())


@pytest.mark.parametrize("each", theme.THEMES, ids=lambda each: each.name)
def test_what_is_said_can_be_read(each: Theme) -> None:
    """Each colour of a meaning on the theme's own background, by the contrast that WCAG asks of large text."""
    back = Color.parse(each.background or "#000000")
    for name in ("primary", "secondary", "accent", "success", "warning", "error", "foreground"):
        assert contrast(Color.parse(getattr(each, name)), back) >= 3.0, name


def contrast(one: Color, other: Color) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: Color) -> float:
    parts = [
        value / 12.92 if value <= 0.03928 else ((value + 0.055) / 1.055) ** 2.4 for value in colour.normalized
    ]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


@pytest.mark.parametrize("look", ["added", "gone", "jump-label", "found", "selected", "cursor"])
async def test_what_colour_tells_is_told_without_it(look: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """By an attribute that every terminal has: not all strike through, or underline."""
    monkeypatch.setenv("NO_COLOR", "1")
    chain = ChainList()
    async with running(chain, theme_name="ansi-dark") as (app, _):
        style = theme.drawn(app, look, chain.background_colors[1])
        assert style.bold or style.reverse


@pytest.mark.parametrize(("colours", "grey"), [("truecolor", False), ("", True)])
async def test_of_256_colours_the_row_of_the_cursor_is_grey(
    monkeypatch: pytest.MonkeyPatch, colours: str, grey: bool
) -> None:
    """Next to ours the terminal has but a loud green."""
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLORTERM", colours)
    async with running(ChainList()) as (host, _):
        colour = theme.drawn(host, "cursor", Color(16, 19, 26)).bgcolor
        assert colour is not None
        assert colour.triplet is not None
        assert (len(set(colour.triplet)) == 1) is grey
        assert min(colour.triplet) > 30, "it is still told from the ground"
