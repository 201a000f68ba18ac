"""Whether a tool call changes something: after that, looking again is no repetition.

A guess by names, in both directions harmless: it only keeps hints about recurring calls apart from ordinary work.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from replaydbg.core.message import Json, ToolCall

_CHANGING = re.compile(
    "add|append|apply|assign|book|buy|cancel|change|checkout|click|close|commit|copy|create|delete|deploy|disable|edit|enable|"
    "exchange|execute|fill|fix|goto|insert|install|merge|modify|move|navigate|order|overwrite|patch|pay|post|press|publish|"
    "push|put|refund|remove|rename|replace|reset|restart|resume|return|revert|run|save|scroll|select|send|set|start|stop|"
    "submit|toggle|transfer|type|update|upload|write"
)
_LOOKS = re.compile(
    "check|count|describe|fetch|find|get|grep|inspect|list|lookup|query|read|search|show|think|view"
)
"""As the first word: `get_order` orders nothing."""

_SHELLS = frozenset(
    {"bash", "shell", "sh", "terminal", "execute_bash", "run_command", "exec_command", "local_shell"}
)
_LOOKING = re.compile(
    r"\s*(?:(?:cd\s+[^\s;&|]+|export\s+\S+)\s*(?:&&|;)\s*)?(?:sudo\s+)?"
    r"(?:cat|ls|ll|head|tail|grep|egrep|rg|ag|find|fd|tree|wc|pwd|echo|stat|file|du|df|ps|which|env|date|diff|sed -n|nl|less|jq"
    r"|git (?:status|log|diff|show|branch|grep|blame|ls-files)|pip (?:list|show|freeze))\b[^>]*"
)
_WORDS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")


def changes_something(call: ToolCall) -> bool:
    """By the words of the tool's name; of a shell by whether the command is one that only looks."""
    shell, changing = _told_by(call.name)
    command = _command(call.arguments) if shell else None
    return changing if command is None else _LOOKING.fullmatch(command) is None


@lru_cache(maxsize=1000)
def _told_by(name: str) -> tuple[bool, bool]:
    """Whether the tool is a shell, and whether its name tells of change."""
    name = name.rpartition(".")[2]
    words = [word.lower() for word in _WORDS.findall(name)]
    changing = any(map(_CHANGING.fullmatch, words)) and not _LOOKS.fullmatch(words[0])
    return name.lower() in _SHELLS or "bash" in words, changing


def _command(arguments: Json) -> str | None:
    if not isinstance(arguments, Mapping):
        return None
    command = arguments.get("command", arguments.get("cmd"))
    if isinstance(command, list):
        command = " ".join(str(word) for word in command[-1:])
    return command if isinstance(command, str) else None
