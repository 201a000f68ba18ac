"""What a rule is."""

from __future__ import annotations

import pytest

from replaydbg.core.finding import Severity
from replaydbg.rules._api import Rule


def test_a_rule_is_a_value() -> None:
    rule = Rule("X1", "x", Severity.HINT, "1", lambda _: iter(()))
    with pytest.raises(AttributeError):
        rule.code = "X2"  # type: ignore[misc]
    assert rule.severity.label == "hint"
