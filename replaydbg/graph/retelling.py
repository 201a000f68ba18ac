"""Where else the same message is told: the prompt of another agent, of a later run of it, of another thread.

A thread carries its messages on from call to call, so what counts is where a message enters one: the calls after that
are told of it anyway.
"""

from __future__ import annotations

from collections.abc import Iterator

from replaydbg.graph.threads import Threads


def told_elsewhere(threads: Threads, row: int, index: int) -> Iterator[tuple[int, int] | None]:
    """For each model call the place (row, number of the message) where this message enters its thread, or None.

    A place each as it is looked at, so that whoever asks can stop. Equal is what says the same in the same role.
    """
    trace = threads.index.trace
    messages = trace.body(row).messages or ()
    if index >= len(messages):
        return
    wanted = messages[index]
    for at in threads.index.model_calls:
        link = threads.links.get(at)
        told = trace.body(at).messages or ()
        begin = link.new_from if link is not None and link.previous is not None else 0
        found = (number for number in range(begin, len(told)) if told[number] == wanted)
        number = next(found, None) if at != row else None
        yield (at, number) if number is not None else None
