"""Calls of ElevenLabs' voice agents: what was said, the tools that were called, and how the call was judged in the end.

Times are whole seconds of the call. What the agent says first of all was not asked of a model, but is told as its other words are.

Shapes: https://elevenlabs.io/docs/api-reference/conversations/get, and the payload of its post-call webhook.

Get one: `curl -H "xi-api-key: $KEY" https://api.elevenlabs.io/v1/convai/conversations/CONVERSATION_ID > call.json`
"""

from __future__ import annotations

from collections.abc import Iterator
from math import isnan, nan

from replaydbg.core.columns import NOT_RECORDED
from replaydbg.core.message import Json, Message, Part, Role, Text, ToolResponse
from replaydbg.core.step import Kind, PlainBody, Status, Usage
from replaydbg.readers import _containers, _moments
from replaydbg.readers._api import Document, Reader, Reading
from replaydbg.readers._attributes import number
from replaydbg.readers._chat_facts import Facts
from replaydbg.readers._transcript import Run, Thread, Transcript
from replaydbg.wire import arguments, loose

FORMAT = "elevenlabs-call"
_NS = 10**9
_READ, _WRITTEN = "input_cache_read", "input_cache_write"


def sniff(document: Document) -> float:
    first = _containers.first_record(document.head)
    call = _call(first[0] if isinstance(first, list) and first else first)
    turns = [loose.mapping(turn) for turn in loose.sequence(call.get("transcript"))[:3]]
    is_own = bool(turns) and all("time_in_call_secs" in turn and "role" in turn for turn in turns)
    return 0.95 if is_own and ("conversation_id" in call or "agent_id" in call) else 0.0


def _call(record: Json) -> dict[str, Json]:
    """The call itself, which a webhook puts into its `data`."""
    told = loose.mapping(record)
    return told if "transcript" in told else loose.mapping(told.get("data"))


def read(document: Document, partial: bool) -> Iterator[Reading]:
    del partial
    transcript = Transcript(document, FORMAT)
    for value, place in _containers.values(document.buffer, transcript.notices, items=True):
        call = _call(value)
        if not isinstance(call.get("transcript"), list):
            transcript.notice(place, "no call, left out")
            continue
        run = transcript.run(loose.text(call.get("conversation_id")) or document.stem)
        about = loose.mapping(call.get("metadata"))
        began = _moments.nanoseconds(about.get("start_time_unix_secs"))
        thread = run.thread(first_ns=began)
        prompt = _prompt(call)
        if prompt:
            thread.say(Message(Role.SYSTEM, (Text(prompt),)))
        for turn in map(loose.mapping, call["transcript"]):
            _turn(thread, turn, began)
        thread.end()
        _judged(run, call)
    yield transcript.whole("nothing was said")


def _prompt(call: dict[str, Json]) -> str:
    """What this call's agent was told instead of its own instructions, which are not in the call."""
    value: Json = call.get("conversation_initiation_client_data")
    for key in ("conversation_config_override", "agent", "prompt", "prompt"):
        value = loose.mapping(value).get(key)
    return loose.text(value)


def _turn(thread: Thread, turn: dict[str, Json], began: int) -> None:
    seconds = number(turn.get("time_in_call_secs"))
    moment = NOT_RECORDED if began < 0 or not 0 <= seconds < _NS else began + round(seconds * _NS)
    words = loose.text(turn.get("message"))
    said: tuple[Part, ...] = (Text(words),) if words else ()
    if turn.get("role") == "user":
        thread.say(Message(Role.USER, said), moment_ns=moment)
        return
    calls = [
        arguments.call_from_any(loose.text(call.get("request_id")), loose.text(call.get("tool_name")), call.get("params_as_json"))
        for call in map(loose.mapping, loose.sequence(turn.get("tool_calls")))
    ]  # fmt: skip
    if said or calls:
        reason = "interrupted" if turn.get("interrupted") is True else ""
        reply = Message(Role.ASSISTANT, (*said, *calls), finish_reason=reason)
        thread.reply(reply, facts=_facts(turn), moment_ns=moment, origin=turn)
    results = tuple(map(_result, map(loose.mapping, loose.sequence(turn.get("tool_results")))))
    if results:
        thread.add(Message(Role.TOOL, results), moment_ns=moment)


def _result(told: dict[str, Json]) -> ToolResponse:
    id_, name = loose.text(told.get("request_id")), loose.text(told.get("tool_name"))
    return ToolResponse(id_, told.get("result_value", told.get("result")), name, told.get("is_error") is True)


def _facts(turn: dict[str, Json]) -> Facts:
    """Model, tokens and cost of a turn; of several models the sum, and no name."""
    used = loose.mapping(loose.mapping(turn.get("llm_usage")).get("model_usage"))
    models = {name: loose.mapping(told) for name, told in used.items()}
    counts = {
        key: [loose.count(loose.mapping(told.get(key)).get("tokens")) for told in models.values()]
        for key in ("input", _READ, _WRITTEN, "output_total")
    }
    known = {
        key: sum(filter(None, each)) if any(one is not None for one in each) else None
        for key, each in counts.items()
    }
    prices = [number(loose.mapping(part).get("price")) for told in models.values() for part in told.values()]
    paid = [price for price in prices if not isnan(price)]
    asked = known["input"]
    if asked is not None:
        asked += (known[_READ] or 0) + (known[_WRITTEN] or 0)
    return Facts(
        next(iter(models)) if len(models) == 1 else "",
        usage=Usage(asked, known["output_total"], known[_READ], None),
        cost_usd=sum(paid) if paid else nan,
    )


def _judged(run: Run, call: dict[str, Json]) -> None:
    """How the call was judged, as its last step."""
    analysis = loose.mapping(call.get("analysis"))
    verdict = loose.text(analysis.get("call_successful"))
    why = loose.text(loose.mapping(call.get("metadata")).get("termination_reason"))
    if verdict:
        failed = verdict == "failure"
        body = PlainBody(
            output_value=analysis, error=(why or "the call was judged a failure") if failed else ""
        )
        run.step(Kind.OPAQUE, f"call: {verdict}", body, status=Status.ERROR if failed else Status.OK)


READER = Reader(
    FORMAT,
    "calls of ElevenLabs' voice agents",
    sniff,
    read,
    marks=("transcript", "conversation_id", "agent_id", "analysis"),
    needs=(b'"time_in_call_secs"',),
)
