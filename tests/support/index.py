"""The entries of `replaydbg/readers/_index.py`, made from the readers. `python -m tests.support.index` writes them anew.

And what they have to keep: who is not asked would have said no.
"""

from __future__ import annotations

import pkgutil
from importlib import import_module
from pathlib import Path

from replaydbg import readers as package
from replaydbg.readers import _index, _registry
from replaydbg.readers._api import Document

INDEX = Path(_index.__file__)
_BEGIN = "# fmt: off\nENTRIES = {\n"


def entries() -> dict[str, _index.Entry]:
    """By module, of all readers in the folder."""
    found = {}
    for module in pkgutil.iter_modules(package.__path__):
        if not module.name.startswith("_"):
            found[module.name] = _index.entry(import_module(f"{package.__name__}.{module.name}").READER)
    return found


def with_entries(text: str) -> str:
    """The text of the module with the entries as they should be."""
    before, found, _ = text.partition(_BEGIN)
    assert found, "the module has no place for the entries"
    lines = [f'    "{module}": {_written(one)},\n' for module, one in entries().items()]
    return f"{before}{found}{''.join(lines)}}}\n"


def _written(value: object) -> str:
    """As the formatter of this project writes it; of an entry without what is as it mostly is."""
    if isinstance(value, _index.Entry):
        usual = _index.Entry("")._asdict()
        said = [f"{name}={_written(one)}" for name, one in value._asdict().items() if one != usual[name]]
        return f"Entry({', '.join(said)})"
    if isinstance(value, tuple):
        return f"({', '.join(map(_written, value))}{',' * (len(value) == 1)})"
    written = repr(value)
    if '"' in written or not written.endswith("'"):
        return written
    prefix, _, text = written[:-1].partition("'")
    return f'{prefix}"{text}"'


def passed_over(document: Document) -> list[str]:
    """Readers that know the document, and are not asked for want of what they need. There must be none."""
    return [
        known.entry.name
        for known in _registry._known()[0]
        if not known.may_know(document) and _registry._confidence(known.reader(), document, []) > 0
    ]


if __name__ == "__main__":
    INDEX.write_text(with_entries(INDEX.read_text("utf-8")), "utf-8")
