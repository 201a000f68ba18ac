"""A model server on this machine: real HTTP, real server-sent events, scripted words.

    with serving(reply("hello"), Fault(429, headers={"retry-after": "0"})) as server:
        ... openai.OpenAI(base_url=server.url + "/v1") ...
        assert server.requests[0].body["model"] == "m"

Speaks OpenAI Chat Completions, OpenAI Responses and Anthropic Messages, as JSON and as a stream. Answers are given in
turn, the last one for ever; or a function from the request to an answer gives them.
"""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from replaydbg.core.message import Message, Part, Role, Text
from replaydbg.core.outcome import Reply
from replaydbg.core.step import Usage
from replaydbg.wire import anthropic_messages, google_generate, openai_chat, openai_responses

SHAPES: dict[str, Any] = {
    "/v1/chat/completions": openai_chat,
    "/v1/responses": openai_responses,
    "/v1/messages": anthropic_messages,
    "/{version}/models/{call}": google_generate,
}


@dataclass(frozen=True)
class Fault:
    """An answer that is none. `body` may be any JSON, or bytes that are sent as they are."""

    status: int
    body: Any = field(default_factory=lambda: {"error": {"message": "no", "type": "test"}})
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Cut:
    """A stream that breaks off after some of its events."""

    reply: Reply
    events: int


@dataclass(frozen=True)
class Slow:
    """Seconds before the answer begins, and between the events of a stream."""

    reply: Reply
    seconds: float


@dataclass(frozen=True)
class Dripping:
    """A stream of Chat Completions that says word after word, with so many seconds between them, and never ends."""

    words: tuple[str, ...]
    seconds: float


@dataclass(frozen=True)
class Raw:
    """These bytes as the body, for shapes that our own writers would not write."""

    body: bytes
    content_type: str = "text/event-stream"


Answer: TypeAlias = Reply | Fault | Cut | Slow | Dripping | Raw


@dataclass(frozen=True)
class Asked:
    """A request as it came."""

    path: str
    headers: Mapping[str, str]
    body: Any


@dataclass
class ModelServer:
    url: str
    requests: list[Asked] = field(default_factory=list)


def reply(
    *parts: Part | str, finish: str = "", model: str = "test-model", usage: Usage | None = None
) -> Reply:
    """Texts may be given bare."""
    said = tuple(Text(part) if isinstance(part, str) else part for part in parts)
    message = Message(Role.ASSISTANT, said, finish_reason=finish)
    return Reply(message, model, Usage(11, 7) if usage is None else usage)


class _Gone(Exception):
    """What breaks a connection off."""


@contextmanager
def serving(*answers: Answer | Callable[[Asked], Answer]) -> Iterator[ModelServer]:
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    served = ModelServer(f"http://127.0.0.1:{listener.getsockname()[1]}")
    app = Starlette(routes=[Route(path, _endpoint(served, answers), methods=["POST"]) for path in SHAPES])
    config = uvicorn.Config(
        app, log_level="critical", access_log=False, lifespan="off", ws="none", timeout_graceful_shutdown=1
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        while not server.started:
            thread.join(0.005)
        yield served
    finally:
        server.should_exit = True
        thread.join(10)
        listener.close()


def _endpoint(served: ModelServer, answers: tuple[Any, ...]) -> Callable[[Request], Any]:
    async def endpoint(request: Request) -> Response:
        asked = Asked(request.url.path, dict(request.headers), await request.json())
        answer = answers[min(len(served.requests), len(answers) - 1)]
        served.requests.append(asked)
        if callable(answer):
            answer = answer(asked)
        return await _answered(answer, asked)

    return endpoint


async def _answered(answer: Answer, asked: Asked) -> Response:
    shape = SHAPES.get(asked.path, google_generate)  # the only one whose address names the model
    if isinstance(answer, Fault):
        if isinstance(answer.body, bytes):
            return Response(answer.body, answer.status, dict(answer.headers))
        return JSONResponse(answer.body, answer.status, dict(answer.headers))
    if isinstance(answer, Raw):
        return Response(answer.body, media_type=answer.content_type)
    if isinstance(answer, Dripping):
        pieces = (replace(reply(word), interrupted=True) for word in answer.words)
        dripping = [event for piece in pieces for event in openai_chat.stream_reply(piece)]
        return StreamingResponse(
            _events(dripping, answer.seconds, len(dripping)), media_type="text/event-stream"
        )
    seconds = answer.seconds if isinstance(answer, Slow) else 0.0
    said = answer if isinstance(answer, Reply) else answer.reply
    if not asked.body.get("stream") and ":stream" not in asked.path:
        await asyncio.sleep(seconds)
        return JSONResponse(shape.write_reply(said))
    events = list(shape.stream_reply(said))
    stop = answer.events if isinstance(answer, Cut) else -1
    return StreamingResponse(_events(events, seconds, stop), media_type="text/event-stream")


async def _events(events: list[bytes], seconds: float, stop: int) -> AsyncIterator[bytes]:
    for number, event in enumerate(events):
        if number == stop:
            raise _Gone
        await asyncio.sleep(seconds)
        yield event
