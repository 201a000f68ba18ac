"""The providers against a real server on this machine: streams, refusals, patience, secrets."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import orjson
import pytest

from replaydbg import limits
from replaydbg.core.message import Message, Reasoning, Role, Text, ToolCall, ToolResponse, text_message
from replaydbg.core.outcome import Failed, Reply
from replaydbg.core.request import ModelRequest
from replaydbg.core.tool import ToolSpec
from replaydbg.drivers.providers import _http, anthropic, google, openai_chat, openai_responses, waiting
from replaydbg.drivers.providers._http import HttpProvider
from replaydbg.wire import anthropic_messages, sse
from replaydbg.wire import openai_chat as chat_shape
from replaydbg.wire.arguments import call_from_raw
from tests.support.model_server import Cut, Fault, Raw, Slow, reply, serving

KEY = "sk-very-secret-0123456789"
QUESTION = ModelRequest("m", (text_message(Role.USER, "hi"),))
CALL = call_from_raw("call_1", "weather", '{"city": "Oslo"}')
KINDS = pytest.mark.parametrize(
    "make", [openai_chat.openai, anthropic.anthropic], ids=["openai", "anthropic"]
)

Make = Callable[..., HttpProvider]


class Sleeps:
    """Stands in for `asyncio.sleep`, and remembers."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)


@pytest.fixture
def sleeps() -> Sleeps:
    return Sleeps()


@KINDS
async def test_a_streamed_reply_comes_whole_and_piece_by_piece(make: Make) -> None:
    said = reply("Let me ", CALL) if make is anthropic.anthropic else reply("Let me look.", CALL)
    with serving(said) as server:
        pieces: list[str] = []
        outcome = await make(server.url, KEY).complete(QUESTION, pieces.append)
        asked = server.requests[0]
    assert isinstance(outcome, Reply)
    assert outcome.message.parts == said.message.parts
    assert (outcome.model, outcome.usage, outcome.interrupted) == ("test-model", said.usage, False)
    assert outcome.duration_ms > 0
    assert "".join(pieces) == said.message.text
    assert asked.body["stream"] is True


@KINDS
async def test_a_server_that_does_not_stream(make: Make) -> None:
    said = reply("Hello.", CALL)
    shape = make("http://127.0.0.1", "").shape
    is_openai = make is openai_chat.openai
    body = chat_shape.write_reply(said) if is_openai else anthropic_messages.write_reply(said)
    with serving(Raw(orjson.dumps(body), "application/json")) as server:
        pieces: list[str] = []
        outcome = await make(server.url, "").complete(QUESTION, pieces.append)
    assert isinstance(outcome, Reply)
    assert outcome.message == shape.read_reply(body).message
    assert outcome.raw == body
    assert pieces == ["Hello."]


@KINDS
async def test_the_key_goes_into_a_header_and_nowhere_else(make: Make) -> None:
    with serving(Fault(500, {"error": {"message": f"bad key {KEY}"}}, {"x-should-retry": "false"})) as server:
        provider = make(server.url, KEY)
        outcome = await provider.complete(QUESTION)
        sent = server.requests[0]
    assert isinstance(outcome, Failed)
    assert KEY not in repr(provider)
    assert KEY not in outcome.message
    assert "[key]" in outcome.message
    assert KEY not in orjson.dumps(sent.body).decode()
    assert KEY in (sent.headers.get("authorization", "") + sent.headers.get("x-api-key", ""))


@KINDS
async def test_no_key_is_wanted_on_this_machine_and_one_elsewhere(make: Make) -> None:
    with serving(reply("ok")) as server:
        assert isinstance(await make(server.url, "").complete(QUESTION), Reply)
        assert not {"authorization", "x-api-key"} & set(server.requests[0].headers)
    outcome = await make("https://models.example.org", "").complete(QUESTION)
    assert isinstance(outcome, Failed)
    assert outcome.kind == "auth"
    assert make("", "").key_variable in outcome.message


@KINDS
async def test_a_refused_key_names_the_variable(make: Make) -> None:
    with serving(Fault(401, {"error": {"message": f"Incorrect API key provided: {KEY[:8]}***"}})) as server:
        outcome = await make(server.url, KEY).complete(QUESTION)
        assert len(server.requests) == 1
    assert isinstance(outcome, Failed)
    assert (outcome.kind, outcome.retryable) == ("auth", False)
    assert make("", "").key_variable in outcome.message
    assert KEY[:8] not in outcome.message


