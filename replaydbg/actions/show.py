"""What there is to see of a trace without a screen: its chain and its steps, as text and as documents."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property

from replaydbg import codec
from replaydbg.actions.check import check_trace
from replaydbg.core.finding import Finding
from replaydbg.core.message import Json
from replaydbg.core.step import Kind
from replaydbg.core.tool import ToolSpec
from replaydbg.core.trace import StepNotFound, Trace
from replaydbg.errors import UsageProblem
from replaydbg.graph.facts import Facts
from replaydbg.graph.lanes import Chain
from replaydbg.views import detail, editing
from replaydbg.views.blocks import Block, Folds, shown
from replaydbg.views.chain import ChainView
from replaydbg.views.signs import ASCII, UNICODE
from replaydbg.views.subject import subject
from replaydbg.views.text import Line, duration_words, plural, printable

_ROWS_AT_ONCE = 256
_TEXT_COLUMNS = 100
"""Room for tables inside a step; lines of text are as long as they are, for the pager or the terminal to wrap."""


class Shown:
    """A trace to be printed. Its findings are looked for when they are first needed."""

    def __init__(self, trace: Trace, side_tools: tuple[ToolSpec, ...] = ()) -> None:
        self.trace = trace
        self.facts = Facts(trace, side_tools)

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        return check_trace(self.facts)

    @cached_property
    def _names(self) -> dict[str, list[str]]:
        """Names of findings by the id of each step concerned, each once."""
        names: dict[str, list[str]] = {}
        for finding in self.findings:
            for step_id in finding.step_ids:
                own = names.setdefault(step_id, [])
                if finding.name not in own:
                    own.append(finding.name)
        return names

    def row(self, reference: str) -> int:
        """The row of a step named by id, a unique prefix of it, or #N. Raises UsageProblem."""
        try:
            return self.trace.find(reference)
        except StepNotFound as error:
            raise UsageProblem(str(error)) from error

    def documents(self, reference: str | None = None) -> Iterator[Json]:
        """Every step in short, or the one asked for whole. Raises UsageProblem."""
        if reference is not None:
            step = self.trace.step(self.row(reference))
            return iter([codec.step_document(step, self._names.get(step.id, ()))])
        return (codec.step_summary(step, self._names.get(step.id, ())) for step in self.trace.steps())

    def heading(self) -> str:
        """What the trace is: its id, its format, what it holds, the models that were asked, how long it took."""
        trace = self.trace
        calls = list(trace.rows(Kind.MODEL_CALL))
        models = dict.fromkeys(trace.model(row) for row in calls if trace.models[row])
        begun, ended = trace.begins_ns, max(trace.ends_ns, default=-1)
        took = duration_words((ended - begun) / 1e6) if begun is not None and ended >= 0 else ""
        asked = f" to {', '.join(map(printable, models))}" if models else ""
        facts = [
            printable(trace.id),
            trace.source.format,
            plural(len(trace), "step"),
            plural(len(calls), "model call") + asked,
            took,
        ]
        return ", ".join(fact for fact in facts if fact)

    def chain(self, width: int, *, ascii_only: bool = False) -> Iterator[Line]:
        """Every step as the screen shows it, nothing folded away: a list that is printed can not be opened."""
        chain = Chain(self.trace, self.facts)
        chain.unfold_all()
        view = ChainView(chain, self.findings, signs=ASCII if ascii_only else UNICODE)
        for start in range(0, len(chain), _ROWS_AT_ONCE):
            window = chain.window(start, start + _ROWS_AT_ONCE)
            columns = view.columns(width, max(laid.width for laid in window))
            yield from (view.line(laid, columns) for laid in window)

    def rows(self, rows: Sequence[int], width: int, *, ascii_only: bool = False) -> Iterator[Line]:
        """Some steps as rows of the chain, as far as it is known by now: without findings, which need the whole."""
        chain = Chain(self.trace)
        chain.unfold_all()
        view = ChainView(chain, (), signs=ASCII if ascii_only else UNICODE)
        for row in rows:
            place = chain.place(row)
            (laid,) = chain.window(place, place + 1)
            yield view.line(laid, view.columns(width, laid.width))

    def step_blocks(self, reference: str) -> Iterator[Block]:
        """One step as the detail pane shows it, all its tabs one below the other, everything unfolded."""
        row = self.row(reference)
        about = subject(self.facts, row, findings=self.findings)
        yield Block(detail.title(about), "heading")
        for number, tab in enumerate(detail.tabs(about)):
            if number == detail.RAW:
                continue  # `--output json` has it whole
            yield Block()
            yield Block(f"── {tab.label} ", "dim")
            yield from detail.tab_blocks(about, number, Folds(all_open=True), _TEXT_COLUMNS, _no_page)
        parts = editing.parts(about)
        if parts:
            yield Block()
            yield Block("── Places to edit ", "dim")
        for part in parts:
            yield Block(f"--edit '#{row + 1}:{shown(part.place)}=…'  {shown(part.label)}")


def _no_page(_code: str) -> str:
    """The page of a rule is for `explain` to print: here it would come between the steps and the person."""
    return ""
