"""Answers of ToolBench: the path that a search through tool calls ended with, and the tools that were offered.

Get one: `python toolbench/inference/qa_pipeline.py --output_answer_file answers ...` writes `answers/<query>_<method>.json`
"""

from __future__ import annotations

from collections.abc import Iterator

from replaydbg.core.message import Json, Role
from replaydbg.core.step import Kind, PlainBody, Status
from replaydbg.readers import _containers
from replaydbg.readers._api import Document, Reader, Reading
from replaydbg.readers._chat_facts import Facts
from replaydbg.readers._transcript import Transcript
from replaydbg.wire import loose, openai_chat, tool_specs

FORMAT = "toolbench-answer"


def sniff(document: Document) -> float:
    first = loose.mapping(_containers.first_record(document.head))
    return 0.95 if "answer_generation" in first or ({"win", "trys"} <= first.keys()) else 0.0


def read(document: Document, partial: bool) -> Iterator[Reading]:
    del partial
    transcript = Transcript(document, FORMAT)
    for value, place in _containers.values(document.buffer, transcript.notices):
        record = loose.mapping(value)
        told = loose.mapping(record.get("answer_generation"))
        paths = [loose.sequence(path) for path in loose.sequence(told.get("train_messages"))]
        if not paths:
            transcript.notice(place, "no answer, left out")
            continue
        run = transcript.run(document.stem)
        thread = run.thread()
        tools = tool_specs.read_tools(
            [_offer(loose.mapping(offer)) for offer in loose.sequence(told.get("function"))]
        )
        for item in max(paths, key=len):  # each step of the path was kept with all before it
            for message in openai_chat.read_messages([item]):
                if message.role is Role.ASSISTANT:
                    thread.reply(message, facts=Facts(tools=tools or None), origin=item)
                else:
                    thread.add(message)
        thread.end()
        won = record.get("win") is True
        body = PlainBody(output_value=told.get("final_answer"), error="" if won else "no answer was found")
        name = f"tried: {record.get('try_count', len(loose.sequence(record.get('trys'))))}"
        run.step(Kind.OPAQUE, name, body, status=Status.OK if won else Status.ERROR)
    yield transcript.whole("no answer")


def _offer(offer: dict[str, Json]) -> Json:
    return loose.mapping(offer.get("function")) or offer


READER = Reader(
    FORMAT,
    "ToolBench answers",
    sniff,
    read,
    marks=("answer_generation", "train_messages", "win"),
    needs=(b'"answer_generation"', b'"trys"'),
)
