"""Which formats are written. The folder is walked."""

from __future__ import annotations

import pkgutil
from functools import cache
from importlib import import_module

from replaydbg import writers as package
from replaydbg.errors import UsageProblem
from replaydbg.writers._api import Writer


@cache
def writers() -> tuple[Writer, ...]:
    """Every writer by name."""
    found = []
    for module in pkgutil.iter_modules(package.__path__):
        if not module.name.startswith("_") and not module.ispkg:
            writer = getattr(import_module(f"{package.__name__}.{module.name}"), "WRITER", None)
            if isinstance(writer, Writer):
                found.append(writer)
    return tuple(sorted(found, key=lambda writer: writer.name))


def named(name: str) -> Writer:
    """Raises UsageProblem."""
    for writer in writers():
        if writer.name == name:
            return writer
    known = ", ".join(writer.name for writer in writers())
    raise UsageProblem(f"no format to write is called {name!r}", f"there is {known}")