async def test_a_key_that_can_not_be_a_header_is_not_shown() -> None:
    outcome = await openai_chat.openai("http://127.0.0.1:1", "sk-\nsecret").complete(QUESTION)
    assert outcome == Failed("auth", "OPENAI_API_KEY holds characters that no key has: set it anew")


@KINDS
async def test_patience_is_what_the_server_asks_for(make: Make, sleeps: Sleeps) -> None:
    faults = [
        Fault(429, headers={"retry-after": "7"}),
        Fault(429, headers={"retry-after-ms": "250"}),
        Fault(529, headers={"retry-after": "nonsense"}),
    ]
    with serving(*faults, reply("at last")) as server:
        outcome = await make(server.url, KEY, sleep=sleeps).complete(QUESTION)
    assert isinstance(outcome, Reply)
    assert sleeps.seconds == [7.0, 0.25, _http.BACKOFF_SECONDS * 4]


async def test_who_waits_is_told_why_and_how_long(sleeps: Sleeps) -> None:
    told: list[str] = []
    waiting.set(told.append)
    fault = Fault(429, {"error": {"message": "Too many."}}, {"retry-after": "7"})
    with serving(fault, reply("at last")) as server:
        await openai_chat.openai(server.url, KEY, sleep=sleeps).complete(QUESTION)
    (why,) = told
    assert why.endswith("answered 429: Too many: try 2 of 4 in 7 s")


@KINDS
async def test_patience_ends(make: Make, sleeps: Sleeps) -> None:
    with serving(Fault(503, {"error": {"message": "busy"}})) as server:
        outcome = await make(server.url, KEY, sleep=sleeps).complete(QUESTION)
        assert len(server.requests) == limits.PROVIDER_RETRIES_MAX + 1
    assert isinstance(outcome, Failed)
    assert (outcome.kind, outcome.retryable) == ("server", True)
    assert outcome.message.endswith("answered 503: busy")
    assert sleeps.seconds == [0.5, 1.0, 2.0]


async def test_nobody_waits_for_an_hour(sleeps: Sleeps) -> None:
    with serving(Fault(429, headers={"retry-after": "3600"})) as server:
        outcome = await openai_chat.openai(server.url, KEY, sleep=sleeps).complete(QUESTION)
    assert isinstance(outcome, Failed)
    assert outcome.kind == "rate-limit"
    assert "3600 s" in outcome.message
    assert sleeps.seconds == []


@pytest.mark.parametrize(
    ("fault", "kind", "words"),
    [
        (
            Fault(404, {"error": {"message": "The model `m` does not exist"}}),
            "request",
            "The model `m` does not exist",
        ),
        (Fault(400, {"detail": "bad field"}), "request", "bad field"),
        (Fault(400, {"error": "just text"}), "request", "just text"),
        (Fault(413, b"<html>too   large</html>"), "request", "<html>too large</html>"),
        (Fault(400, b""), "request", "no reason given"),
        (Fault(307, b"", {"location": "https://elsewhere.example"}), "request", "https://elsewhere.example"),
        (Fault(403, {"error": {"message": "not in your country"}}), "auth", "not in your country"),
        (Fault(429, {"error": {"message": "pay", "code": "insufficient_quota"}}), "rate-limit", "pay"),
    ],
)
async def test_refusals_in_plain_words(fault: Fault, kind: str, words: str, sleeps: Sleeps) -> None:
    with serving(fault) as server:
        outcome = await openai_chat.openai(server.url, KEY, sleep=sleeps).complete(QUESTION)
        assert len(server.requests) == 1
    assert isinstance(outcome, Failed)
    assert (outcome.kind, outcome.retryable) == (kind, False)
    assert words in outcome.message


@KINDS
async def test_what_came_before_a_cut_is_kept(make: Make) -> None:
    events = 3 if make is anthropic.anthropic else 2
    with serving(Cut(reply("Half of it", CALL), events)) as server:
        outcome = await make(server.url, KEY).complete(QUESTION)
        assert len(server.requests) == 1
    assert isinstance(outcome, Reply)
    assert outcome.interrupted
    assert outcome.message.parts == (Text("Half of it"),)


