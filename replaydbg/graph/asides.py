"""What of a tool call is only said and not done: thoughts, explanations, comments in a command.

Some runtimes have the model say beside each call what it is for, and some have a tool for thinking. Neither makes it
another call: a loop whose thought varies is a loop.
"""

from __future__ import annotations

import re
from functools import lru_cache

from replaydbg.core.message import Json, ToolCall
from replaydbg.graph.effects import is_shell

_ASIDES = frozenset(
    {
        "explanation", "justification", "rationale", "reasoning", "task_progress", "thinking", "thought", "thoughts",
        "toolAction", "toolSummary",
    }
)  # fmt: skip
_OF_SHELLS = _ASIDES | {"description"}
"""Of other tools a description is content: that of a ticket, of an image."""
_THINKING = frozenset({"think", "thinking", "thinktool", "sequentialthinking"})
_COMMANDS = ("command", "cmd")
_COMMENT = re.compile(r"""(?m)(?:^|(?<=\s))#[^'"\n]*$""")


def deed(call: ToolCall) -> Json:
    """The arguments without what is only said; those of a tool for thinking are nothing else."""
    arguments = call.arguments
    if not isinstance(arguments, dict):
        return arguments
    for_thinking, shell, said = _of_tool(call.name)
    if for_thinking:
        return {}
    if not said.isdisjoint(arguments) and not said.issuperset(arguments):
        arguments = {key: value for key, value in arguments.items() if key not in said}
    if shell:
        for key in _COMMANDS:
            command = arguments.get(key)
            if isinstance(command, str) and "#" in command:
                arguments = {**arguments, key: _COMMENT.sub("", command).strip()}
    return arguments


def thinks(call: ToolCall) -> bool:
    """Whether the tool is for thinking."""
    return _of_tool(call.name)[0]


@lru_cache(maxsize=1000)
def _of_tool(name: str) -> tuple[bool, bool, frozenset[str]]:
    """Whether it is for thinking, whether it is a shell, and which of its arguments only say something."""
    last = name.rpartition(".")[2].rpartition("__")[2]
    for_thinking = last.lower().replace("_", "").replace("-", "") in _THINKING
    shell = is_shell(name)
    return for_thinking, shell, _OF_SHELLS if shell else _ASIDES
