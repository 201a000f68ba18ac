"""The address of OpenAI and of those who speak like it."""

import pytest

from replaydbg.core.message import Message, Role
from replaydbg.core.request import ModelRequest
from replaydbg.drivers.providers.openai_chat import openai
from tests.support.weather import CALLS, TALK, TOOL


@pytest.mark.parametrize(
    ("base", "url"),
    [
        ("", "https://api.openai.com/v1/chat/completions"),
        ("http://localhost:11434", "http://localhost:11434/v1/chat/completions"),
        ("http://localhost:11434/v1/", "http://localhost:11434/v1/chat/completions"),
        ("https://openrouter.ai/api/v1", "https://openrouter.ai/api/v1/chat/completions"),
        ("https://h/v1/chat/completions", "https://h/v1/chat/completions"),
        ("https://h/openai/v1?api-version=2", "https://h/openai/v1/chat/completions?api-version=2"),
    ],
)
def test_the_base_may_have_the_version_or_not(base: str, url: str) -> None:
    assert openai(base, "").url == url


def test_a_call_without_text_is_null_for_openai_and_no_text_for_a_server_of_this_machine() -> None:
    said = Message(Role.ASSISTANT, CALLS[:1])
    request = ModelRequest("m", (TALK[1], said, TALK[3]), (TOOL,), {})
    bodies = [
        openai(url, "").shape.write_request(request, False)
        for url in ("", "http://example.org/v1", "http://127.0.0.1:8080/v1", "http://localhost:1234/v1")
    ]
    assert [body["messages"][1]["content"] for body in bodies] == [None, None, "", ""]
