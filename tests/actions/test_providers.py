"""Who can be asked."""

from __future__ import annotations

from replaydbg.actions.providers import vendors
from replaydbg.drivers.providers._registry import NAMES


def test_vendors_say_whether_their_key_is_set_and_never_what_it_is() -> None:
    told = vendors({"OPENAI_API_KEY": "sk-secret", "ANTHROPIC_API_KEY": " "})
    assert tuple(one.name for one in told) == NAMES
    assert {one.name: one.has_key for one in told} == {
        "openai": True,
        "openai-responses": True,
        "anthropic": False,
        "google": False,
    }
    assert "sk-secret" not in repr(told)
