"""YAML as plain values: nothing in it is executed, unknown tags are what they stand on, and no alias can fill the memory.

The library is an extra: only cassettes of HTTP recorders are YAML.
"""

from __future__ import annotations

import zlib
from contextlib import suppress
from datetime import date
from functools import cache
from typing import Any

from replaydbg import limits
from replaydbg.core.message import Json


class NotYamlError(ValueError):
    """Why the text can not be read, in a sentence."""


def load(text: str) -> Json:
    """The value of the first document, as JSON has it. Raises NotYamlError."""
    try:
        import yaml  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise NotYamlError("YAML: `pip install 'replaydbg[yaml]'` to read it") from error
    try:
        value = next(iter(yaml.load_all(text, _loader())), None)  # a safe one of our own
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise NotYamlError(f"no YAML: {_first_line(error)}") from error
    return _Plain().value(value)


@cache
def _loader() -> Any:
    """A loader for plain values, in C where there is one. A tag that it does not know is passed over."""
    import yaml  # noqa: PLC0415

    base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    loader: Any = type("Loader", (base,), {})

    def untagged(self: Any, _suffix: str, node: Any) -> Any:
        if isinstance(node, yaml.ScalarNode):
            return node.value
        if isinstance(node, yaml.SequenceNode):
            return self.construct_sequence(node, deep=True)
        return self.construct_mapping(node, deep=True)

    loader.add_multi_constructor("", untagged)
    return loader


def _first_line(error: Exception) -> str:
    return " ".join(f"{error}".split())[:200] or "nested too deep"


class _Plain:
    """Makes JSON of what the loader gives. Counts what it makes: an alias is written out each time it is named."""

    def __init__(self) -> None:
        self._count = 0
        self._open: set[int] = set()

    def value(self, value: Any) -> Json:
        """Raises NotYamlError where an alias names what it is part of, or there is too much."""
        self._count += 1
        if self._count > limits.YAML_VALUES_MAX:
            raise NotYamlError(f"aliases that unfold to more than {limits.YAML_VALUES_MAX} values")
        if isinstance(value, (dict, list, tuple, set)):
            if id(value) in self._open or len(self._open) > limits.JSON_DEPTH_MAX:
                raise NotYamlError("an alias inside of what it names, or nested too deep")
            self._open.add(id(value))
            plain = self._container(value)
            self._open.remove(id(value))
            return plain
        return text_of(value) if isinstance(value, bytes) else self._scalar(value)

    def _container(self, value: Any) -> Json:
        if isinstance(value, dict):
            return {f"{self.value(key)}": self.value(item) for key, item in value.items()}
        return [self.value(item) for item in value]

    def _scalar(self, value: Any) -> Json:
        if isinstance(value, date):
            return value.isoformat()
        return value if isinstance(value, (str, int, float, bool, type(None))) else f"{value}"


def text_of(body: bytes) -> str:
    """A body as text; unpacked where it was sent packed."""
    if body[:2] == b"\x1f\x8b":
        with suppress(zlib.error):
            body = zlib.decompressobj(wbits=31).decompress(body, limits.ZIP_MEMBER_BYTES_MAX)
    return body.decode("utf-8", "replace")
