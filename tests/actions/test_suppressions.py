"""Findings that a person does not want to hear of."""

from __future__ import annotations

from pathlib import Path

import pytest

from replaydbg.actions.check import Checked, check_paths
from replaydbg.actions.convert import conversion
from replaydbg.actions.open import open_trace
from replaydbg.actions.sitting import open_sitting
from replaydbg.actions.suppressions import suppress_finding, suppressions
from replaydbg.drivers import session_places
from replaydbg.errors import UsageProblem
from replaydbg.graph.fingerprints import fingerprint

SAMPLE = Path(__file__).resolve().parents[2] / "traces" / "support-incident.json"


@pytest.fixture
def copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    (tmp_path / "trace.json").write_bytes(SAMPLE.read_bytes())
    return str(tmp_path / "trace.json")


def checked(path: str) -> Checked:
    (one,) = check_paths([path])
    assert isinstance(one, Checked)
    return one


def name_of(path: str, rule: str) -> str:
    one = checked(path)
    return next(fingerprint(one.trace, finding) for finding in one.findings if finding.name == rule)


def test_a_report_leaves_it_out_and_says_so(copy: str) -> None:
    suppress_finding(copy, name_of(copy, "error-loop"), "known")
    trace = open_trace(copy).trace
    converted = conversion([trace], "markdown", findings=True, path=copy)
    report = b"".join(converted.pieces).decode()
    assert "schema-violation" in report
    assert "error-loop" not in report
    assert list(converted.losses) == ["1 finding: suppressed in the session of the recording"]
    whole = conversion([trace], "markdown", findings=True)
    assert "error-loop" in b"".join(whole.pieces).decode()


def test_without_a_session_nothing_is_suppressed_and_none_is_made(copy: str) -> None:
    assert suppressions(copy, open_trace(copy).trace) == ({}, ())
    assert [path.name for path in Path(copy).parent.iterdir()] == ["trace.json"]


def test_a_reason_is_kept_told_and_taken_back(copy: str) -> None:
    name = name_of(copy, "schema-violation")
    assert suppress_finding(copy, name, "the tool takes numbers") == 8
    one = checked(copy)
    assert {finding.name for finding in one.findings} == {"error-loop"}
    assert [reason for _, reason in one.suppressed] == ["the tool takes numbers"] * 8
    assert one.notices == ()
    suppress_finding(copy, name, "")
    assert checked(copy).suppressed == ()


def test_it_is_undone_like_everything_in_a_sitting(copy: str) -> None:
    suppress_finding(copy, name_of(copy, "error-loop"), "known")
    sitting = open_sitting(open_trace(copy).trace, copy)
    assert sitting.undo().sitting.suppressed == {}
    sitting.close()
    assert checked(copy).suppressed == ()


def test_what_no_finding_has_is_refused(copy: str) -> None:
    with pytest.raises(UsageProblem, match="no finding of this recording"):
        suppress_finding(copy, "0123456789abcdef", "x")
    with pytest.raises(UsageProblem, match="standard input"):
        suppress_finding("-", "0123456789abcdef", "x")


def test_a_session_that_cannot_be_read_is_a_notice_and_stays_where_it_is(copy: str) -> None:
    session = Path(copy + session_places.SUFFIX)
    session.write_bytes(b"no database")
    one = checked(copy)
    assert one.suppressed == ()
    assert "what is suppressed in it is told" in one.notices[0].message
    assert session.read_bytes() == b"no database"


def test_a_session_of_another_recording_says_nothing(copy: str) -> None:
    suppress_finding(copy, name_of(copy, "error-loop"), "known")
    Path(copy).write_bytes(SAMPLE.read_bytes() + b"\n")
    assert checked(copy).suppressed == ()
