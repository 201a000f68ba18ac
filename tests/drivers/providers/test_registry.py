"""From the word a person uses to the provider."""

from __future__ import annotations

from importlib.metadata import EntryPoint
from typing import Any

import pytest

from replaydbg.core.outcome import Failed, Reply
from replaydbg.core.request import ModelRequest
from replaydbg.drivers.providers import OnText, Provider, _registry
from replaydbg.drivers.providers._http import HttpProvider
from replaydbg.drivers.providers._registry import make_provider, named_provider, recorded_provider
from replaydbg.drivers.providers.python_function import PythonFunction
from replaydbg.errors import UsageProblem

ENVIRON = {
    "OPENAI_API_KEY": " o-key\n",
    "ANTHROPIC_API_KEY": "a-key",
    "OPENAI_BASE_URL": "http://localhost:1/v1",
    "ANTHROPIC_BASE_URL": "http://localhost:2",
    "GOOGLE_API_KEY": "g-key",
    "GOOGLE_GEMINI_BASE_URL": "http://localhost:3",
}


def made(spec: str, base_url: str | None = None, environ: Any = ENVIRON) -> HttpProvider:
    provider = make_provider(spec, base_url=base_url, environ=environ)
    assert isinstance(provider, HttpProvider)
    return provider


@pytest.mark.parametrize(
    ("spec", "name", "key"),
    [
        ("openai", "openai", "o-key"),
        ("gpt-5", "openai", "o-key"),
        ("llama3.2:latest", "openai", "o-key"),
        ("anthropic", "anthropic", "a-key"),
        ("claude-sonnet-5", "anthropic", "a-key"),
        ("anthropic/claude-sonnet-4.6", "anthropic", "a-key"),
        ("openai-responses", "openai-responses", "o-key"),
        ("google", "google", "g-key"),
        ("gemini-3-pro", "google", "g-key"),
        ("google/gemini-3-pro", "openai", "o-key"),
    ],
)
def test_providers_by_name_and_by_model(spec: str, name: str, key: str) -> None:
    provider = made(spec)
    assert (provider.name, provider.key) == (name, key)
    assert provider.host == {"anthropic": "localhost:2", "google": "localhost:3"}.get(name, "localhost:1")


def test_a_word_that_names_no_provider_asks_nobody() -> None:
    """It would be taken for a model of OpenAI's."""
    assert named_provider("anthropic", base_url=None, environ=ENVIRON).name == "anthropic"
    with pytest.raises(UsageProblem, match="no provider is called 'antropic'"):
        named_provider("antropic", base_url=None, environ=ENVIRON)


@pytest.mark.parametrize(
    ("provider", "params", "name"),
    [
        ("openai", {}, "openai"),
        ("openai", {"max_output_tokens": 9}, "openai-responses"),
        ("", {"previous_response_id": "r"}, "openai-responses"),
        ("gcp.gemini", {}, "google"),
        ("anthropic", {}, "anthropic"),
        ("aws.bedrock", {}, ""),
    ],
)
def test_the_provider_of_a_recording(provider: str, params: dict[str, Any], name: str) -> None:
    assert recorded_provider(ModelRequest("m", (), (), params, provider)) == name


def test_the_base_url_that_was_asked_for_wins() -> None:
    assert made("openai", "http://localhost:9").url == "http://localhost:9/v1/chat/completions"


def test_nothing_set_means_the_vendor() -> None:
    assert made("openai", None, {}).host == "api.openai.com"
    assert made("anthropic", None, {}).host == "api.anthropic.com"


def test_python_functions() -> None:
    provider = make_provider("python:replaydbg.demo.model:complete", base_url=None, environ={})
    assert isinstance(provider, PythonFunction)
    assert provider.name == "python:replaydbg.demo.model:complete"


class Stub:
    name = "stub"

    async def complete(self, request: ModelRequest, on_text: OnText | None = None) -> Reply | Failed:
        return Failed("server", "stub")


def stub(*, base_url: str | None, environ: Any) -> Provider:
    if base_url is None:
        raise RuntimeError("no base url")
    return Stub()


@pytest.fixture
def _plugin(monkeypatch: pytest.MonkeyPatch) -> None:
    def found(*, group: str, name: str) -> list[EntryPoint]:
        entry = EntryPoint("stub", f"{__name__}:stub", group)
        return [entry] if name == "stub" else []

    monkeypatch.setattr(_registry, "entry_points", found)


@pytest.mark.usefixtures("_plugin")
def test_plugins_are_found_by_name() -> None:
    assert make_provider("stub", base_url="http://x", environ={}).name == "stub"


@pytest.mark.usefixtures("_plugin")
def test_a_plugin_that_does_not_work_says_so() -> None:
    with pytest.raises(UsageProblem, match="RuntimeError: no base url"):
        make_provider("stub", base_url=None, environ={})
