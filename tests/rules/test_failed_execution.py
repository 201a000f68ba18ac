"""Steps that failed, where they did."""

from __future__ import annotations

import pytest

from replaydbg.core.finding import Severity
from replaydbg.core.message import Json, Message, OtherPart, Role
from replaydbg.core.step import Kind, Status
from replaydbg.core.trace import Trace
from replaydbg.rules.failed_execution import RULE
from tests.support.build import agent, assistant, call, model_call, other, tool, tool_execution, trace, user
from tests.support.rules import found

SEARCH = call("search", {}, "c")


@pytest.mark.parametrize(
    "run",
    [
        pytest.param(trace(), id="empty"),
        pytest.param(
            trace(tool_execution("x1", SEARCH, "error in chapter 3")), id="a result that has the word"
        ),
        pytest.param(
            trace(tool_execution("x1", SEARCH, error="No such tool available: search")),
            id="refused is another rule",
        ),
    ],
)
def test_quiet(run: Trace) -> None:
    assert found(RULE, run) == []


def test_the_innermost_step_is_named() -> None:
    run = trace(
        agent("a", "planner", tool_execution("x1", SEARCH, error="no network"), status=Status.ERROR),
    )
    (finding,) = found(RULE, run)
    assert (finding.step_ids, finding.severity) == (("x1",), Severity.INFO)
    assert finding.message == 'the tool search failed: "no network"'
    assert finding.evidence[0].pointer == "/error"


def failing(*later: str | None) -> Trace:
    return trace(
        model_call("m1", [user("Go.")], None, error="429", status=Status.ERROR),
        *(model_call(f"n{n}", [user("Go.")], reply) for n, reply in enumerate(later)),
    )


@pytest.mark.parametrize(
    ("run", "severity"),
    [
        pytest.param(failing(), Severity.ERROR, id="never answered"),
        pytest.param(failing(None), Severity.ERROR, id="asked again in vain"),
        pytest.param(failing(None, "Done."), Severity.WARNING, id="asked again and answered"),
    ],
)
def test_a_model_call(run: Trace, severity: Severity) -> None:
    (finding,) = found(RULE, run)
    assert finding.severity is severity
    assert finding.message == 'the model call chat m-1 failed: "429"'


def test_an_agent_that_fails_by_itself_is_an_error() -> None:
    inside = model_call("m1", [user("Go.")], assistant("", SEARCH), tools=[tool("search")])
    (finding,) = found(RULE, trace(agent("a", "planner", inside, status=Status.ERROR)))
    assert (finding.severity, finding.message) == (Severity.ERROR, "the agent planner failed")


def test_any_other_step_is_a_warning() -> None:
    (finding,) = found(RULE, trace(other("s", Kind.RETRIEVAL, "search", status=Status.ERROR)))
    assert (finding.severity, finding.message) == (Severity.WARNING, "the retrieval search failed")


@pytest.mark.parametrize(
    ("items", "message"),
    [
        pytest.param(
            [
                {
                    "type": "mcp_call",
                    "name": "ask",
                    "server_label": "wiki",
                    "error": "not found",
                    "output": None,
                }
            ],
            'ask, which the provider ran inside the reply, failed: "not found"',
            id="OpenAI",
        ),
        pytest.param(
            [
                {"type": "server_tool_use", "id": "s1", "name": "web_search", "input": {"query": "x"}},
                {
                    "type": "web_search_tool_result",
                    "tool_use_id": "s1",
                    "content": {"type": "web_search_tool_result_error", "error_code": "max_uses_exceeded"},
                },
            ],
            'web_search, which the provider ran inside the reply, failed: "max_uses_exceeded"',
            id="Anthropic",
        ),
    ],
)
def test_a_tool_that_the_provider_ran(items: list[Json], message: str) -> None:
    (finding,) = found(
        RULE, trace(model_call("m1", [user("Go.")], Message(Role.ASSISTANT, tuple(map(OtherPart, items)))))
    )
    assert (finding.severity, finding.message) == (Severity.INFO, message)
    assert finding.evidence[0].pointer == "/output"


def test_a_result_of_the_provider_that_begins_as_errors_do_is_not_marked() -> None:
    item = {"type": "mcp_call", "name": "ask", "error": None, "output": "Error: no page"}
    assert (
        found(RULE, trace(model_call("m1", [user("Go.")], Message(Role.ASSISTANT, (OtherPart(item),))))) == []
    )
