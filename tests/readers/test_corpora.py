"""Every file of the corpora is read by the reader it belongs to, with as much in it as ever."""

from __future__ import annotations

import pytest

from tests.support import corpora, pinned


@pytest.mark.parametrize(
    ("format_name", "name", "counts"), [pytest.param(*row, id=row[1][:100]) for row in pinned.pinned()]
)
def test_as_pinned(format_name: str, name: str, counts: pinned.Row) -> None:
    path = corpora.ROOT / name
    if not path.exists():
        pytest.skip(f"the corpora are not at {corpora.ROOT} (set REPLAYDBG_CORPORA)")
    assert (format_name, counts) == pinned.row(path)


def test_each_file_is_pinned_once() -> None:
    names = [name for _, name, _ in pinned.pinned()]
    assert len(names) == len(set(names))
    if not corpora.ROOT.is_dir():
        pytest.skip(f"the corpora are not at {corpora.ROOT} (set REPLAYDBG_CORPORA)")
    assert sorted(path.relative_to(corpora.ROOT).as_posix() for path in pinned.files([])) == sorted(names)
