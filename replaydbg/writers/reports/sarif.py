"""SARIF 2.1.0 (OASIS): what code hosts and editors show findings of any tool from.

A place in a trace is no line of a file: the physical location is the file, and the logical location names the step and
the place in it. Results that a person has suppressed stand there with the reason, as the standard wants it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from urllib.parse import quote

from replaydbg.core.finding import Severity
from replaydbg.core.message import Json
from replaydbg.writers.reports._api import Chapter, Cover, Report, RulePage, Told

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note", Severity.HINT: "note"}
_FINGERPRINT = "replaydbg/v1"


def write(cover: Cover, chapters: Iterable[Chapter]) -> Iterator[str]:
    numbers = {rule.code: number for number, rule in enumerate(cover.rules)}
    driver = {
        "name": "replaydbg",
        "version": cover.version,
        "semanticVersion": cover.version,
        "rules": [_rule(rule) for rule in cover.rules],
    }
    head = _dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": []})
    yield f'{head[:-2]}{{"tool":{_dumps({"driver": driver})},"columnKind":"unicodeCodePoints","results":['
    said: list[Json] = []
    first = True
    for chapter in chapters:
        if chapter.problem:
            said.append(_notification(chapter, chapter.problem, "error"))
        said.extend(_notification(chapter, notice, "note") for notice in chapter.notices)
        for told in chapter.told:
            yield ("\n" if first else ",\n") + _dumps(_result(cover, chapter, told, numbers))
            first = False
    invocation = {"executionSuccessful": True, "toolExecutionNotifications": said}
    yield f'\n],"invocations":[{_dumps(invocation)}]}}]}}\n'


def _rule(rule: RulePage) -> Json:
    return {
        "id": rule.code,
        "name": "".join(word.capitalize() for word in rule.name.split("-")),
        "shortDescription": {"text": rule.name.replace("-", " ").capitalize()},
        "fullDescription": {"text": rule.finds},
        "help": {"text": rule.page},
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
    }


def _result(cover: Cover, chapter: Chapter, told: Told, numbers: dict[str, int]) -> Json:
    finding = told.finding
    result: dict[str, Json] = {
        "ruleId": finding.code,
        "level": _LEVELS[finding.severity],
        "message": {"text": finding.message},
        "locations": [_location(chapter, told.place)],
        "partialFingerprints": {_FINGERPRINT: told.fingerprint},
        "properties": {"severity": finding.severity.label, "stepIds": list(finding.step_ids)},
    }
    if finding.code in numbers:  # a plug-in may give its findings a code that no rule has
        result["ruleIndex"] = numbers[finding.code]
    if finding.evidence:
        result["relatedLocations"] = [
            {"id": number, "message": {"text": evidence.message}, **_location(chapter, place)}
            for number, (evidence, place) in enumerate(zip(finding.evidence, told.places, strict=True))
        ]
    if finding.schema_source:
        result["properties"]["schemaSource"] = finding.schema_source
    if finding.loop is not None:
        result["properties"]["loop"] = asdict(finding.loop)
        result["message"]["text"] += "".join(f"\n{line}" for line in told.loop)
    if told.suppressed:
        result["suppressions"] = [
            {"kind": "external", "status": "accepted", "justification": told.suppressed}
        ]
    if cover.has_baseline:
        result["baselineState"] = "new"
    return result


def _location(chapter: Chapter, place: str) -> dict[str, Json]:
    name = f"{chapter.trace_id} {place}".strip()
    return {
        "physicalLocation": {
            "artifactLocation": {"uri": _uri(chapter.path)},
            "region": {"startLine": 1},  # hosts refuse a result without a line
        },
        "logicalLocations": [{"fullyQualifiedName": name, "kind": "step"}],
    }


def _notification(chapter: Chapter, text: str, level: str) -> Json:
    location = {"physicalLocation": {"artifactLocation": {"uri": _uri(chapter.path)}}}
    return {"level": level, "message": {"text": text}, "locations": [location]}


def _uri(path: str) -> str:
    """A relative path stays relative; an absolute one names its scheme."""
    slashed = path.replace("\\", "/")
    escaped = quote(slashed.encode("utf-8", "surrogateescape"))
    if slashed[1:3] == ":/":  # a drive of Windows
        return f"file:///{escaped}"
    return f"file://{escaped}" if slashed.startswith("/") else escaped


def _dumps(value: Json) -> str:
    return json.dumps(value, separators=(",", ":"))


REPORT = Report("sarif", "SARIF 2.1.0, for code hosts and editors", write)
