"""Secrets in text. The keys are put together here, so that nobody's scanner finds them in this file."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("detect_secrets")

from replaydbg.rules import _secrets

GITHUB = "ghp_" + "a1B2c3D4e5F6" * 3
KEYS = {
    "GitHub Token": GITHUB,
    "AWS Access Key": "AKIA" + "IOSFODNN7QXYZ234",
    "Stripe Access Key": "sk_live_" + "4eC39HqLyjWDarjtT1zdp7dc",
    "Private Key": "BEGIN RSA PRIVATE " + "KEY",
    "Slack Token": "xoxb-" + "123456789012-abcdefabcdef",
    "Anthropic API Key": "sk-ant-" + "api03-" + "aB3_dE6-gH" * 9 + "AA",
    "GitHub Token of finer grain": "github_pat_a1B2c3D4e5F6g7H8i9J0kL_" + "a1B2c3D4e5F" * 5 + "x1Y2",
    "Google API Key": "AIza" + "SyB3_dE6-gHaB3_dE6-gHaB3_dE6-gH1234",
    "Hugging Face Token": "hf_" + "aBcDeFgHiJkLmNoPqRsTuVwXyZaBcDeFgH",
    "OpenAI Key of a project": "sk-" + "proj-" + "aB3_dE6-gH" * 5 + "T3Blbk" + "FJ" + "aB3_dE6-gH" * 5,
}


BODY = "MIIEpAIBAAKCAQEAx3mVQ8wq0v6Y1n9k2Zr7Jc5sLp4Tt8Hd6Wb3Xe1Ff0Gg2A"


@pytest.mark.parametrize(("kind", "key"), KEYS.items(), ids=KEYS)
def test_found(kind: str, key: str) -> None:
    assert (kind, key) in list(_secrets.secrets_in(f"TOKEN={key}\nnext line\n{BODY}"))


@pytest.mark.parametrize(
    "text",
    [
        "AKIA" + "IOSFODNN7EXAMPLE",
        "ghp_" + "x" * 36,
        "sk_live_" + "0" * 24,
        f"if text.startswith('-----{KEYS['Private Key']}-----'): raise ValueError",
        "postgres://user:password@localhost/db",
        "postgres://user:$DB_PASSWORD@localhost/db",
        "https://me:${TOKEN}@example.org",
        "https://me:<token>@example.org",
        "https://me:[REDACTED]@example.org",
        "https://me:****@example.org",
    ],
)
def test_what_stands_in_place_of_one(text: str) -> None:
    assert list(_secrets.secrets_in(text)) == []


@pytest.mark.parametrize(
    "text",
    ["", "password = hunter2", "ghp_short", f"x{GITHUB}", "QUtJ" + KEYS["AWS Access Key"] + "abc", "id 0123456789abcdef" * 4],
)  # fmt: skip
def test_quiet(text: str) -> None:
    assert list(_secrets.secrets_in(text)) == []


SECRET_KEY = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYzzKEY12345"


@pytest.mark.parametrize(
    "text", [f"AWS_SECRET_ACCESS_KEY={SECRET_KEY}", f'"SecretAccessKey": "{SECRET_KEY}",', f"secret_access_key = {SECRET_KEY}"]
)  # fmt: skip
def test_a_key_that_only_its_name_tells(text: str) -> None:
    assert ("AWS Secret Key", SECRET_KEY) in list(_secrets.secrets_in(f"A=1\n{text}\nB=2"))
    assert _secrets.may_be_in(f"A=1\n{text}\nB=2")


def test_a_digest_beside_that_name_is_none() -> None:
    assert not list(_secrets.secrets_in(f"secret_access_key={'ab12' * 16}"))


def test_a_password_in_an_address() -> None:
    (secret,) = _secrets.secrets_in("postgres://ann:s3cr3t-9@db.example.org/x")
    assert secret == (_secrets.BASIC_AUTH, "s3cr3t-9")


def test_masked() -> None:
    assert _secrets.masked(GITHUB) == "ghp_… (40 characters)"


def test_nobody_is_asked_whether_it_is_valid(monkeypatch: pytest.MonkeyPatch) -> None:
    import socket

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a connection was opened")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    for key in KEYS.values():
        list(_secrets.secrets_in(key))


@given(st.data())
def test_a_glance_overlooks_nothing_that_a_detector_of_the_installed_version_finds(
    data: st.DataObject,
) -> None:
    detector = data.draw(st.sampled_from(_secrets._detectors()))
    pattern = data.draw(st.sampled_from(list(detector.denylist)))
    text = data.draw(st.from_regex(pattern))
    if next(iter(_secrets.secrets_in(text)), None) is not None:
        assert _secrets.may_be_in(text)
        assert _secrets.may_be_in(f"some words before\n{text}\nand after, é 語")


@settings(max_examples=300)
@given(st.data())
def test_a_detector_is_asked_wherever_it_would_find_something(data: st.DataObject) -> None:
    by_pattern = [
        one for one in _secrets._detectors() if isinstance(_secrets._NEEDED.get(one.secret_type), re.Pattern)
    ]
    detector = data.draw(st.sampled_from(by_pattern))
    text = data.draw(st.from_regex(data.draw(st.sampled_from(list(detector.denylist)))))
    if set(detector.analyze_string(text)):
        assert detector in _secrets._detectors_for(text)


@pytest.mark.parametrize("key", KEYS.values(), ids=KEYS)
def test_a_glance_sees_keys(key: str) -> None:
    assert _secrets.may_be_in(f"TOKEN={key} ")


@pytest.mark.parametrize(
    "text",
    ["", "plain words", "https://example.org/a?b=c", "ann@example.org", "0123456789abcdef" * 4, "eyJ", "a" * 500, '{"aws": "no"}'],
)  # fmt: skip
def test_plain_text_is_told_at_a_glance(text: str) -> None:
    assert not _secrets.may_be_in(text)


def test_the_detectors_are_imported_only_where_there_is_something_to_look_at() -> None:
    script = """
import sys
from replaydbg.graph.facts import Facts
from replaydbg.rules.secret_in_trace import RULE
from tests.support.build import chat, user, assistant
assert list(RULE.check(Facts(chat([user("hello, what is new today?"), assistant("nothing, as far as I know")])))) == []
assert "detect_secrets" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", script], check=True)
