"""`providers`: who can be asked, without a word of any key."""

from __future__ import annotations

import pytest

from replaydbg.drivers.providers import _local
from tests.drivers.providers.test_local import listing, nobody
from tests.support.command_line import run


@pytest.fixture(autouse=True)
def _one_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-very-secret")
    monkeypatch.delenv("ANTHROPIC_API_KEY", raising=False)


def test_vendors_are_listed_and_nothing_is_looked_for() -> None:
    done = run("providers", "--output", "json")
    assert done.code == 0
    assert [one["has_key"] for one in done.document["vendors"]][:3] == [True, True, False]
    assert done.document["servers"] == []
    assert "sk-very-secret" not in done.out + run("providers").out


def test_servers_on_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_local, "ANSWER_SECONDS_MAX", 60.0)
    with listing({"data": [{"id": "llama3:latest"}]}) as port:
        monkeypatch.setattr(_local.find_servers, "__defaults__", ([("Ollama", port)],))
        lines = run("providers", "--local").out
    assert f"--base-url http://127.0.0.1:{port}/v1" in lines
    assert "llama3:latest" in lines


def test_no_server_on_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    with nobody() as port:
        monkeypatch.setattr(_local.find_servers, "__defaults__", ([("Ollama", port)],))
        assert "no model server answers" in run("providers", "--local").out
