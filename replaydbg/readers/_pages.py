"""An answer of an API after which there is more: who saved one page has not all of the run, and a gap looks like a fault.

Each platform marks it in its own way, beside the list that the page is of: a cursor for the next one, a number of all pages or
of all records. Told once for the file, by the last page in it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from replaydbg.core.finding import Notice
from replaydbg.core.message import Json
from replaydbg.readers import _containers, _salvage
from replaydbg.readers._api import Document, Reading
from replaydbg.wire import loose

_PARSED_BYTES_MAX = 1 << 20
"""A larger file is looked at where it begins and where it ends: marks stand before its list or behind it."""
_END_BYTES = 16 << 10
_LISTS_TRIED_MAX = 16
"""Ends of lists, from the end of a large file, behind which its own keys may go on."""

_NEXT = frozenset(
    {
        "next_cursor", "nextCursor", "next_page_token", "nextPageToken", "nextToken", "NextToken", "scrollId", "next_page",
        "nextLink", "@odata.nextLink", "cursor", "next",
    }
)  # fmt: skip
"""What asks for the next page, and stands only where there is one."""
_OF_BRAINTRUST = ("may be", " (each page that is not empty has a cursor, the last one, too)")
_LASTS = ("has_more", "hasMore", "hasNextPage")
_COUNTS = ("totalPages", "total_pages")
_BELOW = ("cursors", "links", "paging", "pagination", "meta", "pageInfo")
"""Where they stand together."""
_AROUND = ("data", "result", "results", "response", "body")
"""What some answers put their page into."""
_MARK = re.compile(
    rb'"(?:%s|total|after)"\s*:' % b"|".join(re.escape(key).encode() for key in (*_NEXT, *_LASTS, *_COUNTS))
)


def notice(document: Document, reading: Reading) -> Notice | None:
    """None where nothing marks that there is more."""
    ends = bytes(document.buffer[-_END_BYTES:])
    if document.head.lstrip()[:1] != b"{" or not (_MARK.search(document.head) or _MARK.search(ends)):
        return None
    steps = sum(map(len, reading.traces))
    for page, is_only in _pages(document, ends):
        for place, inner in _inside(page):
            for pointer, how in _marks(inner, steps, is_only=is_only):
                is_sure, why = _OF_BRAINTRUST if pointer == "/cursor" else ("is", "")
                return Notice(place + pointer, f"a page of more: there {is_sure} more after it, {how}{why}")
    return None


def _pages(document: Document, ends: bytes) -> Iterator[tuple[dict[str, Json], bool]]:
    """The last page as far as it is to be seen, and whether it is known to be the only one in the file."""
    if len(document.buffer) <= _PARSED_BYTES_MAX:
        records = list(_containers.records(document.buffer, []))
        for record in records[-1:]:
            for value, _ in _containers.parsed(record, []):
                yield loose.mapping(value), len(records) == 1
        return
    yield _behind_its_list(ends.rstrip()), False
    if not _containers.has_lines(memoryview(document.head)):
        yield loose.mapping(_containers.first_record(document.head)), False


def _behind_its_list(ends: bytes) -> dict[str, Json]:
    """The keys at the end of an object behind its lists: of all ends that would be whole, the longest."""
    found: dict[str, Json] = {}
    at = len(ends)
    for _ in range(_LISTS_TRIED_MAX):
        at = ends.rfind(b"]", 0, at)
        if at < 0:
            break
        rest = ends[at + 1 :].lstrip()
        if rest[:1] == b",":
            try:
                found = {"data": [], **loose.mapping(_salvage.loads(memoryview(b"{" + rest[1:])))}
            except ValueError:
                continue
    return found


def _inside(page: dict[str, Json]) -> Iterator[tuple[str, dict[str, Json]]]:
    """The page, and what it is put into; only where there is a list that it can be a page of."""
    for place, inner in (("", page), *((f"/{key}", loose.mapping(page.get(key))) for key in _AROUND)):
        if any(isinstance(value, list) for value in inner.values()) or "hits" in inner:
            yield place, inner


def _marks(page: dict[str, Json], steps: int, *, is_only: bool) -> Iterator[tuple[str, str]]:
    """Where a mark stands, and how to ask for the rest."""
    for key in ("", *_BELOW):
        marks = loose.mapping(page.get(key)) if key else page
        place = f"/{key}" if key else ""
        for name in marks.keys() & _NEXT:
            value = marks[name]
            is_sure = name != "next" or key or loose.text(value).startswith("http")
            if value and isinstance(value, (str, int)) and value is not True and is_sure:
                yield f"{place}/{name}", "ask for it with what stands there"
        if loose.text(loose.mapping(marks.get("page")).get("after")):
            yield f"{place}/page/after", "ask for it with what stands there"
        for name in _LASTS:
            if marks.get(name) is True:
                yield f"{place}/{name}", "ask for what comes after its last record"
        number = loose.count(marks.get("page")) or 1
        if number < max(loose.count(marks.get(name)) or 1 for name in _COUNTS):
            yield f"{place}/page", f"ask for it with page={number + 1}"
    yield from _counted(page, steps, is_only=is_only)


def _counted(page: dict[str, Json], steps: int, *, is_only: bool) -> Iterator[tuple[str, str]]:
    """Elasticsearch and Opik say how many there are in all."""
    total = loose.mapping(page.get("hits")).get("total")
    count = loose.count(loose.mapping(total).get("value", total)) or 0
    if count > steps:
        yield "/hits/total", f"ask for all {count:,} with size={count}"
    listed, count = page.get("content"), loose.count(page.get("total")) or 0
    if is_only and isinstance(listed, list) and {"page", "size"} <= page.keys() and count > len(listed):
        yield "/total", f"ask for all {count:,} with size={count}"
