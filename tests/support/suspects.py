"""How often the list of suspects is right, on runs of several agents that people have labelled (Who&When).

`python -m tests.support.suspects` prints the table that ARCHITECTURE quotes. The weights were chosen on the runs with an
even place in the list of files; only the others are a score.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from replaydbg.actions.check import check_trace
from replaydbg.actions.open import readings
from replaydbg.core.step import Kind
from replaydbg.core.trace import Trace
from replaydbg.graph.facts import Facts
from replaydbg.graph.suspects import suspects
from tests.support.corpora import corpus


@dataclass(frozen=True)
class Labelled:
    """A run with the row of the step that a person holds responsible, and the agent."""

    run: Trace
    row: int
    agent: str
    written: bool
    """By hand, and not made by an algorithm: long runs on the web."""


def labelled() -> list[Labelled]:
    runs = []
    for path in corpus("who_and_when", "*.json"):
        about = json.loads(path.read_text("utf-8"))
        *_, reading = readings(str(path))
        (run,) = reading.traces
        row = run.row(f"m{int(about['mistake_step'])}")
        runs.append(Labelled(run, row, str(about["mistake_agent"]), path.name.startswith("Hand")))
    return runs


def listed(one: Labelled) -> list[int]:
    facts = Facts(one.run)
    return [one.run.row(suspect.step_id) for suspect in suspects(facts, check_trace(facts))]


def first_replies(one: Labelled) -> list[int]:
    return list(one.run.rows(Kind.MODEL_CALL))


def line(words: str, runs: Sequence[Labelled], guess: Callable[[Labelled], list[int]]) -> str:
    ranked = [(one, guess(one)) for one in runs]
    first = sum(rows[:1] == [one.row] for one, rows in ranked)
    three = sum(one.row in rows[:3] for one, rows in ranked)
    agent = sum(bool(rows) and one.run.agent(rows[0]) == one.agent for one, rows in ranked)
    return (
        f"| {words} | {len(runs)} | {_share(first, runs)} | {_share(three, runs)} | {_share(agent, runs)} |"
    )


def _share(count: int, runs: Sequence[Labelled]) -> str:
    return f"{count / len(runs):.0%}"


def table() -> str:
    runs = labelled()
    chosen, scored = runs[::2], runs[1::2]
    lines = [
        "| suspects | runs | first is the step | among the first 3 | agent of the first |",
        "|---|---|---|---|---|",
    ]
    for words, some in (("half for choosing", chosen), ("half for scoring", scored)):
        lines.append(line(words, some, listed))
        for kind, hand in (("made by an algorithm", False), ("long runs on the web", True)):
            lines.append(line(f"{words}: {kind}", [one for one in some if one.written is hand], listed))
    lines.append(line("half for scoring: instead the replies in their order", scored, first_replies))
    return "\n".join(lines)


def exists() -> bool:
    return bool(corpus("who_and_when", "*.json"))


if __name__ == "__main__":
    print(table() if exists() else f"no labelled runs at {Path('who_and_when')}")
