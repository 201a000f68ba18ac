"""Where the session of a recording may lie. Asked of every recording, most of which have none: nothing here opens one."""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path

SUFFIX = ".replaydbg.sqlite3"


def places(source_path: str, digest: str) -> tuple[Path, ...]:
    """Where the session of a recording may lie, best first: beside it, then in the user's state folder.

    The last two carry the digest in their name, for recordings that have taken another one's name or have none.
    """
    import platformdirs

    stem = "stdin" if source_path == "-" else Path(source_path).name
    named = f"{stem}.{digest.rpartition('-')[2][:8]}{SUFFIX}"
    state = Path(platformdirs.user_state_dir("replaydbg", appauthor=False)) / "sessions" / named
    if source_path == "-":
        return (state,)
    beside = Path(source_path).resolve()
    return (beside.with_name(stem + SUFFIX), beside.with_name(named), state)


def may_have_session(source_path: str) -> bool:
    """Whether any of the `places` may hold something: asked before a large recording is read for its digest."""
    folders = {place.parent for place in places(source_path, "")}
    stem = Path(source_path).name
    return any(name.startswith(stem) for folder in folders for name in _sessions_in(folder))


def _sessions_in(folder: Path) -> tuple[str, ...]:
    try:
        return _listed(folder, folder.stat().st_mtime_ns)
    except OSError:
        return ()


@lru_cache(maxsize=64)
def _listed(folder: Path, _changed_ns: int) -> tuple[str, ...]:
    """Session files of a folder, as long as it does not change: a folder may hold ten thousand recordings."""
    return tuple(entry.name for entry in folder.iterdir() if entry.name.endswith(SUFFIX))


def is_there(path: Path) -> bool:
    """Whether something is kept at that place; a folder that can not be looked into holds nothing for us."""
    try:
        return path.stat().st_size > 0
    except OSError:
        return False


def writable(path: Path) -> bool:
    """Whether a session file could be opened or made there."""
    if is_there(path):
        return os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)
    folder = next((parent for parent in path.parents if parent.exists()), path.parent)
    return os.access(folder, os.W_OK)
