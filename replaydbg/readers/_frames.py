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
        found: dict[str, dict[str, Json]] = {label: {} for label in value[mark]}
        for name, cells in value.items():  # by cells that are there: labels times columns may be far more
            for label, cell in loose.mapping(cells).items():
                if label in found:
                    found[label][name] = cell
        return list(found.values())
    names = loose.sequence(value.get("columns"))
    if mark in names:
        lines = [loose.sequence(line) for line in loose.sequence(value.get("data"))]
        return [dict(zip(map(str, names), line, strict=False)) for line in lines]
    listed = list(value.values())
    if listed and all(isinstance(row, dict) and mark in row for row in listed):
        return listed
    return None
