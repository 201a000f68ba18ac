"""The form of a trial and its table, as words."""

from __future__ import annotations

from dataclasses import replace

from replaydbg.replay.api import Progress
from replaydbg.replay.sampling import Arm, Judged, verdict
from replaydbg.views.trial import TrialTerms, form_blocks, interval_bar, trial_blocks

TERMS = TrialTerms(
    5, control=True, oracles=("gone:T003",), calls_max_usual=50, calls=4, tokens=1_000, cost_usd=0.5
)


def said(terms: TrialTerms) -> str:
    return "\n".join(block.text for block in form_blocks(terms))


def test_the_estimate_is_that_of_all_runs() -> None:
    assert "10 runs: about 40 model calls, 10k tokens, $5.00" in said(TERMS)
    assert "5 runs: about 20 model calls" in said(replace(TERMS, control=False))
    assert "80 model calls for all runs together" in said(TERMS)
    assert "50 model calls for all runs together" in said(replace(TERMS, samples=1))
    assert "fewer than they are likely to take" not in said(TERMS)
    assert "fewer than they are likely to take" in said(replace(TERMS, calls_max=39))


def test_too_few_runs_are_said_before_they_are_paid_for() -> None:
    assert "too few: not even all with the edit" in said(replace(TERMS, samples=1))
    assert "tells an edit that works in 4 of 5" in said(TERMS)


def test_tools_that_may_not_run_are_said_before_runs_end_at_them() -> None:
    assert "may not run" not in said(TERMS)
    assert "! find, send may not run" in said(replace(TERMS, not_allowed=("find", "send")))


def test_nothing_begins_before_it_is_said_what_is_wanted() -> None:
    assert "what is wanted of a run?" in replace(TERMS, oracles=()).possible
    assert TERMS.possible == ""
    assert [block.place for block in form_blocks(TERMS) if block.place] == [
        "samples", "control", "oracle:0", "add", "calls", "cost",
    ]  # fmt: skip


def table(edited: Arm, control: Arm | None, ended: str | None = "", width: int = 80) -> str:
    rows = [Judged("gone:T003", edited, control, verdict(edited, control))]
    done = (edited.judged, control.judged if control else 0)
    blocks = trial_blocks(
        rows, done, (5, 5), Progress(40, 10_000, 5.0), 12.0, ["no answer", "no answer"], ended, width
    )
    return "\n".join(block.text for block in blocks)


def test_the_table_has_rates_intervals_and_what_they_show() -> None:
    text = table(Arm(5, 5), Arm(0, 5))
    assert "10 of 10 runs   12.0s   40 model calls   10k tokens   $5.00" in text
    assert "5 of 5" in text
    assert "57% to 100%" in text
    assert "0% to 43%" in text
    assert "the edit helps" in text
    assert "2 runs not judged: no answer" in text
    assert "so far: too few runs to tell the edit from chance" in table(Arm(1, 2), Arm(0, 1), ended=None)
    assert "stopped: by me" in table(Arm(1, 2), None, "by me")
    assert "\nstopped by the person\n" in table(Arm(1, 2), None, "stopped by the person")


def test_where_it_is_narrow_there_are_words_instead_of_columns() -> None:
    text = table(Arm(5, 5), Arm(0, 5), width=38)
    assert "with the edit: 5 of 5, 100% (95 %: 57% to 100%)" in text
    assert "█" * 38 + "\n" in text
    assert "interval" not in text


def test_an_interval_is_drawn_where_the_rate_may_lie() -> None:
    assert interval_bar(Arm(0, 0)) == "━" * 20
    assert interval_bar(Arm(100, 100)).startswith("·" * 18)
