"""From the words a person binds a tool to, to what runs it: `python:module:function`, or a plug-in's."""

from __future__ import annotations

from importlib.metadata import entry_points

from replaydbg.drivers import python_name
from replaydbg.drivers.tools import ToolBinding, python_function
from replaydbg.errors import UsageProblem

GROUP = "replaydbg.tools"
"""Entry points of other packages: `name = "module:factory"`; the factory is given what stands after `name:`."""


def make_binding(spec: str) -> ToolBinding:
    """Raises UsageProblem for words that nothing here understands, or a function that is not there."""
    if spec.startswith(python_name.PREFIX):
        return python_function.python_tool(spec)
    kind, _, rest = spec.partition(":")
    for entry in entry_points(group=GROUP, name=kind):
        try:
            binding: ToolBinding = entry.load()(rest)
        except Exception as error:
            words = python_name.described(error)
            raise UsageProblem(
                f"the tool plug-in {kind!r} of {entry.value} does not work: {words}",
                "remove the plug-in, or mend it",
            ) from error
        return binding
    raise UsageProblem(f"nothing can run the tool binding {spec!r}", "bind a tool as python:module:function")
