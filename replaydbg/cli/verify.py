"""`replaydbg verify case.json...`: do pinned branches still come out, or hold with the model of today?"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Annotated
from xml.etree import ElementTree as ET

import typer

from replaydbg import limits
from replaydbg.cli import options, render, report, terms
from replaydbg.cli.render import paint
from replaydbg.core.message import Json
from replaydbg.errors import EXIT_CLEAN, EXIT_REPLAY, EXIT_UNREADABLE, UnreadableInput, UsageProblem

if TYPE_CHECKING:  # loaded when it runs
    from replaydbg.actions.cases import Verified

_OUTPUTS = ("text", "json", "junit")
_Cases = Annotated[
    list[str], typer.Argument(metavar="CASE...", help="Files that `pin` made.", show_default=False)
]
_Output = Annotated[str, typer.Option("--output", help="text, json, or junit.")]


def verify(
    case: _Cases,
    *,
    live: terms.Live = False,
    model: terms.Model = "",
    base_url: terms.BaseUrl = None,
    provider: terms.Provider = "",
    tool: terms.Tools = None,
    allow_tool: terms.Allowed = None,
    max_calls: terms.MaxCalls = limits.REPLAY_CALLS_MAX,
    max_tokens: terms.MaxTokens = limits.REPLAY_TOKENS_MAX,
    max_cost: terms.MaxCost = None,
    max_time: terms.MaxTime = limits.REPLAY_SECONDS_MAX,
    config: options.Config = None,
    output: _Output = "text",
) -> int:
    """Offline, the edits are replayed with the pinned answers: the branch must come out again, and its oracles hold.

    With --live (or a provider of your own) the model is asked anew, and the oracles alone judge. Exit code 4 where a
    case does not hold, 3 where a file is no case.
    """
    from replaydbg.actions import cases

    if output not in _OUTPUTS:
        raise UsageProblem(f"{output!r} is no output of verify", f"one of {', '.join(_OUTPUTS)}")
    wishes = terms.wishes(
        live=live,
        model=model,
        provider=provider,
        base_url=base_url,
        tools=tool or (),
        allowed=allow_tool or (),
        bounds=(max_calls, max_tokens, max_time, max_cost),
        config=config,
    )
    told: list[Verified] = []
    unread: list[tuple[str, UnreadableInput]] = []
    for path in case:
        try:
            one = asyncio.run(cases.verify(cases.read_case(path), wishes))
        except UnreadableInput as problem:  # the others are verified all the same
            unread.append((path, problem))
            report.say(f"{problem.message}: {problem.hint}" if problem.hint else problem.message)
            continue
        told.append(one)
        if output == "text":
            _print(one)
    if output == "json":
        not_read: list[Json] = [{"path": path, "problem": problem.message} for path, problem in unread]
        render.document({"cases": [_document(one) for one in told], "unreadable": not_read})
    elif output == "junit":
        render.line(_junit(told, unread))
    if unread:
        return EXIT_UNREADABLE
    return EXIT_CLEAN if all(one.holds for one in told) else EXIT_REPLAY


def _print(one: Verified) -> None:
    look, word = ("good", "holds") if one.holds else ("error", "does not hold")
    render.line(f"{one.case.path}  {one.case.label}: {paint(word, look)}")
    for problem in one.problems:
        render.line(f"  {paint(problem, 'error')}")
    for words, held in one.held:
        render.line(f"  {paint('✓' if held else '✗', 'good' if held else 'error')} {words}")


def _document(one: Verified) -> Json:
    return {
        "path": one.case.path,
        "label": one.case.label,
        "holds": one.holds,
        "problems": list(one.problems),
        "oracles": [{"oracle": words, "holds": held} for words, held in one.held],
    }


def _junit(told: list[Verified], unread: list[tuple[str, UnreadableInput]]) -> str:
    suite = ET.Element(
        "testsuite",
        name="replaydbg verify",
        tests=str(len(told) + len(unread)),
        failures=str(sum(not one.holds for one in told)),
        errors=str(len(unread)),
    )
    for path, problem in unread:
        test = ET.SubElement(suite, "testcase", classname=path, name="no case")
        ET.SubElement(test, "error", message=problem.message)
    for one in told:
        test = ET.SubElement(suite, "testcase", classname=one.case.path, name=one.case.label)
        wrong = [*one.problems, *(f"{words} does not hold" for words, held in one.held if not held)]
        if wrong:
            ET.SubElement(test, "failure", message=wrong[0]).text = "\n".join(wrong)
    ET.indent(suite)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(suite, encoding="unicode")
