"""Secrets in a run: each once, masked, at its place."""

from __future__ import annotations

from dataclasses import replace

import pytest

pytest.importorskip("detect_secrets")

from replaydbg import limits
from replaydbg.core.finding import Severity
from replaydbg.core.step import Kind
from replaydbg.core.trace import Trace
from replaydbg.rules import _registry, _secrets
from replaydbg.rules.secret_in_trace import RULE
from tests.support.build import assistant, call, chat, model_call, other, response, trace, user
from tests.support.rules import found

KEY = "ghp_" + "a1B2c3D4e5F6" * 3
ASKED = call("read", {"path": ".env"}, "c")


def leaking() -> Trace:
    return chat(
        [user("Read it."), assistant("", ASKED), response("c", f"TOKEN={KEY}"), assistant(f"It is {KEY}.")]
    )


def test_quiet() -> None:
    assert found(RULE, trace()) == []
    assert found(RULE, chat([user("Read it."), assistant("", ASKED), response("c", "TOKEN=$TOKEN")])) == []


def test_each_is_told_once_and_masked() -> None:
    (finding,) = found(RULE, leaking())
    assert finding.severity is Severity.WARNING
    assert finding.message == "a GitHub Token stands in the trace: ghp_… (40 characters)"
    assert finding.step_ids == ("x1", "m2")
    assert finding.evidence[0].pointer == "/result"
    assert KEY not in repr(finding)


@pytest.mark.parametrize(
    ("run", "place"),
    [
        (trace(model_call("m1", [user(f"My key is {KEY}")], "ok")), "/messages/0"),
        (trace(model_call("m1", [], f"It is {KEY}, I think.")), "/output/content"),
        (trace(model_call("m1", [], assistant("", call("push", {"token": KEY})))), "/tool_calls/0"),
    ],
)
def test_at_its_place(run: Trace, place: str) -> None:
    (finding,) = found(RULE, run)
    assert finding.evidence[0].pointer == place


def test_in_what_a_retrieval_found_and_in_messages_that_nobody_answered() -> None:
    documents = other("r", Kind.RETRIEVAL, "search", input="how?", output=[{"text": f"use {KEY}"}])
    (finding,) = found(RULE, trace(documents, other("e", Kind.OPAQUE, "unanswered", input=f"it is {KEY}")))
    assert (finding.step_ids, finding.evidence[0].pointer) == (("r", "e"), "/output")
    picture = [{"type": "blob", "content": "A" * 5000 + "." + KEY}]
    assert found(RULE, trace(other("e", Kind.OPAQUE, "unanswered", input=picture))) == []
    inside = model_call("m", [user(f"It is {KEY}.")], assistant("Thanks."))
    around = replace(other("o", Kind.OPAQUE, "chain", input=f"It is {KEY}."), children=(inside,))
    (finding,) = found(RULE, trace(around))
    assert finding.step_ids == ("m",)


def test_pictures_do_not_use_up_what_is_searched(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "SECRET_CHARS_MAX", 60_000)
    pictures = [{"type": "image", "source": {"type": "base64", "data": "iVBORw0KGgo+" * 5000}}]
    seen = [user("Look."), assistant("", ASKED), response("c", [*pictures, {"text": f"it says {KEY}"}])]
    (finding,) = found(RULE, chat([*seen, assistant(f"It is {KEY}.")]))
    assert (finding.severity, finding.evidence[0].pointer) == (Severity.WARNING, "/result")


def test_a_password_in_an_address_is_a_hint() -> None:
    (finding,) = found(
        RULE, trace(model_call("m1", [user("postgres://ann:s3cr3t-9@db.example.org/x")], "ok"))
    )
    assert finding.severity is Severity.HINT


def test_it_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "SECRET_CHARS_MAX", 30)
    (finding,) = found(RULE, leaking())
    assert finding.severity is Severity.HINT
    assert finding.message == "the search for secrets ended here, after 30 characters"


def test_without_the_extra_nothing_is_looked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_secrets, "find_spec", lambda _: None)
    _secrets.can_be_found.cache_clear()
    assert found(RULE, leaking()) == []
    _secrets.can_be_found.cache_clear()


def test_without_the_detectors_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    assert list(_registry.lacking([RULE])) == []
    monkeypatch.setattr(_secrets, "can_be_found", lambda: False)
    (why,) = _registry.lacking([RULE])
    assert "replaydbg[secrets]" in why
