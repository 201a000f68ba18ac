"""The verbs of reading a step: Markdown, the pager, the conversation, and copying what the cursor is on."""

from __future__ import annotations

from functools import partial
from itertools import chain

from replaydbg.tui import actions, outside
from replaydbg.tui.desk import Shown
from replaydbg.tui.screens.searching import Searching
from replaydbg.tui.screens.workplace import rule_page
from replaydbg.tui.widgets.panes import FindingsPane, PlanPane

_PAGER_CELLS = 100
"""For tabs that set columns: what is given to a pager is not made anew when its window changes."""


class ReadingStep(Searching):
    def _to_detail(self) -> None:
        self.settle()
        self.add_class("-detail")
        self.set_focus(self.detail.document)
        self.read_on_inside()

    def do_markdown(self) -> None:
        self.detail.toggle_markdown()
        self.say(
            f"texts are {'laid out as Markdown' if self.detail.markdown else 'as they were written'}", "dim"
        )

    def do_pager(self) -> None:
        """The tab that is shown, with all folds open."""
        about, tab = self.desk.subject(self.row), self.detail.tab
        assert about is not None  # `why_not` of the action
        from replaydbg.views import detail
        from replaydbg.views.blocks import Folds, plain_lines

        blocks = detail.tab_blocks(about, tab, Folds(all_open=True), _PAGER_CELLS, rule_page)
        head = f"{detail.title(about)}  {detail.tabs(about)[tab].label}\n\n"
        said = outside.page(self.app, chain((head,), plain_lines(blocks)))
        self.refresh(layout=True)
        self.say(said)

    def do_conversation(self) -> None:
        from replaydbg.tui.screens.conversation import ConversationScreen
        from replaydbg.views.thread import Talk, talk

        def talk_at(shown: Shown, row: int) -> Talk | None:
            return talk(shown.facts, row, partial(self.desk.subject, shown=shown))

        shown = self.desk.shown
        assert shown is not None  # `why_not` of the action
        of = talk_at(shown, self.row)
        if of is None:
            self.say(f"{self.key('conversation')} Conversation: #{self.row + 1} belongs to no model call")
            return
        screen = ConversationScreen(
            of, self.row, talk_at, markdown=self.detail.markdown, in_browser=self.desk.setup.in_browser
        )
        self.app.push_screen(screen, self._came_back)

    def _came_back(self, step_id: str | None) -> None:
        """From the conversation: to the step that was opened there."""
        if step_id is not None:
            self.go_to_step(step_id)
            self._to_detail()

    def do_copy(self) -> None:
        what, text = self._under_cursor()
        way = outside.copy(self.app, text)
        self.say(f"copied {what} {way}", "good")

    def do_copy_path(self) -> None:
        """The place as `replay --edit` takes it: the step, and the JSON pointer of the part."""
        block = self.detail.document.block if self.pane_name() == actions.DETAIL else None
        place = block.place if block is not None and block.place.startswith("/") else ""
        own = place and self.tells_places()
        path = place if place and not own else f"#{self.row + 1}:{place}" if own else f"#{self.row + 1}"
        of = "" if own or not place else " of the recording's own form"
        self.say(f"copied {path}{of} {outside.copy(self.app, path)}", "good")

    def tells_places(self) -> bool:
        """Whether places in the detail are those of the step, which can be edited."""
        from replaydbg.views.detail import tells_places

        return self.detail.subject is not None and tells_places(self.detail.subject, self.detail.tab)

    def _under_cursor(self) -> tuple[str, str]:
        """What the cursor is on, in words and as text: a value in the detail, or the step."""
        from replaydbg.views import editing
        from replaydbg.views.blocks import NO_VALUE, copied

        about, pane = self.desk.subject(self.row), self.pane_name()
        assert about is not None  # `why_not` of the action
        listed = self.query_one(FindingsPane).under_cursor if pane == actions.FINDINGS else None
        if listed is not None and listed.finding is not None:
            where = f"#{listed.row + 1} " if listed.row >= 0 else ""
            return "the finding", f"{where}{listed.finding.name}: {listed.finding.message}"
        line = self.query_one(PlanPane).block if pane == actions.PLAN else None
        if line is not None:
            return "the line", line.text
        block = self.detail.document.block if self.pane_name() == actions.DETAIL else None
        if block is None:
            return f"the id of #{about.step.number}", about.step.id
        part = editing.part_at(about, block.place) if self.tells_places() else None
        if block.value is not NO_VALUE and (part is None or part.place != block.place):
            return f"the value at {block.place}" if block.place else "the value", copied(block)
        if part is not None:
            return f"the {part.label}", part.text
        return "the line", block.text
