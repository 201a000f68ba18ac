"""Texts by numbers that are equal where the texts are, but for times, made-up ids and the like."""

from __future__ import annotations

from collections.abc import Callable

from replaydbg.graph.wording import canonical_bytes, masked_bytes, outline


class SameWords:
    """Most texts begin as no other one does: what they say exactly is looked at where a second one begins so."""

    def __init__(self) -> None:
        self._known: dict[bytes, Callable[[], str] | dict[int, int]] = {}
        """By the outline how to have the one text that begins so again; of several what each says exactly, and its number."""

    def number(self, text: str, again: Callable[[], str]) -> int:
        """The hash of the first text that says the same. `again` gives the text: it is not kept, since there may be many."""
        letters = outline(text)
        alike = self._known.get(letters)
        if alike is None:
            self._known[letters] = again
            return hash(text)
        if not isinstance(alike, dict):
            first = alike()
            alike = self._known[letters] = {_exactly(first): hash(first)}
        return alike.setdefault(_exactly(text), hash(text))


def _exactly(text: str) -> int:
    return hash(masked_bytes(canonical_bytes(text)))
