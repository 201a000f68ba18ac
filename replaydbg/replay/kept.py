"""Answers that a branch got from the world, to be given again: the k-th answer to the k-th equal question.

So a re-run that was stopped goes on from where it was without asking twice, and a pinned branch comes out again offline.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import replace

from replaydbg.core.branch import BranchStep, Provenance, Question
from replaydbg.core.outcome import UNFIT, Failed, Outcome, Reply, Skipped, ToolResult
from replaydbg.core.request import ModelRequest, ToolRequest
from replaydbg.core.step import Kind, Status
from replaydbg.graph.facts import Facts
from replaydbg.replay import requests
from replaydbg.replay.api import Asked
from replaydbg.replay.engine import Replay


class KeptAnswers:
    """`facts` and `steps` are those of the branch. With `whole` only replies that came to their end are given again."""

    def __init__(self, facts: Facts, steps: Sequence[BranchStep], *, whole: bool) -> None:
        self._answers: dict[str, deque[tuple[Outcome, Provenance, str]]] = {}
        trace = facts.trace
        for row in facts.index.in_time:
            provenance = steps[row].provenance
            if steps[row].question is Question.NONE or (whole and provenance is Provenance.INTERRUPTED):
                continue
            if trace.kind(row) is Kind.MODEL_CALL:
                self._add_reply(facts, row, provenance, whole=whole)
            elif trace.kind(row) is Kind.TOOL_EXECUTION:
                self._add_result(facts, row, steps[row], whole=whole)

    def answer(self, request: ModelRequest | ToolRequest) -> tuple[Outcome, Provenance] | None:
        """None where the branch has no answer to it, or none is left."""
        left = self._answers.get(_question(request))
        if not left:
            return None
        answer, told, asked = left.popleft()
        if isinstance(answer, Reply) and told is Provenance.LIVE and _model(request) != asked:
            # Another model is asked now: who answered then is said.
            answer = replace(answer, model=answer.model or asked)
        return answer, told

    def _add_reply(self, facts: Facts, row: int, provenance: Provenance, *, whole: bool) -> None:
        body, prompt = facts.trace.body(row), requests.recorded_prompt(facts, row)
        if prompt is None or (whole and body.output is None):
            return
        answer: Outcome = Failed("request", body.error or "no answer was kept")
        if body.output is not None:
            took = facts.trace.duration_ms(row) or 0.0
            cut = provenance is Provenance.INTERRUPTED
            answer = Reply(body.output, body.response_model, body.usage, took, cut)
        asked = requests.recorded_settings(facts, row).request(prompt)
        self._add(asked, answer, provenance)

    def _add_result(self, facts: Facts, row: int, step: BranchStep, *, whole: bool) -> None:
        body, call = facts.trace.body(row), facts.index.executed_call(row)
        if call is None:
            return
        unfit = step.question is Question.UNFIT
        if whole and not (body.has_result or unfit):
            return
        answer: Outcome = Failed(UNFIT if unfit else "tool", body.error or "no result was kept")
        if body.has_result:
            failed = facts.trace.status(row) is Status.ERROR
            answer = ToolResult(body.result, failed, facts.trace.duration_ms(row) or 0.0)
        self._add(ToolRequest(call), answer, step.provenance)

    def _add(self, request: ModelRequest | ToolRequest, answer: Outcome, provenance: Provenance) -> None:
        told = Provenance.HUMAN if provenance is Provenance.HUMAN else Provenance.LIVE
        self._answers.setdefault(_question(request), deque()).append((answer, told, _model(request)))


def _model(request: ModelRequest | ToolRequest) -> str:
    return request.model if isinstance(request, ModelRequest) else ""


def give(replay: Replay, answer: Callable[[Asked], tuple[Outcome, Provenance] | None]) -> int:
    """Answer all that can be answered of what is asked; how many answers were given."""
    given = 0
    while True:
        known = [(asked, told) for asked in replay.requests() if (told := answer(asked) or _recorded(asked))]
        for asked, told in known:
            replay.receive(asked.id, *told, paid=True)
        given += len(known)
        if not known:
            return given


def _recorded(asked: Asked) -> tuple[Outcome, Provenance] | None:
    """Nobody answered it when it was asked: the recording did."""
    return (Skipped(asked.why), Provenance.UNPROVEN) if asked.unproven else None


def _question(request: ModelRequest | ToolRequest) -> str:
    """Whoever answered: a branch may have asked another model than the recording names."""
    return request.digest() if isinstance(request, ToolRequest) else replace(request, model="").digest()
