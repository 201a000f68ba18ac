"""Pages of rules."""

from __future__ import annotations

import pytest

from replaydbg.actions import explain
from replaydbg.errors import UsageProblem


def test_every_rule_has_its_page_by_code_and_by_name() -> None:
    for rule in explain.rules():
        assert explain.page(rule.code) == explain.page(rule.name.upper())
        assert rule.name in explain.page(rule.code)


def test_a_rule_that_is_not_there_is_said() -> None:
    with pytest.raises(UsageProblem, match="'nothing-such'"):
        explain.page("nothing-such")
