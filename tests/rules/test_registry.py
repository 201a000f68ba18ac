"""All rules: found by walking, chosen by name, bounded, and robust against plug-ins."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import pytest

from replaydbg import limits
from replaydbg.config import Settings
from replaydbg.core.finding import Finding, Severity
from replaydbg.errors import UsageProblem
from replaydbg.graph.facts import Facts
from replaydbg.readers._api import Document
from replaydbg.readers._registry import read
from replaydbg.rules import _registry
from replaydbg.rules._api import Rule
from tests.support.build import assistant, call, chat, model_call, response, trace, user
from tests.support.corpora import each_of

TRACES = Path(__file__).resolve().parents[2] / "traces"

LOOP = chat(
    [
        user("Go."),
        *[one for n in range(3) for one in (assistant("", call("f", {}, f"{n}")), response(f"{n}", 1))],
        assistant(""),
    ]
)


def codes(select: tuple[str, ...] = (), ignore: tuple[str, ...] = ()) -> list[str]:
    return [rule.code for rule, *_ in _registry.check(Facts(LOOP), select, ignore)]


def test_all_are_asked_by_code() -> None:
    assert codes() == [rule.code for rule in _registry.all_rules()] == sorted(codes())
    assert len(codes()) >= 9


def test_some_are_selected_by_code_or_name_in_any_case() -> None:
    assert codes(("t003", "No-Progress-Loop")) == ["L001", "T003"]
    assert codes((), ("L001", "schema-violation")) == [
        code for code in codes() if code not in {"L001", "T003"}
    ]
    assert codes(("L001", "L002"), ("repeated-call",)) == ["L001"]


def test_findings_come_rule_by_rule() -> None:
    found = {rule.name: findings for rule, findings, _ in _registry.check(Facts(LOOP))}
    assert [finding.repeats for finding in found["no-progress-loop"]] == [3]
    assert found["schema-violation"] == ()


def test_a_rule_that_nobody_has_is_refused_before_any_is_asked() -> None:
    with pytest.raises(UsageProblem) as refused:
        _registry.check(Facts(LOOP), ("no-progres-loop",))
    assert refused.value.hint == "did you mean no-progress-loop?"
    with pytest.raises(UsageProblem, match="'xyz'") as refused:
        _registry.check(Facts(LOOP), (), ("xyz",))
    assert "there are no-progress-loop" in refused.value.hint


def test_explain() -> None:
    page = _registry.explain("schema-violation")
    assert page.startswith("T003 schema-violation (error, since 0.1)\n")
    assert "What to do:" in page


def test_table() -> None:
    lines = _registry.table().splitlines()
    assert len(lines) == 2 + len(_registry.all_rules())
    assert any(line.startswith("| T006 | `orphan-result` | warning | A tool response") for line in lines)
    assert all(line.count("|") == 5 for line in lines)


def shout(_: Facts) -> Iterator[Finding]:
    for number in range(limits.FINDINGS_PER_RULE_MAX * 2):
        yield Finding("X001", "shout", Severity.INFO, f"{number}", ("m1",))


def stumble(_: Facts) -> Iterator[Finding]:
    yield from ()
    raise ValueError("on this trace")


SHOUT = Rule("X001", "shout", Severity.INFO, "1", shout)
STUMBLE = Rule("X002", "stumble", Severity.INFO, "1", stumble)


@pytest.fixture
def plugged(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    here = "tests.rules.test_registry"
    entries = [
        EntryPoint(name, f"{here}:{value}" if value else "no.such.module:RULE", _registry.GROUP)
        for name, value in (("shout", "SHOUT"), ("stumble", "STUMBLE"), ("gone", ""), ("odd", "shout"))
    ]

    def entry_points(*, group: str) -> list[EntryPoint]:
        return entries if group == _registry.GROUP else []

    monkeypatch.setattr(_registry, "entry_points", entry_points)
    _registry._brought.cache_clear()
    yield
    _registry._brought.cache_clear()


def of(code: str, facts: Any = None) -> tuple[Finding, ...]:
    (heard,) = _registry.check(facts or Facts(LOOP), (code,))
    return heard.findings


@pytest.mark.usefixtures("plugged")
def test_plug_ins_are_rules_like_ours() -> None:
    assert codes()[-2:] == ["X001", "X002"]
    assert _registry.explain("shout").startswith("X001 shout")


@pytest.mark.usefixtures("plugged")
def test_plug_ins_that_cannot_be_loaded_are_notices() -> None:
    gone, odd = _registry.plugin_notices()
    assert "'gone' of a plug-in could not be loaded" in gone.message
    assert "'odd' of a plug-in is no Rule but function" in odd.message


@pytest.mark.usefixtures("plugged")
def test_a_plug_in_that_raises_is_said_so_and_the_others_are_heard() -> None:
    heard = {one.rule.code: one for one in _registry.check(Facts(LOOP))}
    assert heard["X002"].findings == ()
    (notice,) = heard["X002"].notices
    assert notice.message == "the rule stumble failed and is left out: ValueError: on this trace"
    assert heard["L001"].findings
    assert [one.notices for one in heard.values() if one.rule.code != "X002"] == [()] * (len(heard) - 1)


def test_settings_select_and_ignore_unless_the_command_says_otherwise() -> None:
    facts = Facts(LOOP, settings=Settings(select=("L001", "T003"), ignore=("t003",)))
    assert [heard.rule.code for heard in _registry.check(facts)] == ["L001"]
    assert [heard.rule.code for heard in _registry.check(facts, ("L002",))] == ["L002"]


def test_settings_say_how_severe_the_findings_of_a_rule_are() -> None:
    facts = Facts(LOOP, settings=Settings(severities={"no-progress-loop": Severity.HINT}))
    assert [finding.severity for finding in of("L001", facts)] == [Severity.HINT]


def test_what_is_said_of_steps_that_are_not_there_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    good, bad = (
        Finding("X003", "odd", Severity.INFO, "here", ("m1",)),
        Finding("X003", "odd", Severity.INFO, "there", ("m999",)),
    )
    odd = Rule("X003", "odd", Severity.INFO, "1", lambda _: iter([good, bad]))
    monkeypatch.setattr(_registry, "_brought", lambda: ((odd,), ()))
    (heard,) = _registry.check(Facts(LOOP), ("X003",))
    assert heard.findings == (good,)
    assert heard.notices[0].message == "the rule odd says something of steps that are not there; 1 left out"


@pytest.mark.usefixtures("plugged")
def test_findings_are_bounded_and_the_last_one_says_so() -> None:
    findings = of("X001")
    assert len(findings) == limits.FINDINGS_PER_RULE_MAX
    assert (
        findings[-1].message
        == f"and more of the kind; only the first {limits.FINDINGS_PER_RULE_MAX - 1} are listed"
    )


@pytest.mark.parametrize(
    "run",
    [
        trace(),
        trace(model_call("m", None)),
        trace(model_call("m", [], assistant("", call("", raw="{")))),
        trace(
            model_call("m", [response("", None)], assistant("", call("f", None), call("f", None)), tools=[])
        ),
    ],
    ids=["nothing", "nothing recorded", "a call without a name", "a response alone"],
)
def test_no_rule_raises_on_odd_traces(run: Any) -> None:
    heard = list(_registry.check(Facts(run)))
    assert len(heard) == len(_registry.all_rules())
    assert [notice for one in heard for notice in one.notices] == []


SAMPLES = {
    "analysis-parallel.otlp.json.gz": [],
    "billing-loop.otlp.jsonl": ["no-progress-loop"],
    "leave-chatlog.jsonl": ["truncated-answer", "unparsable-arguments", "schema-violation"],
    "newsroom-handoffs.otlp.jsonl": [],
    "oncall-anthropic.jsonl": ["failed-execution", "schema-violation"],
    "review-violations.otlp.json": ["schema-violation"] * 4,
    "support-incident.json": ["error-loop", *["schema-violation"] * 8],
    "travel-clean.console.json": [],
    "upgrade-long.otlp.jsonl": [],
}
"""What our own samples show."""


def names(path: Path) -> list[str]:
    """The rules that find something in the traces of the file."""
    content = path.read_bytes()
    content = gzip.decompress(content) if path.suffix == ".gz" else content
    *_, last = read(Document(path.name, memoryview(content)))
    heard = [told for one in last.traces for told in _registry.check(Facts(one))]
    assert [notice for told in heard for notice in told.notices] == []
    return [finding.name for told in heard for finding in told.findings]


@pytest.mark.parametrize(("sample", "expected"), SAMPLES.items(), ids=SAMPLES.keys())
def test_our_samples_show_what_they_should(sample: str, expected: list[str]) -> None:
    assert names(TRACES / sample) == expected


OTHERS = (
    "otlp_console", "otlp_jsonl", "otlp_openinference", "otlp_openllmetry", "otlp_openllmetry_legacy", "otlp_pydantic_ai",
    "raw_llm_logs",
)  # fmt: skip


@each_of(*OTHERS, without="-logs")
def test_runs_of_other_people_that_went_well_are_left_in_peace(path: Path) -> None:
    """Their calls were carried out, and two replies were filtered, so whatever else is found there is our mistake."""
    true_of_them = {"unanswered-call", "failed-execution", "model-switched", "empty-answer"}
    assert [name for name in names(path) if name not in true_of_them] == []


RULE_OF_OTHERS = """\"\"\"Shouting.

