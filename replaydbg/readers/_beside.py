"""Names of files that belong together: which of them are opened with another one, and, in an archive, which lie near one.

What belongs to what the readers say (`Reader.beside`, `Reader.parts`). In folders names are looked up by `drivers/beside.py`.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from fnmatch import filter as fitting
from itertools import islice
from posixpath import normpath

from replaydbg import limits


def without_parts(
    paths: Iterable[str], parts: Sequence[tuple[str, str]], first: Callable[[str], str]
) -> Iterator[str]:
    """The paths less those of files that are opened together with another one, by what `Reader.parts` says of them.

    `first` gives the first of the files of a name, which may hold a `*`; "" where there is none.
    """
    known: dict[str, str] = {}
    for path in paths:
        name = path.replace("\\", "/")
        matches = ((re.fullmatch(expression, name), main) for expression, main in parts)
        mains = {match.expand(main) for match, main in matches if match is not None}
        for main in mains - known.keys():
            known[main] = first(main)
        if all(known[main] in ("", name) for main in mains):
            yield path


class Tree:
    """The files of an archive as if they lay in a folder."""

    def __init__(self, names: Iterable[str]) -> None:
        self._names = sorted(names)
        self._inside = defaultdict[str, list[str]](list)
        """Names of the files in each folder."""
        self._alike = defaultdict[tuple[str, str], list[str]](list)
        """Folders by what lies above them and a file that each of them has."""
        for name in self._names:
            folder, _, last = name.rpartition("/")
            self._inside[folder].append(last)
            self._alike[folder.rpartition("/")[0], last].append(folder)

    def mains(self, parts: Sequence[tuple[str, str]]) -> set[str]:
        """The files that are opened with no other one."""
        return set(without_parts(self._names, parts, self._first))

    def _first(self, name: str) -> str:
        folder, _, last = name.rpartition("/")
        found = (
            fitting(self._inside[folder], last) if "*" in last else {last}.intersection(self._inside[folder])
        )
        return min((f"{folder}/{one}" if folder else one for one in found), default="")

    def near(self, name: str, *, across: bool) -> list[str]:
        """Names as `Reader.beside` is given them: of the file's folder, of the folder called as it is, and `across` folders."""
        folder, _, last = name.rpartition("/")
        prefix = f"{folder}/" if folder else ""
        own = f"{prefix}{last.partition('.')[0]}/"
        found = list(self._inside[folder])
        for other in islice(self._names, bisect_left(self._names, own), None):
            if not other.startswith(own):
                break
            found.append(other.removeprefix(prefix))
        if across:
            found += (
                f"../{other.rpartition('/')[2]}/{last}"
                for other in self._alike[folder.rpartition("/")[0], last]
                if folder and other and other != folder
            )
        return found[: limits.NAMES_BESIDE_MAX]

    def resolved(self, name: str, near: str) -> str:
        """The name in the archive of a file near this one."""
        return normpath(f"{name.rpartition('/')[0]}/{near}").lstrip("/")
