"""What came of a call, as runtimes write it. The texts are of the shapes that public runtimes print, in our words."""

from __future__ import annotations

from typing import Any

import pytest

from replaydbg.core.message import Json
from replaydbg.core.step import Body
from replaydbg.graph.facts import Facts
from replaydbg.graph.failures import Refusal
from replaydbg.graph.outcomes import UNKNOWN, Outcome, told
from replaydbg.graph.walk import unheeded
from tests.support.build import assistant, call, chat, model_call, response, tool_execution, trace, user

REFUSED = [
    "InputValidationError: AskUser failed: the parameter `questions` is missing",
    "<tool_use_error>InputValidationError: Read failed</tool_use_error>",
    "ValidationError: 1 validation error for Input schema for send_money",
    "Error: 2 validation errors for call[find]\nq\n  Missing required argument",
    "1 validation error for lookup\norder_id\n  Field required",
    "Input validation error: 'id' is a required property",
    "MCP error -32602: Invalid arguments for tool find: [...]",
    "Invalid arguments for tool find: expected string",
    "Invalid JSON input for tool find: {",
    "AI_InvalidToolInputError: Invalid input for tool find",
    "An error occurred while parsing tool arguments. Please try again with valid JSON. Error: Expecting value",
    "Error running tool (non-fatal): Invalid JSON input for tool find",
    "failed to parse function arguments: missing field `command` at line 1 column 2",
    "Error validating args {} for tool 'finish': 1 validation error",
    "Error validating tool 'terminal': 2 validation errors for TerminalAction",
    "Invalid args for tool \"Bash\": must NOT have additional property 'is_background'",
    "Missing required parameter: path",
    "Parameter `path` is required for command: view.",
    "TypeError: find() got an unexpected keyword argument 'query'",
    "find() missing 1 required positional argument: 'q'",
    "Error invoking tool 'find' with kwargs {} with error:\n q: Field required\n Please fix the error and try again.",
    {"error": "Missing required parameters: q"},
    [{"type": "text", "text": "Input validation error: 7 is not of type 'string'"}],
    {"content": [{"type": "text", "text": "MCP error -32602: Invalid params"}], "isError": True},
    [{"type": "missing", "loc": ["q"], "msg": "Field required", "input": {}}],
    '[{"type":"missing","loc":["q"],"msg":"Field required","input":{}}]',
    '[{"code": "invalid_type", "expected": "string", "path": ["q"], "message": "Required"}]',
    "parse_error: the arguments could not be read",
    "Invalid tool arguments: q must be a string",
    "Invalid parameters: q is required",
    "jsonschema.exceptions.ValidationError: 5 is not of type 'string'",
    "Received tool input did not match expected schema",
    "Tool input validation failed: q",
    "The arguments provided to the tool are invalid: must have required property 'q'",
    "params must have required property 'q'",
    "Error: 'q' is a required property",
    "'q' is a required property",
    "Expected string, received number at q",
    "tool_use_failed: failed to call a function",
]
UNKNOWN_TOOLS = [
    "Error: No such tool available: Fetch",
    "<tool_use_error>Error: No such tool available: Fetch</tool_use_error>",
    "Unknown tool: fetch",
    "Tool 'fetch' not found",
    "Error: fetch is not a valid tool, try one of [find, open].",
    "Tool fetch does not exist.",
    "AI_NoSuchToolError: Model tried to call unavailable tool 'fetch'",
    {"error": "Unknown function: fetch"},
    "unsupported call: fetch",
    "No tool named fetch exists",
    "The tool fetch is unavailable.",
    "Function fetch is not defined",
    "Tool 'mcp__web__fetch' is not registered",
]
ERRORS = [
    "Error: disk full", "error: no such order", "Traceback (most recent call last):\n  File", '{"error": "no such order"}',
    "ERROR could not connect", "E: Unable to locate package foo",
]  # fmt: skip
FINE: list[Any] = [
    "shipped", "", None, 7, [], {}, [1, 2], {"error": None, "id": 7}, {"errors": []}, "errors.py\nmain.py",
    "def validate():\n    raise ValidationError('x')", "The order was not found in the list.", "Required: 3 signatures",
    "Tools: hammer, saw", {"status": "ok", "message": "all 3 required parts are in stock"},
    "FAILED tests/test_a.py::test_b - pydantic ValidationError: 1 validation error", "tool box not found in aisle 3",
    "0 validation errors found", "Validation error: 0", "Unknown function calls were flagged by the linter",
    "Unknown tools were used to build it", "Function foo is not defined in module bar", "No tool named hammer in stock",
    '[{"code": "E501", "path": "a.py", "message": "line too long"}]', "Missing required documents: passport",
    "Expected delivery: Friday, received payment",
]  # fmt: skip


