"""replaydbg: a replay debugger for agentic workflows, in the terminal.

Nothing is imported at module scope, so that `replaydbg --version` and the first painted row stay fast.
"""

__version__ = "0.1.0"
