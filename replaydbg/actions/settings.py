"""The settings file that the person names: TOML, read for the rules that are there."""

from __future__ import annotations

import tomllib

from replaydbg.config import DEFAULTS, Settings, settings_of
from replaydbg.drivers import files
from replaydbg.errors import UsageProblem
from replaydbg.rules import _registry


def settings_of_file(path: str | None) -> Settings:
    """The defaults where no file is named. Raises UsageProblem with every place that is wrong."""
    if path is None:
        return DEFAULTS
    try:
        mapping = tomllib.loads(files.read_text(path))
    except tomllib.TOMLDecodeError as error:
        raise UsageProblem(f"{path} is not TOML: {error}") from error
    settings = settings_of(mapping, _registry.all_rules(), path)
    for word in (*settings.select, *settings.ignore):
        _registry.rule(word)
    return settings
