"""Messages of LangChain in every way in which they are written down."""

from __future__ import annotations

import ast
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replaydbg.core.step import Usage
from replaydbg.readers import _langchain
from tests.support import said

FIELDS = {"content": "hi", "type": "ai"}


@pytest.mark.parametrize(
    "value",
    [
        FIELDS,
        {"type": "ai", "data": FIELDS},
        {"lc": 1, "type": "constructor", "id": ["AIMessage"], "kwargs": FIELDS},
        "AIMessage(content='hi')",
        "AIMessageChunk(content='hi')",
    ],
)
def test_fields(value: Any) -> None:
    assert _langchain.fields(value) == FIELDS


@pytest.mark.parametrize(
    "value", [None, 3, [], "hi", "content", "content=", "f(content=')", {}, {"lc": 1, "kwargs": 3}]
)
def test_what_is_no_message(value: Any) -> None:
    assert "content" not in _langchain.fields(value)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("content='a' additional_kwargs={}", "human"),
        ("content='a' id='x' tool_calls=[]", "ai"),
        ("content='a' response_metadata={'model_name': 'm'}", "ai"),
        ("content='a' name='f' tool_call_id='c'", "tool"),
        ("SystemMessage(content='a', additional_kwargs={})", "system"),
    ],
)
def test_whose_a_printed_message_is(text: str, kind: str) -> None:
    assert (_langchain.printed(text)["type"], _langchain.printed(text)["content"]) == (kind, "a")


def test_what_is_no_literal_stays_as_it_was_printed() -> None:
    text = "content=[{'a': (1, 'x')}] artifact=Document(page_content='b c=d') when=now"
    assert _langchain.printed(text) == {
        "content": [{"a": [1, "x"]}], "artifact": "Document(page_content='b c=d')", "when": "now", "type": "human",
    }  # fmt: skip


printable = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(said.names, inner, max_size=3),
    max_leaves=6,
)


@given(
    st.text(max_size=30),
    st.dictionaries(st.from_regex(r"[a-z_]{2,9}", fullmatch=True), printable, max_size=4),
)
def test_any_values_come_back(content: str, more: dict[str, Any]) -> None:
    more = {
        key: value for key, value in more.items() if key not in {"content", "type"} and key.isidentifier()
    }
    more = {key: value for key, value in more.items() if _is_name(key)}
    text = " ".join(f"{key}={value!r}" for key, value in {"content": content, **more}.items())
    assert _langchain.printed(text) | {"type": ""} == {"content": content, **more, "type": ""}


def _is_name(key: str) -> bool:
    try:
        ast.parse(f"f({key}=1)")
    except SyntaxError:  # a word of the language
        return False
    return True


@given(st.text(alphabet="content=[]{}()'\"\\ \n,ab1-", max_size=60))
def test_any_text_is_taken(text: str) -> None:
    _langchain.printed(f"content='{text}")
    _langchain.printed(f"content={text}")


@pytest.mark.parametrize(
    "text", ["content='a' b=" + "[" * 5000, "content='a' b=" + "-" * 100_000, "content='" + "a" * 2_000_000]
)
def test_hostile_texts_are_no_message(text: str) -> None:
    assert _langchain.printed(text) == {}


def test_usage_and_model() -> None:
    used = {"input_tokens": 3, "output_tokens": 2, "output_token_details": {"reasoning": 1}}
    assert _langchain.usage({"usage_metadata": used}) == Usage(3, 2, None, 1)
    assert _langchain.model({"response_metadata": {"model_id": "b"}}) == "b"


def test_pieces() -> None:
    thought = {"content": [{"type": "thinking", "thinking": "h", "index": 0}], "type": "AIMessageChunk"}
    whole = _langchain.joined(
        [thought, thought, "text", {"text": " more"}, None, {"usage_metadata": {"input_tokens": 1}}]
    )
    assert whole["content"] == [{"type": "thinking", "thinking": "hh"}, {"type": "text", "text": "text more"}]
    assert whole["usage_metadata"] == {"input_tokens": 1}


def test_pieces_of_calls_without_an_index() -> None:
    pieces = [{"id": "a", "name": "f", "args": "{"}, {"args": "}"}, {"id": "b", "name": "g", "args": "{}"}]
    whole = _langchain.joined({"tool_call_chunks": [piece]} for piece in pieces)
    assert whole["tool_calls"] == [
        {"args": "{}", "id": "a", "name": "f"}, {"args": "{}", "id": "b", "name": "g"},
    ]  # fmt: skip
