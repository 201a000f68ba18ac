"""Settings: what a mapping may say, and that every wrong place is told at once."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from typing import Any

import pytest

from replaydbg.config import DEFAULTS, Settings, settings_of, threshold
from replaydbg.core.finding import Severity
from replaydbg.errors import UsageProblem


@dataclass(frozen=True, slots=True)
class Shouting:
    capitals_min: int = threshold(3, least=1)
    share_min: float = threshold(0.5, most=1.0)


@dataclass(frozen=True)
class Rule:
    code: str
    name: str
    thresholds: type[Any] | None = None


RULES = (Rule("X001", "shouting", Shouting), Rule("X002", "whispering"))


def read(**mapping: Any) -> Settings:
    return settings_of(mapping, RULES, "my.toml")


def test_nothing_said_is_the_defaults() -> None:
    assert read() == DEFAULTS


def test_what_can_be_said() -> None:
    settings = read(
        select=["X001"],
        ignore=["whispering"],
        rules={"shouting": {"capitals-min": 9, "severity": "hint"}, "x002": {"severity": "error"}},
    )
    assert (settings.select, settings.ignore) == (("X001",), ("whispering",))
    assert settings.severities == {"shouting": Severity.HINT, "whispering": Severity.ERROR}
    assert settings.thresholds == (Shouting(capitals_min=9),)


def test_whole_numbers_are_shares_too() -> None:
    assert read(rules={"shouting": {"share-min": 1}}).thresholds == (Shouting(share_min=1.0),)


@pytest.mark.parametrize(
    ("mapping", "words"),
    [
        pytest.param({"selct": []}, "selct: unknown; there is select, ignore, theme, hints, rules, tools, servers, keys", id="a word of nobody's"),
        pytest.param({"select": "X001"}, "select: input should be a valid tuple", id="text for a list"),
        pytest.param({"rules": {"shoutin": {}}}, "rules.shoutin: no rule is called so; did you mean shouting?", id="no such rule"),
        pytest.param({"rules": {"shouting": {"capitals": 3}}}, "rules.shouting.capitals: unknown; there is severity, capitals-min, share-min", id="no such number"),
        pytest.param({"rules": {"shouting": {"capitals-min": 0}}}, "rules.shouting.capitals-min: input should be greater than or equal to 1", id="too small"),
        pytest.param({"rules": {"shouting": {"share-min": 1.5}}}, "rules.shouting.share-min: input should be less than or equal to 1", id="too large"),
        pytest.param({"rules": {"shouting": {"capitals-min": True}}}, "rules.shouting.capitals-min: input should be a valid integer", id="no number"),
        pytest.param({"rules": {"X002": {"severity": "fatal"}}}, "rules.X002.severity: input should be 'hint', 'info', 'warning' or 'error'", id="no such severity"),
        pytest.param({"rules": {"shouting": 3}}, "rules.shouting: input should be a valid dict", id="no table"),
        pytest.param({"rules": 3}, "rules: input should be a valid dict", id="no table of rules"),
    ],
)  # fmt: skip
def test_what_cannot_be_said_is_told_with_its_place(mapping: Any, words: str) -> None:
    with pytest.raises(UsageProblem) as refused:
        settings_of(mapping, RULES, "my.toml")
    assert refused.value.message.startswith(f"my.toml says what cannot be: {words}")


def test_all_that_is_wrong_is_told_at_once() -> None:
    with pytest.raises(UsageProblem) as refused:
        read(ignore=[1], rules={"shouting": {"capitals-min": "x"}, "nobody": {}})
    assert refused.value.message.endswith("ignore.0: input should be a valid string")
    assert (
        refused.value.hint
        == (  # in one line: the command line and the screen spell control characters out
            "rules.shouting.capitals-min: input should be a valid integer; also rules.nobody: no rule is called so"
        )
    )


# --- tools


def test_tools_and_servers() -> None:
    settings = read(
        servers={
            "shop": {"command": ["shop-mcp", "-q"], "trusted": True},
            "far": {"url": "http://127.0.0.1:1/mcp"},
        },
        tools={
            "find": {"python": "shop:find", "policy": "allow", "seconds": 5},
            "sell": {"mcp": "shop/sell_it"},
            "list": {"command": ["./list", "{id}"], "env": ["HOME"], "memory-mb": 64},
            "same": {"answer": [1, {"a": None}]},
            "none": {"answer": None},
            "fail": {"fail": "no"},
            "call": {"http": "GET https://h/{id}", "headers": {"X": "$KEY"}},
            "hands-off": {"policy": "never"},
        },
    )
    tools = settings.tools
    assert {name: tool.way for name, tool in tools.items()} == {
        "find": "python",
        "sell": "mcp",
        "list": "command",
        "same": "answer",
        "none": "answer",
        "fail": "fail",
        "call": "http",
        "hands-off": "",
    }
    assert (tools["find"].policy, tools["find"].seconds) == ("allow", 5.0)
    assert tools["same"].answer == [1, {"a": None}]
    assert tools["list"].command == ("./list", "{id}")
    assert tools["list"].memory_mb == 64
    assert settings.servers["shop"].trusted


@pytest.mark.parametrize(
    ("mapping", "words"),
    [
        ({"tools": {"f": {"python": "a:b", "fail": "x"}}}, "tools.f: a tool has one way to be answered, not python and fail"),
        ({"tools": {"f": {"mcp": "shpo"}}, "servers": {"shop": {"url": "u"}}}, "tools.f.mcp: no server is called shpo; did you mean shop?"),
        ({"tools": {"f": {"policy": "maybe"}}}, "tools.f.policy: "),
        ({"tools": {"f": {"shell": "rm"}}}, "tools.f.shell: unknown; there is policy, answer"),
        ({"servers": {"s": {}}}, "servers.s: a server has a command or a url"),
        ({"servers": {"s": {"url": "u", "command": ["c"]}}}, "servers.s: a server has a command or a url"),
        ({"tools": {"f": 1}}, "tools.f: "),
    ],
)  # fmt: skip
def test_tools_that_cannot_be(mapping: dict[str, Any], words: str) -> None:
    with pytest.raises(UsageProblem) as told:
        read(**mapping)
    assert words in told.value.message


def test_keys_and_colours_of_the_screen() -> None:
    settings = settings_of({"keys": {"main.edit": "f4"}, "theme": "light", "hints": False}, RULES)
    assert (settings.keys, settings.theme, settings.hints) == ({"main.edit": "f4"}, "light", False)
    with pytest.raises(UsageProblem, match=r"keys\.main\.edit"):
        settings_of({"keys": {"main.edit": 4}}, RULES)


def test_settings_go_to_other_processes() -> None:
    """In an interpreter of its own: what else is imported may know how, too."""
    told = "import pickle; from replaydbg.config import DEFAULTS; assert pickle.loads(pickle.dumps(DEFAULTS)) == DEFAULTS"
    assert subprocess.run([sys.executable, "-c", told], check=False).returncode == 0
