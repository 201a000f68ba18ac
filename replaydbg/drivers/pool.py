"""Work on many items in several processes, any of which may die of an item or never come back from one.

Results come in the order of the items. A process that dies is replaced, one that takes too long is killed, and the
item is told as `Lost`: the others are done all the same.
"""

from __future__ import annotations

import multiprocessing
import os
import pickle
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from typing import Any, Generic, TypeVar

from replaydbg import limits
from replaydbg.errors import ReplaydbgError

Item = TypeVar("Item")
Result = TypeVar("Result")

_AHEAD_BYTES_MAX = 64 << 20
"""Results kept, as they were sent, while an earlier item is not done: one that never comes back holds up no others."""

_ALONE_SECONDS = 5.0
"""A worker looks so often whether there is still somebody to work for."""


@dataclass(frozen=True, slots=True)
class Lost(Generic[Item]):
    """No result came of the item."""

    item: Item
    why: str


def processors() -> int:
    """How many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def spread(
    work: Callable[[Item], Result],
    items: Sequence[Item],
    seconds_max: Callable[[Item], float],
    heed: Callable[[int], object] | None = None,
) -> Iterator[Result | Lost[Item]]:
    """`work` of each item, in order. Raises what `work` raises for the person (`ReplaydbgError`). `heed` is told how many
    are done, in whatever order.
    """
    crew = _Crew(work, items, seconds_max, heed)
    try:
        for number in range(len(items)):
            while number not in crew.done:
                crew.step(number)
            yield crew.result(number)
    finally:
        crew.dismiss()


@dataclass(slots=True)
class _Worker:
    process: Any
    connection: Connection
    number: int = -1
    """Of the item it is at; -1 for none."""
    deadline: float = 0.0


class _Crew:
    def __init__(
        self,
        work: Callable[[Any], Any],
        items: Sequence[Any],
        seconds_max: Callable[[Any], float],
        heed: Callable[[int], object] | None,
    ) -> None:
        self.done: dict[int, Any] = {}
        """By the number of the item what was sent, or that it is lost."""
        self._kept_bytes = 0
        self._finished = 0
        self._heed = heed
        self._work = work
        self._items = items
        self._seconds_max = seconds_max
        self._next = 0
        self._workers: list[_Worker] = []
        # A copy of this process starts at once; where other threads run, or forks are not to be had, a fresh one.
        alone = sys.platform == "linux" and threading.active_count() == 1
        self._context: Any = multiprocessing.get_context("fork" if alone else "spawn")

    def result(self, number: int) -> Any:
        sent = self.done.pop(number)
        if isinstance(sent, Lost):
            return sent
        self._kept_bytes -= len(sent)
        succeeded, result = pickle.loads(sent)  # noqa: S301 - what a copy of this process wrote
        if not succeeded:
            return Lost(self._items[number], result)
        if isinstance(result, ReplaydbgError):
            raise result
        return result

    def step(self, wanted: int) -> None:
        """Hand out work and wait for something to happen."""
        while len(self._workers) < min(processors(), len(self._items) - self._next):
            self._workers.append(self._hired())
        for worker in list(self._workers):
            has_room = self._next == wanted or self._kept_bytes < _AHEAD_BYTES_MAX
            if worker.number < 0 and self._next < len(self._items) and has_room:
                self._hand_out(worker)
        busy = [worker for worker in self._workers if worker.number >= 0]
        if not busy:
            return
        left = max(min(worker.deadline for worker in busy) - time.monotonic(), 0.0)
        ready = wait([each for worker in busy for each in (worker.connection, worker.process.sentinel)], left)
        for worker in busy:
            if worker.connection in ready or worker.process.sentinel in ready:
                self._take(worker)
            elif time.monotonic() >= worker.deadline:
                item = self._items[worker.number]
                self._lose(worker, f"it was stopped after {self._seconds_max(item):.0f} seconds")

    def dismiss(self) -> None:
        for worker in self._workers:
            worker.process.kill()
        for worker in self._workers:
            worker.process.join()
            worker.connection.close()

    def _hired(self) -> _Worker:
        ours, theirs = self._context.Pipe()
        process = self._context.Process(target=_serve, args=(self._work, theirs), daemon=True)
        process.start()
        theirs.close()
        return _Worker(process, ours)

    def _hand_out(self, worker: _Worker) -> None:
        worker.number, self._next = self._next, self._next + 1
        item = self._items[worker.number]
        worker.deadline = time.monotonic() + self._seconds_max(item)
        try:
            worker.connection.send(item)
        except OSError:  # it ended while it had nothing to do
            self._next = worker.number
            self._discharge(worker)

    def _take(self, worker: _Worker) -> None:
        try:
            sent = worker.connection.recv_bytes()
        except (EOFError, OSError):
            worker.process.join(1)
            self._lose(worker, _ended(worker.process.exitcode))
            return
        self._kept_bytes += len(sent)
        self._tell(worker.number, sent)
        worker.number = -1

    def _lose(self, worker: _Worker, why: str) -> None:
        self._tell(worker.number, Lost(self._items[worker.number], why))
        self._discharge(worker)

    def _tell(self, number: int, told: Any) -> None:
        self.done[number] = told
        self._finished += 1
        if self._heed is not None:
            self._heed(self._finished)

    def _discharge(self, worker: _Worker) -> None:
        self._workers.remove(worker)
        worker.process.kill()
        worker.process.join()
        worker.connection.close()


def _ended(code: int | None) -> str:
    if code is not None and code < 0:
        with suppress(ValueError):
            return f"its process was ended by {signal.Signals(-code).name}"
    return f"its process ended with code {code}"


def _serve(work: Callable[[Any], Any], connection: Connection) -> None:
    """What a worker does. Ctrl-C is for the process that hands out the work: it then ends this one."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    sys.setrecursionlimit(limits.CALLS_DEEP_MAX)
    parent = multiprocessing.parent_process()
    with suppress(EOFError, OSError):
        while True:
            while not connection.poll(_ALONE_SECONDS):
                if parent is None or not parent.is_alive():
                    return
            item = connection.recv()
            try:
                answer = True, work(item)
            except ReplaydbgError as problem:
                answer = True, problem
            except Exception as error:  # noqa: BLE001 - whatever a reader or a plug-in may raise
                answer = False, f"{type(error).__name__}: {error}"
            connection.send(answer)
