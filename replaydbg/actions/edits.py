"""Edits as words: `STEP:/json/pointer=VALUE`, and what they become on a recording.

#3:/messages/0/content=Be brief.         the place holds text: VALUE is the text as it stands
#5:/tool_calls/0/arguments/limit=20      it holds anything else, or nothing: VALUE is JSON if it reads as JSON
#5:/tool_calls/0/arguments/id:=48213     with `:=` VALUE is JSON wherever it goes
#4:/result=@answer.json                  VALUE is what the file holds (`@-`: standard input; `@@` begins a text with @)
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable

from replaydbg import codec
from replaydbg.core import pointer
from replaydbg.core.branch import Choice, Edit
from replaydbg.core.message import Json
from replaydbg.core.step import Step
from replaydbg.core.trace import StepNotFound, Trace
from replaydbg.drivers import files
from replaydbg.errors import UsageProblem
from replaydbg.session.commands import AddEdit
from replaydbg.session.state import Sitting

_FORM = re.compile(r"(?P<step>.+?):(?P<pointer>/.*?)(?P<sign>:?=)(?P<value>.*)", re.DOTALL)


def read_edits(trace: Trace, words: Iterable[str]) -> tuple[Edit, ...]:
    """The edits in order, each on top of those before it. Raises UsageProblem with a sentence."""
    sitting = Sitting(trace)
    for text in words:
        sitting = AddEdit(_read_edit(sitting, text)).apply(sitting)
    return sitting.edits


def read_choices(trace: Trace, rerun: Iterable[str], keep: Iterable[str]) -> dict[str, Choice]:
    """What a person decided of steps, by id; steps are named as everywhere. Raises UsageProblem."""
    choices: dict[str, Choice] = {}
    for choice, words in ((Choice.RERUN, rerun), (Choice.KEEP, keep)):
        for word in words:
            try:
                id_ = trace.ids[trace.find(word)]
            except StepNotFound as error:
                raise UsageProblem(str(error)) from error
            if choices.setdefault(id_, choice) is not choice:
                raise UsageProblem(f"{word} cannot be kept and re-run")
    return choices


def _read_edit(sitting: Sitting, text: str) -> Edit:
    form = _FORM.fullmatch(text)
    if form is None:
        raise UsageProblem(
            f"{text!r} is no edit", "write STEP:/json/pointer=VALUE, as in '#3:/messages/0/content=Be brief.'"
        )
    try:
        step = sitting.step(sitting.trace.find(form["step"]))
        return codec.make_edit(step, form["pointer"], _value(step, form))
    except StepNotFound as error:
        raise UsageProblem(str(error)) from error
    except codec.EditRefusedError as error:
        raise UsageProblem(
            str(error), f"`replaydbg show TRACE --step '#{step.number}'` lists the places that can be edited"
        ) from error


def _value(step: Step, form: re.Match[str]) -> Json:
    text = form["value"]
    if text.startswith("@@"):
        text = text[1:]
    elif text.startswith("@"):
        text = files.read_text(text[1:])
    if form["sign"] == "=" and isinstance(_there(step, form["pointer"]), str):
        return text
    try:
        return json.loads(text)
    except ValueError as error:
        if form["sign"] == "=":
            return text
        raise UsageProblem(f"the value for {form['pointer']} is not JSON: {error}") from error


def _there(step: Step, place: str) -> Json:
    try:
        return pointer.get(codec.step_document(step), place)
    except pointer.PointerError:
        return None
