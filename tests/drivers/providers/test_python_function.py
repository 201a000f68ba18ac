"""A Python function as the model."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import pytest

from replaydbg.core.message import Role, Text, text_message
from replaydbg.core.outcome import Failed, Reply
from replaydbg.core.request import ModelRequest
from replaydbg.core.step import Usage
from replaydbg.drivers.providers.python_function import PythonFunction, python_function
from replaydbg.errors import UsageProblem
from replaydbg.wire import openai_chat
from tests.support.model_server import reply

QUESTION = ModelRequest("m", (text_message(Role.USER, "hi"),), params={"temperature": 0})


def echo(body: Any) -> str:
    return f"{body['model']}: {body['messages'][-1]['content']} ({body['temperature']})"


async def whole(body: Any) -> Any:
    await asyncio.sleep(0)
    return openai_chat.write_reply(reply("whole", usage=Usage(3, 4)))


def broken(body: Any) -> Any:
    raise RuntimeError("out of\nwords")


def slow(body: Any) -> Any:
    time.sleep(60)


async def slow_async(body: Any) -> Any:
    await asyncio.sleep(60)


async def test_a_function_may_return_the_text() -> None:
    pieces: list[str] = []
    outcome = await PythonFunction("python:x:echo", echo).complete(QUESTION, pieces.append)
    assert isinstance(outcome, Reply)
    assert outcome.message.parts == (Text("m: hi (0)"),)
    assert pieces == ["m: hi (0)"]


async def test_a_function_may_be_async_and_return_a_response() -> None:
    outcome = await PythonFunction("python:x:whole", whole).complete(QUESTION)
    assert isinstance(outcome, Reply)
    assert (outcome.message.text, outcome.usage, outcome.model) == ("whole", Usage(3, 4), "test-model")
    assert outcome.raw["object"] == "chat.completion"


async def test_an_exception_is_a_failure() -> None:
    outcome = await PythonFunction("python:x:broken", broken).complete(QUESTION)
    assert outcome == Failed("server", "python:x:broken raised RuntimeError: out of words")


@pytest.mark.parametrize("function", [slow, slow_async])
async def test_a_function_that_does_not_return(function: Any) -> None:
    outcome = await PythonFunction("python:x:slow", function, timeout_seconds=0.05).complete(QUESTION)
    assert isinstance(outcome, Failed)
    assert outcome.kind == "timeout"


@pytest.mark.parametrize("answer", [None, 3, [], {}, {"choices": []}])
async def test_an_answer_of_another_form_is_refused(answer: Any) -> None:
    outcome = await PythonFunction("python:x:odd", lambda body: answer).complete(QUESTION)
    assert isinstance(outcome, Failed)
    assert type(answer).__name__ in outcome.message


async def test_the_demo_model_can_be_asked_so() -> None:
    outcome = await python_function("python:replaydbg.demo.model:complete").complete(QUESTION)
    assert isinstance(outcome, Reply)
    assert outcome.message.text


def test_a_function_that_is_not_there() -> None:
    with pytest.raises(UsageProblem, match="nowhere"):
        python_function("python:nowhere.at_all:f")