@pytest.mark.parametrize("result", REFUSED, ids=str)
def test_refused_arguments(result: Any) -> None:
    outcome = told(result, marked=False)
    assert (outcome.refusal, outcome.failed) == (Refusal.ARGUMENTS, True)
    assert outcome.text


@pytest.mark.parametrize(
    "result", ["Function main not found! Instead, here is sub_1", "tool fetch not found."]
)
def test_another_function_that_is_not_found_is_a_result(result: Any) -> None:
    assert told(result, marked=False, name="run").refusal is None


@pytest.mark.parametrize("result", UNKNOWN_TOOLS, ids=str)
def test_unknown_tools(result: Any) -> None:
    assert told(result, marked=False, name="fetch").refusal is Refusal.TOOL


@pytest.mark.parametrize("result", ERRORS)
def test_errors(result: str) -> None:
    outcome = told(result, marked=False)
    assert (outcome.refusal, outcome.failed, outcome.marked) == (None, True, False)


@pytest.mark.parametrize("result", FINE, ids=str)
def test_results(result: Any) -> None:
    assert told(result, marked=False) == Outcome(known=True)


def test_the_recording_says_that_it_failed() -> None:
    assert told("no", marked=True) == Outcome(known=True, failed=True, marked=True, text="no")
    assert told("", marked=True, or_else="no network").text == "no network"


def test_pydantic_errors_in_words() -> None:
    outcome = told([{"type": "missing", "loc": ["a", 0, "b"], "msg": "Field required"}], marked=False)
    assert outcome.text == "a.0.b: Field required"
    assert told([{"type": "missing", "loc": 7, "msg": None}], marked=False).refusal is Refusal.ARGUMENTS


def test_of_the_execution_or_of_the_response_or_of_nobody() -> None:
    asked = call("f", {}, "c")
    ran = trace(model_call("m1", [], assistant("", asked)), tool_execution("x1", asked, "Error: no"))
    said = chat(
        [user("Go."), assistant("", asked), response("c", "no", is_error=True), assistant("Oh.")],
        executions=False,
    )
    alone = trace(tool_execution("x1", asked, error="no network"))
    lost = trace(model_call("m1", [], assistant("", asked)))
    assert [Facts(run).outcomes[0].text for run in (ran, said, alone, lost)] == [
        "Error: no",
        "no",
        "no network",
        "",
    ]
    assert Facts(lost).outcomes == (UNKNOWN,)


def test_short_results_of_a_run_whose_bodies_are_not_kept_are_decoded_once() -> None:
    results: list[Json] = [*map(str, range(100)), "long " * 1000, {"of": "another kind"}, None]
    run = trace(*(tool_execution(f"t{at}", call("look"), result) for at, result in enumerate(results)))
    decoded: list[Any] = []

    def decode(handle: Any) -> Body:
        decoded.append(handle)
        return run.decode(handle)

    facts = Facts(run.under(decode=decode))
    facts.learn(unheeded)
    decoded.clear()
    assert [facts.result(row) for row in facts.index.executions] == results
    assert len(decoded) <= 3
