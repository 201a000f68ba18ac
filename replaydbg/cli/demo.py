"""`replaydbg demo`: the bundled incident, with a model and tools that need no key."""

from __future__ import annotations

from replaydbg.cli import interactive, options


def demo(
    no_hints: options.NoHints = False,
    web: options.Web = False,
    port: options.Port = None,
    web_edit: options.WebEdit = False,
) -> int:
    """Open a bundled incident of a support agent. Its model is a rule-based stand-in: no key, no network.

    An edit of the system prompt, of arguments or of a tool result really changes what follows, and some mend it.
    """
    if web or web_edit or port is not None:
        from replaydbg.actions.demo import incident_path

        return interactive.serve(
            {"path": incident_path(), "demo": True}, web=web, port=port or 0, edit=web_edit
        )
    return interactive.look_at_demo(hints=not no_hints)
