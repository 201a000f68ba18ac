"""CrewAI: what a crew gave, with the messages of its tasks where they were kept, and its log of tasks.

Get one: `Path("run.json").write_text(crew.kickoff().model_dump_json())`, or `Crew(output_log_file="log.json")`; its traces have
more: record them with OpenInference's or OpenLLMetry's instrumentation
"""

from __future__ import annotations

from collections.abc import Iterator

from replaydbg.core.message import Json, Role
from replaydbg.core.step import Kind, PlainBody, Status, Usage
from replaydbg.readers import _containers, _moments
from replaydbg.readers._api import Document, Reader, Reading
from replaydbg.readers._transcript import Run, Transcript
from replaydbg.wire import loose, openai_chat

FORMAT = "crewai-output"
_FAILED = frozenset({"failed", "error"})


def sniff(document: Document) -> float:
    first = _containers.first_record(document.head)
    item = loose.mapping(first[0] if isinstance(first, list) and first else first)
    tasks = loose.sequence(item.get("tasks_output"))
    is_output = bool(tasks) and {"description", "agent"} <= loose.mapping(tasks[0]).keys()
    return 0.95 if is_output or {"timestamp", "task_name", "task", "agent", "status"} <= item.keys() else 0.0


def read(document: Document, partial: bool) -> Iterator[Reading]:
    del partial
    transcript = Transcript(document, FORMAT)
    run = transcript.run(document.stem)
    begun: dict[tuple[str, str], list[int]] = {}
    for value, place in _containers.values(document.buffer, transcript.notices, items=True):
        record = loose.mapping(value)
        if isinstance(record.get("tasks_output"), list):
            of_crew = transcript.run(document.stem)
            for task in map(loose.mapping, record["tasks_output"]):
                _task(of_crew, task)
            _crew(of_crew, record)
        elif "task" in record and "agent" in record:
            _logged(run, record, begun)
        else:
            transcript.notice(place, "no task, left out")
    for (agent, asked), moments in begun.items():  # the run stopped in the middle of it
        for moment in moments:
            run.step(
                Kind.AGENT_INVOCATION, agent or "task", PlainBody(input=asked), agent=agent, start_ns=moment
            )
    yield transcript.whole("no task")


def _task(run: Run, task: dict[str, Json]) -> None:
    agent = loose.text(task.get("agent")).strip()
    name = agent or loose.text(task.get("name")) or "task"
    body = PlainBody(input=task.get("description"), output_value=task.get("raw"), raw=task)
    step_id = run.step(Kind.AGENT_INVOCATION, name, body, agent=agent)
    thread = run.thread(agent=agent, parent_id=step_id)
    for item in loose.sequence(task.get("messages")):
        for message in openai_chat.read_messages([item]):
            if message.role is Role.ASSISTANT:
                thread.reply(message, origin=item)
            else:
                thread.add(message)
    thread.end()


def _crew(run: Run, record: dict[str, Json]) -> None:
    """What all of it took and gave, where that was kept."""
    told = loose.mapping(record.get("token_usage"))
    usage = Usage(loose.count(told.get("prompt_tokens")), loose.count(told.get("completion_tokens")))
    rest = {key: value for key, value in record.items() if key not in ("tasks_output", "raw") and value}
    if rest:
        run.step(Kind.OPAQUE, "crew", PlainBody(output_value=record.get("raw"), usage=usage, raw=rest))


def _logged(run: Run, record: dict[str, Json], begun: dict[tuple[str, str], list[int]]) -> None:
    """A line of the log: a task began, or ended, which is then what was begun last: a start before it came to nothing."""
    agent, status = loose.text(record.get("agent")).strip(), loose.text(record.get("status"))
    task, moment = loose.text(record.get("task")), _moments.from_iso(loose.text(record.get("timestamp")))
    if status == "started":
        begun.setdefault((agent, task), []).append(moment)
        return
    starts = begun.get((agent, task))
    failed = status in _FAILED
    words = (loose.text(record.get("output")) or status) if failed else ""
    body = PlainBody(input=task, output_value=record.get("output"), error=words, raw=record)
    name = agent or loose.text(record.get("task_name")) or "task"
    run.step(
        Kind.AGENT_INVOCATION, name, body, agent=agent, start_ns=starts.pop() if starts else moment, end_ns=moment,
        status=Status.ERROR if failed else Status.UNSET,
    )  # fmt: skip


READER = Reader(
    FORMAT,
    "CrewAI outputs and logs of tasks",
    sniff,
    read,
    marks=("tasks_output", "agent", "task", "raw"),
    needs=(b'"tasks_output"', b'"task_name"'),
)
