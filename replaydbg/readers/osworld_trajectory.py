"""OSWorld: the steps of an agent at a screen. Prompts are not written down, and screens are files of their own.

A reply may have several actions, a line each; the words are told with the first of them.

Get one: `python run.py ...` of OSWorld writes `results/.../<domain>/<example>/traj.jsonl`
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from replaydbg.core.message import Json, Message, Part, Role, Text, ToolCall, ToolResponse, text_message
from replaydbg.readers import _containers, _moments
from replaydbg.readers._api import Document, Reader, Reading
from replaydbg.readers._transcript import Thread, Transcript
from replaydbg.wire import loose

FORMAT = "osworld-trajectory"
_NAME = "computer"


def sniff(document: Document) -> float:
    first = loose.mapping(_containers.first_record(document.head))
    return 0.95 if {"step_num", "action", "action_timestamp"} <= first.keys() else 0.0


def read(document: Document, partial: bool) -> Iterator[Reading]:
    del partial
    transcript = Transcript(document, FORMAT)
    folders = document.name.replace("\\", "/").split("/")
    id_ = folders[-2] if len(folders) > 1 and document.stem == "traj" else document.stem
    thread, before = transcript.run(id_).thread(), ""
    for value, place in _containers.values(document.buffer, transcript.notices):
        step = loose.mapping(value)
        if "action" in step or step.get("Error"):
            before = _step(thread, step, before)
        else:
            transcript.notice(place, "no step, left out")
    yield transcript.whole("no step")


def _step(thread: Thread, step: dict[str, Json], before: str) -> str:
    """One line. Gives the words of the reply, which its further actions repeat."""
    moment = _moment(loose.text(step.get("action_timestamp")))
    said = step.get("response")
    words = said if isinstance(said, str) else loose.encoded(said) if said else ""
    action, number = step.get("action"), f"{step.get('step_num')}"
    call = ToolCall("", _NAME, action if isinstance(action, dict) else {"action": action})
    parts: list[Part] = [] if not words or words == before else [Text(words)]
    thread.reply(Message(Role.ASSISTANT, (*parts, call)), moment_ns=moment, origin=step)
    info = loose.mapping(step.get("info"))
    error = loose.text(info.get("error")) or loose.text(step.get("Error"))
    result = error or {key: step[key] for key in ("reward", "done", "info") if key in step}
    response = ToolResponse("", result, _NAME, bool(error))
    thread.add(Message(Role.TOOL, (response,)), moment_ns=moment, origin=step)
    if loose.text(step.get("screenshot_file")):
        thread.say(text_message(Role.USER, f"(the screen after step {number}) {step['screenshot_file']}"))
    return words


def _moment(text: str) -> int:
    """`20250501@100000`, in the time of the machine, and some with microseconds behind it."""
    try:
        moment = datetime.strptime(text[:15], "%Y%m%d@%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        return _moments.nanoseconds(text)
    digits = text[15:21]
    return _moments.from_moment(moment) + (
        int(digits) * 1000 if len(digits) == 6 and digits.isdecimal() and digits.isascii() else 0
    )


READER = Reader(
    FORMAT,
    "OSWorld trajectories",
    sniff,
    read,
    marks=("step_num", "action", "action_timestamp", "screenshot_file"),
    of_lines=True,
    needs=(b'"step_num"',),
)
