"""Who was recorded, asked and answered, in words."""

from __future__ import annotations

from dataclasses import replace

import pytest

from replaydbg.core.branch import ModelUse
from replaydbg.views.models import is_another, models_words, short_words, use_words
from tests.support.sittings import branch


@pytest.mark.parametrize(
    ("names", "words", "short", "another"),
    [
        (("m", "m", ""), "m", "m", False),
        (("m", "m", "m"), "m", "m", False),
        (("m", "m", "m-2024-07-18"), "asked m, answered by m-2024-07-18", "m→m-2024-07-18", False),
        (("m", "m", "llama"), "asked m, answered by llama", "m→llama", True),
        (("m", "n", "n"), "recorded m, asked n", "m→n", True),
        (("m", "n", "o"), "recorded m, asked n, answered by o", "m→n→o", True),
        (("", "n", ""), "recorded no name, asked n", "n", True),
        (("", "", ""), "a model without a name", "", False),
    ],
)
def test_nothing_is_swapped_without_a_word(
    names: tuple[str, str, str], words: str, short: str, another: bool
) -> None:
    use = ModelUse(*names, 1)
    assert (use_words(use), short_words(use), is_another(use)) == (words, short, another)


def test_a_branch_tells_all_of_its_models_and_warns_of_another() -> None:
    one, other = ModelUse("m", "m", "m", 3), ModelUse("m", "n", "n", 1)
    assert models_words(replace(branch(), models=(one,))) == ("m", "m", "")
    assert models_words(replace(branch(), models=(one, other))) == (
        "m (3 calls); recorded m, asked n (1 call)",
        "m +1",
        "warning",
    )
    assert models_words(replace(branch(), models=(), model="old")) == ("old", "old", "")


def test_what_a_server_calls_itself_can_not_harm_a_terminal() -> None:
    assert "\x1b" not in use_words(ModelUse("m", "m", "\x1b[31m", 1))
