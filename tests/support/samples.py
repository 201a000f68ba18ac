"""Small files of every format that is read: `SAMPLES` of each reader's own test, under the name of the reader."""

from __future__ import annotations

import json
import pkgutil
from importlib import import_module
from typing import Any

from replaydbg import readers as package


def _bytes(sample: Any) -> bytes:
    return sample if isinstance(sample, bytes) else json.dumps(sample).encode()


def _all() -> dict[str, list[bytes]]:
    found = {}
    for module in pkgutil.iter_modules(package.__path__):
        if not module.name.startswith("_"):
            reader = import_module(f"{package.__name__}.{module.name}").READER
            samples = import_module(f"tests.readers.test_{module.name}").SAMPLES
            found[reader.name] = [_bytes(sample) for sample in samples]
    return found


SAMPLES = _all()
