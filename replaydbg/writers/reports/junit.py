"""JUnit XML: what every CI server shows as tests. A trace is a suite, and a rule is a test of it.

What is severe enough to fail the check is a failure of its test; lesser findings stand in the test's output. A test
whose failures a person has all suppressed is skipped, with the reasons. A rule that failed itself is an error, one that
lacks a package is skipped, and one that was not asked is no test.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from xml.sax.saxutils import escape, quoteattr

from replaydbg.writers.reports._api import Chapter, Cover, Report, RulePage, Told

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write(cover: Cover, chapters: Iterable[Chapter]) -> Iterator[str]:
    yield '<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="replaydbg">\n'
    for chapter in chapters:
        yield from _suite(cover, chapter)
    yield "</testsuites>\n"


def _suite(cover: Cover, chapter: Chapter) -> Iterator[str]:
    name = _attribute(f"{chapter.path} {chapter.trace_id}".strip())
    if chapter.problem:
        yield f'<testsuite name={name} tests="1" failures="0" errors="1" skipped="0">\n'
        yield f'<testcase classname={_attribute(chapter.path)} name="read"><error message={_attribute(chapter.problem)}/></testcase>\n'
        yield "</testsuite>\n"
        return
    by_rule: dict[str, list[Told]] = {}
    for told in chapter.told:
        by_rule.setdefault(told.finding.code, []).append(told)
    cases = [_case(cover, chapter, rule, by_rule.pop(rule.code, ())) for rule in cover.rules]
    failures, errors, skipped = (
        sum(f"<{word} " in case for case in cases) for word in ("failure", "error", "skipped")
    )
    yield f'<testsuite name={name} tests="{len(cases)}" failures="{failures}" errors="{errors}" skipped="{skipped}">\n'
    yield from cases
    yield "</testsuite>\n"


def _case(cover: Cover, chapter: Chapter, rule: RulePage, told: Sequence[Told]) -> str:
    head = f"<testcase classname={_attribute(chapter.path)} name={_attribute(f'{rule.code} {rule.name}')}"
    failed = chapter.failed.get(rule.code)
    if not told and rule.lacks:
        return f"{head}><skipped message={_attribute(rule.lacks)}/></testcase>\n"
    if not told:
        return f"{head}><error message={_attribute(failed)}/></testcase>\n" if failed else f"{head}/>\n"
    failing = [one for one in told if one.finding.severity >= cover.fail_on and not one.suppressed]
    hushed = [one for one in told if one.finding.severity >= cover.fail_on and one.suppressed]
    inner = ""
    if failing:
        first = failing[0].finding
        more = f" (and {len(failing) - 1} more)" if len(failing) > 1 else ""
        inner = f"<failure type={_attribute(first.severity.label)} message={_attribute(first.message + more)}>{_lines(failing)}</failure>"
    elif hushed:
        reasons = "; ".join(dict.fromkeys(one.suppressed for one in hushed))
        inner = f"<skipped message={_attribute(reasons)}/>"
    others = [one for one in told if one not in failing]
    said = f"<system-out>{_lines(others)}</system-out>" if others else ""
    return f"{head}>{inner}{said}</testcase>\n"


def _lines(told: Iterable[Told]) -> str:
    text = ""
    for one in told:
        text += f"{one.place}: {one.finding.severity.label}: {one.finding.message}\n"
        for evidence, place in zip(one.finding.evidence, one.places, strict=True):
            text += f"    {place}: {evidence.message}\n"
        text += "".join(f"    {line}\n" for line in one.loop)
        text += f"    suppressed: {one.suppressed}\n" if one.suppressed else ""
    return escape(_clean(text))


def _attribute(text: str) -> str:
    return quoteattr(_clean(text))


def _clean(text: str) -> str:
    """Without the characters that no XML document may hold."""
    return _NOT_XML.sub("\ufffd", text)


REPORT = Report("junit", "JUnit XML, for CI servers", write)
