"""The settings file: named by the person, read for the rules that are there, and never looked for."""

from __future__ import annotations

from pathlib import Path

import pytest

from replaydbg.actions.settings import settings_of_file
from replaydbg.config import DEFAULTS
from replaydbg.core.finding import Severity
from replaydbg.errors import UsageProblem
from tests.support.command_line import run

INCIDENT = str(Path(__file__).resolve().parents[2] / "traces" / "support-incident.json")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "my.toml"


def test_no_file_is_the_defaults() -> None:
    assert settings_of_file(None) is DEFAULTS


def test_a_file(file: Path) -> None:
    file.write_text('ignore = ["T003"]\n[rules.no-progress-loop]\nseverity = "hint"\n')
    settings = settings_of_file(str(file))
    assert settings.ignore == ("T003",)
    assert settings.severities == {"no-progress-loop": Severity.HINT}


@pytest.mark.parametrize(
    ("text", "words"),
    [("select = [", "is not TOML"), ("select = ['L0']", "no rule is called 'L0'"), ("x = 1", "x: unknown")],
)
def test_what_is_wrong_with_it_is_said(file: Path, text: str, words: str) -> None:
    file.write_text(text)
    with pytest.raises(UsageProblem, match=words):
        settings_of_file(str(file))


def test_a_file_that_is_not_there_is_said() -> None:
    assert run("check", INCIDENT, "--config", "nowhere.toml").code == 2


def test_check_goes_by_it(file: Path) -> None:
    file.write_text('select = ["L004"]\n[rules.L004]\nseverity = "hint"\n')
    done = run("check", INCIDENT, "--config", str(file))
    assert (done.code, done.out.splitlines()[-1]) == (0, "1 trace: 1 hint")


def test_nothing_is_read_from_the_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("replaydbg.toml", ".replaydbg.toml", "pyproject.toml"):
        (tmp_path / name).write_text('select = ["nonsense"]\n[tool.replaydbg]\nselect = ["nonsense"]\n')
    monkeypatch.chdir(tmp_path)
    assert run("check", INCIDENT).code == 1
