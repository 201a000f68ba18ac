"""What all screens share: keys made from the table of actions, and one place where an action is done or says why not."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

from textual import events
from textual.await_complete import AwaitComplete
from textual.binding import Binding
from textual.screen import Screen
from textual.widget import Widget

from replaydbg.tui.actions import EVERYWHERE, State, UserAction, by_id, footer_of, keyed, of_screen, sign
from replaydbg.tui.widgets.footer import FooterLine

if TYPE_CHECKING:
    from replaydbg.tui.desk import Shown

Answer = TypeVar("Answer")


def bindings(where: str) -> list[Any]:
    """The bindings of a screen; each has the id of its action, so that a keymap can give it other keys."""
    return [
        Binding(
            ",".join(action.keys),
            f"act('{action.id}')",
            action.label,
            show=False,
            id=f"{where}.{action.id}",
            tooltip=action.tooltip,
        )
        for action in of_screen(where)
    ]


def program_bindings() -> list[Binding]:
    """Those of the program itself, done by Textual's own actions and before those of any screen; but who has selected
    text copies it by the key that says how to quit.
    """
    return [
        replace(each, action=action.id, priority=action.id != "help_quit")
        for each, action in zip(bindings(EVERYWHERE), of_screen(EVERYWHERE), strict=True)
    ]


def perform(action: UserAction, screen: Screen[Any], pane: Widget | None) -> None:
    """By the screen, or by the pane that keys of movement go to."""
    if not action.pane:
        getattr(screen, f"do_{action.id}")()
        return
    name, _, argument = action.pane.partition(":")
    method = getattr(pane, f"action_{name}", None)
    if method is not None:
        method(*([int(argument)] if argument else []))


class LeftOnce(Screen[Answer]):
    """A screen that is left once. Textual takes away whatever screen is on top, also for one that has been left before."""

    def on_idle(self) -> None:
        """What was painted may have been read where there is nothing any more. Raises CutShort then."""
        from replaydbg.drivers import mapped

        if mapped.lost:
            mapped.ask()

    def run_went_on(self, shown: Shown) -> None:
        """The recording is still being written, and this is what there is of it by now: its facts are known, or all rules have run."""

    def dismiss(self, result: Answer | None = None) -> AwaitComplete:
        """A key pressed twice in one go is heard twice: the second one must not take the screen below."""
        return super().dismiss(result) if self.is_active else AwaitComplete()


class ActingScreen(LeftOnce[Answer]):
    """A screen whose keys are actions of the table. An action is done by `do_<id>`, or by the pane with the focus."""

    WHERE = ""

    def state(self) -> State:
        return State()

    def key(self, action_id: str) -> str:
        """The key of an action of this screen, as it is written."""
        return keyed(self.WHERE, f"{{{action_id}}}")

    def label(self, action: UserAction) -> str:
        """The label of an action in the footer."""
        return action.label

    def action_act(self, id_: str) -> None:
        """Do it, or say why it cannot be done now."""
        action = by_id(self.WHERE, id_)
        self.say("")
        reason = action.why_not(self.state())
        if reason is None:
            before = self.position()
            perform(action, self, self.pane())
            if action.idle and self.position() == before:
                reason = action.idle
        if reason is not None:
            self.say(f"{sign(action.keys[0])} {action.label}: {keyed(self.WHERE, reason)}")
        if not action.pane.startswith(("move", "page")):
            self.offer()  # after a move the screen does so when the cursor has come to rest

    def pane(self) -> Widget | None:
        """The pane that keys of movement go to."""
        return self.focused

    def position(self) -> object:
        """Equal before and after an action that moved nothing."""
        pane = self.pane()
        return (
            id(self.focused),
            self.classes,
            getattr(pane, "cursor", None),
            getattr(pane, "virtual_size", None),
            getattr(pane, "folds", None),
        )

    def say(self, text: str, look: str = "warning") -> None:
        """One sentence in the line at the bottom, until the next key."""
        self.query_one(FooterLine).say(text, look)

    @property
    def said(self) -> str:
        """What stands there now; "" where it names the keys."""
        return self.query_one(FooterLine).said

    def offer(self) -> None:
        """Name in the footer what can be done now."""
        actions = footer_of(self.WHERE, self.state())
        self.query_one(FooterLine).offer([(action, self.label(action)) for action in actions])

    @property
    def unsaved(self) -> str:
        """What was typed and is nowhere else yet."""
        return ""

    def may_quit(self) -> bool:
        """Whether nothing is lost if the program ends now; a screen that says no asks the person."""
        return True

    def do_help(self) -> None:
        from replaydbg.tui.screens.help import Help

        self.app.push_screen(Help(self.WHERE, self.state()))

    def on_footer_line_clicked(self, event: FooterLine.Clicked) -> None:
        self.action_act(event.action_id)

    @cached_property
    def _keys(self) -> frozenset[str | None]:
        return frozenset(key for action in of_screen(self.WHERE) for key in action.keys)

    def on_key(self, event: events.Key) -> None:
        """A key that nobody wanted. It says so: silence would look like a program that hangs."""
        if self._keys.intersection((event.key, event.character, *event.aliases)):
            return  # comes here before its action is done: to say and unsay it would paint the line for each key
        if event.is_printable or event.key.startswith("f"):
            self.say(
                f"{event.character or event.key} does nothing here: {self.key('help')} shows all keys", "dim"
            )
