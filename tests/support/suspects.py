"""How often the list of suspects is right, on runs of several agents that people have labelled (Who&When, AgentRx).

`python -m tests.support.suspects` prints the table that ARCHITECTURE quotes. The weights were chosen on the runs of
Who&When with an even place in the list of files; only the others are a score. Of AgentRx those runs are read whose
transcript is one of Who&When: its own labels at hand are of other runs than its transcripts at hand.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
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
    transcript: str
    """What was said in it: tells runs that both collections have."""


def labelled() -> list[Labelled]:
    runs = []
    for path in corpus("who_and_when", "*.json"):
        about = json.loads(path.read_text("utf-8"))
        *_, reading = readings(str(path))
        (run,) = reading.traces
        row = run.row(f"m{int(about['mistake_step'])}")
        by_hand, said = path.name.startswith("Hand"), _transcript(about["history"])
        runs.append(Labelled(run, row, str(about["mistake_agent"]), by_hand, said))
    return runs


def _transcript(messages: list[dict[str, str]]) -> str:
    return json.dumps([message["content"] for message in messages])


def of_agentrx(runs: Sequence[Labelled]) -> list[Labelled]:
    """The transcripts of AgentRx that are among these runs, as our reader reads them there, with the labels from here."""
    known = {one.transcript: one for one in runs}
    found = []
    for path in corpus("agentrx", "magentic*.json"):
        mine = known.get(_transcript(json.loads(path.read_text("utf-8"))))
        if mine is not None:
            *_, reading = readings(str(path))
            (run,) = reading.traces
            found.append(replace(mine, run=run, row=run.row(mine.run.ids[mine.row])))
    return found


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
    return f"{count / len(runs):.0%}" if runs else "-"


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
    lines.append(line("of these, runs that AgentRx has too", of_agentrx(scored), listed))
    lines.append(line("half for scoring: instead the replies in their order", scored, first_replies))
    return "\n".join(lines)


def exists() -> bool:
    return bool(corpus("who_and_when", "*.json"))


if __name__ == "__main__":
    print(table() if exists() else f"no labelled runs at {Path('who_and_when')}")
