"""Data frames as pandas writes them in JSON: by columns unless it is told otherwise, which no reader of rows would know."""

from __future__ import annotations

from replaydbg.core.message import Json
from replaydbg.wire import loose


def rows(value: Json, mark: str) -> list[Json] | None:
    """The rows of a frame that has a column called `mark`; None where the value is none, or has rows already.

    Its forms: `{column: {label: cell}}`, `{label: {column: cell}}`, `{columns: [...], data: [[...]]}`.
    """
    if not isinstance(value, dict):
        return None
    if isinstance(value.get(mark), dict):
        columns = {name: loose.mapping(cells) for name, cells in value.items()}
        return [{name: cells.get(label) for name, cells in columns.items()} for label in value[mark]]
    names = loose.sequence(value.get("columns"))
    if mark in names:
        lines = [loose.sequence(line) for line in loose.sequence(value.get("data"))]
        return [dict(zip(map(str, names), line, strict=False)) for line in lines]
    found = list(value.values())
    if found and all(isinstance(row, dict) and mark in row for row in found):
        return found
    return None
