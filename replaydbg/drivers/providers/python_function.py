"""A Python function as the model: `python:module:function`.

It is given the body of a Chat Completions request, and returns the body of a response, or just the text of the reply.
It may be async. It serves for models that no wire shape reaches, and for stand-ins.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from replaydbg import limits
from replaydbg.core.message import Message, Role, Text
from replaydbg.core.outcome import Failed, Reply
from replaydbg.core.request import ModelRequest
from replaydbg.drivers import python_name
from replaydbg.drivers.providers import OnText
from replaydbg.wire import openai_chat


@dataclass(frozen=True, slots=True)
class PythonFunction:
    """Satisfies `Provider`."""

    name: str
    function: Callable[..., Any] = field(repr=False)
    timeout_seconds: float = limits.PROVIDER_TIMEOUT_SECONDS
    clock: Callable[[], float] = field(default=time.monotonic, repr=False)

    async def complete(self, request: ModelRequest, on_text: OnText | None = None) -> Reply | Failed:
        body = openai_chat.write_request(request, stream=False)
        started = self.clock()
        try:
            answer = await python_name.call(
                partial(self.function, body), timeout_seconds=self.timeout_seconds
            )
        except TimeoutError:
            return Failed("timeout", f"{self.name} did not return within {self.timeout_seconds:.0f} s")
        except python_name.Raised as error:
            return Failed("server", f"{self.name} raised {error}")
        reply = _reply(answer)
        if reply is None:
            expected = "the body of a Chat Completions response or a str"
            return Failed("server", f"{self.name} returned {type(answer).__name__}; {expected} was expected")
        if on_text and reply.message.text:
            on_text(reply.message.text)
        return replace(reply, duration_ms=(self.clock() - started) * 1000)


def _reply(answer: Any) -> Reply | None:
    if isinstance(answer, str):
        return Reply(Message(Role.ASSISTANT, (Text(answer),) if answer else (), finish_reason="stop"))
    if isinstance(answer, dict) and isinstance(answer.get("choices"), list) and answer["choices"]:
        return replace(openai_chat.read_reply(answer), raw=answer)
    return None


def python_function(spec: str) -> PythonFunction:
    """Raises UsageProblem when there is no such function."""
    return PythonFunction(spec, python_name.load(spec))
