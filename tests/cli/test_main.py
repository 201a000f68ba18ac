"""The door: what is fast, what is caught, what a person is told."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import replaydbg
from tests.support.command_line import run

ROOT = Path(__file__).resolve().parents[2]
INCIDENT = str(ROOT / "traces" / "support-incident.json")


def program(*arguments: str, **options: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # type: ignore[call-overload,no-any-return]
        [sys.executable, "-m", "replaydbg", *arguments],
        capture_output=True,
        text=True,
        cwd=ROOT,
        timeout=60,
        check=False,
        **{"stdin": subprocess.DEVNULL, **options},
    )


@pytest.mark.parametrize("arguments", [("--version",), ("-V",)])
def test_the_version_is_told(arguments: tuple[str, ...]) -> None:
    assert run(*arguments).out == f"replaydbg {replaydbg.__version__}\n"
    assert run(*arguments).code == 0


def test_without_arguments_the_help_is_shown_and_it_is_a_usage_error() -> None:
    done = run()

    assert done.code == 2
    assert "Usage: replaydbg" in done.out + done.err


@pytest.mark.parametrize(
    "arguments",
    [("fly",), ("show",), ("show", INCIDENT, "--colour"), ("check", INCIDENT, "--fail-on", "doom")],
)
def test_a_wrong_word_is_a_usage_error(arguments: tuple[str, ...]) -> None:
    done = run(*arguments)

    assert done.code == 2
    assert done.out == ""
    assert "Usage" in done.err


def test_an_unreadable_trace_is_one_sentence_and_a_hint() -> None:
    for command in ("open", "show"):
        done = run(command, "nowhere.json")
        assert done.code == 3
        assert done.out == ""
        assert done.err.startswith("replaydbg: nowhere.json cannot be opened: there is no such file\n  ")
        assert len(done.err.splitlines()) == 2


def test_values_nested_as_deep_as_can_be_parsed_end_nothing(tmp_path: Path) -> None:
    levels = 980
    value = f'{{"x": {"[" * levels}{"]" * levels}}}'
    call = f'{{"role": "assistant", "content": [{{"type": "tool_use", "id": "t", "name": "f", "input": {value}}}]}}'
    result = '{"role": "user", "content": [{"type": "tool_result", "tool_use_id": "t", "content": [{"type": "text", "text": "ok"}]}]}'
    for name in ("a", "b"):
        (tmp_path / f"{name}.json").write_text(f'[{{"role": "user", "content": "Go."}}, {call}, {result}]')
    path = str(tmp_path / "a.json")
    for command in (
        ["check", str(tmp_path)],
        ["show", path],
        ["show", path, "--step", "#1"],
        ["convert", path, "--to", "openai-chat"],
        ["diff", path, str(tmp_path / "b.json")],
    ):
        done = program(*command)
        assert (done.returncode, "fault" in done.stderr) == (0, False), done.stderr
    assert "[[[[" in program("convert", path, "--to", "openai-chat").stdout


def test_without_a_terminal_open_prints_the_listing_of_show() -> None:
    opened, shown = run("open", INCIDENT), run("show", INCIDENT)

    assert opened.code == 0
    assert opened.out == shown.out


def test_the_demo_without_a_terminal_prints_its_incident_and_says_what_its_model_is() -> None:
    done = run("demo")

    assert done.code == 0
    assert "lookup_order" in done.out
    assert "not a language model" in done.err


def test_a_mistake_of_ours_is_one_sentence_and_a_traceback_in_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))

    def fail(*_: object, **__: object) -> None:
        raise KeyError("\x1b[2Jboom")

    monkeypatch.setattr("replaydbg.actions.open.open_trace", fail)
    done = run("open", INCIDENT)
    (file,) = tmp_path.iterdir()

    assert done.code == 70
    assert str(file) in done.err
    assert "fault of replaydbg" in done.err
    assert "\x1b" not in done.err
    assert len(done.err.splitlines()) == 1
    assert "in fail" in file.read_text()
    assert file.stat().st_mode & 0o777 == 0o600


def test_an_interrupt_is_quiet_and_130(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("replaydbg.actions.open.open_trace", interrupt)
    for command in ("open", "show"):
        done = run(command, INCIDENT)
        assert (done.code, done.err) == (130, "replaydbg: interrupted\n")


def test_a_closed_pipe_is_quiet() -> None:
    done = subprocess.run(
        f'{sys.executable} -m replaydbg show traces/upgrade-long.otlp.jsonl --output json | head -c 10; echo "${{PIPESTATUS[0]}}"',
        shell=True,
        executable="/bin/bash",
        capture_output=True,
        text=True,
        cwd=ROOT,
        timeout=60,
        check=False,
    )

    assert done.stderr == ""
    assert done.stdout == '{"schema_v141\n'


def test_an_ascii_terminal_gets_ascii() -> None:
    done = program("show", INCIDENT, env={**os.environ, "PYTHONIOENCODING": "ascii"})

    assert done.returncode == 0
    assert done.stdout.isascii()
    assert done.stderr == ""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no full device")
@pytest.mark.parametrize(
    "arguments",
    [
        ("--version",), ("--help",), ("show", "--help"), ("formats",), ("explain", "no-progress-loop"), ("show", INCIDENT),
        ("show", INCIDENT, "--output", "json"), ("check", INCIDENT), ("check", INCIDENT, "--output", "json"),
        ("check", INCIDENT, "--output", "sarif"), ("check", INCIDENT, "--output", "junit"), ("check", INCIDENT, "--output", "github"),
        ("convert", INCIDENT, "--to", "native"), ("convert", INCIDENT, "--to", "markdown"), ("diff", INCIDENT, INCIDENT),
        ("open", INCIDENT),
    ],
    ids=" ".join,
)  # fmt: skip
def test_what_a_full_disk_does_not_take_is_no_success(arguments: tuple[str, ...]) -> None:
    with open("/dev/full", "wb") as full:  # noqa: PTH123
        done = subprocess.run(
            [sys.executable, "-m", "replaydbg", *arguments], stdout=full, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL,
            text=True, cwd=ROOT, timeout=60, check=False,
        )  # fmt: skip
    said = [line for line in done.stderr.splitlines() if "note:" not in line]
    assert (done.returncode, said[0]) == (
        74,
        "replaydbg: what was to be written could not be: No space left on device",
    )
    assert "fault" not in done.stderr
    assert "Exception ignored" not in done.stderr
