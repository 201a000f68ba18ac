"""Colours by meaning: what each look of the rows is drawn with, our dark and light theme, and which theme to begin with.

Every colour is a variable of the theme, so any of Textual's themes works, the ones of 16 colours among them; and no
meaning rests on colour alone (`views/signs.py` has a sign for each).
"""

from __future__ import annotations

from collections.abc import Mapping

from textual.theme import Theme

from replaydbg.views.signs import ASCII, UNICODE, Signs

DARK = Theme(
    name="replaydbg-dark",
    primary="#7ab7ff",
    secondary="#b9a3ff",
    accent="#5fd3bc",
    success="#93d884",
    warning="#f0b455",
    error="#ff6e6e",
    foreground="#ccd3e0",
    background="#10131a",
    surface="#151922",
    panel="#1b202c",
    dark=True,
    variables={
        "footer-background": "#1b202c",
        "scrollbar": "#2b3344",
        "scrollbar-background": "#10131a",
        "scrollbar-hover": "#3d4a66",
        "scrollbar-active": "#7ab7ff",
        "border-blurred": "#2b3344",
        "border": "#7ab7ff",
    },
)
LIGHT = Theme(
    name="replaydbg-light",
    primary="#1f5fbf",
    secondary="#6b45c6",
    accent="#0b7a68",
    success="#2f7d25",
    warning="#9a5b00",
    error="#c22626",
    foreground="#1f2530",
    background="#fbfbfd",
    surface="#f2f3f7",
    panel="#e6e9f1",
    dark=False,
)
THEMES = (DARK, LIGHT)

_KIND_COLOURS = {
    "model-call": "$primary",
    "tool-execution": "$accent",
    "agent-invocation": "$secondary",
    "retrieval": "$success",
    "handoff": "$secondary",
    "opaque": "$text-muted",
}
LOOKS: dict[str, str] = {
    "dim": "color: $text-muted;",
    "preview": "color: $text-muted;",
    "number": "color: $text-disabled;",
    "lane": "color: $text-disabled;",
    "lane-bright": "color: $primary; text-style: bold;",
    "fold-mark": "color: $text-disabled;",
    "agent": "color: $secondary;",
    "duration": "color: $text-muted;",
    "tokens": "color: $text-disabled;",
    "strong": "text-style: bold;",
    "error": "color: $error; text-style: bold;",
    "warning": "color: $warning; text-style: bold;",
    "info": "color: $primary;",
    "hint": "color: $secondary;",
    "good": "color: $success;",
    "heading": "color: $primary; text-style: bold;",
    "edited": "color: $accent; text-style: bold;",
    "new": "color: $success; text-style: bold;",
    "link": "color: $primary; text-style: underline;",
    "added": "color: $success; text-style: underline;",
    "gone": "color: $error; text-style: strike;",
    "reasoning": "color: $text-muted; text-style: italic;",
    "role-system": "color: $secondary;",
    "role-user": "color: $success;",
    "role-assistant": "color: $primary;",
    "role-tool": "color: $accent;",
    "json-key": "color: $primary;",
    "json-string": "color: $success;",
    "json-number": "color: $warning;",
    "json-literal": "color: $secondary;",
    "key": "color: $warning; text-style: bold;",
    "tab": "color: $text-muted;",
    "tab-current": "color: $foreground; text-style: bold underline;",
    "loop": "color: $warning; text-style: bold;",
    "retry": "color: $warning; text-style: bold;",
    "fan-out": "color: $primary; text-style: bold;",
    "cycle": "color: $warning;",
    "edge": "color: $text-muted;",
    "frame": "color: $text-disabled;",
    "view-mark": "color: $primary 45%;",
    "name": "",
    "name-model-call": "",
    "name-tool-execution": "color: $accent;",
    "name-agent-invocation": "color: $secondary; text-style: bold;",
    "name-retrieval": "color: $success;",
    "name-handoff": "color: $secondary;",
    "name-opaque": "color: $text-muted;",
    "origin-recorded": "color: $text-disabled;",
    "origin-reused": "color: $text-disabled;",
    "origin-edited": "color: $accent; text-style: bold;",
    "origin-rerun": "color: $primary; text-style: bold;",
    "origin-live": "color: $success; text-style: bold;",
    "origin-human": "color: $secondary; text-style: bold;",
    "origin-unproven": "color: $warning;",
    "origin-stale": "color: $warning;",
    "origin-interrupted": "color: $error;",
    "bar-error": "color: $error 75%;",
    "bar-around": "color: $text-disabled;",
    "bar-fold": "color: $warning 65%;",
    "cursor": "background: $primary 24%;",
    "cursor-blurred": "background: $primary 10%;",
    "selected": "background: $primary 24%; text-style: bold;",
    **{kind: f"color: {colour};" for kind, colour in _KIND_COLOURS.items()},
    **{f"bar-{kind}": f"color: {colour} 65%;" for kind, colour in _KIND_COLOURS.items() if kind != "opaque"},
    "bar-opaque": "color: $text-disabled;",
}
"""Each look of the rows of `views/` and its declarations. An unknown look is drawn as plain text."""

COMPONENTS = {f"row--{look}" for look in LOOKS}


def css(widget: str) -> str:
    """The rules for the looks inside a widget of this name, for its `DEFAULT_CSS`."""
    rules = [f".row--{look} {{ {declarations} }}" for look, declarations in LOOKS.items() if declarations]
    # Sixteen colours can not be mixed: there the cursor is the row turned around.
    turned = "&:ansi .row--cursor, &:ansi .row--selected { background: ansi_default; text-style: reverse; }"
    blurred = "&:ansi .row--cursor-blurred { background: ansi_default; text-style: bold; }"
    return f"{widget} {{ {' '.join([*rules, turned, blurred])} }}"


def first_theme(environment: Mapping[str, str]) -> str:
    """The theme to begin with. NO_COLOR alone still gives greys; only a theme of the terminal's own colours gives none."""
    return "ansi-dark" if environment.get("NO_COLOR") else DARK.name


def terminal_colours(environment: Mapping[str, str]) -> bool | None:
    """For `App(ansi_color=)`: with NO_COLOR, True. Textual picks its filter before a theme is set, and the wrong one
    paints black on black; None leaves the choice to the theme.
    """
    return True if environment.get("NO_COLOR") else None


def ascii_only(environment: Mapping[str, str]) -> bool:
    """Whether the terminal can not be trusted with more than ASCII, by the locale or by REPLAYDBG_ASCII."""
    if asked := environment.get("REPLAYDBG_ASCII"):
        return asked != "0"
    locale = next((environment[name] for name in ("LC_ALL", "LC_CTYPE", "LANG") if environment.get(name)), "")
    return bool(locale) and "utf" not in locale.lower()


def signs(environment: Mapping[str, str]) -> Signs:
    """The signs that this terminal can show."""
    return ASCII if ascii_only(environment) else UNICODE
