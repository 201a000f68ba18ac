"""How much messages hold."""

from __future__ import annotations

from replaydbg.core.size import chars, tokens_estimate
from tests.support.build import assistant, call, response, user


def test_an_estimate_counts_all_that_is_sent() -> None:
    said = (user("x" * 10), assistant("", call("f", {"a": 1}, "c")), response("c", "y" * 13))
    assert chars(said) == 10 + len('{"a":1}') + 13
    assert tokens_estimate(said) == 8
    assert tokens_estimate(()) == 0
