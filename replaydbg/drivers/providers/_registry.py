"""From the word a person uses to the provider: one of `NAMES`, `python:module:function`, a plug-in, or a model."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import entry_points

from replaydbg.core.request import ModelRequest
from replaydbg.drivers import python_name
from replaydbg.drivers.providers import (
    Provider,
    anthropic,
    google,
    openai_chat,
    openai_responses,
    python_function,
)
from replaydbg.errors import UsageProblem
from replaydbg.wire._foreign_params import speaks_responses

GROUP = "replaydbg.providers"
"""Entry points of other packages: `name = "module:factory"`, called with `base_url` and `environ`."""


NAMES = ("openai", "openai-responses", "anthropic", "google")
_GOOGLES = dict.fromkeys(("gcp.gemini", "gcp.gen_ai", "gemini", "google.generativeai"), "google")
"""OTel's words and others' for the one vendor of ours that recorders name in many ways."""


def recorded_provider(request: ModelRequest) -> str:
    """The name of the provider that the request was recorded from; "" where only its model tells."""
    named = by_recorded_name(request.provider)
    if named in {"openai", ""} and speaks_responses(request.params):
        return "openai-responses"
    return named


def by_recorded_name(name: str) -> str:
    """What a recording calls its provider, as a name of ours; "" where it is none that is known here."""
    return name if name in NAMES else _GOOGLES.get(name, "")


def as_recorded(provider_name: str, model: str) -> str:
    """What `make_provider` takes for a model that a trace names. Raises UsageProblem: a trace may not say which code runs."""
    named = by_recorded_name(provider_name) or model
    if named.startswith(python_name.PREFIX):
        raise UsageProblem(
            f"the recording names {named!r} as its model: what a trace names is not run",
            "name it with --model",
        )
    return named


def make_provider(spec: str, *, base_url: str | None, environ: Mapping[str, str]) -> Provider:
    """The provider that `spec` names, or that the model so named belongs to. Keys come from `environ`.

    A missing key is no problem here: the provider says so when it is asked. Raises UsageProblem.
    """
    if spec.startswith(python_name.PREFIX):
        return python_function.python_function(spec)
    if spec not in NAMES:
        plugin = _plugin(spec, base_url, environ)
        if plugin is not None:
            return plugin
    # Gateways write `anthropic/claude-...`. With a base URL of somebody else's that still says which shape it is.
    if spec == "anthropic" or spec.rpartition("/")[2].startswith("claude"):
        url = base_url or environ.get(anthropic.BASE_URL_VARIABLE, "")
        return anthropic.anthropic(url, environ.get(anthropic.KEY_VARIABLE, "").strip())
    if spec == "google" or spec.startswith(
        "gemini-"
    ):  # `google/gemini-...` is a gateway's, which speaks like OpenAI
        url = base_url or environ.get(google.BASE_URL_VARIABLE, "")
        keys = (environ.get(variable, "").strip() for variable in google.KEY_VARIABLES)
        return google.google(url, next(filter(None, keys), ""))
    url = base_url or environ.get(openai_chat.BASE_URL_VARIABLE, "")
    if spec == "openai-responses":
        return openai_responses.responses(url, environ.get(openai_chat.KEY_VARIABLE, "").strip())
    return openai_chat.openai(url, environ.get(openai_chat.KEY_VARIABLE, "").strip())


def named_provider(name: str, *, base_url: str | None, environ: Mapping[str, str]) -> Provider:
    """The provider that a person names as one: a word that names none is no model, and nobody is asked. Raises UsageProblem."""
    if name in NAMES or name.startswith(python_name.PREFIX):
        return make_provider(name, base_url=base_url, environ=environ)
    plugin = _plugin(name, base_url, environ)
    if plugin is None:
        there = ", ".join((*NAMES, *sorted(entry.name for entry in entry_points(group=GROUP))))
        raise UsageProblem(
            f"no provider is called {name!r}", f"there are {there}, local, and python:module:function"
        )
    return plugin


def _plugin(name: str, base_url: str | None, environ: Mapping[str, str]) -> Provider | None:
    for entry in entry_points(group=GROUP, name=name):
        try:
            provider: Provider = entry.load()(base_url=base_url, environ=environ)
        except Exception as error:
            words = python_name.described(error)
            raise UsageProblem(
                f"the provider {name!r} of {entry.value} does not work: {words}",
                "remove the plug-in, or mend it",
            ) from error
        return provider
    return None
