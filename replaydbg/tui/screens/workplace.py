"""The main screen without its verbs: what is on it, what is selected, and what the workers report."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.timer import Timer
from textual.widget import Widget

from replaydbg.errors import ReplaydbgError
from replaydbg.graph.zoom import Level
from replaydbg.tui import actions, theme, workers
from replaydbg.tui.actions import State, UserAction
from replaydbg.tui.background import worker
from replaydbg.tui.desk import Desk, Shown
from replaydbg.tui.messages import TraceRead
from replaydbg.tui.screens.jumping import JumpingScreen
from replaydbg.tui.widgets.chain import ChainList
from replaydbg.tui.widgets.detail import Detail, TabLine
from replaydbg.tui.widgets.document import Document
from replaydbg.tui.widgets.footer import FooterLine
from replaydbg.tui.widgets.header import HeaderLine, Words
from replaydbg.tui.widgets.hint import HintLine
from replaydbg.tui.widgets.minimap import Minimap
from replaydbg.tui.widgets.panes import Chain, FindingsPane, FlowPane, PlanPane
from replaydbg.tui.widgets.timeline import TimelineHead
from replaydbg.views.models import models_words
from replaydbg.views.signs import ASCII, UNICODE
from replaydbg.views.text import plural

if TYPE_CHECKING:
    from replaydbg.views.query import About

_SETTLED_SECONDS = 0.1
"""The detail follows the cursor when it rests: holding a key down must not paint a conversation for each step."""


_LOW_ROWS = 16


class Workplace(JumpingScreen[None]):
    """Panes, and the state of the desk on them. The verbs are in the classes that build on this one."""

    def __init__(self, desk: Desk, first: TraceRead) -> None:
        """`first` is what has been read so far."""
        super().__init__()
        self.desk = desk
        self._first = first
        self.row = -1
        """The row of the selected step; -1 before the first steps are there."""
        self.hits: Sequence[int] = ()
        self.searched = ""
        self.filtered = ""
        """What the list of steps is filtered by, as it was typed."""
        self.picked_on_map = ""
        """What was chosen on the flow map to filter the list by."""
        self.places: list[str] = []
        self.ahead: list[str] = []
        """Ids of steps that one jumped away from, and of those that one came back from."""
        self.touched = False
        """Whether the person has done anything yet."""
        self._settling: Timer | None = None
        self._mounted_findings: tuple[int, bool] = (0, False)

    comparing = ""
    """How far a comparison that is under way has come; "" for none."""
    other_stopped = False
    """Whether the other trace, which there is to compare with, was not read to its end."""

    def compose(self) -> ComposeResult:
        signs = ASCII if theme.ascii_only(os.environ) else UNICODE
        yield HeaderLine(id="header")
        with Horizontal(id="panes"):
            with Vertical(id="left"):
                chain = Chain(signs=signs, id=actions.CHAIN)
                yield TimelineHead(chain, id="timeline")
                with Horizontal(id="steps"):
                    yield chain
                    yield Minimap(chain)
                yield FlowPane(signs=signs, id=actions.MAP)
                yield FindingsPane(signs=signs, id=actions.FINDINGS)
                yield PlanPane(id=actions.PLAN)
            yield Detail(rule_page, id="detail")
        yield HintLine()
        yield FooterLine(id="footer")

    def on_mount(self) -> None:
        for name, title in ((actions.FINDINGS, "findings"), (actions.PLAN, "what the edits touch")):
            pane = self.query_one(f"#{name}")
            pane.display = False
            pane.border_title = title
        self.query_one(f"#{actions.MAP}").display = False
        self.query_one(TimelineHead).display = False
        self.set_focus(self.chain)
        self.paint_header()
        self.offer()
        self.on_trace_read(self._first)

    def on_resize(self, _event: events.Resize) -> None:
        """Where it is low, the steps have all the room; f and a still open the panes below them."""
        if self.app.size.height < _LOW_ROWS:
            for name in (actions.FINDINGS, actions.PLAN):
                pane = self.query_one(f"#{name}")
                pane.display = pane.has_focus

    def work(self, group: str, job: partial[None]) -> None:
        """Do it in a thread; a job of the same group that still runs is given up."""
        self.run_worker(worker(job), group=group, exclusive=True)

    # What is on the screen

    @property
    def chain(self) -> Chain:
        return self.query_one(Chain)

    @property
    def detail(self) -> Detail:
        return self.query_one(Detail)

    def pane(self) -> Widget | None:
        return self.focused

    def pane_name(self) -> str:
        """Which pane has the focus, in the words of the table of actions."""
        focused = self.focused
        if focused is None:
            return actions.CHAIN
        return actions.DETAIL if focused is self.detail.document else focused.id or actions.CHAIN

    def position(self) -> object:
        panes = tuple(pane.display for pane in self.query("#left > *"))
        return (
            super().position(),
            self.row,
            self.filtered,
            self.picked_on_map,
            self.detail.tab,
            self.detail.document.standing,
            self.detail.markdown,
            panes,
            self.chain.folds,
            self.chain.bars,
            self.chain.stretch,
            self.chain.level,
        )

    def state(self) -> State:
        desk, shown, row = self.desk, self.desk.shown, self.row
        if shown is None:
            return State(complete=desk.complete, pane=self.pane_name())
        branch = shown.branch
        step_id = shown.trace.ids[row] if 0 <= row < len(shown.trace) else ""
        history = desk.sitting.history if desk.sitting is not None else None
        return State(
            pane=self.pane_name(),
            steps=len(shown.trace),
            one_pane=self.has_class("-narrow") or self.has_class("-zoomed"),
            timeline=self.chain.stretch is not None,
            complete=desk.complete,
            known=shown.known,
            checked=shown.checked,
            number=row + 1 if step_id else 0,
            kind=shown.trace.kind(row) if step_id else None,
            editable=desk.editable(row),
            edited_here=any(edit.step_id == step_id for edit in desk.edits),
            message_edited=any(
                edit.step_id == step_id and edit.pointer.startswith("/messages/") for edit in desk.edits
            ),
            findings=len(shown.findings),
            suppressed=len(shown.suppressed),
            loops=shown.loops,
            edits=len(desk.edits),
            rerun=-1 if desk.planning or desk.plan is None else sum(desk.plan.calls_by_model.values()),
            undo=type(history.past[-1].command).__name__ if history and history.past else "",
            redo=type(history.future[-1].command).__name__ if history and history.future else "",
            branch=branch.id if branch is not None else "",
            stopped=branch is not None and branch.stopped is not None,
            branches=len(desk.branches),
            other=desk.other is not None or self.other_stopped,
            original=branch is not None and bool(step_id) and branch.steps[row].of is not None,
            searched=self.searched or self.detail.document.sought,
            filtered=self.filtered or self.picked_on_map,
            one_of_many=desk.one_of_many,
            notices=len(desk.notices),
            kept=len(self.chain.noted) + len(self.chain.marked),
            places=len(self.places),
            ahead=len(self.ahead),
            sitting=desk.sitting is not None,
            read_only=desk.read_only,
            in_browser=desk.setup.in_browser,
        )

    def about(self) -> About:
        """What is known of the trace that is looked at, for searching."""
        from replaydbg.views.query import About

        view, shown, session = self.chain.view, self.desk.shown, self.desk.session
        assert view is not None
        assert shown is not None
        row = view.row_of
        return About(
            shown.trace,
            tuple(shown.findings),
            view.severities,
            view.looping,
            edited={row(edit.step_id) for edit in self.desk.edits},
            noted={row(step_id) for step_id in session.notes} if session is not None else (),
            marked={row(step_id) for step_id in session.marks} if session is not None else (),
        )

    def label(self, action: UserAction) -> str:
        if action.id == "rerun":
            calls = self.state().rerun
            return f"Re-run ({plural(calls, 'call')})" if calls >= 0 else "Re-run"
        if action.id == "quit_or_back":
            there = "Traces" if self.desk.one_of_many else "Quit"
            return there if self.at_home() else "Back"
        return action.label

    def at_home(self) -> bool:
        """Whether nothing is open over the list of steps, so that q quits."""
        covered = self.has_class("-narrow") and self.has_class("-detail")
        covered = covered or self.has_class("-zoomed") or self.query_one(FlowPane).display
        covered = covered or self.chain.stretch is not None or self.chain.level is not Level.STEP
        return self.pane_name() == actions.CHAIN and not covered

    def paint_header(self) -> None:
        desk, shown = self.desk, self.desk.shown
        counts = shown.by_severity if shown is not None else {}
        branch = shown.branch if shown is not None else None
        busy = ""
        if shown is None and desk.setup.follow and desk.trace_id:
            busy = f"waiting for trace {desk.trace_id}"
        elif not desk.complete:
            busy = f"reading {desk.fraction:.0%}"
        elif desk.setup.follow:
            busy = "following"
        elif shown is not None and not shown.checked:
            busy = "looking for findings"
        elif self.comparing:
            busy = self.comparing
        elif desk.sitting is not None and not desk.sitting.saved:
            busy = "not kept on disk"
        self.query_one(HeaderLine).say(
            Words(
                name=Path(shown.trace.source.name if shown is not None else desk.setup.path).name,
                branch=(branch.label or branch.id) if branch is not None else "",
                headline=desk.headlines().get(branch.id, ("", "")) if branch is not None else ("", ""),
                edits=len(desk.edits),
                steps=len(shown.trace) if shown is not None else 0,
                filtered=self.filtered or self.picked_on_map,
                left=self.chain.count,
                findings=tuple(sorted(counts.items(), reverse=True)),
                stand_in=desk.setup.demo,
                models=models_words(branch) if branch is not None else ("", "", ""),
                format=shown.trace.source.format if shown is not None else "",
                notices=len(desk.notices),
                unchecked=shown.unchecked if shown is not None else 0,
                busy=busy,
                read_only=bool(desk.setup.read_only),
            )
        )

    def on_trace_read(self, event: TraceRead) -> None:
        raise NotImplementedError

    # Showing a trace and a step

    def show(self, shown: Shown) -> None:
        """Put the recording, or a branch, on the screen; look for findings where that was not done."""
        self.row = min(
            self.row, len(shown.trace) - 1
        )  # a key may come before the list says where the cursor is now
        self.load_chain(shown)
        self.paint_findings(shown)
        self.paint_header()
        self.call_after_refresh(self.settle)  # the rows come first, then what the step says
        if self.desk.complete and not shown.checked and not self.desk.setup.follow:
            self.work("check", partial(workers.check, shown, self.post_message))

    def load_chain(self, shown: Shown) -> None:
        marks: Mapping[int, str] | Sequence[str] | None = origins(shown)
        if self.desk.plan is not None:
            from replaydbg.views.plan import touch_marks

            marks = touch_marks(self.desk.plan)
        self.remark()
        self.chain.goes_on = self.desk.setup.follow
        self.chain.stays_at_end = self.chain.goes_on and not self.detail.document.has_focus
        self.chain.load(shown.trace, shown.facts if shown.known else None, tuple(shown.findings), marks)

    def remark(self) -> None:
        """Show notes and marks beside their steps."""
        session, shown = self.desk.session, self.desk.shown
        if (
            session is None
            or shown is None
            or not (session.notes or session.marks or self.chain.noted or self.chain.marked)
        ):
            return
        rows = {id_: row for id_ in {*session.notes, *session.marks} if (row := shown.row_of(id_)) >= 0}
        noted = {rows[id_]: note for id_, note in session.notes.items() if id_ in rows}
        self.chain.remark(noted, {rows[id_] for id_ in session.marks if id_ in rows})

    def paint_findings(self, shown: Shown) -> None:
        self.query_one(FindingsPane).load(shown.trace, shown.findings, shown.suppressed)

    def on_chain_list_highlighted(self, event: ChainList.Highlighted) -> None:
        self.row = event.row
        if self._settling is not None:
            self._settling.stop()
        self._settling = self.set_timer(_SETTLED_SECONDS, self.settle)

    def go_to_step(self, step_id: str) -> None:
        """By its id: while one was on a page, the run may have gone on, and rows are others."""
        row = self.desk.shown.row_of(step_id) if self.desk.shown is not None else -1
        if row >= 0:
            self.chain.go_to(row)

    def settle(self) -> None:
        """Show the step that the cursor has come to rest on. Of a run that goes on the list may not know yet that it moved."""
        shown, listed, row = self.desk.shown, self.chain.trace, self.chain.row
        if shown is not None and listed is not None and row >= 0 and listed.id == shown.trace.id:
            here = listed.ids[row]
            same = row < len(shown.trace) and shown.trace.ids[row] == here
            self.row = row if same else max(shown.row_of(here), 0)
        self.detail.show(self.desk.subject(self.row))
        self.offer()

    def on_tab_line_chosen(self, event: TabLine.Chosen) -> None:
        self.detail.choose(event.tab)

    def on_timeline_chain_zoomed(self, _event: Chain.Zoomed) -> None:
        self.query_one(TimelineHead).refresh()

    def on_document_led(self, event: Document.Led) -> None:
        self.chain.go_to(event.row)

    def on_mouse_down(self, event: events.MouseDown) -> None:  # noqa: ARG002
        self.touched = True

    def action_act(self, id_: str) -> None:
        self.touched = True
        super().action_act(id_)

    def tell(self, title: str, text: str, hint: str = "", *, fatal: bool = False) -> None:
        """A dialog with one sentence and what would help; after a fatal one there is nothing left to look at."""
        from replaydbg.tui.screens.dialogs import Tell

        def closed(_: object) -> None:
            if fatal:
                self.app.exit(3, return_code=3)

        self.app.push_screen(Tell(title, text, hint), closed)


def origins(shown: Shown) -> list[str] | None:
    """For a branch where each row came from, for the marks beside the rows."""
    return None if shown.branch is None else [str(step.provenance) for step in shown.branch.steps]


def rule_page(code: str) -> str:
    """The page of a rule, "" where the rule is not here: findings may come from a plug-in that has gone."""
    from replaydbg.actions import explain

    try:
        return explain.page(code)
    except ReplaydbgError:
        return ""
