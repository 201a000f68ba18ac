"""`replaydbg demo`: the bundled incident, with a model and tools that need no key."""

from __future__ import annotations

from replaydbg.cli import interactive


def demo() -> int:
    """Open a bundled incident of a support agent. Its model is a rule-based stand-in: no key, no network.

    An edit of the system prompt, of arguments or of a tool result really changes what follows, and some mend it.
    """
    return interactive.look_at_demo()
