"""Everything a person can do, in one table: the keys, the help, the footer and the palette are made from it.

An action says for itself why it cannot be done now (`why_not`), so that no key does nothing without saying why.
Keys are named as Textual names them; an unknown name would be accepted and never fire, so a test presses each one
by its character.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from replaydbg.tui.dialog_actions import DIALOG_ACTIONS
from replaydbg.tui.given_keys import EVERYWHERE, give, keymap, with_keys
from replaydbg.tui.possible import (
    CHAIN,
    DETAIL,
    FINDINGS,
    KEY_SIGNS,
    MAP,
    PLAN,
    State,
    UserAction,
    moves,
    no_border,
    no_branches,
    no_choice,
    no_editor,
    no_files,
    no_findings,
    no_levels,
    no_loops,
    no_message_edited,
    no_original,
    no_pager,
    no_parent,
    no_rounds,
    no_shell,
    no_step,
    no_steps,
    no_terminal,
    no_timeline,
    not_checked,
    not_editable,
    not_finding,
    not_judged,
    not_kept,
    not_known,
    not_mendable,
    not_running,
    not_stopped,
    nothing_listed,
    nothing_searched,
    nothing_to_plan,
    nothing_to_redo,
    nothing_to_rerun,
    nothing_to_revert,
    nothing_to_sample,
    nothing_to_undo,
    only_in,
    sign,
    still_running,
)

__all__ = [
    "ACTIONS",
    "CHAIN",
    "DETAIL",
    "EVERYWHERE",
    "FINDINGS",
    "KEY_SIGNS",
    "MAP",
    "PLAN",
    "State",
    "UserAction",
    "by_id",
    "footer_of",
    "keyed",
    "keymap",
    "of_screen",
    "sign",
]

_MOVE, _LOOK, _EDIT, _RUN, _APP = "Move", "Look", "Edit", "Re-run and compare", "Program"


_MAIN = (
    UserAction("down", "Down", "Next line", ("j", "down"), _MOVE, pane="move:1", why_not=no_steps, idle="this is the last line"),
    UserAction("up", "Up", "Previous line", ("k", "up"), _MOVE, pane="move:-1", why_not=no_steps, idle="this is the first line"),
    UserAction("page_down", "Page down", "One page down", ("pagedown", "ctrl+d"), _MOVE, pane="page:1", why_not=no_steps, idle="this is the last line"),
    UserAction("page_up", "Page up", "One page up", ("pageup", "ctrl+u"), _MOVE, pane="page:-1", why_not=no_steps, idle="this is the first line"),
    UserAction("top", "First", "To the first line", ("g", "home"), _MOVE, pane="top", why_not=no_steps, idle="this is the first line"),
    UserAction("bottom", "Last", "To the last line", ("G", "end"), _MOVE, pane="bottom", why_not=no_steps, idle="this is the last line"),
    UserAction("next_finding", "Next finding", "Jump to the next finding", ("right_square_bracket",), _MOVE, why_not=no_findings, idle="no finding after this step: {previous_finding} goes back", footer=20),
    UserAction("previous_finding", "Previous finding", "Jump to the finding before", ("left_square_bracket",), _MOVE, why_not=no_findings, idle="no finding before this step: {next_finding} goes on"),
    UserAction("next_loop", "Next loop", "Jump to the next loop", ("l",), _MOVE, why_not=no_loops, idle="no loop after this step: {previous_loop} goes back"),
    UserAction("previous_loop", "Previous loop", "Jump to the loop before", ("L",), _MOVE, why_not=no_loops, idle="no loop before this step: {next_loop} goes on"),
    UserAction("parent", "Parent", "To the step that this one is part of", ("p",), _MOVE, why_not=no_step, idle="this step is not part of another"),
    UserAction("first_child", "First child", "To the first step inside this one", ("P",), _MOVE, why_not=no_step, idle="no step is inside this one"),
    UserAction("next_sibling", "Next sibling", "To the next step at the same depth; on the flow map, to the next card", ("right_curly_bracket",), _MOVE, why_not=no_step, idle="none after this one at this depth"),
    UserAction("previous_sibling", "Previous sibling", "To the step before at the same depth; on the flow map, to the card before", ("left_curly_bracket",), _MOVE, why_not=no_step, idle="none before this one at this depth"),
    UserAction("search", "Search", "Search all steps: words, /regex/, kind:tool, name:a*, status:error, tokens>2000, has:loop; in the detail, its text", ("slash",), _MOVE, why_not=no_steps, footer=70),
    UserAction("filter", "Filter", "Show only the steps that fit; {back} shows all again", ("ampersand",), _MOVE, why_not=no_steps, footer=75),
    UserAction("next_hit", "Next hit", "To the next step, or place in the text, that the search found", ("n",), _MOVE, why_not=nothing_searched, idle="no hit after this place"),
    UserAction("previous_hit", "Previous hit", "To the hit before", ("N",), _MOVE, why_not=nothing_searched, idle="no hit before this place"),
    UserAction("go_to", "Go to step", "Go to a step: 12, +20 or -20 from here, 50%, or an id", ("colon",), _MOVE, why_not=no_steps),
    UserAction("jump", "Jump", "Letters on all that is in view: typing those of a line, a tab, a key goes there", ("J",), _MOVE, footer=88),
    UserAction("next_mark", "Next mark", "To the next step with a mark or a note", ("apostrophe",), _MOVE, why_not=lambda state: None if state.kept else "nothing is marked: {mark} marks a step, {note} writes a note", idle="this is the only one"),
    UserAction("go_back", "Go back", "To the place before the last jump", ("comma",), _MOVE, why_not=lambda state: None if state.places else "no jump was made yet", idle="the place is not in this run"),
    UserAction("go_forward", "Go forward", "To the place that you came back from", ("full_stop",), _MOVE, why_not=lambda state: None if state.ahead else "there is no place ahead: {go_back} goes back", idle="the place is not in this run"),
    UserAction("open", "Open", "Open what is selected", ("enter",), _LOOK, why_not=no_steps, footer=10),
    UserAction("back", "Back", "Close what was opened, back to the list of steps", ("escape", "h"), _LOOK, idle="this is the list of steps: {quit_or_back} leaves it"),
    UserAction("fold", "Fold", "Fold or unfold a loop, a step, a part, a card of the flow map", ("space",), _LOOK, pane="toggle_fold", idle="nothing to fold on this line", footer=60),
    UserAction("fold_all", "Fold all", "Fold everything", ("minus",), _LOOK, pane="fold_all", why_not=only_in(CHAIN, DETAIL, MAP), idle="everything is folded"),
    UserAction("unfold_all", "Unfold all", "Unfold everything", ("equals_sign",), _LOOK, pane="unfold_all", why_not=only_in(CHAIN, DETAIL, MAP), idle="nothing is folded"),
    UserAction("next_pane", "Next pane", "To the next pane", ("tab",), _LOOK, footer=65),
    UserAction("previous_pane", "Previous pane", "To the pane before", ("shift+tab",), _LOOK),
    UserAction("tab_1", "Messages", "The step as a conversation", ("1",), _LOOK, why_not=no_step),
    UserAction("tab_2", "Tools", "Tool calls, each argument beside its schema", ("2",), _LOOK, why_not=no_step),
    UserAction("tab_3", "Result", "What came back", ("3",), _LOOK, why_not=no_step),
    UserAction("tab_4", "Raw JSON", "The step as the recording has it", ("4",), _LOOK, why_not=no_step),
    UserAction("tab_5", "Timing", "Timing, tokens and cost", ("5",), _LOOK, why_not=no_step),
    UserAction("tab_6", "Findings", "What the rules say about this step", ("6",), _LOOK, why_not=no_step),
    UserAction("conversation", "Conversation", "The thread of this step as a person reads it; there a line leads to its step", ("C",), _LOOK, why_not=not_known, footer=72),
    UserAction("markdown", "Markdown", "Texts of messages laid out as Markdown, or as they were written", ("v",), _LOOK, why_not=no_step),
    UserAction("pager", "Pager", "What the detail shows, all of it, in $PAGER", ("vertical_line",), _LOOK, why_not=no_pager),
    UserAction("findings", "Findings", "The list of all findings", ("f",), _LOOK, why_not=nothing_listed, footer=50),
    UserAction("explain", "This finding", "This finding: its evidence side by side, what would mend it, what to do", ("F",), _LOOK, why_not=nothing_listed, footer=52),
    UserAction("suspects", "Suspects", "Steps to look at first, with the reasons: a ranking, no verdict", ("s",), _LOOK, why_not=not_checked),
    UserAction("severity", "Severity", "List of findings: only the worst, or more of them", ("S",), _LOOK, why_not=no_findings),
    UserAction("map", "Flow map", "Agents with their tools, and who goes on to whom; {open} on any of it shows only its steps", ("t",), _LOOK, why_not=no_steps, footer=80),
    UserAction("notices", "Notices", "What had to be bent to show this recording", ("i",), _LOOK, why_not=lambda state: None if state.notices else "nothing had to be bent: the recording was read as it is"),
    UserAction("timeline", "Timeline", "Steps on one axis of time, with waits, concurrency, tokens and the slowest path", ("T",), _LOOK, why_not=no_steps, footer=82),
    UserAction("zoom_in", "Zoom in", "From the whole run to agents, rounds, steps; on the timeline, half as much time around this step; on the flow map, more lines", ("plus",), _LOOK, why_not=no_levels, idle="this is as near as it goes", footer=83),
    UserAction("zoom_out", "Zoom out", "From steps to rounds, agents, the whole run; on the timeline, twice as much time; on the flow map, fewer lines", ("underscore",), _LOOK, why_not=no_levels, idle="this is the whole run", footer=84),
    UserAction("earlier", "Earlier", "Timeline: the time before; flow map: the card to the left", ("left",), _LOOK, pane="pan:-1", why_not=no_timeline, idle="there is nothing further to the left"),
    UserAction("later", "Later", "Timeline: the time after; flow map: the card to the right", ("right",), _LOOK, pane="pan:1", why_not=no_timeline, idle="there is nothing further to the right"),
    UserAction("waterfall", "Waterfall", "Show or hide the bars of time", ("w",), _LOOK, why_not=no_steps),
    UserAction("narrower", "Narrower", "Make the pane narrower; below the list, lower", ("less_than_sign",), _LOOK, why_not=no_border, idle="this is as narrow as it gets"),
    UserAction("wider", "Wider", "Make the pane wider; below the list, higher", ("greater_than_sign",), _LOOK, why_not=no_border, idle="this is as wide as it gets"),
    UserAction("zoom", "Zoom", "Give the pane all the room, or give it back", ("z",), _LOOK),
    UserAction("edit", "Edit", "Edit a part of this step", ("e",), _EDIT, why_not=not_editable, footer=30),
    UserAction("edit_outside", "Edit in $EDITOR", "Edit a part of this step in your own editor", ("E",), _EDIT, why_not=no_editor),
    UserAction("everywhere", "Edit wherever", "Edit the same message wherever else it stands in a prompt, as one change", ("W",), _EDIT, why_not=no_message_edited, footer=32),
    UserAction("mend", "Mend", "Make the edit that would mend this finding; where only you can write it, begin it", ("M",), _EDIT, why_not=not_judged),
    UserAction("suppress", "Suppress", "Do not hear of this finding any more, for a reason; of a suppressed one, hear again", ("X",), _EDIT, why_not=not_judged),
    UserAction("revert", "Revert", "Take back the edits of this step", ("V",), _EDIT, why_not=nothing_to_revert, footer=35),
    UserAction("note", "Note", "Write something down beside this step", ("semicolon",), _EDIT, why_not=not_kept),
    UserAction("mark", "Mark", "Mark this step, or take its mark away", ("m",), _EDIT, why_not=not_kept),
    UserAction("undo", "Undo", "Undo the last change", ("u",), _EDIT, why_not=nothing_to_undo),
    UserAction("redo", "Redo", "Do again what was undone", ("U",), _EDIT, why_not=nothing_to_redo),
    UserAction("plan", "Plan", "What the edits touch and what a re-run would ask", ("a",), _EDIT, why_not=nothing_to_plan, footer=45),
    UserAction("choose", "Keep or re-run", "Keep this step or re-run it, where nothing proves which: undecided, keep, re-run", ("c",), _EDIT, why_not=no_choice),
    UserAction("rerun", "Re-run", "Re-run what follows the edits", ("r",), _RUN, why_not=nothing_to_rerun, footer=5),
    UserAction("resume", "Go on", "Go on with this branch, which was stopped: nothing is asked twice", ("R",), _RUN, why_not=not_stopped, footer=6),
    UserAction("sample", "Try often", "Re-run the edits, or those of this branch, many times, and as it was: effect or chance?", ("A",), _RUN, why_not=nothing_to_sample, footer=46),
    UserAction("compare_step", "Compare step", "This step beside the one it was", ("d",), _RUN, why_not=no_original),
    UserAction("compare", "Compare", "This branch beside what it came from", ("D",), _RUN, why_not=no_parent, footer=25),
    UserAction("branches", "Branches", "The list of branches", ("b",), _RUN, why_not=no_branches, footer=55),
    UserAction("traces", "Traces", "Back to the list of traces", ("O",), _APP, why_not=lambda state: None if state.one_of_many else "this is the only trace: open a folder, or a file with several, to choose"),
    UserAction("export", "Export", "Write what is listed to a file: text, Markdown, JSON, or a picture of the screen", ("o",), _APP, why_not=no_files),
    UserAction("copy", "Copy", "Copy what the cursor is on", ("y",), _APP, why_not=no_step),
    UserAction("copy_path", "Copy path", "Copy the place that the cursor is on, as replay --edit takes it", ("Y",), _APP, why_not=no_step),
    UserAction("help", "Help", "All keys", ("question_mark",), _APP, footer=90),
    UserAction("suspend", "Suspend", "To the shell, from every screen but the editor; there fg comes back", ("ctrl+z",), _APP, why_not=no_shell, idle="this terminal has no shell to go to"),
    UserAction("quit_or_back", "Back", "Back; from the list of steps to the list of traces, else quit", ("q",), _APP, footer=95),
    UserAction("quit", "Quit", "Quit at once; everything is kept", ("Q",), _APP),
)  # fmt: skip

_OPENING = (
    UserAction("leave", "Quit", "Quit at once", ("q", "Q", "escape"), "Opening", "opening", footer=5),
    UserAction("help", "Help", "All keys", ("question_mark",), "Opening", "opening"),
)  # fmt: skip

_CHOOSER = (
    UserAction("jump", "Jump", "Letters on all that is in view: typing those of a line goes there", ("J",), "Traces", "chooser"),
    *moves("Traces", "chooser"),
    UserAction("open", "Open", "Open this trace", ("enter", "space"), "Traces", "chooser", footer=5),
    UserAction("search", "Search", "Show only traces whose name, id or format holds some words", ("slash", "ampersand"), "Traces", "chooser", footer=10),
    UserAction("mark", "Mark", "Mark this trace: {compare} on another line compares the two", ("m",), "Traces", "chooser", footer=15),
    UserAction("compare", "Compare", "Open this trace beside the marked one", ("D",), "Traces", "chooser", footer=16),
    UserAction("sort", "Sort", "Sort by name, findings, size, time", ("s",), "Traces", "chooser", footer=20),
    UserAction("help", "Help", "All keys", ("question_mark",), "Traces", "chooser", footer=90),
    UserAction("leave", "Back", "Show all traces again, then quit", ("q", "escape"), "Traces", "chooser", footer=95),
    UserAction("quit", "Quit", "Quit at once", ("Q",), "Traces", "chooser"),
)  # fmt: skip

_PAGE = (
    UserAction("jump", "Jump", "Letters on all that is in view: typing those of a line goes there", ("J",), "Page", "page"),
    *moves("Page", "page"),
    UserAction("open", "Open", "To the step that the line leads to", ("enter",), "Page", "page", footer=5, idle="this line leads nowhere"),
    UserAction("help", "Help", "All keys", ("question_mark",), "Page", "page", footer=90),
    UserAction("leave", "Back", "Back to the steps", ("q", "escape", "h"), "Page", "page", footer=95),
)  # fmt: skip

_FINDING = (
    *moves("Finding", "finding"),
    UserAction("jump", "Jump", "Letters on all that is in view: typing those of a line goes there", ("J",), "Finding", "finding"),
    UserAction("next_finding", "Next finding", "The next finding of the list", ("right_square_bracket",), "Finding", "finding", idle="this is the last finding", footer=20),
    UserAction("previous_finding", "Previous finding", "The finding before", ("left_square_bracket",), "Finding", "finding", idle="this is the first finding"),
    UserAction("next_round", "Next round", "Loops: the next two rounds beside each other", ("n",), "Finding", "finding", why_not=no_rounds, idle="these are the last two rounds", footer=8),
    UserAction("previous_round", "Previous round", "Loops: the two rounds before", ("N",), "Finding", "finding", why_not=no_rounds, idle="these are the first two rounds"),
    UserAction("open", "To the step", "To the step of this line, else to the first of the finding", ("enter",), "Finding", "finding", footer=5),
    UserAction("fold", "Fold", "Fold or unfold a value", ("space",), "Finding", "finding", pane="toggle_fold", idle="nothing to fold on this line"),
    UserAction("mend", "Mend", "Make the edit that would mend it; where only you can write it, begin it", ("M",), "Finding", "finding", why_not=not_mendable, footer=6),
    UserAction("suppress", "Suppress", "Do not hear of it any more, for a reason; {undo} takes it back", ("X",), "Finding", "finding", why_not=not_judged, footer=30),
    UserAction("copy", "Copy", "Copy this line", ("y",), "Finding", "finding"),
    UserAction("help", "Help", "All keys", ("question_mark",), "Finding", "finding", footer=90),
    UserAction("leave", "Back", "Back to the steps", ("q", "escape", "h"), "Finding", "finding", footer=95),
)  # fmt: skip

_CONVERSATION = (
    *moves("Conversation", "conversation"),
    UserAction("jump", "Jump", "Letters on all that is in view: typing those of a line goes there", ("J",), "Conversation", "conversation"),
    UserAction("next_turn", "Next turn", "To what was said next", ("right_curly_bracket", "right_square_bracket"), "Conversation", "conversation", idle="nothing was said after this", footer=12),
    UserAction("previous_turn", "Previous turn", "To what was said before", ("left_curly_bracket", "left_square_bracket"), "Conversation", "conversation", idle="nothing was said before this"),
    UserAction("open", "To the step", "To the step in which this was said; {conversation} comes back", ("enter",), "Conversation", "conversation", footer=5, idle="this line leads to no step"),
    UserAction("fold", "Fold", "Fold or unfold what is long", ("space",), "Conversation", "conversation", pane="toggle_fold", idle="nothing to fold on this line", footer=15),
    UserAction("fold_all", "Fold all", "Fold everything", ("minus",), "Conversation", "conversation", pane="fold_all", idle="everything is folded"),
    UserAction("unfold_all", "Unfold all", "Unfold everything", ("equals_sign",), "Conversation", "conversation", pane="unfold_all", idle="nothing is folded"),
    UserAction("search", "Search", "Words in this conversation, or /a regular.expression/", ("slash",), "Conversation", "conversation", footer=10),
    UserAction("next_hit", "Next hit", "To the next place that the search found", ("n",), "Conversation", "conversation", why_not=nothing_searched, idle="no hit after this place"),
    UserAction("previous_hit", "Previous hit", "To the hit before", ("N",), "Conversation", "conversation", why_not=nothing_searched, idle="no hit before this place"),
    UserAction("markdown", "Markdown", "Texts laid out as Markdown, or as they were written", ("v",), "Conversation", "conversation", footer=20),
    UserAction("pager", "Pager", "The whole conversation in $PAGER", ("vertical_line",), "Conversation", "conversation", why_not=no_terminal),
    UserAction("copy", "Copy", "Copy what the cursor is on", ("y",), "Conversation", "conversation"),
    UserAction("help", "Help", "All keys", ("question_mark",), "Conversation", "conversation", footer=90),
    UserAction("back", "Back", "Clear the search; else back to the steps", ("escape", "h"), "Conversation", "conversation"),
    UserAction("leave", "Back", "Back to the steps", ("q", "C"), "Conversation", "conversation", footer=95),
)  # fmt: skip

_EDITOR = (
    UserAction("save", "Save", "Save the edit", ("ctrl+s",), "Editor", "editor", footer=10),
    UserAction("find", "Find, replace", "Find words in the text, and put others in their place: ⏎ next, {next_hit} {previous_hit}, tab to the other line", ("ctrl+f",), "Editor", "editor", footer=12),
    UserAction("next_hit", "Next hit", "While one looks for words: to the next place", ("down",), "Editor", "editor", why_not=not_finding),
    UserAction("previous_hit", "Previous hit", "While one looks for words: to the place before", ("up",), "Editor", "editor", why_not=not_finding),
    UserAction("replace_all", "Replace all", "Replace all that was found, as one change", ("ctrl+l",), "Editor", "editor", why_not=not_finding, footer=11),
    UserAction("undo", "Undo", "Take back what was typed last", ("ctrl+z",), "Editor", "editor", footer=15),
    UserAction("redo", "Redo", "Type it again", ("ctrl+y",), "Editor", "editor"),
    UserAction("help", "Help", "All keys; ? is text here", ("f1",), "Editor", "editor", footer=25),
    UserAction("cancel", "Cancel", "Close without saving", ("escape",), "Editor", "editor", footer=20),
)  # fmt: skip

_COMPARE = (
    UserAction("jump", "Jump", "Letters on all that is in view: typing those of a line goes there", ("J",), "Compare", "compare"),
    *moves("Compare", "compare"),
    UserAction("next_difference", "Next", "To the next difference", ("n",), "Compare", "compare", idle="no difference after this line", footer=10),
    UserAction("previous_difference", "Previous", "To the difference before", ("N",), "Compare", "compare", idle="no difference before this line", footer=20),
    UserAction("first_difference", "Where they part", "To the first difference", ("f",), "Compare", "compare", idle="the cursor is there, or nothing differs", footer=15),
    UserAction("open", "Open", "Show or hide what differs in this step", ("enter", "space"), "Compare", "compare", footer=5, idle="there is nothing to open on this line"),
    UserAction("step", "To the step", "Leave for this step in the run on the right", ("s",), "Compare", "compare", footer=25),
    UserAction("equal", "Equal steps", "Show or hide the steps that are equal", ("equals_sign",), "Compare", "compare", footer=30),
    UserAction("help", "Help", "All keys", ("question_mark",), "Compare", "compare", footer=90),
    UserAction("leave", "Back", "Back to the steps", ("q", "escape", "h"), "Compare", "compare", footer=95),
)  # fmt: skip

_BRANCHES = (
    UserAction("jump", "Jump", "Letters on all that is in view: typing those of a line goes there", ("J",), "Branches", "branches"),
    *moves("Branches", "branches"),
    UserAction("choose", "Switch", "Look at this branch", ("enter",), "Branches", "branches", footer=5),
    UserAction("drop", "Drop", "Drop this branch; {undo} brings it back", ("X",), "Branches", "branches", footer=10),
    UserAction("label", "Name", "Name this branch in your own words", ("l",), "Branches", "branches", footer=7),
    UserAction("note", "Note", "What you expected of this branch, and what came of it", ("semicolon",), "Branches", "branches", footer=8),
    UserAction("pin", "Pin", "Keep this branch on top, or let it go", ("p",), "Branches", "branches", footer=9),
    UserAction("mark", "Mark", "Mark this one: {compare} on another line compares the two", ("m",), "Branches", "branches", footer=11),
    UserAction("compare", "Compare", "Beside the marked one; without a mark, beside what it came from", ("D",), "Branches", "branches", footer=6),
    UserAction("rerun", "Re-run", "Re-run its edits once more, on what it came from, as a branch of its own", ("r",), "Branches", "branches", footer=7),
    UserAction("sample", "Try often", "Re-run its edits many times, and as it was: effect or chance?", ("A",), "Branches", "branches", footer=12),
    UserAction("help", "Help", "All keys", ("question_mark",), "Branches", "branches", footer=90),
    UserAction("leave", "Back", "Back to the steps", ("q", "escape", "b"), "Branches", "branches", footer=95),
)  # fmt: skip

_PROGRESS = (
    UserAction("stop", "Stop", "Stop here and keep what was paid for", ("x",), "Re-run", "progress", footer=5),
    UserAction("help", "Help", "All keys", ("question_mark",), "Re-run", "progress", footer=90),
)  # fmt: skip

_RERUN = (
    *moves("Terms", "rerun"),
    UserAction("next_choice", "Next choice", "To the next line where something can be chosen", ("tab",), "Terms", "rerun", footer=12),
    UserAction("previous_choice", "Previous choice", "To the line before where something can be chosen", ("shift+tab",), "Terms", "rerun"),
    UserAction("choose", "Choose", "Choose, allow or type what is on this line", ("enter", "space"), "Terms", "rerun", footer=10),
    UserAction("go", "Start", "Start the re-run on these terms", ("y",), "Terms", "rerun", footer=5),
    UserAction("help", "Help", "All keys", ("question_mark",), "Terms", "rerun", footer=90),
    UserAction("leave", "Back", "Back; nothing is sent", ("q", "escape", "n"), "Terms", "rerun", footer=95),
)  # fmt: skip

_SAMPLING = (
    *moves("Trying often", "sampling"),
    UserAction("choose", "Choose", "Change what is on this line; what is wanted is taken away", ("enter", "space"), "Trying often", "sampling", footer=10),
    UserAction("go", "Start", "Start the runs", ("y",), "Trying often", "sampling", footer=5),
    UserAction("help", "Help", "All keys", ("question_mark",), "Trying often", "sampling", footer=90),
    UserAction("leave", "Back", "Back; nothing is sent", ("q", "escape", "n"), "Trying often", "sampling", footer=95),
)  # fmt: skip

_TRIAL = (
    *moves("Runs", "trial"),
    UserAction("stop", "Stop", "Stop here and keep what was paid for", ("x",), "Runs", "trial", why_not=not_running, footer=5),
    UserAction("help", "Help", "All keys", ("question_mark",), "Runs", "trial", footer=90),
    UserAction("leave", "Back", "Back to the steps", ("q", "escape"), "Runs", "trial", why_not=still_running, footer=95),
)  # fmt: skip

_PROGRAM = (
    UserAction("quit", "Quit", "Quit from any screen; what was typed is asked about, what was answered is kept", ("ctrl+q",), "Everywhere", EVERYWHERE),
    UserAction("command_palette", "Palette", "What can be done here, by its name", ("ctrl+p",), "Everywhere", EVERYWHERE),
    UserAction("help_quit", "How to quit", "Say how one quits; where text is selected it is copied", ("ctrl+c",), "Everywhere", EVERYWHERE),
)  # fmt: skip

ACTIONS: tuple[UserAction, ...] = (
    *_OPENING,
    *_CHOOSER,
    *_PAGE,
    *_FINDING,
    *_CONVERSATION,
    *_MAIN,
    *_EDITOR,
    *_COMPARE,
    *_BRANCHES,
    *_RERUN,
    *_PROGRESS,
    *_SAMPLING,
    *_TRIAL,
    *_PROGRAM,
    *DIALOG_ACTIONS,
)


def give_keys(keys: Mapping[str, str]) -> list[str]:
    """Take the keys of the settings instead of our own; sentences for those that cannot be taken."""
    return give(keys, ACTIONS)


def of_screen(where: str) -> tuple[UserAction, ...]:
    return tuple(with_keys(action) for action in ACTIONS if action.where == where)


def by_id(where: str, id_: str) -> UserAction:
    return next(with_keys(each) for each in ACTIONS if each.where == where and each.id == id_)


def keyed(where: str, text: str) -> str:
    """The text with the keys of the actions that it names in braces: of this screen, else of the main one."""
    return _NAMED.sub(lambda found: _key(where, found[1]) or found[0], text) if "{" in text else text


_NAMED = re.compile(r"\{(\w+)\}")


def _key(where: str, id_: str) -> str:
    of = {each.where: each for each in ACTIONS if each.id == id_}
    action = of.get(where) or of.get("main")
    return sign(with_keys(action).keys[0]) if action is not None else ""


def footer_of(where: str, state: State) -> list[UserAction]:
    """The actions to name in the footer: those that can be done now, the likeliest first."""
    fit = [action for action in of_screen(where) if action.footer and action.why_not(state) is None]
    return sorted(fit, key=lambda action: action.footer)
