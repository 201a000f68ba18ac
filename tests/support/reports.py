"""Some traces as reports tell of them: a finding with nasty text, a suppressed one, one of a plug-in, an unread file."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from replaydbg.core.finding import Evidence, Finding, Severity
from replaydbg.writers.reports._api import Chapter, Cover, RulePage, Told

RULES = (
    RulePage("L001", "no-progress-loop", Severity.ERROR, "The same round.", "What it finds: the same round."),
    RulePage("T003", "schema-violation", Severity.ERROR, "A broken call.", "What it finds: a <broken> call."),
)
COVER = Cover("1.2.3", RULES, Severity.WARNING)
NASTY = 'a "quote", a <tag> & 100%\r\nand a bell \x07: \ud800'
BROKEN = Finding(
    "T003",
    "schema-violation",
    Severity.ERROR,
    f"lookup: {NASTY}",
    ("s8",),
    (Evidence("s8", "/tool_calls/0/arguments/id", NASTY), Evidence("s8", "", "here")),
    "this request",
)
MINOR = Finding("X001", "of-a-plug-in", Severity.HINT, "odd", ())
CHAPTERS = (
    Chapter(
        "runs/a b.json",
        "trace-1",
        (
            Told(BROKEN, "f00d", "#8 chat m-1 /tool_calls/0/arguments/id", ("#8 chat m-1 /tool_calls/0/arguments/id", "#8 chat m-1")),
            Told(BROKEN, "f00d", "#9", ("#9", "#9"), suppressed="known: see ticket 7"),
            Told(MINOR, "beef", "", ()),
        ),
        ("line 3: cut off",),
    ),
    Chapter("/runs/clean.json", "trace-2"),
    Chapter("runs/broken.json", problem="it is no <trace>"),
)  # fmt: skip

Write = Callable[[Cover, Iterable[Chapter]], Iterator[str]]


def written(write: Write, chapters: Iterable[Chapter] = CHAPTERS, cover: Cover = COVER) -> str:
    return "".join(write(cover, chapters))
