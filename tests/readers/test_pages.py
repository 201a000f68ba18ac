"""Pages of APIs after which there is more."""

from __future__ import annotations

import json
from typing import Any

import pytest

from replaydbg.readers import _pages, _registry
from replaydbg.readers._api import Reading
from tests.support.readings import document, lines
from tests.support.samples import SAMPLES


def said(content: Any) -> list[str]:
    """The pointers of the notices that there is more."""
    *_, reading = _registry.read(document(content))
    return [notice.pointer for notice in reading.notices if "a page of more" in notice.message]


def alone(content: Any) -> str | None:
    """Of a page, whoever reads it."""
    notice = _pages.notice(document(content), Reading(()))
    assert notice is None or ("may be" in notice.message) == (notice.pointer == "/cursor")
    return notice.pointer if notice is not None else None


LANGFUSE = json.loads(next(sample for sample in SAMPLES["langfuse"] if b'"observations"' in sample))
RUNS = json.loads(SAMPLES["langsmith"][0])
SPANS = json.loads(SAMPLES["otel-console"][2])["data"]
MLFLOW = json.loads(SAMPLES["mlflow"][0])


@pytest.mark.parametrize(
    ("page", "pointer"),
    [
        ({"runs": RUNS, "cursors": {"next": "abc", "prev": None}}, "/cursors/next"),
        ({"data": LANGFUSE["observations"], "meta": {"cursor": "abc"}}, "/meta/cursor"),
        ({"data": LANGFUSE["observations"], "meta": {"page": 1, "limit": 50, "totalItems": 70, "totalPages": 2}}, "/meta/page"),
        ({"data": SPANS, "next_cursor": "x"}, "/next_cursor"),
        ({"traces": [MLFLOW], "next_page_token": "x"}, "/next_page_token"),
    ],
)  # fmt: skip
def test_a_page_of_a_platform_that_goes_on(page: dict[str, Any], pointer: str) -> None:
    assert said(page) == [pointer]
    assert said(json.dumps(page, indent=1).encode()) == [pointer]
    key = next(iter(page))
    over = {**page, pointer.split("/")[1]: None}
    assert said(over) == []
    assert said(lines(page, over)) == [], "the next page is in the file"
    assert said(lines(over, page)) == [pointer]
    assert said({**{name: value for name, value in page.items() if name != key}, key: page[key]}) == [pointer]


@pytest.mark.parametrize(
    ("page", "pointer"),
    [
        ({"data": [], "meta": {"page": {"after": "x"}}}, "/meta/page/after"),
        ({"data": [], "links": {"next": "https://api/x"}}, "/links/next"),
        ({"value": [], "nextLink": "https://x"}, "/nextLink"),
        ({"value": [], "@odata.nextLink": "https://x"}, "/@odata.nextLink"),
        ({"events": [], "cursor": "x"}, "/cursor"),
        ({"events": [], "nextToken": "x"}, "/nextToken"),
        ({"traces": [], "pagination": {"totalHits": 3, "scrollId": "x"}}, "/pagination/scrollId"),
        ({"results": [], "next": "https://x"}, "/next"),
        ({"results": [], "hasMore": True}, "/hasMore"),
        ({"object": "list", "data": [], "has_more": True}, "/has_more"),
        ({"data": [], "page": 2, "page_size": 50, "total_pages": 3}, "/page"),
        ({"hits": {"total": {"value": 5, "relation": "gte"}, "hits": [1]}}, "/hits/total"),
        ({"hits": {"total": 5, "hits": [1]}}, "/hits/total"),
        ({"page": 1, "size": 1, "total": 3, "content": [{}]}, "/total"),
        ({"data": {"rows": [], "nextCursor": "x"}}, "/data/nextCursor"),
        # what says that there is no more, and what is no page
        ({"data": [], "meta": {"page": {"after": None}}}, None),
        ({"data": [], "links": {"next": None}, "has_more": False, "cursor": "", "nextCursor": None}, None),
        ({"data": [], "page": 3, "total_pages": 3}, None),
        ({"data": [], "total": 0, "limit": 0, "offset": 0, "errors": None}, None),
        ({"hits": {"total": {"value": 0}, "hits": []}}, None),
        ({"page": 1, "size": 1, "total": 1, "content": [{}]}, None),
        ({"messages": [], "next": "what we do next"}, None),
        ({"info": {"cursor": "x", "has_more": True}, "steps": []}, None),
        ({"cursor": "x"}, None),
        ([{"data": [], "cursor": "x"}], None),
    ],
)  # fmt: skip
def test_marks(page: Any, pointer: str | None) -> None:
    assert alone(page) == pointer


@pytest.mark.parametrize("before", [True, False])
def test_a_large_page_is_looked_at_where_it_begins_and_ends(before: bool) -> None:
    runs = [{**RUNS[0], "extra": {"tags": ["a", [1]], "text": "x" * 2000}}] * 1000
    mark = {"cursors": {"next": "abc", "prev": None, "all": [1, 2]}, "tail": []}
    page = {**mark, "runs": runs} if before else {"runs": runs, **mark}
    assert alone(page) == "/cursors/next"
    assert alone(lines({"runs": runs}, page)) == (None if before else "/cursors/next")
    assert alone({"runs": runs}) is None


def test_of_the_samples_only_braintrusts_may_go_on() -> None:
    found = {name: said(sample) for name in SAMPLES for sample in SAMPLES[name] if said(sample)}
    assert found == {"platform-spans": ["/cursor"]}


def test_a_file_that_ends_with_braintrusts_empty_page_has_all() -> None:
    """Each page of it that is not empty has a cursor, the last one, too: only an empty one says that there is no more."""
    page = json.loads(next(sample for sample in SAMPLES["platform-spans"] if said(sample) == ["/cursor"]))
    assert said(lines(page, page)) == ["/cursor"]
    assert said(lines(page, {"events": [], "cursor": None})) == []
    assert said(lines(page, {"events": []})) == []
