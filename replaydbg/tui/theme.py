"""Colours by meaning: what each look of the rows is drawn with, our dark and light theme, and which theme to begin with.

Every colour is a variable of the theme, so any of Textual's themes works, the ones of 16 colours among them; and no
meaning rests on colour alone (`views/signs.py` has a sign for each).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from rich.style import Style as RichStyle
from textual.app import App
from textual.color import Color
from textual.scrollbar import ScrollBarRender
from textual.theme import BUILTIN_THEMES, Theme

if TYPE_CHECKING:
    from replaydbg.views.signs import Signs

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
HIGH_CONTRAST = Theme(
    name="replaydbg-high-contrast",
    primary="#66ccff",
    secondary="#ffaaff",
    accent="#00ffff",
    success="#66ff66",
    warning="#ffff00",
    error="#ff7777",
    foreground="#ffffff",
    background="#000000",
    surface="#000000",
    panel="#1c1c1c",
    dark=True,
    variables={"text-muted": "auto 90%", "text-disabled": "auto 75%", "border-blurred": "#aaaaaa"},
)
COLOUR_BLIND = Theme(
    # Hues that people with any of the usual kinds of colour blindness tell apart (after Okabe and Ito).
    name="replaydbg-colour-blind",
    primary="#56b4e9",
    secondary="#cc79a7",
    accent="#f0e442",
    success="#8fd3ff",
    warning="#e69f00",
    error="#ff7a2e",
    foreground="#d6d9e0",
    background="#10131a",
    surface="#151922",
    panel="#1b202c",
    dark=True,
    variables={"border-blurred": "#2b3344"},
)
THEMES = (DARK, LIGHT, HIGH_CONTRAST, COLOUR_BLIND)
"""Beside Textual's own, of which `ansi-dark` and `ansi-light` are the terminal's sixteen colours."""

_KIND_COLOURS = {
    "model-call": "$primary",
    "tool-execution": "$accent",
    "agent-invocation": "$secondary",
    "retrieval": "$success",
    "handoff": "$secondary",
    "opaque": "$text-muted",
}
LOOKS: dict[str, str] = {
    "dim": "$text-muted",
    "preview": "$text-muted",
    "number": "$text-disabled",
    "slow": "bold $warning",
    "mark": "bold $warning",
    "note": "italic $accent",
    "filter": "bold $accent",
    "hit": "bold underline $success",
    "found": "bold underline on $warning 30%",
    "found-here": "bold reverse $warning",
    "jump-label": "bold $background on $warning",
    "lane": "$text-disabled",
    "lane-bright": "bold $primary",
    "fold-mark": "$text-disabled",
    "agent": "$secondary",
    "duration": "$text-muted",
    "tokens": "$text-disabled",
    "strong": "bold",
    "error": "bold $error",
    "warning": "bold $warning",
    "info": "$primary",
    "hint": "$secondary",
    "good": "$success",
    "heading": "bold $primary",
    "edited": "bold $accent",
    "new": "bold $success",
    "link": "underline $primary",
    "emphasis": "italic",
    "code": "$accent",
    "added": "underline $success",
    "gone": "strike $error",
    "reasoning": "italic $text-muted",
    "role-system": "$secondary",
    "role-user": "$success",
    "role-assistant": "$primary",
    "role-tool": "$accent",
    "json-key": "$primary",
    "json-string": "$success",
    "json-number": "$warning",
    "json-literal": "$secondary",
    "key": "bold $warning",
    "tab": "$text-muted",
    "tab-current": "bold underline $foreground",
    "loop": "bold $warning",
    "retry": "bold $warning",
    "fan-out": "bold $primary",
    "cycle": "$warning",
    "edge": "$text-muted",
    "frame": "$text-disabled",
    "view-mark": "$primary 45%",
    "name": "",
    "name-model-call": "",
    "name-tool-execution": "$accent",
    "name-agent-invocation": "bold $secondary",
    "name-retrieval": "$success",
    "name-handoff": "$secondary",
    "name-opaque": "$text-muted",
    "origin-recorded": "$text-disabled",
    "origin-reused": "$text-disabled",
    "origin-edited": "bold $accent",
    "origin-rerun": "bold $primary",
    "origin-live": "bold $success",
    "origin-human": "bold $secondary",
    "origin-unproven": "$warning",
    "origin-stale": "$warning",
    "origin-interrupted": "$error",
    "bar-error": "$error 75%",
    "bar-around": "$text-disabled",
    "bar-fold": "$warning 65%",
    "cursor": "on $primary 24%",
    "cursor-blurred": "on $primary 10%",
    "selected": "bold on $primary 24%",
    **_KIND_COLOURS,
    **{f"bar-{kind}": f"{colour} 65%" for kind, colour in _KIND_COLOURS.items() if kind != "opaque"},
    "bar-opaque": "$text-disabled",
}
"""Each look of the rows of `views/` and its style, as Textual writes styles. An unknown look is drawn as plain text."""

_SIXTEEN_COLOURS = {
    "found": "bold underline",
    "cursor": "reverse",
    "selected": "reverse",
    "cursor-blurred": "bold",
    "jump-label": "bold reverse",
    "added": "bold underline $success",
    "gone": "bold strike $error",
}
"""Sixteen colours can not be mixed: there the cursor is the row turned around. Where there is none at all, words that differ
are bold as well: not every terminal strikes through.
"""


_CURSORS = ("cursor", "cursor-blurred", "selected")
"""Of 256 colours the dark ones next to ours are a loud green and a loud blue: there these rows are grey."""


def _grey(colour: Color) -> Color:
    level = round(sum(share * part for share, part in zip(_BRIGHTNESS, colour.rgb, strict=True)))
    return Color(level, level, level)


_BRIGHTNESS = (0.299, 0.587, 0.114)

_VARIABLE = re.compile(r"\$([\w-]+)")
"""Put in by us: Textual would drop the share of `auto 60%`, and what is muted would shine."""


def drawn(app: App[Any], look: str, ground: Color) -> RichStyle:
    """The look on a background, in the theme of the moment. Made of the theme's variables when it is first painted:

    as component classes each widget would have to match every look against every rule, before the first paint.
    """
    declared = (_SIXTEEN_COLOURS.get(look) if app.native_ansi_color else None) or LOOKS.get(look)
    if not declared:
        return RichStyle.null()
    named = _VARIABLE.sub(lambda found: app.theme_variables.get(found[1], "auto"), declared)
    style = app.stylesheet.parse_style(named)
    colour, over = style.foreground, style.background
    back = ground if over is None else ground + over
    if look in _CURSORS and app.console.color_system == "256":
        back = _grey(back)
    return RichStyle(
        color=(back + colour).rich_color if colour is not None else None,
        bgcolor=back.rich_color if over is not None else None,
        bold=style.bold,
        italic=style.italic,
        underline=style.underline,
        reverse=style.reverse,
        strike=style.strike,
    )


def first_theme(environment: Mapping[str, str], wanted: str = "") -> str:
    """The theme to begin with: `wanted`, else the one of REPLAYDBG_THEME; by its name or without `replaydbg-`.

    NO_COLOR alone still gives greys; only a theme of the terminal's own colours gives none. And where a terminal has no
    more than sixteen, ours come out as grey on grey.
    """
    if environment.get("NO_COLOR"):
        return "ansi-dark"
    asked = (wanted or environment.get("REPLAYDBG_THEME", "")).lower()
    known = {each.name for each in THEMES} | BUILTIN_THEMES.keys()
    ours = "ansi-dark" if has_sixteen_colours(environment) else DARK.name
    return next((name for name in (asked, f"replaydbg-{asked}") if name in known), ours)


def has_sixteen_colours(environment: Mapping[str, str]) -> bool:
    """What Rich takes a terminal for, that Textual paints by: one that says neither `256color` nor a COLORTERM."""
    term = environment.get("TERM", "").strip().lower()
    many = environment.get("COLORTERM", "").strip().lower() in ("truecolor", "24bit")
    return bool(term) and not many and term.rpartition("-")[2] not in ("256color", "kitty")


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


class PlainBar(ScrollBarRender):
    """A scroll bar of blanks alone: its ends are no eighths of a cell."""

    VERTICAL_BARS = HORIZONTAL_BARS = [" "]


def signs(environment: Mapping[str, str]) -> Signs:
    """The signs that this terminal can show."""
    from replaydbg.views.signs import ASCII, UNICODE

    return ASCII if ascii_only(environment) else UNICODE
