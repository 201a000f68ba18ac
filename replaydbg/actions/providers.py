"""Who can be asked: the vendors that a key is set for, and, when asked for, model servers on this machine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from replaydbg.drivers.providers._http import HttpProvider
from replaydbg.drivers.providers._local import LocalServer, find_servers
from replaydbg.drivers.providers._registry import NAMES, make_provider

__all__ = ["LocalServer", "Vendor", "local_servers", "vendors"]


@dataclass(frozen=True, slots=True)
class Vendor:
    """`key_variable` is where its key is looked for; the key itself is never shown."""

    name: str
    url: str
    key_variable: str
    has_key: bool


def vendors(environ: Mapping[str, str]) -> tuple[Vendor, ...]:
    made = [make_provider(name, base_url=None, environ=environ) for name in NAMES]
    return tuple(
        Vendor(one.name, one.url, one.key_variable, bool(one.key))
        for one in made
        if isinstance(one, HttpProvider)
    )


async def local_servers() -> tuple[LocalServer, ...]:
    """Asks the usual ports of this machine for their models; nothing else is sent anywhere."""
    return await find_servers()
