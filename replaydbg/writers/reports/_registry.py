"""The formats of reports: the modules of this folder with a `REPORT`."""

from __future__ import annotations

import pkgutil
from functools import cache
from importlib import import_module

from replaydbg.writers import reports
from replaydbg.writers.reports._api import Report


@cache
def all_reports() -> dict[str, Report]:
    """By name."""
    names = [name for _, name, _ in pkgutil.iter_modules(reports.__path__) if not name.startswith("_")]
    found = (import_module(f"{reports.__name__}.{name}").REPORT for name in names)
    return {report.name: report for report in found}
