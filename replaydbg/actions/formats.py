"""Which formats are read and written, and how such a file is got out of the product that writes it."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterable
from dataclasses import dataclass

from replaydbg.core.finding import Notice
from replaydbg.readers import _registry as readers
from replaydbg.writers import _registry as writers

_GET_ONE = "Get one: "


@dataclass(frozen=True, slots=True)
class Format:
    """`get_one` is a sentence for people, "" where its reader says none."""

    name: str
    title: str
    get_one: str = ""


def read() -> tuple[tuple[Format, ...], tuple[Notice, ...]]:
    """The formats that are read, those of plug-ins too, and what is wrong with plug-ins."""
    known, notices = readers.readers()
    return tuple(Format(each.name, each.title, _how(each.read.__module__)) for each in known), notices


def about(formats: Iterable[Format], words: Iterable[str]) -> list[Format]:
    """Those that name all of the words: in their names, their titles, or in how one gets such a file."""
    asked = [word.casefold() for word in words]
    return [
        each
        for each in formats
        if all(word in f"{each.name}\n{each.title}\n{each.get_one}".casefold() for word in asked)
    ]


def written() -> tuple[Format, ...]:
    return tuple(
        Format(each.name, each.title, f"`replaydbg convert TRACE --to {each.name}`")
        for each in writers.writers()
    )


def _how(module: str) -> str:
    """The last paragraph of the module's docstring, if it is the one that says so."""
    text = inspect.cleandoc(getattr(sys.modules.get(module), "__doc__", None) or "")
    last = " ".join(text.rpartition("\n\n")[2].split())
    return last.removeprefix(_GET_ONE) if last.startswith(_GET_ONE) else ""
