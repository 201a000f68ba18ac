"""Make the moving picture of the README, the main job from the graph to the comparison, by keys alone:
`python -m tests.support.make_screencast`.

An SVG that moves by its own style sheet: text stays text, no script, nothing fetched, a few hundred kilobytes. The frames
stand side by side and are shown one after another; a row that is the same in many frames is written once.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import Any

from rich.segment import Segment
from rich.style import Style
from textual.app import App
from textual.strip import Strip

from replaydbg.tui.screens.compare import CompareScreen
from replaydbg.tui.screens.dialogs import Choose
from replaydbg.tui.screens.editor import EditorScreen
from replaydbg.tui.screens.rerun import RerunScreen
from tests.support.desk import CURE, Sitting, open_demo
from tests.support.screens import strips_of

SIZE = (120, 34)
CELL = (8, 17)
"""Width and height of a cell in the picture, in its own units."""
BASELINE = 13
GROUND, TEXT, CAPTION = "#10131a", "#ccd3e0", "#7ab7ff"
LAST_SECONDS = 4.0
"""How long the end stays, before it begins again."""


@dataclass
class Film:
    """Frames as rows of a screen, each with what the person did and how long it is to be seen, in seconds."""

    frames: list[tuple[tuple[str, ...], str, float]] = field(default_factory=list)
    looks: dict[str, str] = field(default_factory=dict)
    """Style sheet rule to class."""

    def take(self, app: App[Any], caption: str, seconds: float) -> None:
        rows = tuple("".join(self._row(strip)) for strip in strips_of(app))
        self.frames.append((rows, caption, seconds))

    def _row(self, strip: Strip) -> Iterator[str]:
        x = 0
        for segment in Segment.simplify(strip):
            cells = segment.cell_length
            style = segment.style or Style()
            front, back = colours(style)
            if back != GROUND:
                yield f'<rect class="{self._look(f"fill:{back}")}" x="{x * CELL[0]}" width="{cells * CELL[0]}" height="{CELL[1]}"/>'
            text = segment.text
            lead = len(text) - len(text.lstrip())
            if text := text.strip():
                look = f"fill:{front}" + (";font-weight:bold" if style.bold else "")
                look += ";font-style:italic" if style.italic else ""
                look += ";text-decoration:underline" if style.underline else ""
                width = Segment(text).cell_length * CELL[0]
                place = f'x="{(x + lead) * CELL[0]}" y="{BASELINE}" textLength="{width}"'
                yield f'<text class="{self._look(look)}" {place}>{escape(text)}</text>'
            x += cells

    def _look(self, rule: str) -> str:
        return self.looks.setdefault(rule, f"l{len(self.looks)}")

    def svg(self) -> str:
        """The whole moving picture."""
        kept = {
            row: f"r{number}"
            for number, row in enumerate(dict.fromkeys(r for f in self.frames for r in f[0]))
        }
        width, height = SIZE[0] * CELL[0], (SIZE[1] + 2) * CELL[1]
        total = sum(seconds for _, _, seconds in self.frames)
        steps, at = [], 0.0
        for number, (_, _, seconds) in enumerate(self.frames):
            steps.append(f"{at / total * 100:.3f}%{{transform:translateX(-{number * width}px)}}")
            at += seconds
        looks = "".join(f".{name}{{{rule}}}" for rule, name in self.looks.items())
        style = (
            f"text{{font:14px 'DejaVu Sans Mono',Menlo,Consolas,monospace;white-space:pre}}.c{{fill:{CAPTION}}}{looks}"
            f"@keyframes play{{{''.join(steps)}}}"
            f".film{{animation:play {total:.1f}s steps(1,end) infinite}}"
        )
        rows = "".join(f'<g id="{name}">{row}</g>' for row, name in kept.items())
        frames = "".join(self._frame(number * width, frame, kept) for number, frame in enumerate(self.frames))
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}">'
            f"<title>The main job of replaydbg, by keys</title><style>{style}</style><defs>{rows}</defs>"
            f'<rect width="{width}" height="{height}" fill="{GROUND}"/><g class="film">{frames}</g></svg>\n'
        )

    def _frame(self, x: int, frame: tuple[tuple[str, ...], str, float], kept: dict[str, str]) -> str:
        rows, caption, _ = frame
        uses = "".join(f'<use href="#{kept[row]}" y="{y * CELL[1]}"/>' for y, row in enumerate(rows) if row)
        below = (SIZE[1] + 1) * CELL[1] + BASELINE - 4
        return f'<g transform="translate({x})">{uses}<text class="c" x="{CELL[0]}" y="{below}">{escape(caption)}</text></g>'


def colours(style: Style) -> tuple[str, str]:
    """Front and back as the screen shows them."""
    front = style.color.get_truecolor().hex if style.color is not None else TEXT
    back = style.bgcolor.get_truecolor().hex if style.bgcolor is not None else GROUND
    return (back, front) if style.reverse else (front, back)


async def play(sitting: Sitting, film: Film) -> None:
    app = sitting.app

    async def show(caption: str, seconds: float, *keys: str) -> None:
        await sitting.press(*keys)
        await sitting.until_still()
        film.take(app, caption, seconds)

    await show("replaydbg demo    a support agent never finds the order", 3.0)
    await show("]    the next finding", 2.0, "]")
    await show("2    the tool call beside the schema that it breaks", 3.5, "2")
    await show("[    back to the first call that breaks it", 2.0, "[")
    await sitting.press("1", "e")
    await sitting.until(lambda: isinstance(app.screen, Choose))
    await show("e    edit this step: which part of it?", 2.0)
    await sitting.press("enter")
    await sitting.until(lambda: isinstance(app.screen, EditorScreen))
    await show("enter    its system prompt", 1.5)
    for word in words(CURE):
        await sitting.type(word)
        film.take(app, "say what an order id looks like", 0.28)
    await sitting.press("ctrl+s")
    await sitting.until(lambda: sitting.main.desk.plan is not None)
    await show("ctrl+s    what the edit touches, before anything runs", 4.0)
    await sitting.press("r")
    await sitting.until(lambda: isinstance(app.screen, RerunScreen))
    await show("r    re-run what comes after it: the terms", 2.5)
    await sitting.press("y")
    await sitting.until_text("findings gone")
    await show("y    the branch, each step with where its value came from", 3.5)
    await sitting.press("D")
    await sitting.until(lambda: isinstance(app.screen, CompareScreen))
    await show("D    the branch beside the original", 3.0)
    await show("n enter    the first difference", LAST_SECONDS, "n", "enter")


def words(text: str) -> Iterable[str]:
    """In pieces as they are typed."""
    return (text[at : at + 5] for at in range(0, len(text), 5))


async def make(path: Path) -> None:
    film = Film()
    with tempfile.TemporaryDirectory() as scratch:
        async with open_demo(Path(scratch), SIZE) as sitting:
            await play(sitting, film)
    path.write_text(film.svg(), "utf-8")


if __name__ == "__main__":
    # Whatever the terminal is that it is started in.
    os.environ.update(TERM="xterm-256color", COLORTERM="truecolor")
    asyncio.run(make(Path(sys.argv[1] if len(sys.argv) > 1 else "screenshots/main-job.svg")))
