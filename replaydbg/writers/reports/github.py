"""Workflow commands of GitHub Actions: each finding a line that the runner turns into an annotation of the file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from replaydbg.core.finding import Severity
from replaydbg.writers.reports._api import Chapter, Cover, Report

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
            yield f"::{level} file={file},title={title}::{_data(f'{told.place}: {finding.message}')}\n"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


REPORT = Report("github", "annotations of GitHub Actions", write)
