"""The main screen is all its verbs together."""

from __future__ import annotations

from typing import Any

import pytest

from replaydbg.tui.actions import ACTIONS, UserAction
from replaydbg.tui.screens.branches import BranchesScreen
from replaydbg.tui.screens.chooser import ChooserScreen
from replaydbg.tui.screens.compare import CompareScreen, StepDifference
from replaydbg.tui.screens.conversation import ConversationScreen
from replaydbg.tui.screens.editor import EditorScreen
from replaydbg.tui.screens.finding import FindingScreen
from replaydbg.tui.screens.main import MainScreen
from replaydbg.tui.screens.opening import OpeningScreen
from replaydbg.tui.screens.page import PageScreen
from replaydbg.tui.screens.progress import ProgressScreen
from replaydbg.tui.screens.rerun import RerunScreen
from replaydbg.tui.screens.sampling import SamplingScreen
from replaydbg.tui.screens.suspects import SuspectsScreen
from replaydbg.tui.screens.trial import TrialScreen

SCREENS: tuple[type[Any], ...] = (
    OpeningScreen,
    PageScreen,
    FindingScreen,
    SuspectsScreen,
    ChooserScreen,
    MainScreen,
    BranchesScreen,
    CompareScreen,
    ConversationScreen,
    StepDifference,
    EditorScreen,
    ProgressScreen,
    RerunScreen,
    SamplingScreen,
    TrialScreen,
)


@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: f"{action.where}.{action.id}")
def test_every_action_is_done_by_somebody(action: UserAction) -> None:
    screens = [screen for screen in SCREENS if action.where == screen.WHERE]
    assert screens
    if not action.pane:
        assert all(hasattr(screen, f"do_{action.id}") for screen in screens)


def test_no_deed_is_without_an_action() -> None:
    known = {(action.where, action.id) for action in ACTIONS}
    deeds = {
        (screen.WHERE, name.removeprefix("do_"))
        for screen in SCREENS
        for name in dir(screen)
        if name.startswith("do_")
    }
    assert deeds <= known
