"""A file without contents: its model calls have names, times and tokens, but nobody recorded what was said.

Most instrumentations leave contents out unless they are told otherwise, and an engineer looks for a bug of this program
where a switch of another one is off. So it is said, once for the file, with the switch.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from replaydbg.core.columns import KIND_NUMBER, STATUS_NUMBER
from replaydbg.core.finding import Notice
from replaydbg.core.message import OtherPart, Part, Reasoning, Text, ToolCall, ToolResponse
from replaydbg.core.step import Body, Kind, Status
from replaydbg.core.trace import Trace
from replaydbg.readers._api import Document, Reading

_MODEL_CALL = KIND_NUMBER[Kind.MODEL_CALL]
_ERROR = STATUS_NUMBER[Status.ERROR]
_NOTHING = ("", "__REDACTED__")
"""What stands where OpenInference was told to hide a text."""

WORD = "hollow"
"""Readers that can say more of it say so themselves, with this word."""

_FIRST, _LOOKS_MAX = 8, 64
"""So many model calls are looked at first, and so many in all: mostly the first has contents."""

_NEWEST = (
    "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT=SPAN_ONLY "
    "with OTEL_SEMCONV_STABILITY_OPT_IN=gen_ai_latest_experimental"
)
_SWITCHES = (
    (
        ("aws.local.service", "bedrock-agentcore"),
        "CloudWatch has it in the log group of the agent, stream otel-rt-logs: put its records into the same file",
    ),
    (("haystack.",), "HAYSTACK_CONTENT_TRACING_ENABLED=true records it"),
    (("spring.ai.", "spring_ai"), "spring.ai.chat.observations.log-prompt=true and log-completion=true write it to the log of the application"),
    (("openinference",), "OPENINFERENCE_HIDE_INPUTS, OPENINFERENCE_HIDE_OUTPUTS and those like them must not be true"),
    (("pydantic-ai", "pydantic_ai", "logfire."), "InstrumentationSettings(include_content=True) of Pydantic AI records it"),
    (("ai.operationId", "agent_step"), "recordInputs and recordOutputs of the AI SDK's telemetry must not be false"),
    (("claude_code.",), "OTEL_LOG_USER_PROMPTS=1 and OTEL_LOG_TOOL_CONTENT=1 record some of it; Claude Code's own session file has all"),
    (("gcp.vertex.agent",), f"{_NEWEST} records it (before version 2 of the ADK, ADK_CAPTURE_MESSAGE_CONTENT_IN_SPANS=true); its sessions have all"),
    (("agent_framework",), "ENABLE_SENSITIVE_DATA=true records it"),
    (("semantic_kernel",), "SEMANTICKERNEL_EXPERIMENTAL_GENAI_ENABLE_OTEL_DIAGNOSTICS_SENSITIVE=true records it"),
    (("azure.ai",), "AZURE_TRACING_GEN_AI_CONTENT_RECORDING_ENABLED=true records it"),
    (("langsmith.", '"dotted_order"'), "LANGSMITH_HIDE_INPUTS and LANGSMITH_HIDE_OUTPUTS must not be true"),
    (('"run_type"',), "LangSmith's command line writes it with `--full`"),
    (("traceloop", "llm.request.type", "llm.is_streaming", "llm.usage."), "TRACELOOP_TRACE_CONTENT=true records it, in spans or in log records"),
    (("gen_ai.",), f"OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT=true records it, or {_NEWEST}, in spans or in log records"),
)  # fmt: skip
"""By what stands in files of an instrumentation, the more particular first: what makes it record contents."""

_LOOKED_AT_BYTES = 1 << 20


def notice(document: Document, reading: Reading) -> Notice | None:
    """None where a model call has contents, where there is no model call, and where the reader has said it."""
    if any(WORD in one.message for one in reading.notices):
        return None
    calls = sum(trace.kinds.count(_MODEL_CALL) for trace in reading.traces)
    looked = 0
    for body in _some(reading.traces, calls):
        if _says_something(body):
            return None
        looked += 1
    if not looked:
        return None
    which = "the one model call" if calls == 1 else f"any of the {calls:,} model calls"
    switch = _switch(document)
    said = f"{WORD}: what was asked and answered was not recorded for {which}"
    return Notice("", f"{said}; {switch}" if switch else said)


def _some(traces: Sequence[Trace], calls: int) -> Iterator[Body]:
    """Bodies of the first model calls, and then of some from all over the file. Calls that failed often have none."""
    every = max(1, calls // _LOOKS_MAX)
    rows = ((trace, row) for trace in traces for row in trace.rows(Kind.MODEL_CALL))
    for number, (trace, row) in enumerate(rows):
        if (number < _FIRST or not number % every) and trace.statuses[row] != _ERROR:
            yield trace.decode(trace.handles[row])


def _says_something(body: Body) -> bool:
    said = (*(body.messages or ()), *filter(None, (body.output,)))
    return any(_is_content(part) for message in said for part in message.parts)


def _is_content(part: Part) -> bool:
    match part:
        case Text(text) | Reasoning(text):
            return text not in _NOTHING
        case ToolCall():
            return part.has_arguments
        case ToolResponse():
            return part.result is not None and part.result not in _NOTHING
        case OtherPart(dict(value)):
            return value.keys() != {"type"}  # Pydantic AI leaves the content out, and the part in
    return True


def _switch(document: Document) -> str:
    text = bytes(document.buffer[:_LOOKED_AT_BYTES])
    return next((switch for marks, switch in _SWITCHES if any(mark.encode() in text for mark in marks)), "")
