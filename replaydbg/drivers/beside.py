"""Files that are one recording together: a session and its sub-agents, the events of a run.

What belongs to what the readers say; here names are listed and files opened, near the one that was named and nowhere
else.
"""

from __future__ import annotations

import glob
import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from replaydbg import limits
from replaydbg.core.finding import Notice
from replaydbg.drivers import files
from replaydbg.errors import UnreadableInput
from replaydbg.readers import _beside
from replaydbg.readers._api import Document


def main_file(path: str, patterns: Iterable[str]) -> str:
    """Of a folder that is one recording the file that stands for it, by the first pattern that one fits; else the path."""
    folder = Path(path)
    if path == files.STANDARD_INPUT or not folder.is_dir():
        return path
    name = folder.resolve().name
    for pattern in patterns:
        found = sorted(folder.glob(pattern.format(name=glob.escape(name))))
        if found:
            return os.path.normpath(found[0])
    return path


def without_parts(paths: Iterable[str], parts: Sequence[tuple[str, str]]) -> Iterator[str]:
    """The files less those that are opened together with another one, by what `Reader.parts` says of their names."""
    return _beside.without_parts(paths, parts, _first)


def _first(name: str) -> str:
    """The first of the files of this name, which may hold a `*`; "" where there is none."""
    folder, _, last = name.rpartition("/")
    found = Path(folder).glob(last) if "*" in last else filter(Path.is_file, (Path(name),))
    return min((f"{folder}/{path.name}" if folder else path.name for path in found), default="")


def names(path: str, *, across: bool = False) -> Iterator[str]:
    """Names near a file, as seen from its folder: the files beside it, and those below the folder called as it is.

    `across` adds those called as it is in the folders beside its folder. Nothing is looked up before the first is asked for.
    """
    yield from _names(path, across=across)


def _names(path: str, *, across: bool) -> list[str]:
    folder = Path(path).parent
    own = folder / Path(path).name.partition(".")[0]
    found: list[str] = []
    for top in (folder,) if own.is_symlink() else (folder, own):
        for place, folders, near in os.walk(top):  # which follows no links
            folders[:] = sorted(folders) if top is own else []
            within = (
                Path(place).relative_to(folder).as_posix()
            )  # once a folder: it may hold ten thousand files
            found += sorted(near) if within == "." else (f"{within}/{name}" for name in sorted(near))
            if len(found) > limits.NAMES_BESIDE_MAX:
                return found[: limits.NAMES_BESIDE_MAX]
    found += _across(path) if across else ()
    return found[: limits.NAMES_BESIDE_MAX]


def _across(path: str) -> list[str]:
    folder, name = Path(path).resolve().parent, Path(path).name
    others = sorted(other for other in folder.parent.iterdir() if other.is_dir() and not other.is_symlink())
    return [f"../{other.name}/{name}" for other in others if other != folder and (other / name).is_file()]


def opened(path: str, names: Sequence[str]) -> tuple[dict[str, Document], tuple[Notice, ...]]:
    """The files of these names near the file at `path`, and what could not be had. A link may lead anywhere: not read."""
    documents: dict[str, Document] = {}
    notices = []
    for name in names[: limits.FILES_BESIDE_MAX]:
        file = Path(path).parent / name
        if file.is_symlink():
            notices.append(Notice(name, "a link, not followed"))
            continue
        try:
            documents[name] = files.open_document(str(file)).document
        except UnreadableInput as error:
            notices.append(Notice(name, str(error)))
    if len(names) > limits.FILES_BESIDE_MAX:
        more = len(names) - limits.FILES_BESIDE_MAX
        notices.append(
            Notice(
                "",
                f"{more} more file{'s belong' if more > 1 else ' belongs'} to this recording than are opened with it",
            )
        )
    return documents, tuple(notices)
