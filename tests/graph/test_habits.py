"""What the calls of one tool have in common."""

from __future__ import annotations

from typing import Any

from replaydbg.graph.habits import Habit, habits, type_name


def of(*arguments: dict[str, Any]) -> Habit:
    return habits(("f", one) for one in arguments)["f"]


def test_fields_that_all_others_have() -> None:
    last = {"a": 1}
    habit = of({"a": 1, "b": 2}, {"a": 1, "b": 3, "c": 4}, last)
    assert list(habit.always(last)) == ["a", "b"]
    assert list(habit.never(last)) == []
    assert list(habit.never({"a": 1, "c": 4})) == ["c"]


def test_the_type_of_all_others() -> None:
    odd = {"a": "7"}
    habit = of(*({"a": n} for n in range(5)), odd)
    assert habit.usual_type("a", "7") == "number"
    assert habit.usual_type("a", 3) is None
    assert of(*({"a": n} for n in range(4)), odd).usual_type("a", "7") is None


def test_the_values_of_all_others() -> None:
    habit = of(*({"a": ("x", "y")[n % 2]} for n in range(20)), {"a": "z"})
    assert habit.usual_values("a", "z") == ("x", "y")
    assert habit.usual_values("a", "x") == ()
    assert of(*({"a": f"{n}"} for n in range(70)), {"a": "z"}).usual_values("a", "z") == ()
    assert of(*({"a": "x" * 99} for n in range(30)), {"a": "z"}).usual_values("a", "z") == ()


def test_arguments_of_another_kind_are_passed_over() -> None:
    assert habits([("f", [1]), ("f", None), ("g", {"a": 1})]).keys() == {"g"}


def test_names_of_types() -> None:
    values: list[Any] = [None, True, 1, 1.5, "", [], {}]
    assert [type_name(value) for value in values] == [
        "null", "boolean", "number", "number", "string", "array", "object",
    ]  # fmt: skip
