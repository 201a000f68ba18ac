"""Many runs of an edit beside runs of the step as it was: the form that begins them, and the table of what they show."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from replaydbg.replay.api import Progress
from replaydbg.replay.sampling import Arm, Judged, Tally, fewest_that_tell
from replaydbg.views.blocks import Block, shown
from replaydbg.views.text import cost_words, count_words, duration_words, plural, token_words


@dataclass(frozen=True, slots=True)
class TrialTerms:
    """What a person wants to try. The estimates are those of one run, by the recording; None where no price is known."""

    samples: int = 5
    control: bool = True
    oracles: tuple[str, ...] = ()
    calls_max: int | None = None
    """As the person said; by itself what one re-run may take, or twice the estimate."""
    calls_max_usual: int = 0
    cost_max_usd: float | None = None
    calls: int = 0
    tokens: int = 0
    cost_usd: float | None = None
    not_allowed: tuple[str, ...] = ()
    """Tools that the recording calls and that may not run: nobody is asked about each call of many runs."""
    problem: str = ""
    """Why the last thing that was typed cannot be had."""

    @property
    def runs(self) -> int:
        return self.samples * (2 if self.control else 1)

    @property
    def bound(self) -> int:
        return (
            max(self.calls_max_usual, 2 * self.calls * self.runs)
            if self.calls_max is None
            else self.calls_max
        )

    @property
    def possible(self) -> str:
        """Why a yes would lead nowhere, "" where it would not."""
        return "" if self.oracles else "what is wanted of a run? open the line below and say it"


def form_blocks(terms: TrialTerms) -> Iterator[Block]:
    """Lines with a `place` can be opened: `samples`, `control`, `oracle:N`, `add`, `calls`, `cost`."""
    yield Block("How often?", "heading")
    yield _field("samples", "with the edit", plural(terms.samples, "run"))
    box = f"[✓] {plural(terms.samples, 'run')}" if terms.control else "[ ] no runs"
    yield _field("control", "as it was", f"{box}: without them nobody can tell an effect from chance")
    yield from _power(terms)
    yield Block()
    yield Block("What is wanted of a run?", "heading")
    for at, words in enumerate(terms.oracles):
        yield Block(shown(words), "strong", indent=2, hang=4, place=f"oracle:{at}")
    yield Block("something else that is wanted", "link", indent=2, hang=4, place="add")
    if terms.problem:
        yield Block(f"✗ {shown(terms.problem)}", "error", indent=2, hang=2)
    yield Block()
    yield Block("If you say yes", "heading")
    if terms.possible:
        yield Block(f"✗ {terms.possible}", "error", indent=2, hang=2)
    cost = f", {cost_words(terms.cost_usd * terms.runs)}" if terms.cost_usd else ""
    yield Block(
        f"{plural(terms.runs, 'run')}: about {plural(terms.calls * terms.runs, 'model call')}, "
        f"{token_words(terms.tokens * terms.runs)}{cost}, going by the recording; it may be fewer or more",
        "strong",
        indent=2,
        hang=2,
    )
    if terms.not_allowed:
        yield Block(
            f"! {', '.join(map(shown, terms.not_allowed))} may not run: a call that no recording answers ends its run; "
            "go back and allow it on the terms if it is to run",
            "warning",
            indent=2,
            hang=2,
        )
    over = terms.calls * terms.runs > terms.bound
    yield _field(
        "calls",
        "at most",
        f"{plural(terms.bound, 'model call')} for all runs together"
        + ("; that is fewer than they are likely to take" if over else ""),
    )
    bound = "any cost: no bound is set" if terms.cost_max_usd is None else cost_words(terms.cost_max_usd)
    yield _field("cost", "at most", bound if terms.cost_max_usd is None else f"{bound} for all runs together")
    yield Block(
        "each run with the edit is kept as a branch, and the table beside them", "dim", indent=2, hang=2
    )


def _power(terms: TrialTerms) -> Iterator[Block]:
    """Whether so many runs can tell anything."""
    if not terms.control:
        return
    fewest = fewest_that_tell(terms.samples)
    if fewest is None:
        text = "too few: not even all with the edit against none without it could be told from chance"
        yield Block(f"! {text}", "warning", indent=2, hang=2)
    else:
        text = f"tells an edit that works in {fewest} of {terms.samples} where it never did before; less takes more runs"
        yield Block(text, "dim", indent=2, hang=2)


def trial_blocks(  # noqa: PLR0917 - of one table
    rows: Sequence[Judged],
    done: tuple[int, int],
    wanted: tuple[int, int],
    spent: Progress,
    elapsed_s: float,
    lost: Sequence[str] = (),
    ended: str | None = None,
    width: int = 80,
) -> Iterator[Block]:
    """`done` and `wanted` are runs with the edit and as it was; `ended` is None while it goes on, else why it stopped or ""."""
    cost = f"   {cost_words(spent.cost_usd)}" if spent.cost_usd else ""
    yield Block(
        f"{sum(done)} of {plural(sum(wanted), 'run')}   {duration_words(elapsed_s * 1000)}   "
        f"{plural(spent.live_calls, 'model call')}   {count_words(spent.tokens)} tokens{cost}",
        "strong",
    )
    yield Block(_bar(sum(done), sum(wanted), min(2 * _BAR_CELLS, width)), "good" if ended == "" else "info")
    if ended:
        yield Block(ended if ended.startswith("stopped") else f"stopped: {shown(ended)}", "warning", hang=2)
    yield Block()
    is_table = width >= _TABLE_CELLS
    if is_table:
        yield Block(f"{'':<20}{'holds':>12}  {'rate':>5}   95 % interval", "dim")
    for row in rows:
        yield Block(shown(row.words), "strong", hang=2)
        for name, arm in (("with the edit", row.edited), ("as it was", row.control)):
            if arm is not None and is_table:
                yield Block(f"  {name:<18}{arm_words(arm, 12)}   {interval_bar(arm)}")
            elif arm is not None:
                low, high = arm.interval
                words = f"{arm.held} of {arm.judged}, {arm.rate:.0%} (95 %: {low:.0%} to {high:.0%})"
                yield Block(f"{name}: {words}", indent=2, hang=2)
        yield Block(
            f"  {row.verdict if ended is not None else 'so far: ' + row.verdict}",
            verdict_look(row.verdict),
            hang=2,
        )
    for problem in dict.fromkeys(lost):
        yield Block(f"{plural(lost.count(problem), 'run')} not judged: {shown(problem)}", "warning", hang=2)


def tally_blocks(tally: Tally, width: int) -> Iterator[Block]:
    """The table of runs that are over."""
    return trial_blocks(
        tally.rows,
        tally.done,
        tally.wanted,
        Progress(tally.calls, tally.tokens, tally.cost_usd),
        tally.seconds,
        tally.lost,
        tally.ended,
        width,
    )


def runs_words(tally: Tally) -> str:
    """`5 runs with the edit, 5 as it was`."""
    edited, control = tally.done
    as_it_was = f", {control} as it was" if tally.wanted[1] else ""
    return f"{plural(edited, 'run')} with the edit{as_it_was}"


def arm_words(arm: Arm, cells: int = 9) -> str:
    low, high = arm.interval
    return f"{f'{arm.held} of {arm.judged}':>{cells}}  {arm.rate:>4.0%}   {f'{low:.0%} to {high:.0%}':<12}"


_BAR_CELLS = 20
_TABLE_CELLS = 72
"""A narrower table would be broken where its columns are."""


def interval_bar(arm: Arm) -> str:
    """Where the true rate may lie, from never to always; with no run that is anywhere."""
    low, high = (round(bound * (_BAR_CELLS - 1)) for bound in arm.interval)
    return "".join("━" if low <= at <= high else "·" for at in range(_BAR_CELLS))


def _bar(done: int, wanted: int, whole: int) -> str:
    cells = round(whole * done / wanted) if wanted else 0
    return "█" * cells + "░" * (whole - cells)


def verdict_look(verdict: str) -> str:
    for words, look in (("the edit helps", "good"), ("the edit harms", "error")):
        if verdict.startswith(words):
            return look
    return "warning"


def _field(place: str, label: str, value: str) -> Block:
    text = f"{label:<14} {value}"
    return Block(text, spans=((0, len(label), "dim"),), indent=2, hang=4, place=place)
