"""Who would be asked, and where."""

from __future__ import annotations

from dataclasses import replace

import pytest

from replaydbg.actions.addressees import addressees, provider_of
from replaydbg.actions.rerun import RerunOptions
from replaydbg.errors import UsageProblem
from replaydbg.replay.plan import UNNAMED
from tests.support.build import model_call, trace, user

CALLS = {"gpt-4o": 3, "gpt-4o-mini": 1}


def test_nobody_offline() -> None:
    assert addressees(RerunOptions(), CALLS, "openai") == ()


def test_the_models_as_recorded() -> None:
    asked = addressees(RerunOptions(live=True, environ={"OPENAI_API_KEY": "k"}), CALLS, "openai")
    assert [(who.model, who.calls) for who in asked] == [("gpt-4o", 3), ("gpt-4o-mini", 1)]
    assert asked[0].where.startswith("https://api.openai.com")
    assert asked[0].leaves
    assert asked[0].lacks == ""


def test_another_model_takes_all_calls() -> None:
    (who,) = addressees(RerunOptions(live=True, model="claude-x", environ={}), CALLS, "openai")
    assert (who.model, who.calls) == ("claude-x", 4)
    assert "anthropic" in who.where
    assert "is not set" in who.lacks


def test_a_local_server_keeps_it_on_this_machine() -> None:
    options = RerunOptions(live=True, model="llama", base_url="http://127.0.0.1:8080/v1")
    (who,) = addressees(options, CALLS, "")
    assert not who.leaves
    assert who.lacks == ""


def test_a_function_needs_no_live() -> None:
    (who, _) = addressees(RerunOptions(provider="python:replaydbg.demo.model:complete"), CALLS, "openai")
    assert who.where == "python:replaydbg.demo.model:complete"
    assert not who.leaves


def test_a_function_that_is_none_is_refused() -> None:
    with pytest.raises(UsageProblem):
        addressees(RerunOptions(provider="python:nowhere:nothing"), CALLS, "")


def test_a_model_that_a_recording_says_is_a_function_is_not_asked() -> None:
    with pytest.raises(UsageProblem, match="what a trace names is not run"):
        addressees(RerunOptions(live=True), {"python:os:getcwd": 1}, "")


def test_a_recording_of_the_responses_api_goes_to_its_address() -> None:
    of = trace(model_call("m", [user("u")], "a", params={"include": []}))
    (who,) = addressees(RerunOptions(live=True), {"gpt-r": 1}, provider_of(of, 0))
    assert who.where.endswith("/v1/responses")


def test_calls_without_a_model_of_the_recording_need_a_name() -> None:
    options = RerunOptions(live=True, provider="openai", base_url="http://127.0.0.1:1/v1")
    (who,) = addressees(options, {UNNAMED: 2}, "")
    assert who.lacks == "the recording names no model for these calls: name the one to ask"
    (who,) = addressees(replace(options, model="m"), {UNNAMED: 2}, "")
    assert (who.model, who.lacks) == ("m", "")