@KINDS
async def test_a_cut_before_anything_is_tried_again(make: Make, sleeps: Sleeps) -> None:
    with serving(Cut(reply("x"), 1), reply("whole")) as server:
        outcome = await make(server.url, KEY, sleep=sleeps).complete(QUESTION)
    assert isinstance(outcome, Reply)
    assert outcome.message.text == "whole"
    assert not outcome.interrupted


async def test_a_stream_that_ends_too_soon_without_an_error_is_interrupted() -> None:
    chunk = sse.write({"choices": [{"index": 0, "delta": {"content": "Hal"}}]})
    with serving(Raw(chunk)) as server:
        outcome = await openai_chat.openai(server.url, KEY).complete(QUESTION)
    assert isinstance(outcome, Reply)
    assert (outcome.interrupted, outcome.message.text) == (True, "Hal")


@pytest.mark.parametrize(
    ("make", "event"),
    [
        (openai_chat.openai, {"error": {"message": f"overloaded {KEY}"}}),
        (anthropic.anthropic, {"type": "error", "error": {"message": f"overloaded {KEY}"}}),
    ],
)
async def test_an_error_inside_a_stream(make: Make, event: Any, sleeps: Sleeps) -> None:
    with serving(Raw(sse.write(event, "error"))) as server:
        outcome = await make(server.url, KEY, sleep=sleeps).complete(QUESTION)
    assert isinstance(outcome, Failed)
    assert (outcome.kind, outcome.retryable) == ("server", True)
    assert outcome.message.endswith("overloaded [key]")
    assert len(sleeps.seconds) == limits.PROVIDER_RETRIES_MAX


async def test_a_model_that_must_not_stream_is_asked_without() -> None:
    body = chat_shape.write_reply(reply("plain"))
    refusal = Fault(
        400, {"error": {"message": "Your organization must be verified to stream", "param": "stream"}}
    )
    with serving(refusal, Raw(orjson.dumps(body), "application/json")) as server:
        outcome = await openai_chat.openai(server.url, KEY).complete(QUESTION)
        assert [asked.body.get("stream") for asked in server.requests] == [True, None]
    assert isinstance(outcome, Reply)


async def test_nobody_there(sleeps: Sleeps) -> None:
    outcome = await openai_chat.openai("http://127.0.0.1:1", "", sleep=sleeps).complete(QUESTION)
    assert isinstance(outcome, Failed)
    assert (outcome.kind, outcome.retryable) == ("network", True)
    assert "127.0.0.1:1 cannot be reached" in outcome.message
    assert len(sleeps.seconds) == limits.PROVIDER_RETRIES_MAX


async def test_silence_is_a_timeout(sleeps: Sleeps, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "PROVIDER_TIMEOUT_SECONDS", 0.05)
    with serving(Slow(reply("late"), 1.0)) as server:
        outcome = await openai_chat.openai(server.url, "", sleep=sleeps).complete(QUESTION)
    assert isinstance(outcome, Failed)
    assert outcome.kind == "timeout"


async def test_an_answer_that_is_no_reply() -> None:
    """A branch must not go on with an empty answer that nobody gave."""
    for body in (
        b"hello",
        b"[]",
        b'{"error": {"message": "odd"}}',
        b'{"detail": "Not Found"}',
        b'{"choices": [], "content": [], "output": [], "candidates": []}',
    ):
        with serving(Raw(body, "application/json")) as server:
            for make in (openai_chat.openai, anthropic.anthropic, openai_responses.responses, google.google):
                outcome = await make(server.url, "").complete(QUESTION)
                assert isinstance(outcome, Failed)
                assert outcome.kind == "server"


@pytest.mark.parametrize("stream", [b"data: [DONE]\n\n", b"data: {not json}\n\ndata: [DONE]\n\n"])
async def test_a_stream_that_says_nothing_is_no_reply(stream: bytes, sleeps: Sleeps) -> None:
    with serving(Raw(stream)) as server:
        outcome = await openai_chat.openai(server.url, KEY, sleep=sleeps).complete(QUESTION)
    assert isinstance(outcome, Failed)
    assert "ended before it began" in outcome.message


