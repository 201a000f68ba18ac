"""A file that is still being written keeps its steps: what was shown of its beginning is there, under the same ids, when more of
it is (`--follow` shows each state of it).
"""

from __future__ import annotations

import pytest

from replaydbg.errors import UnreadableInput
from replaydbg.readers import _registry
from tests.support.readings import document
from tests.support.samples import SAMPLES

_TAKEN_BACK = {"gemini-cli"}
"""A chat that went back leaves out what it took back."""
_PLACEHOLDER = "messages without a reply"

IN_LINES = [
    pytest.param(name, sample, id=f"{name}-{at}")
    for name, samples in SAMPLES.items()
    for at, sample in enumerate(samples)
    if sample.count(b"\n") > 2
    and all(line[:1] in b"{[" for line in sample.splitlines())
    and name not in _TAKEN_BACK
]


def steps(data: bytes, format_name: str) -> dict[str, list[str]]:
    """Ids by trace, without the step that stands in for a reply until there is one."""
    try:
        *_, reading = _registry.read(document(data), format_name)
    except UnreadableInput:
        return {}
    return {
        trace.id: [id_ for row, id_ in enumerate(trace.ids) if trace.name(row) != _PLACEHOLDER]
        for trace in reading.traces
    }


@pytest.mark.parametrize(("format_name", "sample"), IN_LINES)
def test_steps_stay(format_name: str, sample: bytes) -> None:
    lines = sample.splitlines(keepends=True)
    whole = steps(sample, format_name)
    for length in range(1, len(lines)):
        for torn in (b"", lines[length][: len(lines[length]) // 2]):
            for trace_id, ids in steps(b"".join(lines[:length]) + torn, format_name).items():
                assert set(ids) <= set(whole.get(trace_id, ())), f"after {length} lines"
