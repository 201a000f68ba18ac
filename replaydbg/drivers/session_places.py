"""Where the session of a recording may lie. Asked of every recording, most of which have none: nothing here opens one."""

from __future__ import annotations

import os
import time
from functools import lru_cache
from pathlib import Path

SUFFIX = ".replaydbg.sqlite3"

_SETTLED_NS = 2_000_000_000
"""A folder that changed less long ago may change again without a sign of it: clocks of file systems are that coarse."""


def places(source_path: str, digest: str) -> tuple[Path, ...]:
    """Where the session of a recording may lie, best first: beside it, then in the user's state folder.

    The last two carry the digest in their name, for recordings that have taken another one's name or have none.
    """
    stem = "stdin" if source_path == "-" else Path(source_path).name
    named = f"{stem}.{digest.rpartition('-')[2][:8]}{SUFFIX}"
    state = _state_folder() / named
    if source_path == "-":
        return (state,)
    beside = Path(source_path).resolve()
    return (beside.with_name(stem + SUFFIX), beside.with_name(named), state)


def may_have_session(source_path: str) -> bool:
    """Whether any of the `places` may hold something: asked before a large recording is read for its digest.

    Of ten thousand small recordings in one folder this is asked of each, so what is the same for all is kept.
    """
    path = Path(source_path)
    beside = path.resolve().parent if path.is_symlink() else _real(Path.cwd(), path.parent)
    return any(
        name.startswith(path.name) for folder in (beside, _state_folder()) for name in _sessions_in(folder)
    )


def _state_folder() -> Path:
    return _state_of(os.environ.get("XDG_STATE_HOME"), os.environ.get("HOME"))


@lru_cache(maxsize=4)
def _state_of(*_environ: str | None) -> Path:
    import platformdirs

    return Path(platformdirs.user_state_dir("replaydbg", appauthor=False), "sessions")


@lru_cache(maxsize=64)
def _real(below: Path, folder: Path) -> Path:
    return (below / folder).resolve()


def _sessions_in(folder: Path) -> tuple[str, ...]:
    try:
        changed_ns = folder.stat().st_mtime_ns
        is_settled = time.time_ns() - changed_ns > _SETTLED_NS
        return (_listed if is_settled else _listed.__wrapped__)(folder, changed_ns)
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
