"""`verify`: cases in a row, for people and for CI."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from tests.cli.test_replay import INCIDENT, MEND, STAND_IN
from tests.support.command_line import run


@pytest.fixture
def cases(tmp_path: Path) -> list[str]:
    """One that holds, and one whose oracle was changed by hand."""
    session, good, bad = (str(tmp_path / name) for name in ("s.sqlite3", "good.json", "bad.json"))
    run("replay", INCIDENT, "--edit", MEND, *STAND_IN, "--session", session)
    run("pin", INCIDENT, "--session", session, "-o", good, "--oracle", "gone:T003")
    Path(bad).write_text(Path(good).read_text().replace("gone:T003", "regex:no such words"))
    return [good, bad]


def test_text(cases: list[str]) -> None:
    done = run("verify", *cases)
    assert done.code == 4
    assert "holds" in done.out
    assert "✗ regex:no such words" in done.out


def test_json(cases: list[str]) -> None:
    told = run("verify", *cases, "--output", "json").document["cases"]
    assert [one["holds"] for one in told] == [True, False]
    assert told[0]["oracles"] == [{"oracle": "gone:T003", "holds": True}]


def test_junit(cases: list[str]) -> None:
    suite = ET.fromstring(run("verify", *cases, "--output", "junit").out)
    assert (suite.get("tests"), suite.get("failures")) == ("2", "1")
    failure = suite.find("testcase/failure")
    assert failure is not None
    assert failure.get("message") == "regex:no such words does not hold"


def test_a_file_that_is_no_case_keeps_the_others_from_nothing(cases: list[str], tmp_path: Path) -> None:
    (tmp_path / "broken.json").write_text("{")
    three = (cases[0], str(tmp_path / "broken.json"), cases[1])
    done = run("verify", *three, "--output", "junit")
    suite = ET.fromstring(done.out)
    assert (suite.get("tests"), suite.get("failures"), suite.get("errors")) == ("3", "1", "1")
    assert done.code == 3
    assert "broken.json is no case" in done.err
    told = run("verify", *three, "--output", "json").document
    assert [one["holds"] for one in told["cases"]] == [True, False]
    assert [one["path"] for one in told["unreadable"]] == [three[1]]


def test_live_with_a_provider_of_ones_own(cases: list[str]) -> None:
    done = run("verify", cases[0], *STAND_IN)
    assert done.code == 0


def test_what_cannot_be_verified(tmp_path: Path) -> None:
    assert run("verify", str(tmp_path / "none.json")).code == 3
    assert run("verify", "x", "--output", "yaml").code == 2
