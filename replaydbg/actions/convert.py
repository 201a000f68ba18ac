"""Write a trace, or a branch, as a file of its own in our save format, which is OTLP JSON."""

from __future__ import annotations

from pathlib import Path

from replaydbg.core.branch import Branch
from replaydbg.core.trace import Trace
from replaydbg.drivers import files
from replaydbg.errors import UsageProblem
from replaydbg.writers import native


def save_trace(trace: Trace, path: str) -> None:
    files.write_whole(path, native.write(trace))


def save_branch(branch: Branch, path: str, recording_path: str = "") -> None:
    """Write the branch with the provenance of its steps. Raises UsageProblem, also rather than overwrite the recording."""
    if recording_path and _same(Path(path), Path(recording_path)):
        raise UsageProblem(f"{path} is the recording itself", "name another file for the branch")
    files.write_whole(path, native.write(branch.trace, provenance=branch.steps))


def _same(path: Path, other: Path) -> bool:
    return path.exists() and other.exists() and path.samefile(other)
