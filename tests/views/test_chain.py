"""The rows of the list of steps, as text."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from replaydbg.core.branch import Provenance
from replaydbg.core.finding import Finding, Severity
from replaydbg.core.trace import Trace
from replaydbg.graph.facts import Facts
from replaydbg.graph.lanes import Chain
from replaydbg.views.bars import Axis
from replaydbg.views.chain import ChainView
from replaydbg.views.signs import ASCII, UNICODE
from replaydbg.views.text import plain, spans_width
from tests.support.build import agent, assistant, call, model_call, tool_execution, trace
from tests.support.golden import same_as_golden
from tests.support.runs import any_run, loop_findings, looping, made_up, parallel_tools, sub_agent

RUNS = {
    "loop": looping(6),
    "parallel": parallel_tools(4),
    "wide": parallel_tools(20),
    "sub-agent": sub_agent(),
}


def listing(view: ChainView, width: int) -> Iterator[str]:
    """The rows as text, for a pipe or a terminal that can not be drawn on; trailing blanks left out."""
    count = len(view.chain)
    for start in range(0, count, 64):
        window = view.chain.window(start, start + 64)
        columns = view.columns(width, max(laid.width for laid in window))
        for laid in window:
            yield plain(view.line(laid, columns)).rstrip()


def view_of(run: Trace, *, opened: bool = False, **given_: object) -> ChainView:
    chain = Chain(run, Facts(run))
    if opened:
        chain.unfold_all()
    return ChainView(chain, loop_findings(run) if run is RUNS["loop"] else (), **given_)  # type: ignore[arg-type]


@pytest.mark.parametrize("width", [40, 80, 120])
@pytest.mark.parametrize("name", sorted(RUNS))
def test_listing(name: str, width: int) -> None:
    folded = "\n".join(listing(view_of(RUNS[name]), width))
    opened = "\n".join(listing(view_of(RUNS[name], opened=True), width))
    same_as_golden(__file__, f"{name}-{width}", f"{folded}\n{'=' * width}\n{opened}")


def test_ascii_has_a_sign_for_everything() -> None:
    text = "\n".join(
        line for run in RUNS.values() for line in listing(view_of(run, opened=True, signs=ASCII), 100)
    )
    assert text.isascii()
    same_as_golden(__file__, "ascii", text)


@settings(max_examples=40)
@given(any_run(), st.integers(10, 160), st.booleans())
def test_every_row_is_as_wide_as_asked(run: Trace, width: int, bars: bool) -> None:
    view = ChainView(Chain(run))
    window = view.chain.window(0, len(view.chain))
    columns = view.columns(width, max(laid.width for laid in window), bars=bars)
    axis = view.axis(window)
    assert all(spans_width(view.line(laid, columns, axis=axis)) == width for laid in window)


def test_marks_of_hidden_steps_show_on_the_fold() -> None:
    view = view_of(RUNS["loop"])
    row = next(line for line in listing(view, 80) if "↻" in line)
    assert "‼" in row
    assert "×6" in row
    assert "12 of 12 steps" in row


def test_where_the_steps_of_a_branch_came_from() -> None:
    run = RUNS["parallel"]
    words = [
        Provenance.RECORDED,
        Provenance.EDITED,
        *[Provenance.LIVE] * 3,
        Provenance.STALE,
        Provenance.HUMAN,
    ]
    shown = [line[4:5] for line in listing(view_of(run, origins=words), 80)]
    assert shown == ["=", "✎", "★", "★", "★", "~", "☺"]
    some = [line[4:5].strip() for line in listing(view_of(run, origins={1: "edited", 6: "rerun"}), 80)]
    assert some == ["", "✎", "", "", "", "", "»"]


def test_every_provenance_has_a_sign() -> None:
    for signs in (UNICODE, ASCII):
        assert {str(word) for word in Provenance} <= signs.origins.keys()
        assert {"edited", "rerun", "reused", "unproven"} <= signs.origins.keys()


def test_agents_say_their_tokens_and_cost_once() -> None:
    from replaydbg.core.step import Usage

    run = trace(
        agent(
            "a",
            "one",
            model_call("m1", None, "x", usage=Usage(1000, 0), cost_usd=0.25),
            model_call("m2", None, "y", usage=Usage(0, 500), cost_usd=0.5),
        )
    )
    first, second, third = listing(view_of(run), 120)
    assert "1.5k tok" in first
    assert "$0.75" in first
    assert "1.0k tok" in second
    assert "500 tok" in third


def test_bars_stand_where_the_steps_ran() -> None:
    run = RUNS["parallel"]
    view = view_of(run)
    window = view.chain.window(0, 99)
    axis = view.axis(window)
    assert axis == Axis(run.starts_ns[1], run.ends_ns[6])
    columns = view.columns(120, 4, bars=True)
    rows = [plain(view.line(laid, columns, axis=axis))[-columns.bar :] for laid in window]
    begins = [len(row) - len(row.lstrip()) for row in rows[1:]]
    assert begins == sorted(begins)
    assert all(row.strip() for row in rows)


def test_findings_about_unknown_steps_are_passed_over() -> None:
    finding = Finding("X", "x", Severity.ERROR, "m", ("nobody", "m1"))
    view = ChainView(Chain(RUNS["parallel"]), (finding,))
    assert view.stops == [1]


def test_text_of_the_trace_can_not_reach_the_terminal_raw() -> None:
    bad = call("evil\x1b]0;x\x07", {"k\u202e": "\x1b[2J"}, "c")
    run = trace(
        agent(
            "a",
            "a\x9bm",
            model_call("m\u200b", None, assistant("", bad)),
            tool_execution("t", bad, "\x00\r\n"),
        )
    )
    text = "".join(listing(view_of(run), 120))
    assert all(char.isprintable() for char in text)


def test_a_long_run_lists_all_its_steps() -> None:
    run = made_up(400)
    view = view_of(run, opened=True)
    numbers = [line.split()[0] for line in listing(view, 100)]
    assert [number for number in numbers if number.isdecimal()] == [str(n + 1) for n in range(len(run))]
