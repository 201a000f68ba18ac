"""Keys that a person gives to actions in the settings, instead of ours: which can be taken, and which why not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from replaydbg.tui.dialog_actions import TYPED_IN
from replaydbg.tui.possible import KEY_SIGNS, UserAction, sign

EVERYWHERE = "program"
"""What the keys of the program are told as; they come before those of any screen."""

_GIVEN: dict[str, tuple[str, ...]] = {}
"""By screen and action."""
_NAMES = {said: key for key, said in KEY_SIGNS.items()}
"""A key may be named as the screen writes it."""

_Wanted = Mapping[str, tuple[str, ...]]


def give(keys: Mapping[str, str], actions: Sequence[UserAction]) -> list[str]:
    """Take these keys (`main.edit` -> `e,f4`) instead of our own; sentences for those that cannot be taken."""
    _GIVEN.clear()
    known = {name_of(action): action for action in actions}
    problems, wanted = [], {}
    for name, said in keys.items():
        parts = (part.strip() for part in said.split(","))
        wanted[name] = tuple(_NAMES.get(part, part) for part in parts if part)
        if name not in known:
            problems.append(
                f"keys.{name}: there is no such action; a dot typed in the list of keys (?) shows the names, as main.edit"
            )
            del wanted[name]
    while refused := next(
        ((name, why) for name, its in wanted.items() if (why := _refusal(known[name], its, actions, wanted))),
        None,
    ):
        name, why = refused
        problems.append(f"keys.{name} = {keys[name]!r}: {why}")
        del wanted[name]
    _GIVEN.update(wanted)
    return problems


def _refusal(action: UserAction, keys: Sequence[str], actions: Sequence[UserAction], wanted: _Wanted) -> str:
    if not keys:
        return "it names no key"
    if action.where in TYPED_IN and (text := next((key for key in keys if _is_text(key)), None)):
        return f"{text} is text there"
    for other in actions:
        together = action.where == other.where or EVERYWHERE in (action.where, other.where)
        both = set(keys).intersection(wanted.get(name_of(other), other.keys)) if together else ()
        if both and other is not action:
            where = "" if action.where == other.where else f" ({other.where})"
            return f"{min(both)} is the key of {other.id}{where}"
    return ""


def _is_text(key: str) -> bool:
    said = sign(key)
    return key == "space" or (len(said) == 1 and said not in "⏎←→↓↑")


def name_of(action: UserAction) -> str:
    """What it is called in the settings, and its binding."""
    return f"{action.where}.{action.id}"


def keymap() -> dict[str, str]:
    """The given keys by the ids of bindings, as Textual takes them."""
    return {name: ",".join(keys) for name, keys in _GIVEN.items()}


def with_keys(action: UserAction) -> UserAction:
    """The action with the keys that it was given."""
    given = _GIVEN.get(name_of(action))
    return action if given is None else replace(action, keys=given)
