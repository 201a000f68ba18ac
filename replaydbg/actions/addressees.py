"""Who a re-run would ask and where that is, before anything is sent: what a person must know to say yes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from replaydbg.actions.rerun import RerunOptions
from replaydbg.core.request import ModelRequest
from replaydbg.core.trace import Trace
from replaydbg.drivers.providers import Provider
from replaydbg.drivers.providers._http import HttpProvider, is_loopback
from replaydbg.drivers.providers._registry import (
    as_recorded,
    make_provider,
    named_provider,
    recorded_provider,
)
from replaydbg.drivers.python_name import PREFIX
from replaydbg.replay.plan import UNNAMED


@dataclass(frozen=True, slots=True)
class Addressee:
    """Who answers `calls` model calls. `where` is an address or the name of a function; `leaves` says whether what is
    sent leaves this machine, `lacks` what is missing for it to work ("" for nothing).
    """

    model: str
    calls: int
    where: str
    leaves: bool
    lacks: str = ""


def addressees(
    options: RerunOptions, calls_by_model: Mapping[str, int], recorded: str
) -> tuple[Addressee, ...]:
    """One for each model that would be asked; none for a re-run that asks nobody.

    `recorded` is the provider that the recording names (`provider_of`). Raises UsageProblem for a provider that is none,
    and for a model that the recording says is a function.
    """
    spec = options.provider or options.model
    if not options.live and not spec.startswith(PREFIX):
        return ()
    found: dict[tuple[str, str], Addressee] = {}
    for asked, calls in calls_by_model.items():
        model = asked if not options.model or options.model.startswith(PREFIX) else options.model
        by = spec or as_recorded(recorded, model)
        make = named_provider if options.provider else make_provider
        provider = make(by, base_url=options.base_url, environ=options.environ)
        where, leaves, lacks = _described(provider)
        if model == UNNAMED and isinstance(provider, HttpProvider):
            lacks = lacks or "the recording names no model for these calls: name the one to ask"
        before = found.get((model, where))
        found[model, where] = Addressee(model, calls + (before.calls if before else 0), where, leaves, lacks)
    return tuple(found.values())


def provider_of(trace: Trace, row: int) -> str:
    """The provider that the recorded model call was made of, as far as the recording tells."""
    body = trace.body(row)
    return recorded_provider(ModelRequest(trace.model(row), (), (), body.params, body.provider))


def _described(provider: Provider) -> tuple[str, bool, str]:
    if isinstance(provider, HttpProvider):
        local = is_loopback(provider.url)
        lacks = "" if provider.key or local else f"{provider.key_variable} is not set in the environment"
        return provider.url, not local, lacks
    if provider.name.startswith(PREFIX):
        return provider.name, False, ""
    return provider.name, True, ""
