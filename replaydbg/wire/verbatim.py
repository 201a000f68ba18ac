"""What a recorded request has and nobody here knows is sent again: an item that comes out as a recorded one would goes out
as that was recorded, where that says the same and more.

Fields inside of messages (markers for caches, signatures of other vendors, details of reasoning) are kept so, without
a place in the model of a message. What a log has in words of its own ("human", "ai") goes out in those of the provider.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import takewhile
from typing import Any

from replaydbg.core.message import Json
from replaydbg.core.request import Sent
from replaydbg.wire import loose

_LISTS = ("messages", "input", "contents")
_WHOLE = ("system", "systemInstruction")
_GOES_WITHOUT_SAYING: tuple[Json, ...] = (None, [], "message")
"""Values of `content`, `annotations` and `type` that clients leave out."""


def as_recorded(
    body: dict[str, Json], sent: Sent | None, shape: str, again: Callable[[Json], dict[str, Json]]
) -> dict[str, Json]:
    """`again` reads a recorded body and writes it as `body` was written. One of another shape than the recorded stays as it is."""
    if sent is None or sent.shape != shape or not isinstance(sent.body, dict):
        return body
    if sent.rewritten is None:
        sent.rewritten = again(sent.body)
    was = sent.rewritten
    for key in _LISTS:
        recorded = sent.body.get(key)
        if key in body and isinstance(recorded, list) and len(recorded) == len(was[key]):
            body[key] = _items(body[key], was[key], recorded, cut=shape == "responses")
    for key in _WHOLE:
        if key in body and body[key] == was.get(key) and _says_more(sent.body.get(key), body[key]):
            body[key] = sent.body[key]
    return body


def _items(written: list[Any], was: list[Any], recorded: list[Any], *, cut: bool) -> list[Any]:
    """`cut` ends it at the first turn that differs: items of Responses name each other by ids that an edit takes away."""
    items = list(written)
    both = min(len(written), len(was))
    head = next((at for at in range(both) if written[at] != was[at]), both)
    if cut:
        while 0 < head < len(written) and _is_models(was[head - 1]):
            head -= 1
        places = list(range(head))
    else:
        places = [at for at in range(both) if written[at] == was[at]]
        places += takewhile(lambda at: written[at] == was[at], range(-1, head - both - 1, -1))
    for at in places:
        if _says_more(recorded[at], was[at]):
            items[at] = recorded[at]
    return items


def _is_models(item: Any) -> bool:
    """Whether the item of Responses is one of the model's turn."""
    return item.get("role") == "assistant" or loose.text(item.get("type")) in {
        "reasoning",
        "function_call",
        "custom_tool_call",
    }


def _says_more(recorded: Json, written: Json) -> bool:
    """Whether what was recorded has all that would be written, in its order, and differs from it by additions alone.

    A text may stand there as such or as the one part of a list, and what goes without saying may not be said.
    """
    if isinstance(written, dict):
        return isinstance(recorded, dict) and all(
            _says_more(recorded[key], value) if key in recorded else value in _GOES_WITHOUT_SAYING
            for key, value in written.items()
        )
    if isinstance(written, list):
        if isinstance(recorded, str):
            return len(written) == 1 and written[0].get("text") == recorded
        left = iter(loose.sequence(recorded))
        return all(any(_says_more(item, one) for item in left) for one in written)
    if written is None:
        return recorded in (None, "", [])
    if isinstance(written, str) and isinstance(recorded, list):  # one text, written as such
        return len(recorded) == 1 and _says_more(recorded[0], {"type": "text", "text": written})
    return bool(recorded == written)
