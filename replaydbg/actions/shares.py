"""How a person has divided the screen between the panes."""

from __future__ import annotations

from collections.abc import Mapping

from replaydbg.drivers import remembered

LEAST, MOST = 20, 80
"""In per cent."""

Shares = tuple[int, int]
"""In per cent: the height of the panes below the list, and the width of the list."""


def read() -> dict[str, Shares]:
    """By layout, those that can be."""
    return {
        layout: (shares[0], shares[1])
        for layout, shares in remembered.read("panes").items()
        if isinstance(shares, list) and len(shares) == 2 and all(map(_can_be, shares))
    }


def _can_be(share: object) -> bool:
    return isinstance(share, int) and LEAST <= share <= MOST


def write(shares: Mapping[str, Shares]) -> None:
    remembered.write("panes", shares)
