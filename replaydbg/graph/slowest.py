"""The slowest path: the steps that the run was waiting for, one after the other. To make anything else faster changes
nothing for the person who waits.
"""

from __future__ import annotations

from collections.abc import Sequence

from replaydbg.core.trace import Trace


def slowest_path(trace: Trace, finishes: Sequence[int]) -> list[int]:
    """Rows in order. `finishes` are ends of subtrees in ns, -1 where nothing is known (`graph.joins`).

    From the end backwards: the last step to end, before it the last one that had ended when that began, and so on; then
    the same inside each of them.
    """
    path: list[int] = []
    around = [-1]
    while around:
        parent = around.pop()
        end: int | None = None
        timed = (row for row in trace.children(parent) if trace.starts_ns[row] >= 0 and finishes[row] >= 0)
        for row in sorted(timed, key=lambda row: (finishes[row], row), reverse=True):
            if end is None or finishes[row] <= end:
                path.append(row)
                end = trace.starts_ns[row]
                if trace.subtree_ends[row] > row + 1:
                    around.append(row)
    return sorted(path)
