"""Serving browsers: what is refused before anything is served. The server itself: tests/drivers/test_web.py."""

from __future__ import annotations

import socket
import sys
from contextlib import closing
from typing import NoReturn

import pytest

from replaydbg.actions import web
from replaydbg.actions.demo import incident_path
from replaydbg.errors import UnreadableInput, UsageProblem


def tell(sentence: str) -> NoReturn:
    raise AssertionError(f"it was served: {sentence}")


@pytest.mark.parametrize("path", ["nowhere.json", "-"])
def test_what_is_not_there(path: str) -> None:
    with pytest.raises(UnreadableInput, match="there is no such file"):
        web.serve(["true"], path, 0, tell, edit=False)


def test_without_the_extra_it_is_said_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "replaydbg.drivers.web", raising=False)
    monkeypatch.setitem(sys.modules, "textual_serve", None)
    monkeypatch.delattr("replaydbg.drivers.web", raising=False)
    with pytest.raises(UsageProblem, match="textual_serve") as refused:
        web.serve(["true"], incident_path(), 0, tell, edit=False)
    assert "replaydbg[web]" in refused.value.hint


def test_a_port_that_is_taken() -> None:
    pytest.importorskip("textual_serve", reason="the extra `web` is not installed")
    with (
        closing(socket.create_server(("127.0.0.1", 0))) as taken,
        pytest.raises(UsageProblem, match="cannot be listened on"),
    ):
        web.serve(["true"], incident_path(), taken.getsockname()[1], tell, edit=False)
