"""A branch as a regression test: pinned with its recording and its answers in one file, verified offline or live.

Offline the edits are replayed on the recording with the answers that the branch got: the branch must come out again, step
by step, and its oracles must hold. Live the model is asked anew, and the oracles alone judge.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace

import orjson

from replaydbg import codec, limits
from replaydbg.actions.oracles import make_oracles
from replaydbg.actions.rerun import RerunOptions, rerun
from replaydbg.codec import EditRefusedError
from replaydbg.core.branch import Branch, BranchStep, Provenance, Stop
from replaydbg.core.message import Json, ToolCall
from replaydbg.core.outcome import Failed, Reply, ToolResult
from replaydbg.core.request import ModelRequest, call_digest
from replaydbg.core.step import Kind, Status
from replaydbg.core.trace import StepNotFound, Trace
from replaydbg.drivers import files
from replaydbg.drivers.providers import OnText
from replaydbg.drivers.run import run
from replaydbg.drivers.tools.toolbox import Bound, Policy, Toolbox
from replaydbg.errors import UnreadableInput, UsageProblem
from replaydbg.graph.facts import Facts
from replaydbg.readers import _registry
from replaydbg.readers._api import Document
from replaydbg.replay import api as replay_api
from replaydbg.replay import requests
from replaydbg.replay.engine import Replay
from replaydbg.session import journal
from replaydbg.writers import native

VERSION = 1
"""Of the file; a newer one is refused with a sentence."""

_ANSWERED = frozenset({Provenance.LIVE, Provenance.HUMAN, Provenance.EDITED, Provenance.INTERRUPTED})
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
    own = facts.of(branch.trace)
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
        raise UnreadableInput(f"{path} is no case: {type(error).__name__}: {error}", hint) from error


def _trace(document: Json, path: str) -> Trace:
    *_, reading = _registry.read(Document(path, memoryview(orjson.dumps(document))), "native")
    (trace,) = reading.traces
    return trace


# ---- verifying --------------------------------------------------------------------------------------------------


async def verify(case: Case, options: RerunOptions) -> Verified:
    """Live where the options are, else offline, where nothing is asked and nothing runs."""
    facts = Facts(case.recording)
    live = options.live or bool(options.provider or options.model)
    try:
        if live:
            branch = await rerun(facts, case.branch.edits, options)
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
    own = facts.of(branch.trace)
    oracles = make_oracles(case.oracles, facts) if case.oracles else ()
    return Verified(case, tuple(problems), tuple((oracle.words, oracle.holds(own)) for oracle in oracles))


async def _replayed(case: Case, facts: Facts) -> Branch:
    old = case.branch
    stopped_by_tool = old.stopped is not None and old.stopped.kind == "tool-failed"
    policy = replay_api.Policy(calls_max=limits.INPUT_BYTES_MAX, tell_failures=not stopped_by_tool)
    replay = Replay(facts, old.edits, policy, old.parent)
    answers = _Answers(Facts(old.trace), old.steps)
    async with answers.toolbox() as toolbox:
        await run(replay, provider=answers, toolbox=toolbox)
    return replay.branch(old.id, old.label)


class _Answers:
    """What the world answered when the branch was made: the k-th answer to the k-th equal question."""

    name = "pinned"

    def __init__(self, facts: Facts, steps: Sequence[BranchStep]) -> None:
        self._replies: dict[str, deque[Reply | Failed]] = {}
        self._results: dict[str, deque[ToolResult | Failed]] = {}
        self._tools: set[str] = set()
        trace = facts.trace
        for row in facts.index.in_time:
            if steps[row].provenance not in _ANSWERED:
                continue
            if trace.kind(row) is Kind.MODEL_CALL:
                self._add_reply(facts, row, interrupted=steps[row].provenance is Provenance.INTERRUPTED)
            elif trace.kind(row) is Kind.TOOL_EXECUTION:
                self._add_result(facts, row)

    def _add_reply(self, facts: Facts, row: int, *, interrupted: bool) -> None:
        body, prompt = facts.trace.body(row), requests.recorded_prompt(facts, row)
        if prompt is None:
            return
        asked = requests.recorded_settings(facts, row).request(prompt)
        answer: Reply | Failed = Failed("request", body.error or "no answer was kept")
        if body.output is not None:
            took = facts.trace.duration_ms(row) or 0.0
            answer = Reply(body.output, body.response_model, body.usage, took, interrupted)
        self._replies.setdefault(_question(asked), deque()).append(answer)

    def _add_result(self, facts: Facts, row: int) -> None:
        body, call = facts.trace.body(row), facts.index.executed_call(row)
        if call is None:
            return
        failed = facts.trace.status(row) is Status.ERROR
        answer: ToolResult | Failed = Failed("tool", body.error or "no result was kept")
        if body.has_result:
            answer = ToolResult(body.result, failed, facts.trace.duration_ms(row) or 0.0)
        self._tools.add(call.name)
        self._results.setdefault(call_digest(call), deque()).append(answer)

    def toolbox(self) -> Toolbox:
        return Toolbox({name: Bound(self, "its pinned results", Policy.ALLOW) for name in self._tools})

    async def complete(self, request: ModelRequest, on_text: OnText | None = None) -> Reply | Failed:
        del on_text
        kept = self._replies.get(_question(request))
        return kept.popleft() if kept else Failed("request", "no answer was pinned for this request")

    async def run(self, call: ToolCall) -> ToolResult | Failed:
        kept = self._results.get(call_digest(call))
        return (
            kept.popleft() if kept else Failed("tool", f"no result was pinned for this call to {call.name}")
        )


def _question(request: ModelRequest) -> str:
    """Whoever answered: a branch may have asked another model than the recording names."""
    return replace(request, model="").digest()


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
        found.append(f"the branch had {len(old.steps)} steps, and comes out with {len(new.steps)}")
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
