"""The formats of reports are found by walking their folder."""

from __future__ import annotations

from replaydbg.writers.reports._registry import all_reports


def test_each_file_is_a_format() -> None:
    assert set(all_reports()) >= {"sarif", "junit", "github"}
    assert all(report.name == name and report.title for name, report in all_reports().items())
