"""`upgrade-long.otlp.jsonl`: a long run, 25 packages upgraded one after the other. pydantic-ai, collector lines.

Most upgrades are three calls: read the change log, apply the version, run the tests. Four packages fail their tests; the
agent rolls those back and goes on.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pydantic_ai import Agent
from pydantic_ai.capabilities import Instrumentation
from pydantic_ai.models.instrumented import InstrumentationSettings
from pydantic_ai.models.openai import OpenAIChatModel
from pydantic_ai.providers.openai import OpenAIProvider
from pydantic_ai.usage import UsageLimits

from tests.record import otel
from tests.record.scripted_server import serving
from tests.record.wire_shapes import Asked, Call, Say

NAME = "upgrade-long.otlp.jsonl"
SPANS_PER_LINE = 20
REQUESTS_MAX = 120
TASK = "Upgrade our direct dependencies one by one. Keep what passes the tests, roll back what does not."

_PACKAGES = {
    "attrs": ("23.1", "25.3"),
    "babel": ("2.12", "2.17"),
    "boto3": ("1.28", "1.40"),
    "celery": ("5.2", "5.5"),
    "click": ("8.1.3", "8.2"),
    "cryptography": ("41.0", "45.0"),
    "django": ("4.2.4", "4.2.23"),
    "fastavro": ("1.8", "1.11"),
    "gunicorn": ("20.1", "23.0"),
    "httpx": ("0.24", "0.28"),
    "jinja2": ("3.1.2", "3.1.6"),
    "lxml": ("4.9", "6.0"),
    "numpy": ("1.26", "2.3"),
    "openpyxl": ("3.1.0", "3.1.5"),
    "pandas": ("2.0", "2.3"),
    "pillow": ("9.5", "11.3"),
    "psycopg": ("3.1.8", "3.2.9"),
    "pyarrow": ("12.0", "20.0"),
    "pyyaml": ("6.0", "6.0.2"),
    "redis": ("4.6", "6.2"),
    "rich": ("13.4", "14.0"),
    "sentry-sdk": ("1.29", "2.33"),
    "sqlalchemy": ("1.4.49", "2.0.41"),
    "structlog": ("23.1", "25.4"),
    "tenacity": ("8.2", "9.1"),
}
_BREAKS = {
    "lxml": "tests/feeds/test_clean.py: ImportError: lxml.html.clean is now a separate project",
    "numpy": "tests/stats/test_trend.py: AttributeError: `np.float_` was removed in the NumPy 2.0 release",
    "pyarrow": "tests/export/test_schema.py: 2 failed, the exported schema differs",
    "sqlalchemy": "tests/db/test_session.py: 31 failed, Query.get() is gone, engine.execute() is gone",
}
"""Packages whose new version fails the tests, and how."""


def read_changelog(package: str, since: str) -> str:
    """The breaking changes of a package since a version, in a sentence."""
    breaking = _BREAKS.get(package)
    return f"{package} since {since}: {'see the migration guide' if breaking else 'no breaking change that we use'}"


def set_version(package: str, version: str) -> str:
    """Pin a package to a version and rebuild the lock file."""
    return f"{package}=={version}, lock file rebuilt"


def run_tests(package: str) -> str:
    """Run the tests of all modules that import a package."""
    return f"FAILED {_BREAKS[package]}" if package in _BREAKS else "passed"


def script(asked: Asked) -> Say:
    """The next step of the list, whatever was answered: the run was written down beforehand."""
    steps = list(_steps())
    if asked.turns < len(steps):
        return steps[asked.turns]
    kept, back = len(_PACKAGES) - len(_BREAKS), ", ".join(_BREAKS)
    return Say(
        f"{kept} of {len(_PACKAGES)} packages are upgraded. Rolled back: {back}; each needs changes in our code."
    )


def _steps() -> Iterator[Say]:
    for package, (old, new) in _PACKAGES.items():
        yield Say(f"Next: {package}.", (Call("read_changelog", {"package": package, "since": old}),))
        yield Say(calls=(Call("set_version", {"package": package, "version": new}),))
        yield Say(calls=(Call("run_tests", {"package": package}),))
        if package in _BREAKS:
            yield Say(
                f"{new} breaks us; back to {old}.",
                (Call("set_version", {"package": package, "version": old}),),
            )


def record() -> Path:
    """Run the agent and write its spans."""
    tracers, memory = otel.provider("dependency-upgrader")
    with serving(script, seconds_per_token=0.001) as url:
        model = OpenAIChatModel(
            "scripted-upgrade", provider=OpenAIProvider(base_url=f"{url}/v1", api_key="not-a-key")
        )
        settings = InstrumentationSettings(tracer_provider=tracers, include_model_request_parameters=False)
        agent = Agent(
            model,
            name="upgrader",
            instructions="You upgrade dependencies of a Python service. One package at a time.",
            tools=[read_changelog, set_version, run_tests],
            capabilities=[Instrumentation(settings=settings)],
        )
        agent.run_sync(TASK, usage_limits=UsageLimits(request_limit=REQUESTS_MAX))
    return otel.write_lines(NAME, memory.get_finished_spans(), SPANS_PER_LINE)
