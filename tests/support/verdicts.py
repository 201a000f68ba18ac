"""What the rules say of recordings of other people, and what a person who looked says of that.

`python -m tests.support.verdicts L` writes the findings of the rules whose codes begin with L, from a warning on, into
`tests/rules/golden/L.tsv`, keeping the verdicts that are there; new ones get a question mark, and the test fails until
somebody has looked. Ids and verdicts only: nothing of the recordings is copied.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from replaydbg.actions.open import readings
from replaydbg.core.finding import Severity
from replaydbg.errors import ReplaydbgError
from replaydbg.graph.facts import Facts
from replaydbg.rules import _registry
from tests.support.corpora import ROOT

GOLDEN = Path(__file__).resolve().parents[1] / "rules" / "golden"

Found = tuple[str, str, str, str]
"""Corpus and file, trace, code, id of the first step."""


def found(path: Path, prefix: str) -> list[Found]:
    """The findings of a warning or worse in one recording; none where no reader knows it."""
    codes = [rule.code for rule in _registry.all_rules() if rule.code.startswith(prefix)]
    try:
        *_, reading = readings(str(path))
    except ReplaydbgError:
        return []
    return [
        (
            path.relative_to(ROOT).as_posix(),
            trace.id,
            finding.code,
            finding.step_ids[0] if finding.step_ids else "",
        )
        for trace in reading.traces
        for heard in _registry.check(Facts(trace), codes)
        for finding in heard.findings
        if finding.severity >= Severity.WARNING
    ]


def recordings() -> Iterator[Path]:
    return (path for path in sorted(ROOT.rglob("*")) if path.is_file())


def golden(prefix: str) -> dict[Found, str]:
    """The verdicts by finding."""
    path = GOLDEN / f"{prefix}.tsv"
    lines = path.read_text("utf-8").splitlines() if path.is_file() else []
    verdicts = {}
    for line in lines:
        file, trace_id, code, step_id, verdict = line.split("\t")
        verdicts[file, trace_id, code, step_id] = verdict
    return verdicts


def write(prefix: str) -> None:
    known = golden(prefix)
    rows = [(*one, known.get(one, "?")) for path in recordings() for one in found(path, prefix)]
    GOLDEN.mkdir(exist_ok=True)
    (GOLDEN / f"{prefix}.tsv").write_text("".join("\t".join(row) + "\n" for row in rows), "utf-8")


if __name__ == "__main__":
    write(sys.argv[1])
