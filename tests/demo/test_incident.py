"""The bundled incident is found in a checkout and in an installed package, and its loss is an error."""

from __future__ import annotations

from pathlib import Path

import pytest

from replaydbg.demo import incident


def test_it_is_found_in_a_checkout() -> None:
    assert incident.incident_path().name == "support-incident.json"


def test_an_installed_package_has_it_inside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    inside = tmp_path / "replaydbg" / "traces" / "support-incident.json"
    beside = tmp_path / "traces" / "support-incident.json"
    for path in (inside, beside):
        path.parent.mkdir(parents=True)
        path.write_text("{}")
    monkeypatch.setattr(incident, "_PACKAGE", tmp_path / "replaydbg")
    assert incident.incident_path() == inside
    inside.unlink()
    assert incident.incident_path() == beside
    beside.unlink()
    with pytest.raises(FileNotFoundError):
        incident.incident_path()
