"""From the word a person uses to the provider: `openai`, `anthropic`, `python:module:function`, a plug-in, a model."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import entry_points

from replaydbg.drivers import python_name
from replaydbg.drivers.providers import Provider, anthropic, openai_chat, python_function
from replaydbg.errors import UsageProblem

GROUP = "replaydbg.providers"
"""Entry points of other packages: `name = "module:factory"`, called with `base_url` and `environ`."""


def make_provider(spec: str, *, base_url: str | None, environ: Mapping[str, str]) -> Provider:
    """The provider that `spec` names, or that the model so named belongs to. Keys come from `environ`.

    A missing key is no problem here: the provider says so when it is asked. Raises UsageProblem.
    """
    if spec.startswith(python_name.PREFIX):
        return python_function.python_function(spec)
    if spec not in {"openai", "anthropic"}:
        plugin = _plugin(spec, base_url, environ)
        if plugin is not None:
            return plugin
    # Gateways write `anthropic/claude-...`. With a base URL of somebody else's that still says which shape it is.
    if spec == "anthropic" or spec.rpartition("/")[2].startswith("claude"):
        url = base_url or environ.get(anthropic.BASE_URL_VARIABLE, "")
        return anthropic.anthropic(url, environ.get(anthropic.KEY_VARIABLE, "").strip())
    url = base_url or environ.get(openai_chat.BASE_URL_VARIABLE, "")
    return openai_chat.openai(url, environ.get(openai_chat.KEY_VARIABLE, "").strip())


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
