"""What an action of a person is, and when it can be done: facts of the screen as plain values, and reasons why not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from replaydbg.core.step import Kind

CHAIN, DETAIL, FINDINGS, PLAN, MAP = "chain", "detail", "findings", "plan", "map"
"""The panes of the main screen, by the ids of their widgets."""

KEY_SIGNS = {
    "right_square_bracket": "]",
    "left_square_bracket": "[",
    "right_curly_bracket": "}",
    "left_curly_bracket": "{",
    "minus": "-",
    "equals_sign": "=",
    "slash": "/",
    "vertical_line": "|",
    "colon": ":",
    "semicolon": ";",
    "apostrophe": "'",
    "comma": ",",
    "full_stop": ".",
    "ampersand": "&",
    "question_mark": "?",
    "enter": "⏎",
    "escape": "esc",
    "plus": "+",
    "less_than_sign": "<",
    "greater_than_sign": ">",
    "underscore": "_",
    "left": "←",
    "right": "→",
    "down": "↓",
    "up": "↑",
    "pagedown": "pgdn",
    "pageup": "pgup",
    "ctrl+d": "^d",
    "ctrl+u": "^u",
    "ctrl+s": "^s",
    "ctrl+f": "^f",
    "ctrl+l": "^l",
    "ctrl+z": "^z",
    "ctrl+y": "^y",
    "ctrl+q": "^q",
    "ctrl+p": "^p",
    "shift+tab": "⇧tab",
}
"""How keys whose name is not their sign are written on the screen."""


@dataclass(frozen=True, slots=True)
class State:
    """What decides whether an action can be done: facts of the screen, as plain values."""

    pane: str = CHAIN
    steps: int = 0
    one_pane: bool = False
    """Whether the pane with the focus has all the width."""
    timeline: bool = False
    """Whether the list is shown as a timeline."""
    complete: bool = True
    """Whether the file has been read to its end."""
    known: bool = True
    """Whether the facts of the whole run are at hand: pairings, threads."""
    checked: bool = True
    """Whether all rules have run."""
    number: int = 0
    """Number of the selected step, 0 for none."""
    kind: Kind | None = None
    editable: bool = False
    """Whether anything of the selected step can be edited."""
    edited_here: bool = False
    message_edited: bool = False
    """Whether one of its pending edits is of a message that it was told."""
    findings: int = 0
    suppressed: int = 0
    mendable: bool = True
    """Whether an edit is known that would mend the finding."""
    loops: int = 0
    edits: int = 0
    rerun: int = 0
    """Model calls that the pending edits would make; -1 while that is being worked out."""
    undo: str = ""
    redo: str = ""
    """The last command, in a few words; "" for none."""
    branch: str = ""
    stopped: bool = False
    """Whether the branch was stopped before its end."""
    branches: int = 0
    other: bool = False
    """Whether another recording is there to compare with."""
    original: bool = False
    """Whether the selected step of a branch stands for a step of its parent."""
    finding: bool = False
    """In the editor, whether the lines to find and replace are open."""
    searched: str = ""
    filtered: str = ""
    notices: int = 0
    kept: int = 0
    """Steps with a note or a mark."""
    places: int = 0
    ahead: int = 0
    """Places to go back and forward to."""
    sitting: bool = True
    one_of_many: bool = False
    """Whether there is a list of traces to go back to."""
    read_only: str = ""
    """Why nothing can be edited or kept; "" where it can."""
    in_browser: bool = False
    """Whether whoever looks does so from a browser."""
    running: bool = False
    """Whether runs are under way."""


WhyNot = Callable[[State], str | None]


def always(_: State) -> str | None:
    return None


def no_steps(state: State) -> str | None:
    if state.steps:
        return None
    return "there are no steps in this trace" if state.complete else "the first steps are still being read"


def no_step(state: State) -> str | None:
    return no_steps(state) or (None if state.number else "no step is selected")


def not_known(state: State) -> str | None:
    """For what needs the threads of the whole run."""
    return no_step(state) or (
        None if state.known else "which call goes on from which is still being worked out"
    )


def no_findings(state: State) -> str | None:
    if state.findings:
        return None
    if state.suppressed:
        return "all that was found is suppressed: {findings} lists it, with the reasons"
    return "nothing was found in this run" if state.checked else "the rules are still looking"


def nothing_listed(state: State) -> str | None:
    return None if state.suppressed else no_findings(state)


def no_loops(state: State) -> str | None:
    if state.loops:
        return None
    return "no loop was found in this run" if state.checked else "the rules are still looking"


def no_rounds(state: State) -> str | None:
    return None if state.loops > 1 else "this finding has no two rounds to set beside each other"


def not_checked(state: State) -> str | None:
    return no_steps(state) or (None if state.checked else "the rules are still looking")


def not_editable(state: State) -> str | None:
    if reason := no_step(state):
        return reason
    if state.read_only:
        return state.read_only
    if not state.complete:
        return "editing waits until the file is read to its end"
    if not state.editable:
        return f"#{state.number} is {_a(state.kind)}: model calls and tool executions can be edited"
    return None


def no_editor(state: State) -> str | None:
    return not_editable(state) or (
        "a browser has no $EDITOR: edit here with {edit}" if state.in_browser else None
    )


def no_terminal(state: State) -> str | None:
    return "a browser has no $PAGER: {search} searches here" if state.in_browser else None


def no_shell(state: State) -> str | None:
    return "a browser has no shell to go to" if state.in_browser else None


def no_pager(state: State) -> str | None:
    return no_step(state) or no_terminal(state)


def no_files(state: State) -> str | None:
    if state.in_browser:
        return "a browser writes no files here: {copy} copies, and `replaydbg convert` writes files"
    return no_steps(state)


def not_judged(state: State) -> str | None:
    return nothing_listed(state) or state.read_only or None


def not_mendable(state: State) -> str | None:
    return not_judged(state) or (
        None if state.mendable else "no one edit is known that mends it; what to do stands on this page"
    )


def nothing_to_undo(state: State) -> str | None:
    return state.read_only or (None if state.undo else "nothing to undo")


def nothing_to_redo(state: State) -> str | None:
    return state.read_only or (None if state.redo else "nothing to redo")


def nothing_to_revert(state: State) -> str | None:
    return (
        state.read_only
        or no_step(state)
        or (None if state.edited_here else f"#{state.number} has no pending edit")
    )


def no_message_edited(state: State) -> str | None:
    if reason := not_editable(state) or not_known(state):
        return reason
    return None if state.message_edited else f"no message of #{state.number} is edited: {{edit}} edits one"


def nothing_to_plan(state: State) -> str | None:
    if reason := no_steps(state):
        return reason
    if state.edits:
        return None
    return state.read_only or "nothing is edited yet: select a step and press {edit}"


def nothing_to_rerun(state: State) -> str | None:
    reason = state.read_only or nothing_to_plan(state)
    if reason and state.branch and not state.read_only:
        return "nothing is edited in this branch: {edit} edits a step; the list of {branches} re-runs its own edits once more"
    return reason


def no_choice(state: State) -> str | None:
    return no_step(state) or nothing_to_rerun(state)


def nothing_to_sample(state: State) -> str | None:
    if state.read_only or not state.sitting:
        return state.read_only or "the session is still being opened"
    return None if state.branch or state.edits else "nothing is edited yet: select a step and press {edit}"


def still_running(state: State) -> str | None:
    return "the runs go on: {stop} stops them, and what was answered is kept" if state.running else None


def not_running(state: State) -> str | None:
    return None if state.running else "all runs have ended: {leave} goes back"


def not_stopped(state: State) -> str | None:
    if state.read_only or state.stopped:
        return state.read_only or None
    return (
        "this branch came to its end"
        if state.branch
        else "only a branch that was stopped can go on: see {branches}"
    )


def no_parent(state: State) -> str | None:
    if state.branch or state.other:
        return None
    if state.branches:
        return "this is the recording: press {branches} and choose a branch to compare with it"
    return "there is no branch yet: edit a step ({edit}), then re-run ({rerun}); `diff A B` and --against compare two files"


def no_original(state: State) -> str | None:
    if reason := no_step(state):
        return reason
    if state.edited_here:
        return None
    if not state.branch:
        return f"#{state.number} is as recorded: nothing to compare it with"
    return (
        None if state.original else f"#{state.number} is new in this branch: there is no step it stands for"
    )


def no_branches(state: State) -> str | None:
    if state.branches or state.other:
        return None
    return state.read_only or "there is no branch yet: edit a step ({edit}), then re-run ({rerun})"


def not_kept(state: State) -> str | None:
    opening = None if state.sitting else "the session is still being opened"
    return no_step(state) or state.read_only or opening


def nothing_searched(state: State) -> str | None:
    return None if state.searched else "nothing was searched for yet: press {search} and type"


def not_finding(state: State) -> str | None:
    return None if state.finding else "nothing is looked for: {find} opens find and replace"


def no_timeline(state: State) -> str | None:
    there = state.timeline or state.pane == MAP
    return no_steps(state) or (None if there else "only on the timeline, {timeline}, and the map, {map}")


def no_levels(state: State) -> str | None:
    """From farther away stretches of steps are shown, and a filter leaves no stretch whole."""
    if state.filtered and not state.timeline and state.pane != MAP:
        return "a filter shows single steps: {back} clears it"
    return no_steps(state)


def no_border(state: State) -> str | None:
    if state.one_pane and state.pane not in (FINDINGS, PLAN):
        return "one pane has all the width: {zoom} gives it back, {next_pane} goes to the other"
    return None


def only_in(*panes: str) -> WhyNot:
    def why_not(state: State) -> str | None:
        if state.pane in panes:
            return None if state.pane != CHAIN else no_steps(state)
        return f"only in the {' and the '.join(_PANE_NAMES[pane] for pane in panes)}: press {{next_pane}} to go there"

    return why_not


_PANE_NAMES = {
    CHAIN: "list of steps",
    DETAIL: "step's detail",
    FINDINGS: "list of findings",
    PLAN: "plan",
    MAP: "flow map",
}


def _a(kind: Kind | None) -> str:
    words = str(kind).replace("-", " ") if kind else "step"
    words = "opaque step" if kind is Kind.OPAQUE else words
    return f"an {words}" if words[0] in "aeiou" else f"a {words}"


@dataclass(frozen=True, slots=True)
class UserAction:
    """One thing a person can do. `id` is also the id of its binding and names the method that does it."""

    id: str
    label: str
    tooltip: str
    keys: tuple[str, ...]
    group: str
    where: str = "main"
    """The screen whose keys these are."""
    pane: str = ""
    """The method of the pane with the focus that does it, `name` or `name:argument`; "" if the screen does it."""
    why_not: WhyNot = always
    """Says why not. As in `tooltip` and `idle`, actions in braces stand for their keys (`actions.keyed`)."""
    idle: str = ""
    """What to say when a movement moved nothing."""
    footer: int = 0
    """Rank in the footer when the action can be done, smallest first; 0 keeps it out."""

    @property
    def signs(self) -> str:
        return " ".join(sign(key) for key in self.keys)


def sign(key: str) -> str:
    return KEY_SIGNS.get(key, key)


def moves(group: str, where: str) -> tuple[UserAction, ...]:
    """The keys of movement that screens with one text or one list have."""
    last, first = "this is the last line", "this is the first line"
    return (
        UserAction("down", "Down", "Next line", ("j", "down"), group, where, pane="move:1", idle=last),
        UserAction("up", "Up", "Previous line", ("k", "up"), group, where, pane="move:-1", idle=first),
        UserAction("page_down", "Page down", "One page down", ("pagedown", "ctrl+d"), group, where, pane="page:1", idle=last),
        UserAction("page_up", "Page up", "One page up", ("pageup", "ctrl+u"), group, where, pane="page:-1", idle=first),
        UserAction("top", "First", "To the first line", ("g", "home"), group, where, pane="top", idle=first),
        UserAction("bottom", "Last", "To the last line", ("G", "end"), group, where, pane="bottom", idle=last),
    )  # fmt: skip
