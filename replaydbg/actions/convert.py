"""Write a trace, or a branch, as a file of its own in our save format, which is OTLP JSON."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from replaydbg import limits
from replaydbg.actions.check import check_trace
from replaydbg.actions.suppressions import suppressions
from replaydbg.core.branch import Branch
from replaydbg.core.columns import KIND_NUMBER
from replaydbg.core.finding import Finding
from replaydbg.core.step import Kind
from replaydbg.core.trace import Trace
from replaydbg.drivers import files
from replaydbg.errors import UsageProblem
from replaydbg.graph.facts import Facts
from replaydbg.graph.fingerprints import fingerprint
from replaydbg.writers import _registry, native
from replaydbg.writers._api import Losses, Writer, Written


@dataclass(slots=True)
class Conversion:
    """`pieces` is the file; `losses` says what it could not hold, once all pieces have been taken."""

    pieces: Iterable[bytes]
    losses: Losses


def conversion(
    traces: Sequence[Trace], target: str, *, findings: bool = False, path: str = files.STANDARD_INPUT
) -> Conversion:
    """The traces in another format. Raises UsageProblem for a format that is not written, holds one trace only, or nothing of these.

    Findings that are suppressed in the session beside `path` are left out, and that is said.
    """
    writer, losses = _registry.named(target), Losses()
    if len(traces) > 1 and not writer.holds_many:
        raise UsageProblem(
            f"a file of {writer.title} holds one trace, and there are {len(traces)}",
            "name one of them with --trace",
        )

    if writer.holds_calls_only and not any(KIND_NUMBER[Kind.MODEL_CALL] in trace.kinds for trace in traces):
        raise UsageProblem(
            f"there is no model call here, and {target} holds nothing else",
            "native and markdown hold all steps",
        )

    def runs() -> Iterator[Written]:
        for trace in traces:
            run = trace.under()  # what it says is not kept while the others are written
            yield Written(run, _told(path, run, losses) if findings else ())

    return Conversion(_bounded(writer.write(runs(), losses), target), losses)


def _bounded(pieces: Iterable[bytes], target: str) -> Iterator[bytes]:
    left = limits.WRITTEN_BYTES_MAX
    for piece in pieces:
        left -= len(piece)
        if left < 0:
            raise UsageProblem(
                f"in {target} it takes more than {limits.WRITTEN_BYTES_MAX >> 30} GiB, and would not be opened again",
                "each prompt is written whole there; atif and markdown say each message once",
            )
        yield piece


def _told(path: str, trace: Trace, losses: Losses) -> tuple[Finding, ...]:
    found, (reasons, _) = check_trace(Facts(trace)), suppressions(path, trace)
    told = tuple(one for one in found if not reasons or fingerprint(trace, one) not in reasons)
    losses.add("finding", "suppressed in the session of the recording", len(found) - len(told))
    return told


def write_to(path: str, converted: Conversion, recording_path: str) -> None:
    """To a file, whole or not at all. Raises UsageProblem, also rather than overwrite what is converted."""
    if _same(Path(path), Path(recording_path)):
        raise UsageProblem(f"{path} is the recording itself", "name another file")
    files.write_whole(path, converted.pieces)


def targets() -> tuple[Writer, ...]:
    return _registry.writers()


def save_trace(trace: Trace, path: str) -> None:
    files.write_whole(path, native.write(trace))


def save_branch(branch: Branch, path: str, recording_path: str = "") -> None:
    """Write the branch with the provenance of its steps. Raises UsageProblem, also rather than overwrite the recording."""
    if recording_path and _same(Path(path), Path(recording_path)):
        raise UsageProblem(f"{path} is the recording itself", "name another file for the branch")
    files.write_whole(path, native.write(branch.trace, provenance=branch.steps))


def save_aside(branch: Branch) -> Path:
    """Where nothing can be written beside the recording: into a folder of this user's alone. Raises UsageProblem, OSError."""
    path = Path(tempfile.mkdtemp(prefix="replaydbg-")) / f"branch-{branch.id}.json"
    save_branch(branch, str(path))
    return path


def _same(path: Path, other: Path) -> bool:
    return path.exists() and other.exists() and path.samefile(other)
