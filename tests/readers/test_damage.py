"""Files of every format that were cut, torn and mixed up: a trace, notices, or one error sentence, and nothing else.

Each reader's own test has `SAMPLES` of its format; the traces of this project are damaged besides.
"""

from __future__ import annotations

import gzip

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from replaydbg.readers import _registry
from tests.house.source import ROOT
from tests.support import said
from tests.support.examined import examine
from tests.support.readings import document
from tests.support.samples import SAMPLES

EXAMPLES = 50
TRACES = {
    path.name: gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    for path in sorted((ROOT / "traces").iterdir())
    if path.suffix != ".md"
}


@pytest.mark.parametrize("format_name", SAMPLES)
def test_samples_are_read_by_their_reader(format_name: str) -> None:
    for sample in SAMPLES[format_name]:
        choice = _registry.choose(document(sample))
        assert choice.reader.name == format_name
        assert choice.reader.is_fallback or choice.notices == (), "there is no doubt"
        assert examine(sample, format_name), "a sample without a step shows nothing"


@pytest.mark.parametrize("format_name", SAMPLES)
@settings(max_examples=EXAMPLES)
@given(data=st.data())
def test_damaged_samples(format_name: str, data: st.DataObject) -> None:
    torn = data.draw(said.damaged(data.draw(st.sampled_from(SAMPLES[format_name]))))
    examine(torn, format_name)
    examine(torn)


@pytest.mark.parametrize("format_name", SAMPLES)
def test_values_of_other_types_anywhere(format_name: str) -> None:
    for sample in SAMPLES[format_name]:
        for other in said.of_other_types(sample):
            examine(other, format_name)


@pytest.mark.parametrize("name", TRACES)
@settings(max_examples=EXAMPLES)
@given(data=st.data())
def test_damaged_traces(name: str, data: st.DataObject) -> None:
    examine(data.draw(said.damaged(TRACES[name])))
