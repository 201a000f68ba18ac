"""Every meaning has a sign of its own, in both sets, one cell wide."""

from __future__ import annotations

import pytest

from replaydbg.core.finding import Severity
from replaydbg.core.step import Kind
from replaydbg.graph.folds import FoldKind
from replaydbg.views.signs import ASCII, UNICODE, Signs, ascii_text
from replaydbg.views.text import cell_width


@pytest.mark.parametrize("signs", [UNICODE, ASCII])
def test_signs(signs: Signs) -> None:
    assert set(signs.kinds) == set(Kind)
    assert set(signs.folds) == set(FoldKind)
    assert set(signs.severities) == set(Severity)
    assert len(set(signs.kinds.values())) == len(Kind)
    assert len(set(signs.severities.values())) == len(Severity)
    assert not set(signs.folds.values()) & set(signs.kinds.values())
    single = [
        *signs.kinds.values(),
        *signs.folds.values(),
        *signs.severities.values(),
        *signs.origins.values(),
    ]
    single += [
        *signs.box,
        *signs.heavy,
        *signs.light,
        *signs.bar,
        signs.opened,
        signs.closed,
        signs.error,
        signs.ellipsis,
    ]
    assert all(cell_width(sign) == 1 for sign in single)
    assert len(signs.box) == 16
    assert len(signs.heavy) == len(signs.light) == 4


def test_ascii_is_ascii() -> None:
    said = [*ASCII.kinds.values(), *ASCII.folds.values(), *ASCII.severities.values(), *ASCII.origins.values()]
    said += [ASCII.box, ASCII.heavy, ASCII.light, ASCII.bar, ASCII.leads_to, ASCII.returned, ASCII.times]
    assert "".join(said).isascii()


def test_any_text_has_an_ascii_form_of_the_same_width() -> None:
    for text in ("▍ → lookup_order", "✎ edited: “x” … ×6", "日本", "plain", "é"):
        assert ascii_text(text).isascii()
        assert len(ascii_text(text)) == cell_width(text)
    assert ascii_text("▾ a → b") == "v a > b"
    assert "?" not in ascii_text("↳ gone − new +")
