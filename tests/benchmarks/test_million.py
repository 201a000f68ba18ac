"""What keys cost in a run of a million steps, beside the same in one of a thousand, all panes open, in a pseudo-terminal.

    pytest -m benchmark -s tests/benchmarks/test_million.py

Processor time is told beside the wall's, since the machine may be busy. `REPLAYDBG_BENCHMARK_STEPS` makes the long run
shorter. Of the rules one runs, so that the wait for its end is short; the facts of the whole run are worked out all the same.
"""

from __future__ import annotations

import os
import statistics
import sys
from pathlib import Path

import pytest

from tests.benchmarks import thin_traces
from tests.support.pseudo import Painted, Program

pytestmark = pytest.mark.benchmark

STEPS = int(os.environ.get("REPLAYDBG_BENCHMARK_STEPS", "1000000"))
SIZE = (200, 60)
PRESSED = 40
REST_SECONDS = 0.1
"""The detail follows when the cursor has rested for so long."""
KEYS = {
    "cursor": ((b"j",), 0.05),
    "cursor, detail settled": ((b"j",), 0.4),
    "page": ((b"\x04", b"\x15"), 0.05),
    "end, start": ((b"G", b"g"), 0.05),
    "next finding": ((b"]", b"["), 0.05),
    "next loop": ((b"l", b"L"), 0.05),
    "fold, unfold": ((b" ",), 0.05),
    "farther away": ((b"_",), 0.05),
    "cursor from farther away": ((b"j", b"k"), 0.05),
    "nearer by": ((b"+",), 0.05),
}
"""Keys that are pressed in turn: a run of a thousand ends soon. And how long one waits for more of their painting, in seconds."""


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> dict[int, Path]:
    folder = tmp_path_factory.mktemp("runs")
    (folder / "one-rule.toml").write_text('select = ["failed-execution"]\n')
    return {steps: thin_traces.write(folder / f"{steps}.json", steps) for steps in (1000, STEPS)}


def opened(path: Path) -> Program:
    settings = str(path.parent / "one-rule.toml")
    program = Program(
        [sys.executable, "-m", "replaydbg", "open", str(path), "--config", settings, "--no-hints"], SIZE
    )
    program.until(b"chat", 600.0)
    return program


def at_rest(program: Program) -> None:
    """Until nothing is worked out any more: for some seconds no thread of it has needed a processor."""
    calm = 0
    while calm < 4:
        before = program.processor()
        program.quiet(0.5)
        program.quiet(0.5)
        calm = calm + 1 if abs(program.processor() - before) < 0.05 else 0


def costs(program: Program) -> dict[str, list[Painted]]:
    program.press(b"f", 0.3)
    program.press(b"\x1b", 0.5)
    return {
        name: [
            program.press(keys[number % len(keys)], quiet)
            for number in range(1 if keys[0] in b"_+" else PRESSED)
        ]
        for name, (keys, quiet) in KEYS.items()
    }


def test_keys(runs: dict[int, Path]) -> None:
    told: dict[int, dict[str, list[Painted]]] = {}
    for steps, path in runs.items():
        with opened(path) as program:
            at_rest(program)
            told[steps] = costs(program)
    print(f"\n{'':26} {'median, p95 on the wall':>24} {'processor':>10} {'of 1000':>8} {'bytes':>7}")
    for name in KEYS:
        for steps, known in told.items():
            seconds = sorted(each.seconds for each in known[name])
            rest = REST_SECONDS if "settled" in name else 0.0
            median, p95 = statistics.median(seconds) - rest, seconds[int(len(seconds) * 0.95) - 1] - rest
            processor = statistics.median(each.processor for each in known[name])
            small = statistics.median(each.processor for each in told[1000][name])
            size = statistics.median(each.bytes for each in known[name])
            print(
                f"{name:26} {steps:>9,} {median * 1e3:6.1f}, {p95 * 1e3:6.1f} {processor * 1e3:7.1f} ms"
                f" {processor / small:7.2f}x {size:7.0f}"
            )


def test_search(runs: dict[int, Path]) -> None:
    """From the last key of the words to the first hit, which lies in the last tenth; and to the end of the search."""
    with opened(runs[STEPS]) as program:
        at_rest(program)
        for key in (b"g", b"/"):
            program.press(key, 0.3)
        program.press(thin_traces.RARE.encode(), 0.05)
        first = program.until_painted(b"is in 1 step")
        print(
            f"\nwords of one step of {STEPS:,}, {runs[STEPS].stat().st_size / 1e6:.0f} MB:"
            f" found after {first.seconds:.2f} s, {first.processor:.2f} s of processor"
        )
