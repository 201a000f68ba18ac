"""Logs of Inspect, the evaluation framework: `.eval` archives, `.json` logs, and single samples taken out of either.

Each sample of the evaluation is a trace: its agents, solvers and scorers with the model calls and tools inside. Where
a log was written without events the sample's conversation is read. Text that Inspect stores once and refers to
(`attachment://`, message pools) is put back where it belongs when a step is looked at. In an archive the samples are
unpacked one at a time, so that a large log does not fill the memory.

Get one: `inspect eval task.py` writes it to `./logs`; `inspect log dump` turns an archive into JSON.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache, partial
from typing import NamedTuple

import msgspec

from replaydbg.core.finding import Notice
from replaydbg.core.message import Json, Role
from replaydbg.core.step import Body, Kind, PlainBody, Status
from replaydbg.core.trace import Source, Trace
from replaydbg.readers import _containers, _inspect_bodies, _inspect_events, _inspect_messages, _zip
from replaydbg.readers._api import Document, NotThisFormat, Reader, Reading
from replaydbg.readers._inspect_sample import Sample, opened, plain, value_of
from replaydbg.readers._transcript import Transcript
from replaydbg.wire import loose

_FIRST_MEMBERS = (b"_journal/", b"samples/", b"header.json", b"summaries.json", b"reductions.json")
_NAME_AT = 30
"""Where the name of its first file stands in a zip archive."""
_SAMPLES_UNPACKED_MAX = 2
"""Samples kept unpacked: the one that is looked at, and the one before."""


class _Packed(NamedTuple):
    """A sample as it lies in the log; called, it gives the text."""

    place: str
    text: Callable[[], bytes | memoryview]


class _Log(msgspec.Struct):
    """The parts of a log that are needed of it."""

    eval: Json = None
    samples: list[msgspec.Raw] | None = None


_LOG = msgspec.json.Decoder(_Log)


def sniff(document: Document) -> float:
    head = document.head
    if head.startswith(_zip.MAGIC):
        return 0.95 if head[_NAME_AT:].startswith(_FIRST_MEMBERS) else 0.0
    first = _containers.first_record(head)
    if not isinstance(first, dict):
        return 0.0
    if {"version", "eval"} <= first.keys() and "task" in loose.mapping(first["eval"]):
        return 0.95
    if {"id", "epoch", "input", "target"} <= first.keys():
        return 0.8
    events = loose.sequence(first.get("events"))
    return 0.6 if events and {"event", "timestamp"} <= loose.mapping(events[0]).keys() else 0.0


def read(document: Document, partial: bool) -> Iterator[Reading]:
    """A trace for each sample, in the order of the data set. There is only the complete reading."""
    del partial
    notices: list[Notice] = []
    is_archive = bytes(document.buffer[:4]) == _zip.MAGIC
    task, samples = (_in_archive if is_archive else _in_json)(document.buffer, notices)
    open_sample = lru_cache(maxsize=_SAMPLES_UNPACKED_MAX)(_opened)
    found = []
    for packed in samples:
        try:
            sample = open_sample(packed)
        except _zip.ZstdMissingError as error:
            notices.insert(0, Notice(packed.place, f"{error}"))
            break  # so are all the others
        except ValueError as error:
            notices.append(Notice(packed.place, f"a sample that can not be read: {error}"))
            continue
        if sample.events:
            trace, odd = _with_events(document, packed, sample, task, open_sample)
        else:
            trace, odd = _as_told(document, sample, task)
        notices += odd
        found.append((_order(sample), trace))
    found.sort(key=lambda one: one[0])
    yield Reading(tuple(trace for _, trace in found), tuple(notices))


class _Bodies:
    """Makes the bodies of the steps of one sample."""

    def __init__(self, packed: _Packed, open_sample: Callable[[_Packed], Sample]) -> None:
        self._packed = packed
        self._sample = partial(open_sample, packed)

    def __call__(self, handle: _inspect_bodies.Handle) -> Body:
        return _inspect_bodies.InspectBody(self._sample, handle)

    def all_written(
        self, handles: list[_inspect_bodies.Handle]
    ) -> tuple[list[bytes | memoryview], list[int]]:
        """The sample: what its events refer to stands elsewhere in it. Of the sample as a step words are ours.

        See `Trace.all_written`.
        """
        return [self._packed.text()], [at for at, handle in enumerate(handles) if not handle]


def _opened(packed: _Packed) -> Sample:
    return opened(packed.text())


def _order(sample: Sample) -> tuple[int, int]:
    """By epoch, then by number where samples have numbers: an archive has them in the order of their end."""
    fields = sample.fields
    return loose.count(fields.epoch) or 0, fields.id if isinstance(fields.id, int) else 0


def _id(sample: Sample) -> str:
    fields = sample.fields
    return f"{fields.id or 'sample'}" if fields.epoch is None else f"{fields.id}_epoch_{fields.epoch}"


_Read = tuple[Trace, tuple[Notice, ...]]


def _with_events(
    document: Document, packed: _Packed, sample: Sample, task: str, open_sample: Callable[[_Packed], Sample]
) -> _Read:
    walk = _inspect_events.Walk(sample, _id(sample), task, packed.place)
    arranged = walk.arranged(Source(document.name, READER.name), _Bodies(packed, open_sample))
    return arranged.trace, arranged.notices


def _as_told(document: Document, sample: Sample, task: str) -> _Read:
    """The conversation of a sample whose events were not logged."""
    transcript = Transcript(document, READER.name)
    run = transcript.run(_id(sample))
    whole = _inspect_bodies.InspectBody(lambda: sample, ())
    about = PlainBody(input=whole.input, output_value=whole.output_value, error=whole.error)
    status = Status.ERROR if whole.error else Status.UNSET
    name = _inspect_bodies.sample_name(task, run.id, sample)
    root = run.step(Kind.OPAQUE, name, about, id=_inspect_bodies.SAMPLE, status=status)
    thread = run.thread(parent_id=root)
    for item in loose.sequence(sample.resolved(value_of(sample.fields.messages))):
        message = _inspect_messages.read_message(item)
        if message.role is Role.ASSISTANT:
            thread.reply(message, model=loose.text(loose.mapping(item).get("model")))
        else:
            thread.add(message)
    thread.end()
    reading = transcript.reading()
    return reading.traces[0], reading.notices


# ---- where samples lie ------------------------------------------------------------------------------------------


def _in_archive(buffer: memoryview, notices: list[Notice]) -> tuple[str, list[_Packed]]:
    members, is_whole = _zip.members(buffer)
    if not is_whole:
        notices.append(
            Notice(
                "", "the archive has no directory: the evaluation was not finished, or the file is cut off"
            )
        )
    samples = [
        _Packed(member.name, member.content)
        for member in members
        if member.name.startswith("samples/") and member.name.endswith(".json")
    ]
    heads = {member.name: member for member in members}
    head = heads.get("header.json") or heads.get("_journal/start.json")
    task = ""
    if head is not None:
        try:
            task = _task(plain(head.content()))
        except _zip.ZstdMissingError:
            pass  # the samples will say so
        except ValueError as error:
            notices.append(Notice(head.name, f"{error}"))
    if not samples and head is None:
        raise NotThisFormat("no sample and no header in the archive")
    return task, samples


def _task(head: Json) -> str:
    return loose.text(loose.mapping(loose.mapping(head).get("eval")).get("task"))


def _in_json(buffer: memoryview, notices: list[Notice]) -> tuple[str, list[_Packed]]:
    try:
        log = _LOG.decode(buffer)
        if log.samples is not None:
            samples = [_lying(f"/samples/{at}", memoryview(raw)) for at, raw in enumerate(log.samples)]
            return _task({"eval": log.eval}), samples
    except (msgspec.DecodeError, UnicodeDecodeError):
        pass
    known, task, found = False, "", list[_Packed]()
    for value, place in _containers.values(buffer, notices):
        record = loose.mapping(value)
        if isinstance(record.get("samples"), list):
            found += (
                _lying(f"{place}/samples/{at}", loose.encoded(item).encode())
                for at, item in enumerate(record["samples"])
            )
        elif isinstance(record.get("events"), list) or isinstance(record.get("messages"), list):
            found.append(_lying(place, loose.encoded(record).encode()))
        elif "eval" in record:
            notices.append(Notice(place, "the log holds no samples: only its heading was saved"))
        elif known:
            notices.append(Notice(place, "neither a log nor a sample, left out"))
        else:
            raise NotThisFormat("neither samples nor events")
        known, task = True, task or _task(record)
    if not known:
        raise NotThisFormat("nothing that is JSON")
    return task, found


def _lying(place: str, text: bytes | memoryview) -> _Packed:
    return _Packed(place or "/", lambda: text)


READER = Reader(
    "inspect",
    "Inspect logs (.eval archives and .json), one trace a sample",
    sniff,
    read,
    takes_binary=True,
    marks=("eval", "samples", "version"),
    needs=(b"PK\x03\x04", b'"eval"', b'"epoch"', b'"event"'),
)
