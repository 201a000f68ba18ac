"""The screen of a running app as text, and as a picture to be looked at."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from textual.app import App
from textual.pilot import Pilot, WaitForScreenTimeout
from textual.strip import Strip
from textual.widget import Widget

_LOOKS_MAX = 3_000


def strips_of(app: App[Any]) -> list[Strip]:
    """What the terminal shows, line by line. Needs the app to be running and at rest."""
    return app.screen._compositor.render_strips()  # the one private call of all our screen tests


def text_of(app: App[Any]) -> str:
    """The text of it; trailing blanks left out."""
    return "\n".join("".join(segment.text for segment in strip).rstrip() for strip in strips_of(app))


def picture(app: App[Any], path: Path) -> None:
    """Save the screen as PNG. The font of the SVG is one that most machines do not have; ours is a little narrower."""
    import cairosvg  # type: ignore[import-untyped]

    svg = app.export_screenshot(simplify=True)
    svg = svg.replace("Fira Code", "DejaVu Sans Mono").replace("font-size: 20px", "font-size: 20.266px")
    path.parent.mkdir(parents=True, exist_ok=True)
    cairosvg.svg2png(bytestring=svg.encode(), write_to=str(path), scale=1.0)


async def until(pilot: Pilot[Any], condition: Callable[[], Any], what: str = "") -> None:
    """Wait for it, a minute or longer: machines that test are busy. The screen is shown where it never comes."""
    for _ in range(_LOOKS_MAX):
        if condition():
            return
        with suppress(WaitForScreenTimeout):  # Textual gives up sooner, by the clock on the wall
            await pilot.pause(0.02)
    raise AssertionError(f"{what or 'it'} did not come\n{text_of(pilot.app)}")


class Painted:
    """Counts the lines that a widget renders: the price of a key, in a unit that no machine changes."""

    def __init__(self, widget: Widget) -> None:
        self.lines = 0
        render_line = widget.render_line

        def counted(y: int) -> Any:
            self.lines += 1
            return render_line(y)

        widget.render_line = counted  # type: ignore[method-assign]
