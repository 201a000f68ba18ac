"""Searching inside the text that has the focus: `/` asks for words in the line at the bottom, n and N go on."""

from __future__ import annotations

from typing import Any

from replaydbg.tui.screens.acting import ActingScreen
from replaydbg.tui.widgets.searched import SearchedDocument
from replaydbg.views.expressions import QueryProblem

HELP = "words in this text, or /a regular.expression/"


async def ask_words(screen: ActingScreen[Any], text: SearchedDocument) -> None:
    """Each pause in typing searches for what stands there; escape leaves all as it was."""
    from replaydbg.tui.screens.dialogs import Line

    origin, before = text.place, text.sought

    def look_for(words: str, *, unfold: bool = False) -> None:
        try:
            text.look_for(words, origin, unfold=unfold)
        except QueryProblem as problem:
            line.say(str(problem))
            return
        if not text.sought:
            line.say("")

    line = Line("/ in this text", before, HELP, look_for)
    said = await screen.app.push_screen_wait(line)
    if said is None:
        text.forget()
        text.go_back(origin)
        screen.say("")
    elif said != text.sought:  # typed faster than it was listened to
        look_for(said, unfold=True)
    else:
        text.settle()
    screen.offer()


def tell(screen: ActingScreen[Any], event: SearchedDocument.Sought) -> None:
    """How the search stands, where the person looks just now."""
    from replaydbg.tui.screens.dialogs import Line

    top = screen.app.screen
    if isinstance(top, Line):
        top.say(event.words)
    else:
        screen.say(event.words, event.look)
        screen.offer()
