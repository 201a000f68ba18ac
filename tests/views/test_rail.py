"""Lanes as characters."""

from __future__ import annotations

from replaydbg.graph.lanes import Chain
from replaydbg.views.rail import rail
from replaydbg.views.signs import ASCII, UNICODE, Signs
from replaydbg.views.text import Span, plain, spans_width
from tests.support.runs import made_up, parallel_tools


def drawn(chain: Chain, lanes: int, signs: Signs = UNICODE) -> list[str]:
    return [
        plain(rail(laid, lanes, Span("o", "model-call"), signs=signs)).rstrip()
        for laid in chain.window(0, 99)
    ]


def test_fork_and_merge() -> None:
    assert drawn(Chain(parallel_tools(3)), 3) == ["o", "o─┬─╮", "o │ │", "│ o │", "│ │ o", "o─┴─╯"]
    assert drawn(Chain(parallel_tools(3)), 3, ASCII) == ["o", "o-+-.", "o | |", "| o |", "| | o", "o-+-'"]


def test_lanes_without_room_share_an_ellipsis() -> None:
    assert drawn(Chain(parallel_tools(4)), 3) == [
        "o", "o─┬─┬…", "o │ │…", "│ o │…", "│ │ o…", "│ │ …o", "o─┴─┴…",
    ]  # fmt: skip


def test_lanes_without_a_gap() -> None:
    def close(count: int, lanes: int) -> list[str]:
        return [
            plain(rail(laid, lanes, Span("o"), 1)).rstrip()
            for laid in Chain(parallel_tools(count)).window(0, 99)
        ]

    assert close(4, 4) == ["o", "o┬┬╮", "o│││", "│o││", "││o│", "│││o", "o┴┴╯"]
    assert close(4, 3) == ["o", "o┬┬…", "o││…", "│o│…", "││o…", "││…o", "o┴┴…"]


def test_the_width_is_kept() -> None:
    chain = Chain(made_up(300))
    chain.unfold_all()
    for laid in chain.window(0, len(chain)):
        for lanes in (1, 3, 8):
            assert spans_width(rail(laid, lanes, Span("o"))) == 2 * lanes
            assert spans_width(rail(laid, lanes, Span("o"), 1)) == lanes + 1


def test_bright_lanes() -> None:
    chain = Chain(parallel_tools(2))
    laid = chain.window(2, 3)[0]
    looks = {span.look for span in rail(laid, 2, Span("o", "sign"), bright={1})}
    assert looks == {"sign", "lane-bright"}
