"""Blocks: what a pane of text says, as plain rows. A block is one part of a text; the pane wraps it to its width.

Blocks are made one after the other as the pane comes to need them, so a view of ten megabytes costs what is seen of it.
`look` is a word for the meaning of a text ("error", "json-key", "dim", ...); the theme gives it its colour.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import chain

from replaydbg.core.message import Json
from replaydbg.views.pictures import described, instead_of, picture_in
from replaydbg.views.text import printable

Spans = tuple[tuple[int, int, str], ...]
"""Stretches of a text, from and up to an offset, and their look."""


NO_VALUE = object()


@dataclass(frozen=True, slots=True)
class Block:
    """`text` may hold line ends; it has been made printable. `mark` stands in the gutter beside each of its lines."""

    text: str = ""
    look: str = ""
    spans: Spans = ()
    indent: int = 0
    hang: int = 0
    """By how much more the lines after the first are indented."""
    mark: str = ""
    mark_look: str = ""
    place: str = ""
    """JSON pointer into the step document of what is shown; "" where it is of no one place."""
    fold: str = ""
    """Name of what this line folds and unfolds; "" where there is nothing to fold."""
    row: int = -1
    """The step that this line leads to; -1 for none."""
    inside: str = ""
    """Name of the nearest fold that this is inside of: where that is folded this is not there."""
    value: Json = field(default=NO_VALUE, compare=False, repr=False)
    """What is shown here, for copying it; NO_VALUE where the text is all there is."""


@dataclass(frozen=True, slots=True)
class Folds:
    """What a person folded and unfolded: `turned` are folds that are not as they would be by themselves."""

    turned: frozenset[str] = frozenset()
    all_open: bool | None = None

    def is_open(self, name: str, usual: bool) -> bool:
        return (usual if self.all_open is None else self.all_open) ^ (name in self.turned)

    def toggled(self, name: str) -> Folds:
        return replace(self, turned=self.turned ^ {name})


def shown(text: str) -> str:
    """The text with line ends kept, tabs made spaces, and everything that could harm or mislead a terminal escaped."""
    text = text.replace("\r\n", "\n").replace("\t", "    ")
    if _HARMLESS.fullmatch(text):
        return text
    return "\n".join(printable(line) for line in text.split("\n"))


_HARMLESS = re.compile(r"[\n\x20-\x7e\xa1-\xac\xae-\u02ff]*")
"""Latin text has no control characters, no marks of direction and nothing of zero width; most text ends here."""


def size_words(chars: int) -> str:
    """`812 chars`, `1.2 MB`: what it is to read, not what it is on the disk."""
    if chars < 10_000:
        return f"{chars:,} chars".replace(",", " ")
    return f"{chars / 1e6:.1f} MB" if chars >= 1_000_000 else f"{chars / 1e3:.0f} kB"


def one_line(value: Json) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)


def as_json(text: str) -> Json | None:
    """The value if the text is a JSON object or array, as results of tools often are; None otherwise."""
    stripped = text.strip()
    if stripped[:1] not in ("{", "[") or stripped[-1:] not in ("}", "]"):
        return None
    try:
        value = json.loads(stripped)
    except (ValueError, RecursionError):
        return None
    return value or None


def fold_sign(is_open: bool) -> str:
    return "▾ " if is_open else "▸ "


def plain_lines(blocks: Iterable[Block]) -> Iterator[str]:
    """The blocks as lines of plain text, indented as they are shown."""
    for block in blocks:
        indent = " " * block.indent
        yield "\n".join(f"{indent}{line}".rstrip() for line in block.text.split("\n")) + "\n"


def copied(block: Block) -> str:
    """What a person gets who copies the line: the value that it shows, whole, else what it says."""
    if block.value is NO_VALUE:
        return block.text
    return (
        block.value if isinstance(block.value, str) else json.dumps(block.value, ensure_ascii=False, indent=2)
    )


@dataclass(frozen=True, slots=True)
class _Under(Folds):
    outer: Folds = field(default_factory=Folds)
    prefix: str = ""

    def is_open(self, name: str, usual: bool) -> bool:
        return self.outer.is_open(self.prefix + name, usual)


def under(prefix: str, folds: Folds, make: Callable[[Folds], Iterator[Block]]) -> Iterator[Block]:
    """Blocks of one of several things that name their folds alike."""
    for block in make(_Under(outer=folds, prefix=prefix)):
        if block.fold or block.inside:
            fold, inside = (prefix + name if name else "" for name in (block.fold, block.inside))
            yield replace(block, fold=fold, inside=inside)
        else:
            yield block


def folded_in(fold: str, blocks: Iterable[Block]) -> Iterator[Block]:
    """The blocks as what this fold hides when it is folded."""
    for block in blocks:
        yield block if block.inside else replace(block, inside=fold)


def value_blocks(
    value: Json, folds: Folds, *, place: str = "", indent: int = 0, fold: str = ""
) -> Iterator[Block]:
    """A value as a person reads it: text as text, also when it is JSON in a string; anything else as JSON."""
    if isinstance(value, str):
        inner = as_json(value)
        if inner is None:
            yield Block(shown(value) or '""', "" if value else "dim", indent=indent, place=place, value=value)
            return
        value = inner
    yield from json_blocks(value, folds, place=place, indent=indent, name=fold)


def json_blocks(
    value: Json, folds: Folds, *, place: str = "", indent: int = 0, name: str = "", exact: bool = False
) -> Iterator[Block]:
    """One block for each line of the indented JSON; containers fold, and so does text of several lines, which stands below its
    key as it is unless the JSON is wanted `exact`. Iterative: nesting must not end the program.
    """
    waiting: list[Iterator[_Entry]] = [iter([(0, "", name + place, value, "", place, "")])]
    while waiting:
        entry = next(waiting[-1], None)
        if entry is None:
            waiting.pop()
            continue
        depth, label, path, item, comma, at, around = entry
        begin = indent + 2 * depth
        if item is _CLOSER:
            yield Block(label + comma, "dim", indent=begin + 2, place=at, inside=around)
            continue
        if not exact and (lines := lines_below(item)):
            is_open = folds.is_open(path, usual=lines <= _SMALL_VALUES)
            text = below_words(lines, is_open=is_open)
            yield _container(label, text, item, is_open, indent=begin, place=at, fold=path, inside=around)
            if is_open:
                yield text_below(item, indent=begin + 4, place=at, inside=path)
            continue
        if not isinstance(item, dict | list) or not item:
            yield _leaf(label, item, comma, indent=begin + 2, place=at, inside=around)
            continue
        opener, closer = ("{", "}") if isinstance(item, dict) else ("[", "]")
        picture = picture_in(item)
        is_open = folds.is_open(path, usual=picture is None and (depth == 0 or _is_small(item)))
        about = count_words(item) if picture is None else described(picture)
        text = opener if is_open else f"{opener}…{closer}{comma}  {about}"
        yield _container(label, text, item, is_open, indent=begin, place=at, fold=path, inside=around)
        if not is_open:
            continue
        waiting.append(
            chain(_entries(item, depth + 1, path, at), [(depth, closer, "", _CLOSER, comma, at, path)])
        )


_Entry = tuple[int, str, str, Json, str, str, str]
"""Depth, label, name of its fold, value, comma, place, and the fold that it is inside of."""


def _entries(item: dict[str, Json] | list[Json], depth: int, path: str, at: str) -> Iterator[_Entry]:
    """Those of a container, each made when its line is: nobody scrolls through a million."""
    keyed = isinstance(item, dict)
    for number, (key, child) in enumerate(item.items() if isinstance(item, dict) else enumerate(item), 1):
        step = "/" + str(key).replace("~", "~0").replace("/", "~1")
        comma = "," if number < len(item) else ""
        yield depth, one_line(key) if keyed else "", path + step, child, comma, at + step, path


def lines_below(value: Json) -> int:
    """Of text how many lines are to stand below its name, 0 for none: a file that an agent writes is not read in one."""
    if not isinstance(value, str) or "\n" not in value or instead_of(value):
        return 0
    lines = value.rstrip("\n").count("\n") + 1
    return lines if lines > 1 else 0


def below_words(lines: int, *, is_open: bool) -> str:
    """What stands beside the name of such a text: the sign that YAML has for it."""
    return "|" if is_open else f"|…  {lines} lines"


def text_below(text: str, *, indent: int, place: str, inside: str) -> Block:
    """The text that stands below its name."""
    said = shown(text.rstrip("\n"))
    return Block(said, "json-string", indent=indent, place=place, inside=inside, value=text)


def count_words(item: Json) -> str:
    """`3 keys`, `1 item`: how much a container holds."""
    keys = isinstance(item, dict)
    return f"{len(item)} {'key' if keys else 'item'}{'' if len(item) == 1 else 's'}"


_CLOSER = object()
_SMALL_VALUES = 40


def _is_small(item: Json) -> bool:
    """Whether it shows in about a screen; looks at no more values than that."""
    left, waiting = _SMALL_VALUES, [item]
    while waiting:
        children = waiting.pop()
        left -= len(children)
        if left < 0:
            return False
        waiting.extend(
            child
            for child in (children.values() if isinstance(children, dict) else children)
            if isinstance(child, dict | list)
        )
    return True


def _container(
    label: str, text: str, value: Json, is_open: bool, *, indent: int, place: str, fold: str, inside: str
) -> Block:
    label, sign = shown(label), fold_sign(is_open)
    whole = f"{sign}{label}: {text}" if label else f"{sign}{text}"
    start = len(sign)
    spans = (
        (0, start, "dim"),
        (start, start + len(label), "json-key"),
        (start + len(label), len(whole), "dim"),
    )
    return Block(whole, spans=spans, indent=indent, place=place, fold=fold, inside=inside, value=value)


def _leaf(label: str, value: Json, comma: str, *, indent: int, place: str, inside: str) -> Block:
    words = instead_of(value) if isinstance(value, str) else ""
    label, text = shown(label), words or shown(one_line(value))
    look = "dim" if words else "json-string" if isinstance(value, str) else "json-number"
    if value is None or isinstance(value, bool):
        look = "json-literal"
    lead = f"{label}: " if label else ""
    end = len(lead) + len(text)
    spans = (
        (0, len(label), "json-key"),
        (len(label), len(lead), "dim"),
        (len(lead), end, look),
        (end, end + 1, "dim"),
    )
    return Block(lead + text + comma, spans=spans, indent=indent, place=place, inside=inside, value=value)
