"""The signs of the screen, in Unicode and as their ASCII twins for terminals and fonts that have nothing else.

A sign never stands for colour alone: every kind, severity and provenance has a sign of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from replaydbg.core.finding import Severity
from replaydbg.core.step import Kind
from replaydbg.graph.folds import FoldKind
from replaydbg.views.text import cell_width


@dataclass(frozen=True, slots=True)
class Signs:
    kinds: Mapping[Kind, str]
    folds: Mapping[FoldKind, str]
    severities: Mapping[Severity, str]
    origins: Mapping[str, str]
    """By the words of `core.branch.Provenance` and of `replay.plan.Touch`."""
    box: str
    """Sixteen pieces of line, by the sum of the sides they join: 1 up, 2 down, 4 left, 8 right."""
    heavy: str
    """Heavy bracket: beginning, middle, end, and one row alone."""
    light: str
    opened: str
    closed: str
    times: str
    leads_to: str
    returned: str
    error: str
    ellipsis: str
    bar: str
    """A full cell, then what is left of it in eighths or coarser, the finest last."""
    track: str
    enters: str
    leaves: str
    """Beside `enters` at the end of a line: it was gone the other way, too."""
    back_and_forth: str
    slow: str
    """Before the duration of a step of the slowest path."""
    marked: str
    noted: str


UNICODE = Signs(
    kinds={
        Kind.MODEL_CALL: "◆",
        Kind.TOOL_EXECUTION: "■",
        Kind.AGENT_INVOCATION: "●",
        Kind.RETRIEVAL: "▲",
        Kind.HANDOFF: "⇄",
        Kind.OPAQUE: "·",
    },
    folds={FoldKind.LOOP: "↻", FoldKind.FAN_OUT: "∥", FoldKind.RETRY: "↻"},
    severities={Severity.ERROR: "‼", Severity.WARNING: "!", Severity.INFO: "i", Severity.HINT: "·"},
    origins={
        "recorded": "=",
        "reused": "=",
        "edited": "✎",
        "rerun": "»",
        "live": "★",
        "human": "☺",
        "unproven": "?",
        "stale": "~",
        "interrupted": "╳",
    },
    box=" ╵╷│╴╯╮┤╶╰╭├─┴┬┼",
    heavy="┏┃┗┃",
    light="╭│╰╶",
    opened="▾",
    closed="▸",
    times="×",
    leads_to="→",
    returned="⇒",
    error="✗",
    ellipsis="…",
    bar="█▉▊▋▌▍▎▏",
    track="▏",
    enters="▼",
    leaves="▲",
    back_and_forth="⇄",
    slow="»",
    marked="⚑",
    noted="¶",
)

_TWINS = str.maketrans(
    {
        **dict(zip("▍▌▐▏│┃├└┌╭╮╰╯┏┗╶", "||||||||.,.`',`-", strict=True)),
        **dict(zip("▸▾▴►▶◂«»", ">v^>><<>", strict=True)),
        **dict(zip("─━┄·•…×→←⇒↑↓⏎⇄✓✗╳", "---.*~x><>^v<=+xX", strict=True)),
        **dict(zip("◇≠█░↳−", "o##.`-", strict=True)),
        **dict(zip("✎★☺◆■●○▲↻∥‼¶⚑“”‘’–—", "ELH*#oo^@%!;+\"\"''--", strict=True)),
    }
)


def ascii_text(text: str) -> str:
    """The text for a terminal that has nothing but ASCII: our own signs by their twins, anything else as `?`, cell by cell."""
    if text.isascii():
        return text
    text = text.translate(_TWINS)
    return (
        text
        if text.isascii()
        else "".join(char if char.isascii() else "?" * cell_width(char) for char in text)
    )


ASCII = Signs(
    kinds={
        Kind.MODEL_CALL: "*",
        Kind.TOOL_EXECUTION: "#",
        Kind.AGENT_INVOCATION: "o",
        Kind.RETRIEVAL: "^",
        Kind.HANDOFF: ">",
        Kind.OPAQUE: ".",
    },
    folds={FoldKind.LOOP: "@", FoldKind.FAN_OUT: "%", FoldKind.RETRY: "@"},
    severities={Severity.ERROR: "!", Severity.WARNING: "w", Severity.INFO: "i", Severity.HINT: "."},
    origins={
        "recorded": "=",
        "reused": "=",
        "edited": "E",
        "rerun": ">",
        "live": "L",
        "human": "H",
        "unproven": "?",
        "stale": "~",
        "interrupted": "X",
    },
    box=" '.|-'.+-`,+-+++",
    heavy=",|`|",
    light=",|`-",
    opened="v",
    closed=">",
    times="x",
    leads_to="->",
    returned="=>",
    error="x",
    ellipsis="~",
    bar="#-",
    track="|",
    enters="v",
    leaves="^",
    back_and_forth="<>",
    slow="*",
    marked="+",
    noted=";",
)

SEVERITY_SIGNS = {Severity.ERROR: "‼", Severity.WARNING: "!", Severity.INFO: "i", Severity.HINT: "·"}


def severity_look(severity: Severity) -> str:
    return {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "info"}.get(severity, "hint")
