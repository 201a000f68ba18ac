"""The numbers of the rules about loops are settings with bounds, and each stands on the page of its rule."""

from __future__ import annotations

import sys
from dataclasses import fields

import pytest

from replaydbg.graph import thresholds
from replaydbg.rules._api import Rule
from replaydbg.rules._registry import all_rules

WITH_NUMBERS = [rule for rule in all_rules() if rule.thresholds is not None and rule.code.startswith("L")]


def test_every_class_is_some_rules() -> None:
    declared = {rule.thresholds for rule in WITH_NUMBERS}
    own = {one for one in vars(thresholds).values() if getattr(one, "__module__", "") == thresholds.__name__}
    assert own <= declared


@pytest.mark.parametrize("rule", WITH_NUMBERS, ids=lambda rule: rule.name)
def test_the_page_gives_each_number_with_its_default(rule: Rule) -> None:
    page = sys.modules[rule.check.__module__].__doc__ or ""
    assert rule.thresholds is not None
    settings = page.partition("Settings:")[2]
    for one in fields(rule.thresholds):
        shown = f"{one.default:g}"
        assert f"{one.name.replace('_', '-')} ({shown}):" in settings
        assert one.metadata["ge"] is not None
