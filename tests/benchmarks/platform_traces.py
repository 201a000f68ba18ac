"""Made-up exports of platforms of any size: an agent's model calls and tools in turn, small records, new messages only.

Each function yields pieces of one file of about `size_bytes`; the same size gives the same file.
"""

from __future__ import annotations

import base64
import json
import random
import string
from collections.abc import Iterator
from typing import Any


class Words:
    """Texts of a conversation, the same each time."""

    def __init__(self) -> None:
        self._chance = random.Random(7)
        self._known = ["".join(self._chance.choices(string.ascii_lowercase, k=6)) for _ in range(2000)]

    def text(self, words: int) -> str:
        return " ".join(self._chance.choices(self._known, k=words))

    def turn(self, number: int) -> tuple[dict[str, Any], dict[str, Any], str]:
        """A question, the reply with its call, and what the tool gave back."""
        arguments = json.dumps({"q": self.text(5)})
        call = {
            "id": f"c{number}",
            "type": "function",
            "function": {"name": "find", "arguments": arguments},
        }
        reply = {"role": "assistant", "content": self.text(40), "tool_calls": [call]}
        return {"role": "user", "content": self.text(60)}, reply, self.text(100)


def _joined(head: bytes, records: Iterator[Any], tail: bytes, size_bytes: int) -> Iterator[bytes]:
    yield head
    written = 0
    for at, record in enumerate(records):
        piece = (b"," if at else b"") + json.dumps(record).encode()
        written += len(piece)
        yield piece
        if written >= size_bytes:
            break
    yield tail


def langfuse(size_bytes: int) -> Iterator[bytes]:
    trace = {"id": "t", "projectId": "p", "name": "x", "timestamp": "2026-01-01T00:00:00Z", "sessionId": None}
    return _joined(
        b'{"trace":' + json.dumps(trace).encode() + b',"observations":[', _observations(), b"]}", size_bytes
    )


def _observations() -> Iterator[Any]:
    words, number = Words(), 0
    frame = {
        "traceId": "t", "startTime": "2026-01-01T00:00:00.000Z", "endTime": "2026-01-01T00:00:01.000Z", "level": "DEFAULT",
    }  # fmt: skip
    while True:
        asked, reply, result = words.turn(number)
        metadata = json.dumps(
            {"attributes": {"gen_ai.operation.name": "chat"}, "resourceAttributes": {"a": "b"}}
        )
        yield frame | {
            "id": f"g{number}", "parentObservationId": None, "type": "GENERATION", "name": "chat", "model": "big",
            "input": json.dumps({"messages": [asked]}), "output": json.dumps(reply), "metadata": metadata,
            "usageDetails": {"input": 10, "output": 4, "total": 14}, "modelParameters": {},
        }  # fmt: skip
        yield frame | {
            "id": f"t{number}", "parentObservationId": f"g{number}", "type": "TOOL", "name": "find", "model": None,
            "input": json.dumps({"q": "x"}), "output": result, "metadata": "{}", "usageDetails": {},
        }  # fmt: skip
        number += 1


def langsmith(size_bytes: int) -> Iterator[bytes]:
    written = 0
    for run in _runs():
        line = json.dumps(run).encode() + b"\n"
        written += len(line)
        yield line
        if written >= size_bytes:
            return


def _runs() -> Iterator[Any]:
    words, number = Words(), 0
    frame = {"trace_id": "root", "start_time": "2026-01-01T00:00:00", "end_time": "2026-01-01T00:00:01"}
    while True:
        asked, reply, result = words.turn(number)
        call, tool = (
            f"0{number:07d}-0000-0000-0000-000000000000",
            f"1{number:07d}-0000-0000-0000-000000000000",
        )
        order = f"20260101T000000{number:06d}Z{call}"
        yield frame | {
            "id": call, "name": "ChatOpenAI", "run_type": "llm", "parent_run_id": None, "dotted_order": order,
            "inputs": {"messages": [[asked]]},
            "outputs": {"generations": [[{"message": reply}]], "usage_metadata": {"input_tokens": 3, "output_tokens": 4}},
            "extra": {"metadata": {"ls_model_name": "big"}, "invocation_params": {"temperature": 0}},
        }  # fmt: skip
        yield frame | {
            "id": tool, "name": "find", "run_type": "tool", "parent_run_id": call,
            "dotted_order": f"{order}.20260101T000000{number:06d}Z{tool}",
            "inputs": {"input": "{'q': 'x'}"}, "outputs": {"output": result}, "extra": {},
        }  # fmt: skip
        number += 1


_TRACE_ID = "tr-" + "a" * 32


def mlflow(size_bytes: int) -> Iterator[bytes]:
    info = {
        "trace_id": _TRACE_ID, "trace_location": {"type": "MLFLOW_EXPERIMENT", "mlflow_experiment": {"experiment_id": "0"}},
        "request_time": "2026-01-01T00:00:00Z", "state": "OK", "trace_metadata": {"mlflow.trace_schema.version": "3"}, "tags": {},
    }  # fmt: skip
    return _joined(
        b'{"info":' + json.dumps(info).encode() + b',"data":{"spans":[', _spans(), b"]}}", size_bytes
    )


def _spans() -> Iterator[Any]:
    words, number = Words(), 0
    yield _span(1, None, "agent", {"mlflow.spanType": "AGENT", "mlflow.spanInputs": "go"})
    while True:
        asked, reply, result = words.turn(number)
        number += 1
        yield _span(2 * number, 1, "chat", {
            "mlflow.spanType": "CHAT_MODEL", "mlflow.spanInputs": {"messages": [asked]}, "mlflow.llm.model": "big",
            "mlflow.spanOutputs": {"choices": [{"message": reply}]}, "mlflow.chat.tokenUsage": {"input_tokens": 3, "output_tokens": 4},
        })  # fmt: skip
        yield _span(2 * number + 1, 1, "find", {
            "mlflow.spanType": "TOOL", "mlflow.spanInputs": {"q": "x"}, "mlflow.spanOutputs": result,
        })  # fmt: skip


def _span(number: int, parent: int | None, name: str, attributes: dict[str, Any]) -> Any:
    return {
        "trace_id": "qqqqqqqqqqqqqqqqqqqqqg==", "span_id": _base64(number), "parent_span_id": parent and _base64(parent),
        "name": name, "start_time_unix_nano": 10**18 + number, "end_time_unix_nano": 10**18 + number + 9, "events": [],
        "status": {"code": "STATUS_CODE_OK", "message": ""},
        "attributes": {key: json.dumps(value) for key, value in (attributes | {"mlflow.traceRequestId": _TRACE_ID}).items()},
    }  # fmt: skip


def _base64(number: int) -> str:
    return base64.b64encode(number.to_bytes(8, "big")).decode()


def atif(size_bytes: int) -> Iterator[bytes]:
    """Steps of a trajectory, which are kept in memory."""
    return _joined(b'{"schema_version":"ATIF-v1.4","session_id":"s","steps":[', _steps(), b"]}", size_bytes)


def _steps() -> Iterator[Any]:
    words, number = Words(), 0
    while True:
        asked, reply, result = words.turn(number)
        call = {"tool_call_id": f"c{number}", "function_name": "find", "arguments": {"q": words.text(5)}}
        results = [{"source_call_id": f"c{number}", "content": result}]
        yield {"source": "user", "message": asked["content"]}
        yield {
            "source": "agent", "message": reply["content"], "tool_calls": [call], "observation": {"results": results},
        }  # fmt: skip
        number += 1
