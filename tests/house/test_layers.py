"""The import contracts of pyproject.toml, kept by import-linter where it is installed (the `dev` extra)."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.house.source import ROOT


def test_the_river_flows_down() -> None:
    pytest.importorskip("importlinter", reason="import-linter is in the dev extra; .ci/run has it")
    done = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command; lint_imports_command()"],
        capture_output=True,
        text=True,
        cwd=ROOT,
        timeout=120,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr
