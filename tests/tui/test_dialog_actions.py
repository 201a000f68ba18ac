"""The keys of dialogs."""

from __future__ import annotations

import pytest

from replaydbg.tui.actions import ACTIONS, of_screen
from replaydbg.tui.dialog_actions import DIALOG_ACTIONS, DIALOGS, TYPED_IN


def test_they_are_part_of_the_table() -> None:
    assert set(DIALOG_ACTIONS) <= set(ACTIONS)
    assert set(TYPED_IN) <= {action.where for action in ACTIONS}


@pytest.mark.parametrize("where", DIALOGS)
def test_escape_leads_out_of_each_and_is_the_last(where: str) -> None:
    assert "escape" in of_screen(where)[-1].keys
