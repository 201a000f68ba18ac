"""What the demo is made of: the recorded incident, the stand-in for its model, and the tools it may run."""

from __future__ import annotations

from replaydbg.demo import agent, incident
from replaydbg.errors import UnreadableInput

PROVIDER = "python:replaydbg.demo.model:complete"
"""A rule-based stand-in: no language model, and shown as none."""

TOOLS = {name: f"python:replaydbg.demo.bound:{name}" for name in agent.BINDINGS}
"""Bindings by tool. They read a bundled database and change nothing, so that all of them may be allowed."""


def incident_path() -> str:
    """Raises UnreadableInput where the installation lacks its samples."""
    try:
        return str(incident.incident_path())
    except FileNotFoundError as error:
        raise UnreadableInput(
            "the bundled incident is not in this installation",
            "install replaydbg anew, or run it from a checkout",
        ) from error
