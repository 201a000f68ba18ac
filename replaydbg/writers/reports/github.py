"""Workflow commands of GitHub Actions: each finding a line that the runner turns into an annotation of the file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from replaydbg.core.finding import Severity
from replaydbg.writers.reports._api import Chapter, Cover, Report

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_LOOP_LINES = 2
"""Where it goes round, and what that cost: annotations are short."""
_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning"}


def write(cover: Cover, chapters: Iterable[Chapter]) -> Iterator[str]:
    del cover
    for chapter in chapters:
        file = _property(chapter.path)
        if chapter.problem:
            yield f"::error file={file},title=cannot be read::{_data(chapter.problem)}\n"
        for told in chapter.told:
            if told.suppressed:
                continue
            finding = told.finding
            title = _property(f"{finding.code} {finding.name}")
            level = _LEVELS.get(finding.severity, "notice")
            text = "\n".join((f"{told.place}: {finding.message}", *told.loop[:_LOOP_LINES]))
            yield f"::{level} file={file},title={title}::{_data(text)}\n"


def _data(text: str) -> str:
    """What ends a command, or could harm a terminal that shows the log, is spelt out."""
    text = _CONTROL.sub(lambda found: f"\\x{ord(found[0]):02x}", text)
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


REPORT = Report("github", "annotations of GitHub Actions", write)
