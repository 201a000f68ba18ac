"""Recorded traces of other people's programs, where they are present: they are no part of this repository.

`REPLAYDBG_CORPORA` names the folder; without it `shared/corpora` beside the checkout.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from replaydbg.readers._api import Document

_BESIDE = Path(__file__).resolve().parents[3] / "shared" / "corpora"
ROOT = Path(os.environ.get("REPLAYDBG_CORPORA", _BESIDE))


def corpus(name: str, pattern: str = "*") -> list[Path]:
    """The files of one corpus, sorted; an empty list where the corpora are absent."""
    return sorted(path for path in (ROOT / name).glob(pattern) if path.is_file())


def each_of(*names: str, pattern: str = "*", without: str = "") -> pytest.MarkDecorator:
    """Parametrize a test over the files of these corpora as `path`; one skipped test where they are absent."""
    paths = [
        path for name in names for path in corpus(name, pattern) if not without or without not in path.name
    ]
    if not paths:
        absent = pytest.mark.skip(reason=f"the corpora are not at {ROOT} (set REPLAYDBG_CORPORA)")
        return pytest.mark.parametrize("path", [pytest.param(ROOT, marks=absent)])
    return pytest.mark.parametrize("path", paths, ids=lambda path: f"{path.parent.name}/{path.name}"[:100])


def document(path: Path) -> Document:
    return Document(path.name, memoryview(path.read_bytes()))
