"""Where the bundled incident is: beside the package in a wheel, beside the repository's `replaydbg/` in a checkout."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parents[1]


def incident_path() -> Path:
    """The recorded incident as a file.

    Raises:
        FileNotFoundError: the installation lacks its sample traces.
    """
    for folder in (_PACKAGE / "traces", _PACKAGE.parent / "traces"):
        path = folder / "support-incident.json"
        if path.is_file():
            return path
    raise FileNotFoundError("support-incident.json")
