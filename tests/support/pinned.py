"""What the files of the corpora read as, pinned in `tests/readers/pinned`: one table for each format, and the refused.

`python -m tests.support.pinned` makes all rows again, and with names of corpora theirs; look at what changed before you
keep it. Which of the warnings and errors are true stands in `tests/rules/golden`.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from replaydbg.core.step import Kind
from replaydbg.core.trace import Trace
from replaydbg.errors import UnreadableInput
from replaydbg.graph.facts import Facts
from replaydbg.readers import _registry
from replaydbg.rules import _registry as rules
from tests.support.corpora import ROOT, corpus, document

FOLDER = Path(__file__).resolve().parents[1] / "readers" / "pinned"
REFUSED = "refused"
Row = dict[str, Any]


def row(path: Path) -> tuple[str, Row]:
    """The format that a file is taken for by its content, and what is counted in it."""
    try:
        *_, reading = _registry.read(document(path), fallback=False)
    except UnreadableInput as problem:
        return REFUSED, {"because": problem.message.removeprefix(path.name).strip()}
    traces = reading.traces
    if not traces:
        return REFUSED, {"because": f"holds no trace: {reading.notices[0].message}"}
    counts: Row = {
        "traces": len(traces),
        "steps": sum(map(len, traces)),
        "model_calls": _count(traces, Kind.MODEL_CALL),
        "tool_calls": sum(
            len(trace.step(row).tool_calls) for trace in traces for row in trace.rows(Kind.MODEL_CALL)
        ),
        "executions": _count(traces, Kind.TOOL_EXECUTION),
        "notices": len(reading.notices),
        "findings": dict(sorted(Counter(_findings(traces)).items())),
    }
    return traces[0].source.format, counts


def _findings(traces: tuple[Trace, ...]) -> Iterator[str]:
    """Code and severity of each, as `R001 info`; a rule that did not come to its end is told, too."""
    for trace in traces:
        for heard in rules.check(Facts(trace)):
            yield from (f"{finding.code} {finding.severity.name.lower()}" for finding in heard.findings)
            yield from ("a rule failed" for _ in heard.notices)


def _count(traces: tuple[Trace, ...], kind: Kind) -> int:
    return sum(1 for trace in traces for _ in trace.rows(kind))


def table(format_name: str) -> dict[str, Row]:
    """Rows by the path of the file below the corpora."""
    path = FOLDER / f"{format_name}.json"
    return json.loads(path.read_bytes()) if path.exists() else {}


def pinned() -> list[tuple[str, str, Row]]:
    return [
        (path.stem, name, row)
        for path in sorted(FOLDER.glob("*.json"))
        for name, row in table(path.stem).items()
    ]


def files(names: list[str]) -> Iterator[Path]:
    """All files of these corpora, or of all of them; what lies beside the corpora tells of them and is no recording."""
    for name in names or sorted(path.name for path in ROOT.iterdir() if path.is_dir()):
        yield from corpus(name, "**/*")


def main(names: list[str]) -> None:
    prefixes = tuple(f"{name}/" for name in names) or ""
    tables = {path.stem: table(path.stem) for path in FOLDER.glob("*.json")}
    for rows in tables.values():
        for name in [name for name in rows if name.startswith(prefixes)]:
            del rows[name]
    for path in files(names):
        format_name, counts = row(path)
        tables.setdefault(format_name, {})[path.relative_to(ROOT).as_posix()] = counts
    FOLDER.mkdir(exist_ok=True)
    for format_name, rows in tables.items():
        lines = [f"{json.dumps(name)}: {json.dumps(rows[name])}" for name in sorted(rows)]
        (FOLDER / f"{format_name}.json").write_text("{\n" + ",\n".join(lines) + "\n}\n", "utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
