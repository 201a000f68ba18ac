"""ATIF, the trajectory format of Harbor and Terminal-Bench: one linear run, a step for each message or model call.

Arguments are objects there and results stand below the call, so that raw argument text, the tree of steps, and the
times of tools have no place; what differs between prompts (an agent's own instructions) is told where it is first said.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from replaydbg import __version__
from replaydbg.core.message import Json, Message, Reasoning, Role, ToolCall, ToolResponse
from replaydbg.core.step import Kind, Step
from replaydbg.core.trace import Trace
from replaydbg.wire import loose, openai_chat
from replaydbg.writers._api import Losses, Writer, Written
from replaydbg.writers._news import News
from replaydbg.writers.openai_chat import iso

SCHEMA_VERSION = "ATIF-v1.5"
_SOURCES = {Role.SYSTEM: "system", Role.DEVELOPER: "system", Role.USER: "user", Role.ASSISTANT: "agent"}


def _write(runs: Iterable[Written], losses: Losses) -> Iterator[bytes]:
    for run in runs:
        yield from _Trajectory(run.trace, losses).pieces()


class _Trajectory:
    def __init__(self, trace: Trace, losses: Losses) -> None:
        self.trace = trace
        self.losses = losses
        self._steps: list[bytes | None] = []
        """Each as it is written; None for those that are held in `_open`."""
        self._open: dict[int, dict[str, Json]] = {}
        """By their place those that something may still be added to."""
        self._held: Counter[int] = Counter()
        """How many reasons there are for that: calls that nothing answered, what ran below them, being the last reply."""
        self._last: int | None = None
        """The place of the last reply."""
        self._waiting: list[tuple[ToolCall, int, int]] = []
        """Calls that nothing answered yet, each with the place of its step and when it was made, the latest last."""
        self._seen: list[tuple[str, int, bool]] = []
        """What ran and no reply named, until a message tells what came of it: with the place of the reply before, and whether
        it is that reply's own (what a tool ran in turn is not).
        """
        self._now = 0
        self._news = News()
        self._tools: dict[str, Json] = {}
        self._totals: dict[str, float] = {}

    def pieces(self) -> Iterator[bytes]:
        """What is said of the agent stands before the steps, and is known after them: they are kept as they are written."""
        trace = self.trace
        rows = sorted(range(len(trace)), key=lambda row: max(trace.starts_ns[row], 0))
        for self._now, row in enumerate(rows):
            step = trace.step(row)
            if step.kind is Kind.MODEL_CALL:
                self._add_call(step)
            elif step.kind is Kind.TOOL_EXECUTION and self._place(step) is None:
                self._add_seen(step)
            elif step.kind is not Kind.TOOL_EXECUTION:
                self.losses.add(
                    f"{str(step.kind).replace('-', ' ')} step", "the format is one line of messages and calls"
                )
        for self._now, row in enumerate(rows):
            if trace.kind(row) is Kind.TOOL_EXECUTION:
                self._add_execution(trace.step(row))
        for text, place, is_own in self._seen:
            if is_own:
                _observe(self._open[place], None, text)
        for place in list(self._open):
            self._close(place)
        head = {
            "schema_version": SCHEMA_VERSION,
            "session_id": trace.id or "unknown",
            "agent": self._agent(rows),
        }
        yield loose.encoded(head)[:-1].encode() + b',"steps":['
        for number, written in enumerate(self._steps):
            yield (b"," if number else b"") + (written or b"")
        tail = {
            "final_metrics": {**self._totals, "total_steps": len(self._steps)},
            "extra": {"written_by": f"replaydbg {__version__}", "source_format": trace.source.format},
        }
        yield b"]," + loose.encoded(tail)[1:].encode() + b"\n"

    def _agent(self, rows: Sequence[int]) -> dict[str, Json]:
        trace = self.trace
        first = next((row for row in rows if trace.kind(row) is Kind.MODEL_CALL), None)
        agent: dict[str, Json] = {
            "name": "unknown" if first is None else trace.agent(first) or "unknown",
            "version": "unknown",
        }
        if first is not None and trace.model(first):
            agent["model_name"] = trace.model(first)
        if self._tools:
            agent["tool_definitions"] = list(self._tools.values())
        others = {trace.agent(row) for row in rows if trace.kind(row) is Kind.MODEL_CALL} - {
            agent["name"],
            "",
        }
        self.losses.add(
            "further agent", "calls stand among those of the first, the name under `extra`", len(others)
        )
        return agent

    def _hold(self, place: int) -> int:
        self._held[place] += 1
        return place

    def _release(self, place: int) -> None:
        """Write the step down where nothing will be added to it any more."""
        self._held[place] -= 1
        if not self._held[place]:
            del self._held[place]
            self._close(place)

    def _close(self, place: int) -> None:
        document = self._open.pop(place)
        text = loose.encoded(document)
        if text == "null":
            self.losses.add("step", "nested too deep to be written, only its text is")
            text = loose.encoded({name: document[name] for name in ("step_id", "source", "message")})
        self._steps[place] = text.encode()

    def _add_call(self, step: Step) -> None:
        body = step.body
        for message in self._news.of(body.messages or ()):
            self._add_message(message, step)
        for tool in body.tools or ():
            self._tools.setdefault(tool.name, openai_chat.write_tool(tool))
        self.losses.add("model call", "parameters have no place", int(bool(body.params)))
        self.losses.add(
            "prompt", "not recorded, what was said before stands for it", int(body.messages is None)
        )
        said = body.output or Message(Role.ASSISTANT)
        ended = step.ended_ns is not None or said.finish_reason
        self.losses.add("model call", "when and why it ended has no place", int(bool(ended)))
        if body.output is not None:
            self._news.reply(body.output)
        else:
            self.losses.add("reply", "not recorded, the step says nothing")
        place = self._step("agent", said, step)
        document = self._open[place]
        if body.response_model or step.model:
            document["model_name"] = body.response_model or step.model
        if body.error:
            document["extra"] = {**document.get("extra", {}), "error": body.error}
        metrics = {
            "prompt_tokens": body.usage.input_tokens,
            "completion_tokens": body.usage.output_tokens,
            "cached_tokens": body.usage.cache_read_tokens,
            "cost_usd": step.cost_usd,
        }
        known = {name: value for name, value in metrics.items() if value is not None}
        if known:
            document["metrics"] = known
        if body.usage.reasoning_tokens is not None:
            beside = {"reasoning_tokens": body.usage.reasoning_tokens}
            document["metrics"] = {**known, "extra": beside}
        for name, value in known.items():
            self._totals[f"total_{name}"] = self._totals.get(f"total_{name}", 0) + value
        self._release(place)

    def _add_message(self, message: Message, step: Step) -> None:
        responses = message.tool_responses
        for response in responses:
            self._add_response(response)
        if responses and len(responses) == len(message.parts):
            return
        if message.role is Role.TOOL and not message.text:
            return
        told = next((each for each in self._seen if each[0] == message.text), None)
        if told is not None and message.role in {Role.USER, Role.TOOL}:
            self._seen.remove(told)
            _observe(self._open[told[1]], None, message.text)
            self._release(told[1])
            return
        source = _SOURCES.get(message.role, "user")
        self.losses.add("message", "the role is none of system, user and agent, written as the user's",
                        int(message.role not in _SOURCES))  # fmt: skip
        place = self._step(source, message, step)
        if source == "agent":  # it came with a prompt: no model call of this run said it
            self._open[place]["is_copied_context"] = True
        self._release(place)

    def _step(self, source: str, message: Message, of: Step) -> int:
        """The place of a new step, which is held."""
        place = self._hold(len(self._steps))
        document: dict[str, Json] = {
            "step_id": place + 1,
            "source": source,
            "message": message.text,
        }
        if of.started_ns is not None:
            document["timestamp"] = iso(of.started_ns)
        thoughts = "\n".join(part.text for part in message.parts if isinstance(part, Reasoning) and part.text)
        if thoughts and source == "agent":
            document["reasoning_content"] = thoughts
        if source == "agent" and message.tool_calls:
            document["tool_calls"] = [
                self._call(call, number) for number, call in enumerate(message.tool_calls, 1)
            ]
            self._waiting += [(call, self._hold(place), self._now) for call in message.tool_calls]
        if of.agent and source == "agent":
            document["extra"] = {"agent": of.agent}
        lost = sum(
            not isinstance(part, (ToolCall, ToolResponse, Reasoning)) and not hasattr(part, "text")
            for part in message.parts
        )
        self.losses.add("part", "the format holds text, calls and results, left out", lost)
        self._steps.append(None)
        self._open[place] = document
        if source == "agent":
            before, self._last = self._last, self._hold(place)
            if before is not None:
                self._release(before)
        return place

    def _call(self, call: ToolCall, number: int) -> dict[str, Json]:
        given = call.arguments
        if not isinstance(given, dict):
            self.losses.add("tool call", "arguments that are no object stand under `raw`")
            given = {"raw": call.raw if call.raw is not None else given}
        elif call.raw is not None:
            self.losses.add("argument text", "only the parsed object is kept, not the text to the byte")
        id_ = call.id or f"call_{len(self._steps) + 1}_{number}"
        return {"tool_call_id": id_, "function_name": call.name, "arguments": given}

    def _add_response(self, response: ToolResponse) -> None:
        """To the latest call with its id that waits; to the first one that waits where there is no id."""
        for place in range(len(self._waiting) - 1, -1, -1):
            call, _, _ = self._waiting[place]
            if call.id == response.id:
                self._answer(place, response.result)
                return
        self.losses.add("tool response", "no call before asked for this, left out")

    def _add_seen(self, step: Step) -> None:
        """What an agent saw that acts by its words alone; it stands below them."""
        result = step.body.result if step.body.has_result else step.body.error
        if self._last is not None and result:
            text = result if isinstance(result, str) else loose.encoded(result)
            self._seen.append((text, self._hold(self._last), step.body.call is None))

    def _add_execution(self, step: Step) -> None:
        """What a tool returned and no later prompt held: at the end of a run, mostly."""
        self.losses.add("tool execution", "times, place in the tree and whether they failed are left out")
        body, place = step.body, self._place(step)
        if place is not None:
            self._answer(place, body.result if body.has_result else body.error)

    def _place(self, step: Step) -> int | None:
        """Of the call that this execution ran, among those that wait."""
        ran = step.body.call
        for place, (call, _, made) in enumerate(self._waiting):
            if (
                ran is not None
                and made < self._now
                and (call.id == ran.id if ran.id and call.id else call.name == ran.name)
            ):
                return place
        return None

    def _answer(self, waiting: int, result: Json) -> None:
        call, place, _ = self._waiting.pop(waiting)
        document = self._open[place]
        calls = document["tool_calls"]
        source = next((each["tool_call_id"] for each in calls if each["tool_call_id"] == call.id), None)
        source = source or next(each["tool_call_id"] for each in calls if each["function_name"] == call.name)
        content = result if isinstance(result, str) else loose.encoded(result)
        _observe(document, source, content)
        self._release(place)


def _observe(document: dict[str, Json], source: str | None, content: str) -> None:
    """A result below its reply; the format names its call, or none."""
    result = {"content": content} if source is None else {"source_call_id": source, "content": content}
    document.setdefault("observation", {"results": []})["results"].append(result)


WRITER = Writer(
    "atif", "ATIF trajectories (Harbor, Terminal-Bench)", _write, holds_many=False, holds_calls_only=True
)
