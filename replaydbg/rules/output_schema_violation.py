"""Output schema violation.

What it finds:
    A tool result that breaks the output schema that its tool was declared with (`outputSchema` of MCP, `output_schema`
    of others). Of an MCP result the structured content is looked at; results that are errors, texts that are no
    JSON, and a result as declared that something wrapped in a field of its own, are left alone.

Why it matters:
    Whoever reads the result by its schema, a client or generated code, fails or reads a field that is not there. MCP
    clients refuse such a result, and the agent is told of an error that the tool does not know of.

Example:
    A tool that declares {"temperature": number} and returns {"temperature": "21 C"}.

What to do:
    Correct the tool or its declared schema. To see what the agent would have done, correct the result in place and
    re-run what follows.
"""

from __future__ import annotations

from collections.abc import Iterator

import orjson

from replaydbg.core.finding import Evidence, Finding, Severity
from replaydbg.core.message import Json
from replaydbg.core.tool import SchemaSource
from replaydbg.graph.facts import Facts
from replaydbg.rules._api import Rule
from replaydbg.rules._findings import recorded, summary
from replaydbg.rules._wanted import output_schema
from replaydbg.schema import checker


def check(facts: Facts) -> Iterator[Finding]:
    trace = facts.trace
    schemas: dict[int, Json] = {}
    for seen, outcome in zip(facts.calls, facts.outcomes, strict=True):
        if seen.in_force is None or seen.ran is None or outcome.failed:
            continue
        spec = seen.in_force.spec
        if id(spec) not in schemas:
            schemas[id(spec)] = output_schema(spec)
        schema = schemas[id(spec)]
        body = trace.body(seen.ran) if schema is not None else None
        if body is None or not body.has_result:
            continue
        place, value = _structured(body.result)
        if value is None:
            continue
        violations = recorded(checker(schema).violations(value), value)
        if violations and not _is_wrapped(value, schema):
            step_id = trace.ids[seen.ran]
            yield Finding(
                RULE.code,
                RULE.name,
                RULE.severity,
                f"the result of {seen.call.name} breaks its schema: {summary(violations)}",
                (step_id,),
                tuple(
                    Evidence(
                        step_id, "/result" if place is None else f"/result{place}{one.pointer}", one.message
                    )
                    for one in violations
                ),
                # A tool that takes no arguments is offered without a schema of them.
                str(SchemaSource.REQUEST) if spec.schema is None else seen.schema_source,
            )


def _structured(result: Json) -> tuple[str | None, Json]:
    """The structured content of a result and its pointer in it; none into JSON that is text. None without content."""
    if isinstance(result, str):
        try:
            return None, _content(orjson.loads(result))[1] if result.lstrip()[:1] in {"{", "["} else None
        except orjson.JSONDecodeError:
            return None, None
    return _content(result) if isinstance(result, dict) else (None, None)


def _content(result: Json) -> tuple[str, Json]:
    if not isinstance(result, dict):
        return "", result
    if result.get("isError") is True or result.get("is_error") is True:
        return "", None
    for key in ("structuredContent", "structured_content"):
        if key in result:
            return f"/{key}", result[key]
    return "", None if "content" in result else result


def _is_wrapped(value: Json, schema: Json) -> bool:
    """Whether the result is as declared inside the one field that a runtime put around it."""
    inner = value.get(next(iter(value))) if isinstance(value, dict) and len(value) == 1 else None
    return isinstance(inner, dict) and not checker(schema).violations(inner)


RULE = Rule("T012", "output-schema-violation", Severity.WARNING, since="0.1", check=check)
