"""The same message in other prompts: looked for in a thread, and as edits of one change."""

from __future__ import annotations

from threading import Event

from replaydbg import codec
from replaydbg.core.branch import Edit
from replaydbg.core.trace import Trace
from replaydbg.graph.retelling import told_elsewhere
from replaydbg.tui.actions import keyed
from replaydbg.tui.background import apart
from replaydbg.tui.desk import Shown
from replaydbg.views.text import plural

_NAMED_MAX = 12


def of_message(edit: Edit) -> int | None:
    """The number of the message that the edit is of; None where it is of something else."""
    place = edit.pointer.split("/")[1:3]
    return int(place[1]) if place[0] == "messages" and place[1:] and place[1].isdecimal() else None


async def edits_elsewhere(shown: Shown, edit: Edit, pending: tuple[Edit, ...]) -> tuple[Edit, ...]:
    """The same edit at all other places of the message. What has a pending edit of its own is another message by now."""
    index = of_message(edit)
    if index is None or not shown.known:
        return ()
    places: list[tuple[int, int]] = []
    given_up = Event()

    def look() -> None:
        for place in told_elsewhere(shown.facts.threads, shown.trace.row(edit.step_id), index):
            if given_up.is_set():
                return
            if place is not None:
                places.append(place)

    try:
        await apart(look)
    finally:
        given_up.set()
    edited = {(other.step_id, of_message(other)) for other in pending}
    rest = edit.pointer.split("/", 3)[3:]
    made = []
    for row, number in places:
        if (shown.trace.ids[row], number) in edited:
            continue
        pointer = "/".join(("", "messages", str(number), *rest))
        try:
            made.append(codec.make_edit(shown.trace.step(row), pointer, edit.after))
        except codec.EditRefusedError:
            continue  # told there in another shape
    return tuple(made)


def in_words(trace: Trace, others: tuple[Edit, ...]) -> str:
    named = ", ".join(f"#{trace.row(edit.step_id) + 1}" for edit in others[:_NAMED_MAX])
    more = f" and {len(others) - _NAMED_MAX} more" if len(others) > _NAMED_MAX else ""
    prompts = plural(len(others), "other prompt")
    return f"the same message enters {prompts}, {named}{more}: {keyed('main', '{everywhere}')} edits it there, too, as one change"
