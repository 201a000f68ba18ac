"""Work in several processes: order, and what becomes of an item that kills, stops or breaks its process."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Generator
from pathlib import Path

import pytest

from replaydbg.drivers import pool
from replaydbg.drivers.pool import Lost, spread
from replaydbg.errors import UnreadableInput


def work(item: object) -> object:
    match item:
        case "killed":
            os.kill(os.getpid(), signal.SIGKILL)
        case "ended":
            os._exit(7)
        case "asleep":
            time.sleep(600)
        case "meets", str(place):
            Path(place, str(os.getpid())).touch()
            while len(list(Path(place).iterdir())) < 2:
                time.sleep(0.01)
        case "raises":
            raise KeyError("x")
        case "refused":
            raise UnreadableInput("no", "hint")
        case int():
            time.sleep(0.02 if item % 3 == 0 else 0)
            return item * item
    return item


def minute(_: object) -> float:
    return 60.0


def test_results_come_in_the_order_of_the_items() -> None:
    assert list(spread(work, range(100), minute)) == [number * number for number in range(100)]


def test_nothing_to_do() -> None:
    assert list(spread(work, [], minute)) == []


def test_an_item_that_ends_its_process_costs_no_other() -> None:
    told = list(spread(work, [1, "killed", 2, "ended", 3, "raises", 4], minute))

    assert told == [
        1,
        Lost("killed", "its process was ended by SIGKILL"),
        4,
        Lost("ended", "its process ended with code 7"),
        9,
        Lost("raises", "KeyError: 'x'"),
        16,
    ]


def test_an_item_that_takes_too_long_is_stopped() -> None:
    began = time.monotonic()
    told = list(spread(work, [1, "asleep", 2], lambda item: 0.5 if item == "asleep" else 60))

    assert told == [1, Lost("asleep", "it was stopped after 0 seconds"), 4]
    assert time.monotonic() - began < 300


def test_what_the_person_asked_wrongly_is_raised() -> None:
    with pytest.raises(UnreadableInput, match="no") as raised:
        list(spread(work, [1, "refused", 2], minute))

    assert raised.value.hint == "hint"


def test_all_processes_are_gone_when_nobody_wants_more() -> None:
    results = spread(work, [1, "asleep", 2, 3], minute)
    assert next(results) == 1
    assert isinstance(results, Generator)
    results.close()

    import multiprocessing

    assert multiprocessing.active_children() == []


def test_it_does_not_run_far_ahead(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "_AHEAD_BYTES_MAX", 1)
    assert list(spread(work, range(20), minute)) == [number * number for number in range(20)]


def test_there_is_a_processor() -> None:
    assert pool.processors() >= 1


def test_an_item_that_does_not_come_back_holds_up_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Results of many small items are kept until theirs is the turn: the first one waits for the last one to begin."""
    monkeypatch.setattr(pool, "processors", lambda: 2)
    meets = ("meets", str(tmp_path))
    heard: list[int] = []
    assert list(spread(work, [meets, *[1] * 399, meets], minute, heard.append)) == [meets, *[1] * 399, meets]
    assert heard == list(range(1, 402))
