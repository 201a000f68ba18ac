"""The keys of dialogs, as those of the screens: part of the one table (`actions.ACTIONS`), so a person can give others.

What an answer is called here is what the dialog gives. The last answer of a question is the harmless one, and has `esc`.
"""

from __future__ import annotations

from replaydbg.tui.possible import UserAction, moves

_TELL, _CHOOSE, _LINE, _HELP = (
    "Dialogs: something to know",
    "Dialogs: a choice",
    "A line to type",
    "This page",
)
_UNSAVED, _PERMISSION, _QUESTION = "Dialogs: not saved", "Dialogs: may it run?", "Dialogs: nobody answers"
_WRITING = "Dialogs: being written"

DIALOG_ACTIONS: tuple[UserAction, ...] = (
    UserAction("close", "Close", "Close what there was to know", ("enter", "escape", "q", "space"), _TELL, "tell", footer=5),
    *moves(_CHOOSE, "choose"),
    UserAction("choose", "Choose", "Take the line under the cursor", ("enter", "space"), _CHOOSE, "choose", footer=5),
    UserAction("cancel", "Cancel", "Choose nothing", ("escape", "q"), _CHOOSE, "choose", footer=95),
    UserAction("cancel", "Cancel", "Leave the line as if nothing had been typed; enter takes it", ("escape",), _LINE, "line", footer=95),
    UserAction("down", "Down", "Next line; letters are text here", ("down",), _HELP, "help", pane="move:1"),
    UserAction("up", "Up", "Previous line", ("up",), _HELP, "help", pane="move:-1"),
    UserAction("page_down", "Page down", "One page down", ("pagedown",), _HELP, "help", pane="page:1"),
    UserAction("page_up", "Page up", "One page up", ("pageup",), _HELP, "help", pane="page:-1"),
    UserAction("close", "Close", "Close the list of keys", ("escape",), _HELP, "help", footer=95),
    *moves(_UNSAVED, "unsaved"),
    UserAction("save", "save", "Save the edit and close the editor", ("s",), _UNSAVED, "unsaved", footer=5),
    UserAction("drop", "drop the changes", "Close the editor without saving", ("d",), _UNSAVED, "unsaved", footer=10),
    UserAction("go_on", "go on", "Back to the editor", ("escape",), _UNSAVED, "unsaved", footer=95),
    *moves(_PERMISSION, "permission"),
    UserAction("once", "run it once", "Run the tool for this call", ("y",), _PERMISSION, "permission", footer=5),
    UserAction("branch", "in this branch", "Run it now, and unasked until this branch ends", ("b",), _PERMISSION, "permission", footer=10),
    UserAction("always", "always", "Run it now, and unasked in this sitting", ("a",), _PERMISSION, "permission", footer=15),
    UserAction("no", "do not run it", "Do not run it", ("n", "escape"), _PERMISSION, "permission", footer=95),
    *moves(_QUESTION, "question"),
    UserAction("write", "write it yourself", "Write the answer in the editor", ("w",), _QUESTION, "question", footer=5),
    UserAction("stop", "stop", "Stop writing; nothing of the file is left", ("escape", "x"), _WRITING, "writing", footer=95),
    UserAction("stop", "stop here", "Stop the re-run; what was answered is kept", ("s", "escape"), _QUESTION, "question", footer=95),
)  # fmt: skip

DIALOGS = tuple(dict.fromkeys(action.where for action in DIALOG_ACTIONS))

TYPED_IN = ("editor", "line", "help")
"""Where one types: a single letter is text there, and no key."""
