"""Whatever these tests show to the registry is held against asking all readers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from replaydbg.readers import _registry
from replaydbg.readers._api import Document
from tests.support.index import passed_over


@pytest.fixture(scope="session", autouse=True)
def nobody_is_passed_over() -> Iterator[None]:
    ranked = _registry._ranked

    def held(document: Document, format_name: str | None, **options: Any) -> Any:
        if format_name is None:
            assert passed_over(document) == [], "one that knows it was not asked: see its `needs`"
        return ranked(document, format_name, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_registry, "_ranked", held)
        yield
