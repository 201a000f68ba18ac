"""Steps printed as they are written: `show --follow`, and `open --follow` where there is no terminal."""

from __future__ import annotations

from contextlib import suppress

from replaydbg import codec
from replaydbg.actions import follow
from replaydbg.actions.show import Shown
from replaydbg.cli import listing, render, report
from replaydbg.cli.render import Output
from replaydbg.core.finding import Notice
from replaydbg.errors import UsageProblem
from replaydbg.readers._api import Reading


def print_news(
    path: str,
    format_name: str | None = None,
    trace_id: str | None = None,
    output: Output = Output.TEXT,
    *,
    has_tools: bool = False,
) -> int:
    """Until Ctrl+C, which is how this ends. Raises UnreadableInput, UsageProblem.

    `has_tools` is whether a file of tools was given: what they are for is findings, which need the whole of a run.
    """
    if has_tools:
        raise UsageProblem(
            "steps that are printed as they come are not checked, and --tools is for checking",
            "leave it out here; `check FILE --tools TOOLS` looks at what is there, `open --follow` in a terminal at what comes",
        )
    news = follow.News(trace_id)
    told: set[Notice] = set()
    if follow.is_awaited(path):
        report.say(f"{path} is not there yet; waiting for it")
    with suppress(KeyboardInterrupt):
        for reading in follow.readings(path, format_name, follow.until_interrupted):
            if reading.complete:
                _tell(reading, told)  # first, since a person may stop at any step that they see
                _print(news, reading, output)
    return 0


def _print(news: follow.News, reading: Reading, output: Output) -> None:
    for trace, rows, is_new in news.of(reading):
        if output is Output.JSON:
            for row in rows:
                render.json_line({"trace_id": trace.id, "step": codec.step_summary(trace.step(row), ())})
            continue
        shown = Shown(trace)
        if is_new:
            render.line(render.paint(shown.heading(), "dim"))
        for line in shown.rows(rows, listing.width(), ascii_only=not render.has_signs()):
            render.spans(line)
    render.flush()


def _tell(reading: Reading, told: set[Notice]) -> None:
    """Notices about lines, each once. Those about steps come and go while the agent runs: a parent is written last."""
    lasting = (
        each for each in reading.notices if each.pointer.startswith("line ") or follow.is_of_file(each)
    )
    fresh = [each for each in lasting if each not in told]
    told.update(fresh)
    report.notices(fresh)
