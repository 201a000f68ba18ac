"""What the person is told when the receiver begins, and what came in when it ends."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from replaydbg.actions import receive
from replaydbg.drivers import receiver
from replaydbg.errors import UsageProblem


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The server is left out: what it was given is kept, and two spans come in."""
    given: list[Any] = []

    def serve(application: receiver.Receiver, bound: Any) -> None:
        application.counts.spans = 2
        given.append(bound.getsockname()[:2])

    monkeypatch.setattr(receiver, "serve", serve)
    return given


def test_the_address_and_what_to_do_with_it_are_told(tmp_path: Path, served: list[Any]) -> None:
    told: list[str] = []
    got = receive.receive("127.0.0.1", 0, str(tmp_path / "x.jsonl"), told.append)
    address = "http://{}:{}".format(*served[0])
    assert got == receive.Received(0, 2, 0, 0, 0)
    assert all(address in line for line in told[:2])
    assert "--follow" in told[2]
    assert len(told) == 3


def test_an_address_that_others_reach_is_said_to_be_one(tmp_path: Path, served: list[Any]) -> None:
    told: list[str] = []
    receive.receive("0.0.0.0", 0, str(tmp_path / "x.jsonl"), told.append)
    assert "every machine" in told[3]


def test_without_the_package_it_says_json_only(
    tmp_path: Path, served: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("replaydbg.wire.otlp.is_available", lambda: False)
    told: list[str] = []
    receive.receive("127.0.0.1", 0, str(tmp_path / "x.jsonl"), told.append)
    assert "JSON only" in told[3]


def test_a_file_that_cannot_be_written_is_a_usage_problem(tmp_path: Path) -> None:
    with pytest.raises(UsageProblem):
        receive.receive("127.0.0.1", 0, str(tmp_path / "no" / "x.jsonl"), print)
