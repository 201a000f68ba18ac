"""Findings that a person does not want to hear of: what the session beside a recording says, and saying so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from replaydbg.actions.open import open_trace
from replaydbg.core.finding import Notice
from replaydbg.core.trace import Trace
from replaydbg.drivers import files, session_places
from replaydbg.errors import NotSaved, UsageProblem
from replaydbg.graph.facts import Facts
from replaydbg.graph.fingerprints import fingerprint
from replaydbg.rules import _registry

_SUPPRESSES = '"suppress"'
"""Stands in the command; a session is mostly branches, which say nothing of this and take long to read."""


def suppressions(path: str, trace: Trace) -> tuple[Mapping[str, str], tuple[Notice, ...]]:
    """Reasons by fingerprint of finding. A session is only looked at: one that cannot be read is a notice."""
    if path == files.STANDARD_INPUT or not session_places.may_have_session(path):
        return {}, ()
    digest = files.digest(files.open_document(path).document.buffer)
    there = list(filter(session_places.is_there, session_places.places(path, digest)))
    return _kept(there, digest, trace) if there else ({}, ())


def _kept(places: Sequence[Path], digest: str, trace: Trace) -> tuple[Mapping[str, str], tuple[Notice, ...]]:
    # Sessions take long to import, and most recordings have none.
    from replaydbg.drivers import store
    from replaydbg.session import journal
    from replaydbg.session.commands import CommandRefused
    from replaydbg.session.history import replayed
    from replaydbg.session.state import Sitting

    recording = store.Recording(digest, trace.source.name, trace.id)
    for place in places:
        try:
            opened = store.Store(place, recording)
            try:
                if not any(_SUPPRESSES in command for command in opened.commands()):
                    return {}, ()
                acts = [journal.act(entry) for entry in opened.entries()]
            finally:
                opened.close()
            return replayed(Sitting(trace), acts).sitting.suppressed, ()
        except store.WrongRecording:
            continue
        except (store.Damaged, NotSaved, journal.JournalUnreadable, CommandRefused) as problem:
            said = f"the session is not looked at, and so what is suppressed in it is told: {problem}"
            return {}, (Notice(str(place), said),)
    return {}, ()


def suppress_finding(
    path: str, name: str, reason: str, *, trace_id: str | None = None, format_name: str | None = None
) -> int:
    """Keep the reason in the session of the recording; `""` takes it back. How many findings have the fingerprint.

    Raises UsageProblem where no finding has it, NotSaved where the disk refuses.
    """
    from replaydbg.actions.sitting import open_sitting
    from replaydbg.session.commands import Suppress

    if path == files.STANDARD_INPUT:
        raise UsageProblem("what comes from standard input has no session to keep a reason in")
    opened = open_trace(path, format_name, trace_id)
    findings = [finding for heard in _registry.check(Facts(opened.trace)) for finding in heard.findings]
    count = sum(fingerprint(opened.trace, finding) == name for finding in findings)
    if not count:
        raise UsageProblem(
            f"no finding of this recording has the fingerprint {name}", "see `replaydbg check -v`"
        )
    sitting = open_sitting(opened.trace, path)
    try:
        sitting.do(Suppress(name, reason))
    finally:
        sitting.close()
    return count
