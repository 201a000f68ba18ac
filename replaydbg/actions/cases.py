"""A branch as a regression test: pinned with its recording and its answers in one file, verified offline or live.

Offline the edits are replayed on the recording with the answers that the branch got: the branch must come out again, step
by step, and its oracles must hold. Live the model is asked anew, and the oracles alone judge.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import orjson

from replaydbg import codec, limits
from replaydbg.actions.oracles import make_oracles
from replaydbg.actions.rerun import RerunOptions, rerun
from replaydbg.codec import EditRefusedError
from replaydbg.core.branch import Branch, Stop
from replaydbg.core.message import Json
from replaydbg.core.trace import StepNotFound, Trace
from replaydbg.drivers import files
from replaydbg.drivers.run import run
from replaydbg.drivers.tools.toolbox import Toolbox
from replaydbg.errors import UnreadableInput, UsageProblem
from replaydbg.graph.facts import Facts
from replaydbg.readers import _registry
from replaydbg.readers._api import Document
from replaydbg.replay import api as replay_api
from replaydbg.replay.choices import chosen
from replaydbg.replay.engine import Replay
from replaydbg.replay.kept import KeptAnswers
from replaydbg.replay.offers import given
from replaydbg.session import journal
from replaydbg.views.text import plural
from replaydbg.writers import native

VERSION = 1
"""Of the file; a newer one is refused with a sentence."""

DIFFERENCES_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Case:
    """`recording` is what the branch is a branch of."""

    path: str
    label: str
    recording: Trace
    branch: Branch
    oracles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Verified:
    """`problems` are sentences, none where the case holds; `held` is what each oracle says."""

    case: Case
    problems: tuple[str, ...]
    held: tuple[tuple[str, bool], ...]

    @property
    def holds(self) -> bool:
        return not self.problems and all(held for _, held in self.held)


# ---- pinning ----------------------------------------------------------------------------------------------------


def pin(recording: Trace, branch: Branch, oracles: Sequence[str], path: str) -> None:
    """Write the case. Raises UsageProblem for oracles that the branch itself does not pass, and for unrun branches."""
    facts = Facts(recording)
    made = make_oracles(oracles, facts) if oracles else ()
    own = facts.of(branch)
    failing = [oracle.words for oracle in made if not oracle.holds(own)]
    if failing:
        raise UsageProblem(
            f"the branch does not pass {' and '.join(failing)} itself", "pin what it does pass"
        )
    document = {
        "replaydbg_case": VERSION,
        "label": branch.label or branch.id,
        "oracles": list(oracles),
        "branch": journal.branch_document(branch),
        "recording": orjson.loads(b"".join(native.write(recording))),
        "trace": orjson.loads(b"".join(native.write(branch.trace))),
    }
    files.write_whole(path, [orjson.dumps(document, option=orjson.OPT_INDENT_2), b"\n"])


def read_case(path: str) -> Case:
    """Raises UnreadableInput."""
    try:
        document = orjson.loads(files.open_document(path).document.buffer)
        version = document["replaydbg_case"]
        if version != VERSION:
            raise UnreadableInput(f"{path} is a case of version {version}, and this program knows {VERSION}")
        recording, trace = _trace(document["recording"], path), _trace(document["trace"], path)
        branch = journal.read_branch(document["branch"], trace)
        return Case(path, document["label"], recording, branch, tuple(document["oracles"]))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        hint = "cases are made by `replaydbg pin`"
        missing = isinstance(error, KeyError) and error.args != ("replaydbg_case",)
        words = f": {error} is missing" if missing else ""
        raise UnreadableInput(f"{path} is no case{words}", hint) from error


def _trace(document: Json, path: str) -> Trace:
    *_, reading = _registry.read(Document(path, memoryview(orjson.dumps(document))), "native")
    (trace,) = reading.traces
    return trace


# ---- verifying --------------------------------------------------------------------------------------------------


async def verify(case: Case, options: RerunOptions) -> Verified:
    """Live where the options are, else offline, where nothing is asked and nothing runs."""
    tools = given(case.recording, case.branch.trace, [step.of for step in case.branch.steps])
    facts = Facts(case.recording, tools)
    live = options.live or bool(options.provider or options.model)
    try:
        if live:
            branch = await rerun(facts, case.branch.edits, replace(options, choices=case.branch.choices))
        else:
            branch = await _replayed(case, facts)
    except (EditRefusedError, StepNotFound, UsageProblem) as error:
        if live:
            raise
        return Verified(case, (f"the edits fit the recording no more: {error}",), ())
    problems = []
    if live and branch.stopped is not None:
        problems.append(f"the re-run stopped: {branch.stopped.reason}")
    if not live:
        problems += _differences(case.branch, branch)
    own = facts.of(branch)
    oracles = make_oracles(case.oracles, facts) if case.oracles else ()
    return Verified(case, tuple(problems), tuple((oracle.words, oracle.holds(own)) for oracle in oracles))


async def _replayed(case: Case, facts: Facts) -> Branch:
    old = case.branch
    stopped_by_tool = old.stopped is not None and old.stopped.kind == "tool-failed"
    decided = chosen(facts, old.choices)
    policy = replay_api.Policy(
        calls_max=limits.INPUT_BYTES_MAX,
        again=decided.again,
        kept=decided.kept,
        tell_failures=not stopped_by_tool,
    )
    replay = Replay(facts, old.edits, policy, old.parent)
    kept = KeptAnswers(Facts(old.trace), old.steps, whole=False)
    async with Toolbox() as toolbox:
        await run(replay, provider=None, toolbox=toolbox, kept=kept)
    return replay.branch(old.id, old.label)


def _differences(old: Branch, new: Branch) -> list[str]:
    """Where the branch comes out otherwise, the first ones."""
    found = []
    for number, (before, after) in enumerate(zip(old.steps, new.steps, strict=False), start=1):
        was, now = (_told(branch, number - 1) for branch in (old, new))
        if (before.provenance, before.of) != (after.provenance, after.of):
            found.append(
                f"#{number} {old.trace.name(number - 1)} was {before.provenance}, and is {after.provenance}"
            )
        elif was != now:
            keys = [key for key in was if was[key] != now.get(key)]
            found.append(f"#{number} {old.trace.name(number - 1)} says something else: {', '.join(keys)}")
    if len(old.steps) != len(new.steps):
        found.append(f"the branch had {plural(len(old.steps), 'step')}, and comes out with {len(new.steps)}")
    if _kind(old.stopped) != _kind(new.stopped):
        ended = new.stopped.reason if new.stopped is not None else "nowhere"
        found.append(f"the branch stopped {'' if old.stopped else 'not '}before, and now: {ended}")
    more = [f"and {len(found) - DIFFERENCES_SHOWN} more"] if len(found) > DIFFERENCES_SHOWN else []
    return found[:DIFFERENCES_SHOWN] + more


def _kind(stopped: Stop | None) -> str:
    return stopped.kind if stopped is not None else ""


def _told(branch: Branch, row: int) -> dict[str, Json]:
    """What the step says; who said it, when, and at what cost is chance."""
    document = codec.step_document(branch.trace.step(row))
    said = ("kind", "name", "tool_calls", "result", "messages", "output", "tools", "params", "error")
    return {key: document.get(key) for key in said}
