"""A property that is worked out when somebody asks, and kept: bodies have a dozen, and a run a million bodies.

`functools.cached_property` does the same, but takes a lock at each in Python 3.11, which is as long as most of them take.
Two threads that ask at once both work it out, and come to the same.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar, overload

_T_co = TypeVar("_T_co", covariant=True)


class lazy(Generic[_T_co]):  # noqa: N801 - stands where `property` does
    def __init__(self, make: Callable[[Any], _T_co]) -> None:
        self._make = make
        self._name = make.__name__
        self.__doc__ = make.__doc__

    @overload
    def __get__(self, owner: None, kind: type) -> lazy[_T_co]: ...

    @overload
    def __get__(self, owner: object, kind: type) -> _T_co: ...

    def __get__(self, owner: Any, kind: type) -> lazy[_T_co] | _T_co:
        if owner is None:
            return self
        made = owner.__dict__[self._name] = self._make(owner)
        return made
