"""Readers are asked, and imported, where they may say yes: the choice is that of asking all of them."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from replaydbg.readers import _index, _registry
from replaydbg.readers._api import Document
from tests.house.source import ROOT
from tests.support import corpora, pinned, said
from tests.support.index import INDEX, entries, passed_over, with_entries
from tests.support.readings import document
from tests.support.samples import SAMPLES

TRACES = sorted(path for path in (ROOT / "traces").iterdir() if path.suffix != ".md")


def test_the_entries_are_the_readers() -> None:
    text = INDEX.read_text("utf-8")
    assert with_entries(text) == text, "run python -m tests.support.index"
    assert entries() == _index.ENTRIES


@pytest.mark.parametrize("format_name", SAMPLES)
@settings(max_examples=30)
@given(data=st.data())
def test_who_knows_a_sample_is_asked_whole_or_damaged(format_name: str, data: st.DataObject) -> None:
    sample = data.draw(st.sampled_from(SAMPLES[format_name]))
    assert passed_over(document(sample)) == []
    assert passed_over(document(data.draw(said.damaged(sample)))) == []


@pytest.mark.parametrize("format_name", SAMPLES)
def test_who_knows_a_sample_that_is_a_text_in_json_is_asked(format_name: str) -> None:
    for sample in SAMPLES[format_name]:
        text = sample.decode("utf-8", "replace")
        for told in (text, [text], {"data": text}, {"event": text}, {"chat_store": text}, {"message": text}):
            assert passed_over(document(json.dumps(told).encode())) == []


@pytest.mark.parametrize("path", TRACES, ids=lambda path: path.name)
def test_who_knows_a_trace_is_asked(path: object) -> None:
    content = (ROOT / "traces" / str(path)).read_bytes()
    assert passed_over(document(gzip.decompress(content) if content[:2] == b"\x1f\x8b" else content)) == []


@pytest.mark.skipif(not corpora.ROOT.is_dir(), reason=f"the corpora are not at {corpora.ROOT}")
def test_who_knows_a_file_of_the_corpora_is_asked() -> None:
    told = {path.name: passed_over(corpora.document(path)) for path in pinned.files([])}
    assert {name: over for name, over in told.items() if over} == {}


def test_it_can_be_seen_that_one_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = _index.ENTRIES["agentdojo"]._replace(needs=(b"nowhere",))
    with monkeypatch.context() as patch:
        patch.setitem(_index.ENTRIES, "agentdojo", wrong)
        _registry._known.cache_clear()
        assert passed_over(document(SAMPLES["agentdojo"][0])) == ["agentdojo"]
    _registry._known.cache_clear()


def test_a_reader_without_an_entry_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.delitem(_index.ENTRIES, "agentdojo")
        _registry._known.cache_clear()
        assert _registry.choose(document(SAMPLES["agentdojo"][0])).reader.name == "agentdojo"
        assert [reader.name for reader in _registry.readers()[0]] == sorted(SAMPLES)
    _registry._known.cache_clear()


def test_keys_may_be_escaped() -> None:
    for sample in SAMPLES["agentdojo"]:
        written = sample.replace(b'"suite_name"', b'"\\u0073uite\\u005Fname"')
        assert json.loads(written) == json.loads(sample)
        assert written != sample
        assert _registry.choose(document(written)).reader.name == "agentdojo"


@pytest.mark.parametrize(
    ("text", "is_escaped"),
    [
        (rb'"\u0061"', True), (rb'"\u005f"', True), (rb'"\u0024type"', True), (rb'"\u002D"', True), (rb'"\u0037"', True),
        (rb'"\u003c\u003e\u0026\u0027"', False), (rb'"\u00e9"', False), (rb'"\u0000\u001b"', False), (b'"a"', False),
    ],
)  # fmt: skip
def test_letters_that_need_no_escape(text: bytes, is_escaped: bool) -> None:
    assert Document("x", memoryview(text)).has_escaped_letters is is_escaped


def test_what_is_between_quotes() -> None:
    assert Document("x", memoryview(b'{"a": "b c", 1')).quoted == {b"a", b": ", b"b c"}
    assert Document("x", memoryview(b'no "quote')).quoted == frozenset()


@pytest.mark.parametrize("path", ["oncall-anthropic.jsonl", "review-violations.otlp.json"])
def test_few_readers_are_imported_for_a_file(path: str) -> None:
    script = (
        "import sys; from replaydbg.actions.open import readings; list(readings(sys.argv[1])); "
        "print(sum(name.startswith('replaydbg.readers.') and '._' not in name for name in sys.modules))"
    )
    command = [sys.executable, "-c", script, str(ROOT / "traces" / path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    assert 1 <= int(done.stdout) <= 12
