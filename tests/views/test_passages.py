"""Finding words in a text, in what is folded as well."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replaydbg.core.message import Json
from replaydbg.views.blocks import Block, Folds, folded_in, json_blocks
from replaydbg.views.detail import tab_blocks, tabs
from replaydbg.views.passages import Whole
from tests.support.blocks import about
from tests.support.build import assistant, call, model_call, parameters, system, trace, user
from tests.support.build import tool as offered

JSON = st.recursive(
    st.none() | st.integers() | st.text("ab/~", max_size=3),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text("ab/~", max_size=3), inner, max_size=4)
    ),
    max_leaves=60,
)


def read(source: Json) -> Whole:
    whole = Whole(source, 60)
    for _ in whole.read():
        pass
    return whole


def same_places(source: Json, folds: Folds) -> None:
    """What is shown is the whole without what closed folds hide, block for block, there and back."""
    whole, seen = read(source), list(source(folds, 60))
    laid = whole.laid(folds)
    places = [laid.shown_at(number) for number in range(len(whole.texts))]
    assert [place for place in places if place is not None] == list(range(len(seen)))
    for number, place in enumerate(places):
        if place is not None:
            assert laid.whole_at(place) == number
            if not seen[place].fold:  # the line of a fold says something else while it is closed
                assert whole.texts[number] == seen[place].text


@given(JSON, st.data())
def test_every_shown_line_has_its_place_in_the_whole(value: Json, data: st.DataObject) -> None:
    def source(folds: Folds, _width: int) -> Iterator[Block]:
        return json_blocks(value, folds, name="x")

    names = [block.fold for block in source(Folds(all_open=True), 60) if block.fold]
    turned = data.draw(st.frozensets(st.sampled_from(names))) if names else frozenset()
    same_places(source, Folds(turned))


@pytest.mark.parametrize("tab", range(6))
@pytest.mark.parametrize("all_open", [None, True, False])
def test_so_in_every_tab_of_a_step(tab: int, all_open: bool | None) -> None:
    tool = offered("f", parameters(a={"type": "integer"}))
    first = [system("be brief"), user("go")]
    asked = assistant("", call("f", {"a": {"b": [1, 2, {"c": []}]}}))
    run = trace(
        model_call("m1", first, asked, tools=[tool]),
        model_call("m2", [*first, asked, user("on")], asked, tools=[tool]),
    )
    subject = about(run, "m2")
    assert len(tabs(subject)) == 6
    same_places(
        lambda folds, width: tab_blocks(subject, tab, folds, width, lambda _: ""), Folds(all_open=all_open)
    )


def test_what_hides_a_line_is_opened_and_nothing_else() -> None:
    def source(folds: Folds, _width: int) -> Iterator[Block]:
        yield Block("▸ more", fold="more")
        if folds.is_open("more", usual=False):
            yield from folded_in("more", json_blocks({"a": {"b": 1}, "c": {"d": 2}}, folds, name="x"))
        yield Block("end")

    whole, folds = read(source), Folds(frozenset({"x/a", "x/c"}))
    number = next(at for at, text in enumerate(whole.texts) if '"b"' in text)
    assert whole.laid(folds).shown_at(number) is None
    opened = whole.opened(number, folds)
    assert opened == Folds(frozenset({"x/c", "more"}))
    assert whole.laid(opened).shown_at(number) == 3
