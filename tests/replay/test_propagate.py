"""A new answer in the place of the old one."""

from __future__ import annotations

import pytest

from replaydbg.core.message import Json, Media, Message, Role
from replaydbg.replay.propagate import Carried, in_messages, in_text, in_value
from tests.support.build import response, user

CARRIED = Carried(4, "sun in Rome\n", "rain in Rome")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("so: sun in Rome.", "so: rain in Rome."),
        ("sun in Rome, sun in Rome", "rain in Rome, rain in Rome"),
        ("sun in Oslo", "sun in Oslo"),
        ("", ""),
    ],
)
def test_word_for_word_or_not_at_all(text: str, expected: str) -> None:
    assert in_text(text, CARRIED) == expected


def test_inside_of_json_text_it_is_spelt_as_json() -> None:
    carried = Carried(0, 'say "hi"', 'say "bye"\nnow')
    assert in_text('{"a": "say \\"hi\\""}', carried) == '{"a": "say \\"bye\\"\\nnow"}'


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"a": ["sun in Rome", 1]}, {"a": ["rain in Rome", 1]}),
        (None, None),
        (3, 3),
    ],
)
def test_in_values_every_string_is_looked_at(value: Json, expected: Json) -> None:
    assert in_value(value, CARRIED) == expected


def test_messages_keep_what_is_no_text() -> None:
    picture = Message(Role.USER, (Media("image", uri="x"),))
    told = (user("sun in Rome?"), picture, response("c", "sun in Rome"))
    assert in_messages(told, [CARRIED]) == (user("rain in Rome?"), picture, response("c", "rain in Rome"))
    assert CARRIED.where == "#5"
