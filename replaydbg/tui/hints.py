"""Hints for somebody who has not used the program yet: one at a time, each until what it tells has been done once.

A hint that has been there in a few sittings leaves by itself: who does not want it has read it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from replaydbg.tui.possible import State

SITTINGS_MAX = 3
_GONE = 1 << 20
_LONG_STEPS = 40
_VERY_LONG_STEPS = 200


@dataclass(frozen=True, slots=True)
class Hint:
    """`text` names actions in braces, which become their keys. It leaves when one of `uses` has been done."""

    text: str
    uses: tuple[str, ...]
    fits: Callable[[State], bool]


HINTS: Mapping[str, Hint] = {
    "rerun": Hint(
        "{plan} shows what the edit touches, {rerun} re-runs what comes after it: nothing is sent before you say so",
        ("rerun", "plan"),
        lambda state: state.edits > 0,
    ),
    "compare": Hint(
        "{compare} compares the branch with what it came from, {branches} lists all branches",
        ("compare", "branches"),
        lambda state: bool(state.branch),
    ),
    "findings": Hint(
        "{next_finding} goes to the next finding, {open} reads the step",
        ("next_finding", "previous_finding", "findings"),
        lambda state: state.findings > 0,
    ),
    "edit": Hint(
        "{edit} edits a part of this step; what comes after it can then be re-run",
        ("edit", "edit_outside", "mend"),
        lambda state: state.editable and state.number > 0 and state.complete and not state.read_only,
    ),
    "search": Hint(
        "{search} searches all steps, {filter} shows only those that fit",
        ("search", "filter"),
        lambda state: state.steps > _LONG_STEPS,
    ),
    "distance": Hint(
        "{zoom_out} shows the run from farther away, {zoom_in} from nearer by",
        ("zoom_out", "zoom_in"),
        lambda state: state.steps > _VERY_LONG_STEPS,
    ),
    "jump": Hint(
        "{jump} puts letters on everything in view: typing them goes there",
        ("jump",),
        lambda state: state.steps > 0,
    ),
    "help": Hint(
        "{help} shows all keys, ctrl+p finds what you can do by its name", ("help",), lambda _: True
    ),
}
"""By name, those that matter most just now first."""


class Hints:
    """What is known of one person; `shown` is by hint in how many sittings it was there."""

    def __init__(self, shown: Mapping[str, int]) -> None:
        self.shown = {name: shown.get(name, 0) for name in HINTS}
        self._here: set[str] = set()

    def fitting(self, state: State) -> str:
        """The name of the hint to show; "" for none."""
        return next((name for name, hint in HINTS.items() if self._wanted(name) and hint.fits(state)), "")

    def _wanted(self, name: str) -> bool:
        return self.shown[name] < SITTINGS_MAX or (name in self._here and self.shown[name] < _GONE)

    def show(self, name: str) -> bool:
        """It is shown; whether that is to be kept."""
        if name in self._here:
            return False
        self._here.add(name)
        self.shown[name] += 1
        return True

    def used(self, action_id: str) -> bool:
        """An action was done, so that hints at it leave for good; whether that is to be kept."""
        left = [name for name, hint in HINTS.items() if action_id in hint.uses and self.shown[name] < _GONE]
        for name in left:
            self.shown[name] = _GONE
        return bool(left)
