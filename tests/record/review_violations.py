"""`review-violations.otlp.json`: tool calls that break their schema. pydantic-ai with its own instrumentation.

pydantic-ai checks the arguments itself and sends the errors back to the model, which mends them one by one.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field
from pydantic_ai import Agent
from pydantic_ai.capabilities import Instrumentation
from pydantic_ai.models.instrumented import InstrumentationSettings
from pydantic_ai.models.openai import OpenAIChatModel
from pydantic_ai.providers.openai import OpenAIProvider

from tests.record import otel
from tests.record.scripted_server import serving
from tests.record.wire_shapes import Asked, Call, Say

NAME = "review-violations.otlp.json"
TASK = "Review pull request 318 (retry logic of the upload client) and leave your comments on it."

_DIFF = """--- a/upload/client.py
+++ b/upload/client.py
@@ -38,6 +38,14 @@ class UploadClient:
     def send(self, part: bytes) -> None:
-        self._post(part)
+        for attempt in range(5):
+            try:
+                self._post(part)
+            except Exception:
+                time.sleep(2 ** attempt)
+            else:
+                return
"""
_COMMENT = (
    "After the fifth failure the loop ends silently and the part is lost. Please re-raise the last error, and catch "
    "`UploadError` instead of `Exception`, so that programming mistakes are not retried."
)
_NIT = (
    "`2 ** attempt` sleeps up to 16 seconds without jitter; all clients would come back at the same moment."
)


def read_diff(pull_request: int) -> str:
    """Return the unified diff of a pull request."""
    return _DIFF if pull_request == 318 else "no such pull request"


def post_comment(
    path: str,
    line: Annotated[int, Field(ge=1)],
    severity: Literal["info", "minor", "major"],
    body: Annotated[str, Field(min_length=10)],
) -> str:
    """Attach a comment to one line of the new version of a file."""
    return f"comment posted at {path}:{line} ({severity}, {len(body)} characters)"


def submit_review(verdict: Literal["approve", "comment", "request_changes"]) -> str:
    """Finish the review with a verdict."""
    return f"review submitted: {verdict}"


def script(asked: Asked) -> Say:
    """Four broken calls among nine: a range for a line, an unknown severity, a missing body, an unknown verdict."""
    place = {"path": "upload/client.py"}
    turns = (
        Say("I will read the diff first.", (Call("read_diff", {"pull_request": 318}),)),
        Say(
            calls=(Call("post_comment", place | {"line": "40-46", "severity": "blocker", "body": _COMMENT}),)
        ),
        Say(calls=(Call("post_comment", place | {"line": 42, "severity": "blocker", "body": _COMMENT}),)),
        Say(calls=(Call("post_comment", place | {"line": 42, "severity": "major", "body": _COMMENT}),)),
        Say(calls=(Call("post_comment", place | {"line": 44, "severity": "minor", "comment": _NIT}),)),
        Say(calls=(Call("post_comment", place | {"line": 44, "severity": "minor", "body": _NIT}),)),
        Say(calls=(Call("submit_review", {"verdict": "changes requested"}),)),
        Say(calls=(Call("submit_review", {"verdict": "request_changes"}),)),
    )
    if asked.turns < len(turns):
        return turns[asked.turns]
    return Say(
        "I asked for changes on pull request 318. The main point: after five failed attempts the part is dropped "
        "without an error. A smaller one: the back-off has no jitter."
    )


def record() -> Path:
    """Run the agent and write its spans."""
    tracers, memory = otel.provider("review-bot")
    with serving(script) as url:
        model = OpenAIChatModel(
            "scripted-review", provider=OpenAIProvider(base_url=f"{url}/v1", api_key="not-a-key")
        )
        agent = Agent(
            model,
            name="reviewer",
            instructions="You review pull requests. Comment on the exact lines, then submit one verdict.",
            tools=[read_diff, post_comment, submit_review],
            retries=3,
            capabilities=[Instrumentation(settings=InstrumentationSettings(tracer_provider=tracers))],
        )
        agent.run_sync(TASK)
    return otel.write_object(NAME, memory.get_finished_spans())
