"""Files that are nearly right, some thousands of them, always the same: a trace, notices, or one error sentence.

`tests.support.fuzz_readers` looks for more of them for as long as it is let.
"""

from __future__ import annotations

import gzip
import re
from random import Random

import pytest

from tests.house.source import ROOT
from tests.support import corpora, damage, pinned
from tests.support.examined import examine
from tests.support.samples import SAMPLES

FILES = 250
FORMATS = ("otlp", "chat-log", "claude-code", "codex", "langfuse", "langsmith", "bfcl")
"""Those that most people have, and one whose fields are of any type."""


def hold(samples: list[bytes], format_name: str | None, files: int) -> None:
    read = 0
    for number in range(files):
        chance = Random(number)
        data = chance.choice(samples)
        for _ in range(chance.choice((1, 1, 2, 5))):
            data = damage.twist(data, chance)
        if not number % 5:
            data = data[: chance.randrange(len(data) + 1)]
        read += bool(examine(data, format_name, with_rules=True))
    assert read > files / 3, "most of them must be worth reading"


@pytest.mark.parametrize("format_name", FORMATS)
def test_samples(format_name: str) -> None:
    hold(SAMPLES[format_name], format_name, FILES)


def test_any_of_them() -> None:
    hold([sample for samples in SAMPLES.values() for sample in samples], None, FILES)


def test_traces() -> None:
    texts = [path.read_bytes() for path in sorted((ROOT / "traces").iterdir()) if path.suffix != ".md"]
    plain = [gzip.decompress(text) if text.startswith(b"\x1f\x8b") else text for text in texts]
    hold(list(map(damage.seed, plain)), None, FILES)


_A_COST = re.compile(rb'("(?:[^"]*cost[^"]*|total)"\s*:\s*)[\d.]+', re.IGNORECASE)


@pytest.mark.parametrize("format_name", sorted(SAMPLES))
def test_costs_that_no_number_holds(format_name: str) -> None:
    for sample in SAMPLES[format_name]:
        for odd in (b"1" + b"0" * 400, b"1e999", b"-1", b'"much"', b"true", b"NaN"):
            assert examine(_A_COST.sub(rb"\g<1>" + odd, sample), format_name) > 0


RECORDED = sorted({format_name for format_name, _, _ in pinned.pinned()} - {pinned.REFUSED})


@pytest.mark.parametrize("format_name", RECORDED)
def test_recorded_files(format_name: str) -> None:
    paths = [corpora.ROOT / name for name in pinned.table(format_name)]
    if not all(path.exists() for path in paths):
        pytest.skip(f"the corpora are not at {corpora.ROOT} (set REPLAYDBG_CORPORA)")
    smallest = sorted(paths, key=lambda path: path.stat().st_size)[:8]
    hold([damage.seed(path.read_bytes()) for path in smallest], format_name, FILES // 4)


def test_the_oracle_sees(monkeypatch: pytest.MonkeyPatch) -> None:
    """What breaks below is not swallowed on the way up."""
    from replaydbg.wire import loose

    def broken(_: object) -> int:
        raise ZeroDivisionError

    monkeypatch.setattr(loose, "count", broken)
    with pytest.raises(ZeroDivisionError):
        hold(SAMPLES["chat-log"], "chat-log", 10)
