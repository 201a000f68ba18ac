"""Every rule is documented where it is declared, in fixed sections: docs and `explain` are made from them."""

from __future__ import annotations

import re
import sys

import pytest

from replaydbg.rules._api import Rule
from replaydbg.rules._registry import all_rules

SECTIONS = ("What it finds", "Why it matters", "Example", "What to do")
RULES = all_rules()


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_the_page_of_a_rule_has_its_sections_in_order(rule: Rule) -> None:
    page = sys.modules[rule.check.__module__].__doc__ or ""
    places = [page.find(section) for section in SECTIONS]

    assert -1 not in places
    assert places == sorted(places)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_a_rule_has_one_name_in_four_places(rule: Rule) -> None:
    """File, rule and test agree, and the name completes "allow ___"."""
    assert rule.check.__module__.rpartition(".")[2] == rule.name.replace("-", "_")
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", rule.name)
    assert re.fullmatch(r"[A-Z]\d{3}", rule.code)


def test_codes_and_names_are_given_once() -> None:
    for words in ([rule.code for rule in RULES], [rule.name for rule in RULES]):
        assert len(set(words)) == len(words)


def test_the_rules_of_the_first_release_are_there() -> None:
    assert {rule.name for rule in RULES} >= {
        "no-progress-loop", "repeated-call", "hand-off-ping-pong", "error-loop", "thrash", "recurrence", "retry-storm", "chanting",
        "near-duplicate-loop", "unknown-tool", "unparsable-arguments",
        "schema-violation", "invalid-schema", "unanswered-call", "orphan-result",
    }  # fmt: skip
