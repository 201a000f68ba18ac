"""The whole run in two columns."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from replaydbg.graph.lanes import Chain
from replaydbg.views.chain import ChainView
from replaydbg.views.minimap import bucket, minimap_line, row_at
from replaydbg.views.text import plain
from tests.support.runs import loop_findings, looping, made_up


def test_findings_and_the_view_are_marked() -> None:
    run = looping(6)
    view = ChainView(Chain(run), loop_findings(run))
    view.chain.unfold_all()
    count = len(view.chain)
    lines = [minimap_line(view, y, 40, 0, 5) for y in range(40)]
    assert [plain(line)[0] for line in lines[:6]] == ["▐"] * 5 + [" "]
    looks = {view.chain.entry(y).row: lines[y][1].look for y in range(count)}
    assert looks[run.row("t1")] == "error"
    assert looks[run.row("m1")] == "warning"
    assert looks[run.row("m0")] == "quiet"
    assert plain(lines[count]) == "  "
    signs = {line[1].look: line[1].text for line in lines[:count]}
    assert len(set(signs.values())) == len(signs) >= 3, "no two of them by colour alone"


def test_folding_hides_nothing() -> None:
    run = looping(6)
    view = ChainView(Chain(run), loop_findings(run))
    assert any(line[1].look == "error" for line in (minimap_line(view, y, 4, 0, 2) for y in range(4)))


def test_plain_is_ascii() -> None:
    run = looping(6, failing=True)
    view = ChainView(Chain(run), loop_findings(run))
    assert all(plain(minimap_line(view, y, 9, 0, 3, plain=True)).isascii() for y in range(9))


@given(st.integers(1, 80), st.integers(0, 5000))
def test_every_row_is_on_one_line(height: int, count: int) -> None:
    seen: list[int] = []
    for y in range(height):
        first, last = bucket(y, height, count)
        seen.extend(row for row in range(first, last) if row < count)
    assert seen == list(range(count))
    assert all(0 <= row_at(y, height, count) <= max(0, count - 1) for y in range(height))


def test_a_long_run_fits_any_height() -> None:
    view = ChainView(Chain(made_up(500)))
    assert all(len(plain(minimap_line(view, y, 7, 3, 20))) == 2 for y in range(7))
