"""What a tool call is for, by its name: it changes something, only looks, waits, or moves on by a step.

A guess, and harmless in both directions: it keeps loops apart from ordinary work, and makes replay ask once more.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from replaydbg.core.message import Json, ToolCall

_CHANGING = re.compile(
    "add|append|apply|assign|book|buy|cancel|change|checkout|click|close|commit|copy|cp|create|delete|deploy|disable|edit|email|enable|"
    "exchange|execute|fill|fix|goto|insert|install|kill|merge|mkdir|modify|move|mv|navigate|notify|order|overwrite|patch|pay|post|press|publish|"
    "push|put|refund|remove|rename|replace|reset|restart|resume|return|revert|rm|rmdir|run|save|scroll|select|send|set|start|stop|"
    "submit|toggle|touch|transfer|type|update|upload|write"
)
_LOOKS = re.compile(
    "check|count|describe|fetch|find|get|grep|inspect|list|lookup|query|read|search|show|think|view"
)
"""As the first word: `get_order` orders nothing."""

_SHELLS = frozenset(
    {
        "bash",
        "shell",
        "sh",
        "terminal",
        "execute_bash",
        "run_command",
        "run_shell_command",
        "run_terminal_cmd",
        "exec_command",
        "execute_command",
        "local_shell",
    }
)
_QUOTED = re.compile(r"'[^']*'|\"[^\"$`]*\"")
_HARMLESS = re.compile(r"[12&]?>\s*/dev/null|[12]>&[12]")
_APART = re.compile(r"&&|\|\||[;|\n]|\$\(|`|&(?!>)")
_LOOKING = re.compile(
    r"[\s(]*(?:(?:sudo|xargs)\s+)?(?:"
    r"(?:cat|cd|export|ls|ll|head|tail|grep|egrep|rg|ag|fd|tree|wc|pwd|echo|stat|file|du|df|ps|which|printenv|date|diff|nl|less|jq"
    r"|sleep|sort|uniq|cut|tr|column|true|test|awk|basename|dirname|realpath|find(?!.*\s-(?:delete|exec|ok|fprint))"
    r"|sed(?!\s(?:.*\s)?-(?:i|-in-place))|git\s+(?:status|log|diff|show|grep|blame|ls-files)|pip\s+(?:list|show|freeze))(?![\w-])[^>]*"
    r"|env|git\s+branch(?:\s+-[alrv]+)*)?\s*\)*",
    re.DOTALL,
)
"""One command of a line, quotations left out."""
_WAITS = re.compile("await|delay|pause|poll|sleep|wait")
"""As the first word."""
_SLEEPS = re.compile(r"(?:^|[;&|(]|\bdo)\s*sleep\s+[\d$.]")
_READS_RUNNING = frozenset({"bashoutput", "commandoutput", "shelloutput", "taskoutput", "writestdin"})
_MOVES = re.compile(
    "back|down|forward|left|move|next|press|previous|redo|right|scroll|skip|step|swipe|turn|undo|up|zoom"
)
"""Done again, they go on from where the last one ended."""
_HANDS_OVER = re.compile(r"(?:transfer|hand_?off|hand_?over|delegate)_?to_?", re.IGNORECASE)
_WORDS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")


def changes_something(call: ToolCall) -> bool:
    """By the words of the tool's name; of a shell by whether the command is one that only looks."""
    shell, changing = _told_by(call.name)
    command = _command(call.arguments) if shell else None
    return changing if command is None else not _only_looks(command)


def looks(call: ToolCall) -> bool:
    """Whether it is certain that the call only looks: by the first word of its name, or the command."""
    shell, changing = _told_by(call.name)
    command = _command(call.arguments) if shell else None
    if command is not None:
        return _only_looks(command)
    words = _words(call.name)
    return not changing and bool(words) and _LOOKS.fullmatch(words[0]) is not None


def _only_looks(command: str) -> bool:
    """Whether each command of the line only looks; what is not known to is taken to change something."""
    plain = _HARMLESS.sub("", _QUOTED.sub("q", command))
    return all(_LOOKING.fullmatch(one) is not None for one in _APART.split(plain))


def waits(call: ToolCall) -> bool:
    """Whether the call waits for something, or asks what has become of something that runs."""
    command = _command(call.arguments) if is_shell(call.name) else None
    if command is not None:
        return _SLEEPS.search(command) is not None
    words = _words(call.name)
    return bool(words) and (_WAITS.fullmatch(words[0]) is not None or "".join(words) in _READS_RUNNING)


def moves(call: ToolCall) -> bool:
    """Whether the call goes on by a step from where the last one ended: a key, a scroll."""
    return any(map(_MOVES.fullmatch, _words(call.name)))


def hands_over(call: ToolCall) -> bool:
    """Whether the call gives the task to another agent: what it returns says no more than that."""
    return _HANDS_OVER.match(call.name.rpartition(".")[2]) is not None


def is_shell(name: str) -> bool:
    return _told_by(name)[0]


@lru_cache(maxsize=1000)
def _told_by(name: str) -> tuple[bool, bool]:
    """Whether the tool is a shell, and whether its name tells of change."""
    words = _words(name)
    changing = any(map(_CHANGING.fullmatch, words)) and not _LOOKS.fullmatch(words[0])
    return name.rpartition(".")[2].lower() in _SHELLS or "bash" in words, changing


@lru_cache(maxsize=1000)
def _words(name: str) -> tuple[str, ...]:
    return tuple(word.lower() for word in _WORDS.findall(name.rpartition(".")[2]))


def _command(arguments: Json) -> str | None:
    if not isinstance(arguments, Mapping):
        return None
    command = arguments.get("command", arguments.get("cmd"))
    if isinstance(command, list):
        command = " ".join(str(word) for word in command[-1:])
    return command if isinstance(command, str) else None