@KINDS
async def test_an_empty_answer_that_ended_is_one(make: Make) -> None:
    with serving(reply(finish="stop")) as server:
        outcome = await make(server.url, KEY).complete(QUESTION)
    assert isinstance(outcome, Reply)
    assert outcome.message.parts == ()


@KINDS
async def test_cancelling_ends_at_once_and_is_not_swallowed(make: Make) -> None:
    with serving(Slow(reply("a very long answer"), 60)) as server:
        pieces: list[str] = []
        asking = asyncio.ensure_future(make(server.url, "").complete(QUESTION, pieces.append))
        async with asyncio.timeout(60):
            while not server.requests:  # noqa: ASYNC110 - the server lives in a thread
                await asyncio.sleep(0.01)
        asking.cancel()
        started = asyncio.get_running_loop().time()
        with pytest.raises(asyncio.CancelledError):
            await asking
        assert asyncio.get_running_loop().time() - started < 30


async def test_a_dangling_call_is_never_sent() -> None:
    messages = (*QUESTION.messages, Message(Role.ASSISTANT, (CALL,)))
    with serving(reply("x")) as server:
        outcome = await openai_chat.openai(server.url, "").complete(ModelRequest("m", messages))
        assert server.requests == []
    assert isinstance(outcome, Failed)
    assert outcome.kind == "request"
    assert "weather (call_1)" in outcome.message


async def test_a_request_without_a_model_is_not_sent() -> None:
    outcome = await openai_chat.openai("http://127.0.0.1:1", "").complete(ModelRequest("", QUESTION.messages))
    assert outcome == Failed("request", "the request names no model: choose one")


@KINDS
async def test_a_whole_talk_goes_out_in_the_shape_of_its_provider(make: Make) -> None:
    messages = (
        text_message(Role.SYSTEM, "Be brief."),
        text_message(Role.USER, "Weather?"),
        Message(Role.ASSISTANT, (Reasoning("hm", "c2ln"), CALL)),
        Message(Role.TOOL, (ToolResponse("call_1", "rain"),)),
    )
    request = ModelRequest("m", messages, (ToolSpec("weather", "", {"type": "object"}),), {"max_tokens": 9})
    with serving(reply("Rain.")) as server:
        assert isinstance(await make(server.url, "").complete(request), Reply)
        body = server.requests[0].body
    if make is anthropic.anthropic:
        assert body["system"] == "Be brief."
        assert [block["type"] for block in body["messages"][1]["content"]] == ["thinking", "tool_use"]
        assert body["tools"][0]["input_schema"] == {"type": "object"}
    else:
        assert [item["role"] for item in body["messages"]] == ["system", "user", "assistant", "tool"]
        assert body["stream_options"] == {"include_usage": True}
        assert body["tools"][0]["function"]["parameters"] == {"type": "object"}


async def test_betas_of_a_recording_become_a_header() -> None:
    request = ModelRequest("m", QUESTION.messages, params={"betas": ["a-1", "b-2"]}, provider="anthropic")
    with serving(reply("ok")) as server:
        await anthropic.anthropic(server.url, "").complete(request)
        asked = server.requests[0]
    assert asked.headers["anthropic-beta"] == "a-1,b-2"
    assert asked.headers["anthropic-version"] == anthropic.VERSION
    assert "betas" not in asked.body


async def test_numbers_that_orjson_refuses_are_sent() -> None:
    big = 2**70
    call = ToolCall("call_1", "f", {"n": big})
    messages = (Message(Role.ASSISTANT, (call,)), Message(Role.TOOL, (ToolResponse("call_1", "ok"),)))
    with serving(reply("ok")) as server:
        outcome = await anthropic.anthropic(server.url, "").complete(ModelRequest("m", messages))
        assert server.requests[0].body["messages"][0]["content"][0]["input"] == {"n": big}
    assert isinstance(outcome, Reply)


@pytest.mark.parametrize(
    ("url", "is_here"),
    [
        ("http://localhost:8080/v1", True),
        ("http://127.0.0.1", True),
        ("http://[::1]:8000", True),
        ("http://api.localhost", True),
        ("https://127.0.0.1.example.org", False),
        ("https://localhost.example.org", False),
        ("http://10.0.0.1", False),
    ],
)
def test_what_is_this_machine(url: str, is_here: bool) -> None:
    assert _http.is_loopback(url) is is_here