What it finds:
    Replies in capitals.

Why it matters:
    It is rude.

Example:
    "GO AWAY."

What to do:
    Whisper.
\"\"\"

from replaydbg.core.finding import Finding, Severity
from replaydbg.rules._api import Rule


def check(facts):
    for row in facts.index.model_calls:
        output = facts.trace.body(row).output
        if output is not None and output.text.isupper():
            yield Finding(RULE.code, RULE.name, RULE.severity, "the agent shouts", (facts.trace.ids[row],))


RULE = Rule("X100", "shouting", Severity.ERROR, since="1", check=check)
"""


def wheel(folder: Path) -> Path:
    """A package of somebody else, as pip would get it."""
    path = folder / "shouting-1.0-py3-none-any.whl"
    about = "shouting-1.0.dist-info"
    files = {
        "shouting_rule.py": RULE_OF_OTHERS,
        f"{about}/METADATA": "Metadata-Version: 2.1\nName: shouting\nVersion: 1.0\n",
        f"{about}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{about}/entry_points.txt": f"[{_registry.GROUP}]\nshouting = shouting_rule\nbroken = no_such_module\n",
    }
    files[f"{about}/RECORD"] = "".join(f"{name},,\n" for name in (*files, f"{about}/RECORD"))
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return path


def test_a_rule_of_an_installed_package_is_found_and_runs(tmp_path: Path) -> None:
    """Installed by pip without a network, and asked from the command line of another process."""
    pytest.importorskip("pip")
    site = tmp_path / "site"
    install = [sys.executable, "-m", "pip", "install", "-q", "--no-index", "--no-deps", "--target", str(site)]
    subprocess.run([*install, str(wheel(tmp_path))], check=True, timeout=120)
    log = tmp_path / "log.json"
    log.write_text('[{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "GO AWAY."}]')
    done = subprocess.run(
        [sys.executable, "-m", "replaydbg", "check", str(log), "--select", "shouting", "--output", "json"],
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(site), str(TRACES.parent)])},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 1, done.stderr
    (told,) = json.loads(done.stdout)["traces"]
    assert [(finding["code"], finding["message"]) for finding in told["findings"]] == [
        ("X100", "the agent shouts")
    ]
    assert "'broken' of a plug-in could not be loaded" in told["notices"][0]["message"]
