"""The main screen is all its verbs together."""

from __future__ import annotations

from typing import Any

import pytest

from replaydbg.tui.actions import ACTIONS, EVERYWHERE, UserAction, of_screen
from replaydbg.tui.app import ReplayApp
from replaydbg.tui.screens.branches import BranchesScreen
from replaydbg.tui.screens.chooser import ChooserScreen
from replaydbg.tui.screens.compare import CompareScreen, StepDifference
from replaydbg.tui.screens.conversation import ConversationScreen
from replaydbg.tui.screens.dialogs import Allow, Ask, Choose, Line, Nobody, Tell, Unsaved, Writing
from replaydbg.tui.screens.editor import EditorScreen
from replaydbg.tui.screens.finding import FindingScreen
from replaydbg.tui.screens.help import Help
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
    Tell,
    Unsaved,
    Allow,
    Nobody,
    Choose,
    Line,
    Help,
    ProgressScreen,
    RerunScreen,
    SamplingScreen,
    TrialScreen,
    Writing,
)


@pytest.mark.parametrize(
    "action",
    [each for each in ACTIONS if each.where != EVERYWHERE],
    ids=lambda action: f"{action.where}.{action.id}",
)
def test_every_action_is_done_by_somebody(action: UserAction) -> None:
    screens = [screen for screen in SCREENS if action.where == screen.WHERE]
    assert screens
    if not action.pane and not issubclass(screens[0], Ask):  # an answer is given, not done
        assert all(hasattr(screen, f"do_{action.id}") for screen in screens)


def test_what_can_be_done_everywhere_is_done_by_the_program() -> None:
    assert all(hasattr(ReplayApp, f"action_{action.id}") for action in of_screen(EVERYWHERE))


def test_no_deed_is_without_an_action() -> None:
    known = {(action.where, action.id) for action in ACTIONS}
    deeds = {
        (screen.WHERE, name.removeprefix("do_"))
        for screen in SCREENS
        for name in dir(screen)
        if name.startswith("do_")
    }
    assert deeds <= known
