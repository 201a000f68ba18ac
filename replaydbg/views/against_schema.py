"""A value beside what its schema says of each place in it, with what is wrong at the place where it is wrong."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from replaydbg.core import pointer
from replaydbg.core.message import Json
from replaydbg.views.blocks import Block, Folds, json_blocks, one_line, shown
from replaydbg.views.exhibit import Held
from replaydbg.views.schema_words import declaration, meant, part_of, required_of
from replaydbg.views.text import clip
from replaydbg.views.wrapping import BESIDE_CELLS_MIN, Side, below, beside

_TEXT_SHOWN_CHARS = 1_500
_BROKEN_AROUND_CHARS = 300
_NOT_GIVEN_SHOWN_MAX = 20


def held_blocks(held: Held, folds: Folds, width: int) -> Iterator[Block]:
    """Two columns, the value and the schema; on narrow screens what the schema wants stands under what breaks it."""
    table = _Table(held, width)
    yield from table.heads()
    if held.broken is not None:
        yield from table.broken(held.broken)
        yield from table.wanted()
        return
    yield from table.value(folds)


class _Table:
    def __init__(self, held: Held, width: int) -> None:
        self.held = held
        self.width = width
        self.wide = width >= BESIDE_CELLS_MIN
        self.said: dict[str, list[str]] = {}
        for place, message in held.said:
            self.said.setdefault(place, []).append(message)

    def heads(self) -> Iterator[Block]:
        held = self.held
        number = f"#{held.row + 1} {held.what}"
        if held.schema is None:
            right = "no schema was recorded"
        else:
            source = f"#{held.source_row + 1}" if held.source_row >= 0 else held.source
            right = f"what the schema says (from {source})" if self.wide else f"schema from {source}"
        left = Side(shown(number), "heading")
        if self.wide:
            yield from beside(left, Side(shown(right), "heading"), self.width, Block(row=held.row))
        else:
            yield from below(left, Side(shown(right), "dim"), Block(row=held.row))

    def value(self, folds: Folds) -> Iterator[Block]:
        """Line by line the JSON of it."""
        for block in json_blocks(self.held.value, folds, name="held"):
            closer = block.look == "dim" and not block.fold
            declared, optional = (None, False) if closer else self.declared(block.place)
            wrong = [] if closer else self.said.pop(block.place, [])
            missing = [] if closer else list(self.missing(block.place, wrong))
            if closer and not block.place:
                yield from self.not_given()
            yield from self.line(_cut(block), declared or "", wrong, optional=optional)
            for name, words, messages in missing:
                gone = Block(f"{shown(one_line(name))}: (missing)", "error", indent=block.indent + 4)
                yield from self.line(gone, words, messages)
        for place, messages in self.said.items():
            for message in messages:
                yield Block(shown(f"✗ {place} {message}".replace("  ", " ")), "error", hang=2)

    def declared(self, place: str) -> tuple[str | None, bool]:
        """What the schema says of the place, and whether the place might be left out."""
        if self.held.schema is None:
            return None, False
        path = pointer.tokens(place)
        around: Json = self.held.schema
        for token in path[:-1]:
            around = part_of(around, token, self.held.schema)
        if not path:
            return declaration(meant(around, self.held.schema)), False
        mine = part_of(around, path[-1], self.held.schema)
        return declaration(meant(mine, self.held.schema)), path[-1] not in required_of(
            around, self.held.schema
        )

    def missing(self, place: str, wrong: list[str]) -> Iterator[tuple[str, str, list[str]]]:
        """Fields that the object here lacks: name, what the schema says of each, and the messages that name it."""
        value = _got(self.held.value, place)
        schema: Json = self.held.schema
        for token in pointer.tokens(place):
            schema = part_of(schema, token, self.held.schema)
        if not isinstance(value, dict) or self.held.schema is None:
            return
        for name in required_of(schema, self.held.schema):
            if not isinstance(name, str) or name in value:
                continue
            own = [message for message in wrong if f'"{name}"' in message]
            wrong[:] = [message for message in wrong if message not in own]
            words = declaration(meant(part_of(schema, name, self.held.schema), self.held.schema))
            yield name, words, own or ["it is missing"]

    def not_given(self) -> Iterator[Block]:
        """Fields of the outermost object that might have been given: what else could have been meant."""
        schema, value = meant(self.held.schema, self.held.schema), self.held.value
        properties = schema.get("properties") if isinstance(schema, dict) else None
        if not self.wide or not isinstance(properties, dict) or not isinstance(value, dict):
            return
        needed = required_of(schema, self.held.schema)
        left = [name for name in properties if name not in value and name not in needed]
        for name in left[:_NOT_GIVEN_SHOWN_MAX]:
            words = declaration(meant(properties[name], self.held.schema))
            text = f"{shown(one_line(name))}: (not given)"
            yield from self.line(Block(text, "dim", indent=4), words, [], optional=True)

    def line(
        self, block: Block, declared: str, wrong: list[str], *, optional: bool = False
    ) -> Iterator[Block]:
        """One line of the value, what is said of it, and under it what is wrong."""
        mark = replace(block, mark="✗" if wrong else "", mark_look="error", row=-1)
        left = Side(block.text, "error" if wrong else block.look, () if wrong else block.spans, block.indent)
        right = Side(
            f"{declared}, optional" if declared and optional else declared, "warning" if wrong else "hint"
        )
        if self.wide:
            yield from beside(left, right, self.width, mark)
        else:
            wants = Side(f"wants {declared}", "hint", indent=block.indent + 2)
            yield from below(left, wants if wrong and declared else Side(), mark)
        for message in wrong:
            told = Side(f"↳ {shown(message)}", "error", indent=block.indent + 2)
            yield from beside(told, Side(), self.width) if self.wide else below(told, Side())

    def broken(self, text: str) -> Iterator[Block]:
        """The text around the place where it stops being JSON."""
        at = self.held.offset if 0 <= self.held.offset <= len(text) else len(text)
        begin, end = max(0, at - _BROKEN_AROUND_CHARS), min(len(text), at + _BROKEN_AROUND_CHARS)
        before, after = shown(text[begin:at]), shown(text[at:end])
        lead, sign = "…" if begin else "", ">>here<<"
        whole = f"{lead}{before}{sign}{after}{'…' if end < len(text) else ''}"
        start = len(lead) + len(before)
        yield Block(
            whole, spans=((start, start + len(sign), "error"), (start + len(sign), len(whole), "dim")),
            mark="✗", mark_look="error", row=self.held.row,
        )  # fmt: skip
        for messages in self.said.values():
            for message in messages:
                yield Block(f"↳ {shown(message)}", "error", hang=2)

    def wanted(self) -> Iterator[Block]:
        """What the schema says of each field, where there is no value to set it beside."""
        schema = meant(self.held.schema, self.held.schema)
        properties = schema.get("properties") if isinstance(schema, dict) else None
        if not isinstance(properties, dict):
            return
        needed = required_of(schema, self.held.schema)
        yield Block()
        yield Block("what the schema says of each field", "dim")
        for name, inner in list(properties.items())[:_NOT_GIVEN_SHOWN_MAX]:
            words = declaration(meant(inner, self.held.schema))
            key = shown(str(name))
            text = f"{key}  {words}" + ("" if name in needed else ", optional")
            yield Block(text, "hint", ((0, len(key), "json-key"),), indent=2, hang=2)


def _got(value: Json, place: str) -> Json:
    try:
        return pointer.get(value, place)
    except pointer.PointerError:
        return None


def _cut(block: Block) -> Block:
    """Long texts are read on the step itself."""
    if len(block.text) <= _TEXT_SHOWN_CHARS:
        return block
    text = clip(block.text, _TEXT_SHOWN_CHARS)
    spans = tuple((begin, min(end, len(text)), look) for begin, end, look in block.spans if begin < len(text))
    return replace(block, text=text, spans=spans)
