"""Keys that come faster than screens do: over a slow link, or from fast fingers, a whole word arrives at once.

Textual hands every key to what has the focus when it arrives, before the first of them has opened anything: of a note, `;`
would open the line, and its letters would be a dozen commands to the screen below. A key that nobody took comes back to
the program; where another screen has come on top meanwhile, it was meant for that one.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any, TypeVar
from weakref import ref

from textual import events
from textual.app import App
from textual.command import CommandPalette
from textual.screen import Screen

Answer = TypeVar("Answer")


class TypedAhead(App[Answer]):
    """An app whose screens get the keys that were typed for them before they were there."""

    async def on_event(self, event: events.Event) -> None:
        if not isinstance(event, events.Key):
            await super().on_event(event)
        elif not event.is_forwarded and not vars(self.screen).get(_WAITING):
            vars(event)[_SCREEN] = ref(self.screen)
            await super().on_event(event)
        elif (screen := self.screen) is not vars(event).get(_SCREEN, lambda: None)():
            again = events.Key(event.key, event.character)
            vars(again)[_SCREEN] = ref(screen)
            vars(screen)[_WAITING] = vars(screen).get(_WAITING, 0) + 1
            screen.call_later(
                _pass_on, screen, again
            )  # once it is mounted, and something on it has the focus
        else:
            await super().on_event(event)
            for turn in range(_TURNS_AFTER_A_SCREEN):
                if turn >= _TURNS and self.screen is screen:
                    break
                await asyncio.sleep(0)

    def action_command_palette(self) -> None:
        if not isinstance(self.screen, CommandPalette):
            self.push_screen(Palette(placeholder="type to find a command", id="--command-palette"))


class Palette(CommandPalette):
    def _action_command_list(self, action: str) -> None:
        """A page of the list may be asked for before its lines have been laid out: Textual looks them up all the same."""
        with suppress(KeyError):
            super()._action_command_list(action)


_SCREEN = "screen"
"""For whom a key is, weakly: some event is always the last one, and must not hold a run that was left."""
_WAITING = "keys_waiting"
"""How many keys have yet to reach a screen that has just come. One that comes meanwhile goes behind them: an enter that was
typed last would close a line whose letters are still on their way.
"""
_TURNS = 5
"""An action that asks something is a task of its own, and what leaves a dialog is a message of its widget: so many turns
of the loop, and the screen that the next key is for is on top.
"""
_TURNS_AFTER_A_SCREEN = 40
"""Where a screen came or went: some lists go before what they lead to comes (a branch is named when its list has gone)."""


def _pass_on(screen: Screen[Any], key: events.Key) -> None:
    vars(screen)[_WAITING] -= 1
    (screen.focused or screen)._forward_event(key)  # noqa: SLF001 - as the app does with a key that has just come
