"""Markdown as blocks: Rich lays it out, its styles come back as our looks. Imported when somebody asks to see it so.

What was laid out is made printable once more: Markdown knows names for characters that text may not hold by itself.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from functools import lru_cache, partial
from typing import Any, ClassVar

from markdown_it import MarkdownIt
from rich.console import Console, ConsoleOptions, RenderResult
from rich.markdown import CodeBlock, Heading, Markdown
from rich.style import Style
from rich.text import Text
from rich.theme import Theme

from replaydbg import limits
from replaydbg.views.blocks import Block, shown, size_words
from replaydbg.views.conversation import Prose, as_written
from replaydbg.views.text import printable

_LOOKS = {
    "h1": "heading", "h2": "heading", "h3": "heading", "h4": "strong", "h5": "strong", "h6": "strong", "h7": "strong",
    "strong": "strong", "em": "emphasis", "emph": "emphasis", "s": "gone", "code": "code", "code_block": "code",
    "kbd": "code", "link": "link", "link_url": "link", "block_quote": "dim", "list": "", "item.bullet": "mark",
    "item.number": "mark", "hr": "frame", "table.border": "frame", "table.header": "strong",
}  # fmt: skip
_THEME = Theme({f"markdown.{name}": Style(meta={"look": look}) for name, look in _LOOKS.items()})
_KEPT_TEXTS = 200


class _Code(CodeBlock):
    """As it is: colours for a hundred languages would take longer to import than the program."""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        style = Style(meta={"look": "code"})
        yield Text("\n".join(f"  {line}" for line in str(self.text).rstrip().split("\n")), style=style)


class _Heading(Heading):
    LEVEL_ALIGN: ClassVar[dict[str, Any]] = {}


class _Prompt(Markdown):
    """Markdown as people write it to models: tags are text, not HTML to be left out, and a line end is one."""

    elements = {**Markdown.elements, "fence": _Code, "code_block": _Code, "heading_open": _Heading}

    def __init__(self, text: str) -> None:
        super().__init__("", hyperlinks=False)
        parser = MarkdownIt("commonmark", {"html": False}).enable(["strikethrough", "table"]).disable("image")
        self.parsed = parser.parse(text)
        for token in self._flatten_tokens(self.parsed):
            if token.type == "softbreak":
                token.type = "hardbreak"


def rendered(width: int) -> Prose:
    """Texts laid out for so many cells."""
    return partial(_blocks, width)


def _blocks(width: int, text: str) -> Iterator[Block]:
    if len(text) > limits.MARKDOWN_LAID_CHARS_MAX:
        yield Block(f"as written: {size_words(len(text))} are too much to lay out as Markdown", "hint")
        yield from as_written(text)
        return
    yield from _laid_out(text, width) or as_written(text)


@lru_cache(maxsize=_KEPT_TEXTS)
def _laid_out(text: str, width: int) -> tuple[Block, ...]:
    console = Console(file=io.StringIO(), width=width, theme=_THEME, legacy_windows=False, color_system=None)
    try:
        lines = console.render_lines(_Prompt(shown(text)), pad=False)
    except Exception:  # noqa: BLE001 - whatever a text does to the library, it can be read as it was written
        return tuple(as_written(text))
    blocks = []
    for line in lines:
        said, spans = "", []
        for segment in line:
            piece = printable(segment.text)
            look = segment.style.meta.get("look", "") if segment.style is not None else ""
            if look and piece.strip():
                spans.append((len(said), len(said) + len(piece.rstrip()), look))
            said += piece
        blocks.append(Block(said.rstrip(), spans=tuple(spans)))
    said_at = [number for number, block in enumerate(blocks) if block.text]
    return tuple(blocks[said_at[0] : said_at[-1] + 1]) if said_at else ()
