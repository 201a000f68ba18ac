"""`replaydbg open TRACE`: the screen. Without options this is not even imported (see `__main__`)."""

from __future__ import annotations

from replaydbg.cli import interactive, options


def open_(  # noqa: PLR0917 - each is an option of the command line
    trace: options.TracePath,
    session: options.Session = None,
    against: options.Against = None,
    trace_id: options.TraceId = None,
    format_name: options.FormatName = None,
    tools: options.SideTools = None,
    config: options.Config = None,
    follow: options.Follow = False,
    no_hints: options.NoHints = False,
    web: options.Web = False,
    port: options.Port = None,
    web_edit: options.WebEdit = False,
) -> int:
    """Open a trace: see it, find what went wrong, edit one step, re-run what follows, compare.

    Where there is no terminal (a pipe, TERM=dumb) the plain listing of `show` is printed instead.
    """
    if web or web_edit or port is not None:
        return interactive.serve(
            {
                "path": trace,
                "session_path": session,
                "trace_id": trace_id,
                "format_name": format_name,
                "tools": tools,
                "config": config,
                "against": against or "",
                "follow": follow,
            },
            web=web,
            port=port or 0,
            edit=web_edit,
        )
    from replaydbg.actions.settings import settings_of_file
    from replaydbg.cli.side_tools import tools_and_words

    side_tools, told = tools_and_words(tools)
    return interactive.look(
        trace,
        session_path=session,
        trace_id=trace_id,
        format_name=format_name,
        side_tools=side_tools,
        told=told,
        settings=settings_of_file(config),
        follow=follow,
        against=against or "",
        hints=not no_hints,
    )
