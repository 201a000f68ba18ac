"""A re-run under way: each question with its answer as it comes, and what it has cost so far. Stopping keeps it all."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from textual import work
from textual.app import ComposeResult
from textual.worker import Worker

from replaydbg.actions.rerun import RerunOptions, rerun
from replaydbg.core.branch import Branch, Edit, Provenance
from replaydbg.core.outcome import UNFIT, Failed, Outcome, Reply, Skipped, ToolResult
from replaydbg.core.request import ModelRequest, ToolRequest
from replaydbg.drivers.run import Update
from replaydbg.drivers.running import RunJournal
from replaydbg.drivers.tools.toolbox import Bound, Permission
from replaydbg.errors import ReplaydbgError
from replaydbg.graph.facts import Facts
from replaydbg.replay.api import Asked, Given, Progress
from replaydbg.tui.screens.acting import ActingScreen, bindings
from replaydbg.tui.screens.dialogs import Allow, Nobody
from replaydbg.tui.screens.editor import EditorScreen
from replaydbg.tui.widgets.document import Document
from replaydbg.tui.widgets.footer import FooterLine
from replaydbg.tui.widgets.said import Said
from replaydbg.views import human
from replaydbg.views.blocks import Block, one_line, shown
from replaydbg.views.text import count_words, duration_words, plural

_REPAINT_SECONDS = 0.1
_STREAM_CHARS_SHOWN = 600


@dataclass(slots=True)
class _Question:
    asked: Asked
    began: float
    text: str = ""
    waits: str = ""
    took: float | None = None
    given: Given | None = None


class ProgressScreen(ActingScreen[Branch | ReplaydbgError]):
    """Gives the branch, also of a re-run that was stopped; or the problem that kept it from beginning."""

    WHERE = "progress"
    BINDINGS = bindings("progress")

    def __init__(
        self,
        facts: Facts,
        edits: Sequence[Edit],
        options: RerunOptions,
        always: set[str] | None = None,
        journal: RunJournal | None = None,
        *,
        keep: Callable[[Branch], None] | None = None,
    ) -> None:
        """Tools that are allowed for good are added to `always`; answers are in `journal` before they are used. `keep`
        is called with the branch, in a thread, before the screen closes.
        """
        super().__init__()
        self._keep = keep
        self.unkept = ""
        """Why the branch is not kept on the disk."""
        self._always = set() if always is None else always
        self._journal = journal
        self._facts, self._edits, self._options = facts, tuple(edits), options
        self._questions: dict[str, _Question] = {}
        self._progress = Progress()
        self._began = time.monotonic()
        self._driving: Worker[None] | None = None
        self._stopping = False
        self._one_at_a_time = asyncio.Lock()

    def compose(self) -> ComposeResult:
        yield Said(" Re-running", id="editor-title")
        yield Document(id="form")
        yield FooterLine()

    def on_mount(self) -> None:
        self.query_one(Document).focus()
        self.set_interval(_REPAINT_SECONDS, self._paint)
        self.offer()
        self._driving = self._drive()

    @work(exit_on_error=True)
    async def _drive(self) -> None:
        result: Branch | ReplaydbgError
        try:
            result = await rerun(
                self._facts,
                self._edits,
                self._options,
                self._heard,
                self._ask_person,
                permit=self._ask_permission,
                journal=self._journal,
            )
        except ReplaydbgError as problem:
            result = problem
        if isinstance(result, Branch) and self._keep is not None:
            try:
                await asyncio.to_thread(self._keep, result)
            except ReplaydbgError as problem:
                self.unkept = problem.message
        self.dismiss(result)

    def _heard(self, update: Update) -> None:
        self._progress = update.progress
        asked = update.asked
        if asked is None:
            return
        question = self._questions.get(asked.id)
        if question is None:
            self._questions[asked.id] = _Question(asked, time.monotonic())
        elif update.waits:
            question.waits = update.waits
        elif update.text:
            question.text, question.waits = question.text + update.text, ""
        elif question.took is None:
            question.took = time.monotonic() - question.began
            question.given = update.given

    def _paint(self) -> None:
        blocks = list(
            progress_blocks(self._progress, list(self._questions.values()), time.monotonic() - self._began)
        )
        text = self.query_one(Document)
        text.show(lambda _folds, _width: iter(blocks), keep_place=True)
        text.action_bottom()

    def do_stop(self) -> None:
        if self._stopping or self._driving is None:
            self.say("stopping: what was answered is kept")
            return
        self._stopping = True
        self.say("stopping: what was answered is kept")
        self._driving.cancel()

    async def _ask_permission(self, asked: Asked, bound: Bound) -> Permission:
        """Whether the tool may run for this call, beside the call that was recorded."""
        async with self._one_at_a_time:
            recorded = self._facts.trace.body(asked.row).call if asked.row is not None else None
            ask = Allow(human.permission(asked), list(human.permission_blocks(asked, recorded, bound.how)))
            try:
                said = Permission(await self.app.push_screen_wait(ask))
            except asyncio.CancelledError:
                while self.app.screen is not self:
                    await self.app.pop_screen()
                raise
            if said is Permission.ALWAYS and isinstance(asked.request, ToolRequest):
                self._always.add(asked.request.call.name)
            return said

    async def _ask_person(self, asked: Asked) -> Outcome | None:
        """The person may answer what nobody else is to be asked; one question at a time."""
        async with self._one_at_a_time:
            ask = Nobody(human.question(asked), list(human.context_blocks(asked)))
            try:
                if await self.app.push_screen_wait(ask) != "write":
                    return None
                part = human.part(asked)
                while True:
                    text = await self.app.push_screen_wait(
                        EditorScreen(part, human.question(asked), human.HINT)
                    )
                    if text is None:
                        return None
                    try:
                        return human.outcome(asked, text)
                    except ValueError as problem:
                        self.say(str(problem), "error")
            except asyncio.CancelledError:
                while self.app.screen is not self:
                    await self.app.pop_screen()
                raise


def progress_blocks(progress: Progress, questions: Sequence[_Question], elapsed: float) -> list[Block]:
    """The totals, then a line for each question and, while it comes, its answer."""
    totals = f"{duration_words(elapsed * 1000)}   {plural(progress.live_calls, 'model call')}   {count_words(progress.tokens)} tokens"
    if progress.cost_usd:
        totals += f"   ${progress.cost_usd:.4f}"
    blocks = [Block(totals, "strong"), Block()]
    now = time.monotonic()
    for question in questions:
        request = question.asked.request
        who = request.model or "the model" if isinstance(request, ModelRequest) else f"{request.call.name}()"
        row = f" for #{question.asked.row + 1}" if question.asked.row is not None else ""
        took = question.took if question.took is not None else now - question.began
        sign, came, look = _came(question)
        head = f"{sign} {shown(who)}{row}"
        text = f"{head}  {duration_words(took * 1000)}  {shown(question.asked.why)}"
        blocks.append(Block(text, spans=((0, len(head), look), (len(head), len(text), "dim")), hang=4))
        if came:
            blocks.append(Block(shown(came), look, indent=4))
        if question.waits and question.took is None:
            blocks.append(Block(f"! {shown(question.waits)}", "warning", indent=4, hang=2))
        if question.text and question.took is None:
            blocks.append(Block(shown(question.text[-_STREAM_CHARS_SHOWN:]), indent=4))
    return blocks


def _came(question: _Question) -> tuple[str, str, str]:
    """What came of it: the sign and the look that such a step has elsewhere, and what there is to say of it."""
    given = question.given
    match given.outcome if given is not None else None:
        case None:
            return "»", "", "info"
        case Failed(kind, message):
            request, said = question.asked.request, f"it failed ({kind})"
            if kind == UNFIT and isinstance(request, ToolRequest):
                said = f"{request.call.name} was not run"
            return "✗", f"{said}: {message}", "error"
        case Skipped(reason) if question.asked.unproven:
            return "?", f"unproven: the recorded result stands. {reason}", "warning"
        case Skipped(reason):
            return "~", f"not answered: {reason}", "warning"
        case ToolResult(result, is_error=True):
            return "✗", f"it failed: {result if isinstance(result, str) else one_line(result)}", "error"
        case Reply(interrupted=True):
            return "╳", "interrupted", "warning"
    return ("☺" if given is not None and given.provenance is Provenance.HUMAN else "✓"), "", "good"
