"""The trace of a branch: recorded steps that stay, by reference, and the new ones in the places of those they stand for."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, TypeAlias

from replaydbg.core.branch import BranchStep, Provenance
from replaydbg.core.columns import Columns, arrange
from replaydbg.core.step import KINDS, STATUSES, Body, Kind, PlainBody
from replaydbg.core.trace import Trace
from replaydbg.graph.dependence import Dependence, Verdicts
from replaydbg.replay.choices import KEPT
from replaydbg.replay.ledger import Ledger, Made
from replaydbg.replay.propagate import in_value

_LEAVES = {KINDS.index(Kind.MODEL_CALL), KINDS.index(Kind.TOOL_EXECUTION)}


IN_DOUBT = "in doubt: its prompt"
"""How the reason of a step goes on whose prompt may hold other things than it does."""


class _Own:
    """The handle of a step that is the branch's own: its body is at hand. All other handles are the parent's."""

    __slots__ = ("body",)

    def __init__(self, body: PlainBody) -> None:
        self.body = body


def assemble(ledger: Ledger, branch_id: str) -> tuple[Trace, tuple[BranchStep, ...]]:
    """The branch as a trace, and the provenance of each of its rows in their order."""
    return _Assembly(ledger).build(branch_id)


_Lot: TypeAlias = tuple[Provenance, str] | None
_GONE = (Provenance.STALE, "not in the branch")
"""The lot of a recorded row that the branch does not have. Compared by identity."""


class _Assembly:
    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self.trace = ledger.facts.trace
        self.takers = {made.takes: made for made in ledger.made if made.takes is not None}
        self.lots = self._lots()
        self.living = [made for made in ledger.made if self._happens(made.anchor)]
        self.empty = self._emptied()
        self.wrappers = self._wrappers()
        self.columns = Columns()
        self.said: dict[str, BranchStep] = {}
        self.fates: dict[int, tuple[Provenance, str]] = {}
        """Of each recorded row that stays, where it comes from and why."""
        self.unproven: list[int] = []
        """Recorded model calls and tool executions that are kept without a proof."""
        self.inside: dict[int, str] = {}
        """What is said of recorded rows since the execution that they run inside of is in doubt."""

    def build(self, branch_id: str) -> tuple[Trace, tuple[BranchStep, ...]]:
        made_at: dict[int, list[Made]] = {}
        for made in self.living:
            made_at.setdefault(made.anchor, []).append(made)
        verdicts = Verdicts(self.ledger.facts.flow, sorted(set(self.ledger.changed)))
        stays = [
            row for row in range(len(self.trace)) if self.lots[row] is not _GONE and row not in self.empty
        ]
        for row in stays:
            self._judge(row, verdicts)
        self._doubt_around()
        self._doubt_inside()
        for row in sorted(
            {*stays, *made_at}
        ):  # where no times were recorded, their order is that of the rows
            if row in self.fates:
                self._keep(row)
            for made in made_at.get(row, ()):
                self._add(made)
        if self.ledger.told:
            self._doubt_what_stays()
        decode = self.trace.decode

        def decode_either(handle: Any) -> Body:
            return handle.body if type(handle) is _Own else decode(handle)

        arranged = arrange(
            self.columns,
            trace_id=f"{self.trace.id}/{branch_id}",
            source=self.trace.source,
            decode=decode_either,
        )
        return arranged.trace, tuple(self.said[id_] for id_ in arranged.trace.ids)

    # --- what becomes of recorded rows

    def _lots(self) -> list[_Lot]:
        """For each recorded row its provenance with the reason; None where it is to be judged, _GONE where it is not there.

        What is inside of a model call or tool execution shares its lot, unless it has one of its own.
        """
        ledger, trace = self.ledger, self.trace
        lots: list[_Lot] = []
        inherited: list[_Lot] = []
        for row, parent in enumerate(trace.parents):
            lot: _Lot
            if row in ledger.kept:
                lot = ledger.kept[row]
            elif row in ledger.dropped:
                lot = _GONE
            elif row in ledger.resumed:
                lot = (Provenance.RECORDED, ledger.resumed[row])
            else:
                lot = inherited[parent] if parent >= 0 else None
            lots.append(lot)
            leaf = trace.kinds[row] in _LEAVES
            shared = lot if leaf or (parent >= 0 and lot is inherited[parent]) else None
            if row in self.takers:
                taker = self.takers[row]
                shared = (taker.provenance, taker.reason) if taker.provenance is Provenance.RECORDED else None
            if shared is not _GONE and leaf and self._changes_inside(row):
                shared = None
            inherited.append(shared)
        return lots

    def _changes_inside(self, row: int) -> bool:
        return any(row < changed < self.trace.subtree_ends[row] for changed in self.ledger.changed)

    def _happens(self, row: int) -> bool:
        """Whether the tool executions that the row runs inside of are in the branch."""
        return all(
            self.lots[ran] is not _GONE or ran in self.takers
            for ran in self.ledger.facts.flow.enclosing_executions(row)
        )

    def _emptied(self) -> set[int]:
        """Grouping steps all of whose steps are gone: they grouped what does not happen in the branch."""
        trace = self.trace
        filled = bytearray(len(trace))
        for made in self.living:
            if trace.parents[made.anchor] >= 0:
                filled[trace.parents[made.anchor]] = 1
        empty = set()
        for row in range(len(trace) - 1, -1, -1):
            if self.lots[row] is _GONE:
                continue
            groups = trace.kinds[row] not in _LEAVES and trace.subtree_ends[row] > row + 1
            if groups and not filled[row]:
                empty.add(row)
            elif trace.parents[row] >= 0:
                filled[trace.parents[row]] = 1
        return empty

    def _wrappers(self) -> dict[int, tuple[PlainBody, str]]:
        """Agents and other grouping steps whose recorded output is an answer that has changed, with the new one."""
        trace = self.trace
        wrappers: dict[int, tuple[PlainBody, str]] = {}
        for carried in self.ledger.answers:
            row = trace.parents[carried.source]
            while row >= 0 and trace.kinds[row] not in _LEAVES:
                body: Body = wrappers[row][0] if row in wrappers else trace.body(row)
                value = in_value(body.output_value, carried)
                if value != body.output_value:
                    fields = {name: getattr(body, name) for name in PlainBody.__slots__}
                    reason = f"groups the steps inside of it; its output is now the answer of {carried.where}"
                    wrappers[row] = (PlainBody(**{**fields, "output_value": value}), reason)
                row = trace.parents[row]
        return wrappers

    # --- rows

    def _parent_id(self, row: int) -> str:
        """The id of the nearest step around the recorded row that the branch has; of what stands for it where it is gone."""
        parent = self.trace.parents[row]
        while parent >= 0:
            if parent in self.takers:
                return self.takers[parent].id
            if self.lots[parent] is not _GONE and parent not in self.empty:
                return self.trace.ids[parent]
            if parent in self.ledger.replaced:
                return self.ledger.replaced[parent]
            parent = self.trace.parents[parent]
        return ""

    def _judge(self, row: int, verdicts: Verdicts) -> None:
        if row in self.wrappers:
            self.fates[row] = (Provenance.RECORDED, self.wrappers[row][1])
            return
        self.fates[row] = self._judged(row, verdicts)
        if self.fates[row][0] is Provenance.UNPROVEN and self.trace.kinds[row] in _LEAVES:
            self.unproven.append(row)

    def _doubt_around(self) -> None:
        """An execution that began before the change, and ran an agent for longer: its result is no surer than that."""
        for row in [*self.unproven]:
            for ran in self.ledger.facts.flow.enclosing_executions(row):
                known = self.fates.get(ran)
                if known is None or known[0] is not Provenance.RECORDED or ran in self.ledger.kept_by_choice:
                    continue
                self.fates[ran] = (
                    Provenance.UNPROVEN,
                    f"no proof: #{row + 1} ran inside of it, and nothing proves that it would say the same",
                )
                self.unproven.append(ran)

    def _doubt_inside(self) -> None:
        remarks, in_doubt, ids = self.ledger.remarks, self.ledger.in_doubt, self.trace.ids
        ran = [(made.takes, made.id) for made in self.ledger.made if made.takes is not None]
        for row, id_ in (*ran, *((row, ids[row]) for row in self.ledger.kept)):
            if id_ in in_doubt:
                self.inside.update(
                    (one, remarks[id_]) for one in range(row + 1, self.trace.subtree_ends[row])
                )

    def _keep(self, row: int) -> None:
        trace, id_ = self.trace, self.trace.ids[row]
        handle = _Own(self.wrappers[row][0]) if row in self.wrappers else trace.handles[row]
        self.columns.add(
            id=id_,
            kind=trace.kind(row),
            name=trace.name(row),
            handle=handle,
            parent_id=self._parent_id(row),
            agent=trace.agent(row),
            model=trace.model(row),
            start_ns=trace.starts_ns[row],
            end_ns=trace.ends_ns[row],
            status=STATUSES[trace.statuses[row]],
            input_tokens=trace.input_tokens[row],
            output_tokens=trace.output_tokens[row],
            cost_usd=trace.costs[row],
        )
        provenance, reason = self.fates[row]
        self._say(BranchStep(id_, id_, provenance, reason + self.inside.get(row, "")))

    def _judged(self, row: int, verdicts: Verdicts) -> tuple[Provenance, str]:
        provenance, reason = self._proved(row, verdicts)
        if provenance is Provenance.UNPROVEN and row in self.ledger.kept_by_choice:
            return Provenance.RECORDED, KEPT
        return provenance, reason

    def _proved(self, row: int, verdicts: Verdicts) -> tuple[Provenance, str]:
        lot = self.lots[row]
        if row in self.ledger.doubts and (lot is None or lot[0] is Provenance.RECORDED):
            return Provenance.UNPROVEN, self.ledger.doubts[row]
        if lot is not None:
            return lot
        trace = self.trace
        if trace.subtree_ends[row] > row + 1 and trace.kinds[row] not in _LEAVES:
            return Provenance.RECORDED, "groups the steps inside of it"
        verdict = verdicts.of(row)
        if verdict.dependence is Dependence.INDEPENDENT:
            return Provenance.RECORDED, verdict.reason
        return Provenance.UNPROVEN, verdict.reason

    def _add(self, made: Made) -> None:
        trace, usage = self.trace, made.body.usage
        self.columns.add(
            id=made.id,
            kind=made.kind,
            name=made.name,
            handle=_Own(made.body),
            parent_id=made.inside or self._parent_id(made.anchor),
            agent=trace.agent(made.anchor),
            model=made.model,
            start_ns=made.start_ns,
            end_ns=made.end_ns,
            status=made.status,
            input_tokens=-1 if usage.input_tokens is None else usage.input_tokens,
            output_tokens=-1 if usage.output_tokens is None else usage.output_tokens,
            cost_usd=made.cost_usd,
        )
        of = trace.ids[made.of] if made.of is not None else None
        reason = made.reason + self._doubt(made.id, made.start_ns)
        self._say(BranchStep(made.id, of, made.provenance, reason, made.question, made.notes))

    def _doubt_what_stays(self) -> None:
        """Recorded steps of threads that were told changed answers, and what runs inside of those."""
        trace, told = self.trace, self.ledger.told
        for row, id_ in enumerate(trace.ids):
            step = self.said.get(id_)
            if step is None or step.provenance is not Provenance.RECORDED:
                continue
            runs = self.ledger.facts.flow.enclosing_executions(row)
            around = (id_, *(self.takers[ran].id if ran in self.takers else trace.ids[ran] for ran in runs))
            holder = next((one for one in around if one in told), None)
            if holder is not None:
                self.said[id_] = replace(step, reason=step.reason + self._doubt(holder, trace.starts_ns[row]))

    def _doubt(self, id_: str, start_ns: int) -> str:
        """What a prompt may hold beside the answers that were carried into it: other words of theirs, and other answers."""
        told = self.ledger.told.get(id_)
        if told is None:
            return ""
        ends = self.trace.ends_ns
        changed = (one.source for one in self.ledger.answers if one.source not in told)
        before = (row for row in (*changed, *self.unproven) if not 0 <= start_ns < ends[row])
        row = next(before, None)
        return (
            ""
            if row is None
            else f"; {IN_DOUBT} may also hold something of #{row + 1}, in words that nothing finds again"
        )

    def _say(self, step: BranchStep) -> None:
        self.said[step.id] = replace(step, reason=step.reason + self.ledger.remarks.get(step.id, ""))
