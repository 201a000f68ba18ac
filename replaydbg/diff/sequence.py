"""What two sequences have in common, in order: of the steps of two runs, of the words of two texts."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import TypeAlias

from replaydbg import limits


def common_subsequence(a: Sequence[Hashable], b: Sequence[Hashable]) -> list[tuple[int, int]]:
    """Places of a longest common subsequence, in order (Myers 1986: quick where the two are much alike).

    After `limits.DIFFERENCES_MAX` differences the rest counts as different: the cost is bounded, and nobody reads a
    longer list of differences one by one.
    """
    head = 0
    while head < min(len(a), len(b)) and a[head] == b[head]:
        head += 1
    tail = 0
    while tail < min(len(a), len(b)) - head and a[-1 - tail] == b[-1 - tail]:
        tail += 1
    middle = _myers(a[head : len(a) - tail], b[head : len(b) - tail])
    return [
        *((at, at) for at in range(head)),
        *((head + at_a, head + at_b) for at_a, at_b in middle),
        *((len(a) - at, len(b) - at) for at in range(tail, 0, -1)),
    ]


_Chain: TypeAlias = "tuple[_Chain, int, int, int] | None"
"""Stretches that are equal, last one first: what came before, place in `a`, place in `b`, length."""


def _myers(a: Sequence[Hashable], b: Sequence[Hashable]) -> list[tuple[int, int]]:
    nowhere: tuple[int, _Chain] = (-1, None)
    furthest: dict[int, tuple[int, _Chain]] = {1: (0, None)}
    """For each diagonal (place in `a` minus place in `b`) how far in `a` one comes with the differences so far."""
    reached, best = 0, None
    for differences in range(min(len(a) + len(b), limits.DIFFERENCES_MAX) + 1):
        for diagonal in range(-differences, differences + 1, 2):
            if not -len(b) <= diagonal <= len(a):
                continue
            (left, chain), above = furthest.get(diagonal - 1, nowhere), furthest.get(diagonal + 1, nowhere)
            if diagonal == -differences or (diagonal != differences and left < above[0]):
                start, chain = above  # an item of `b` is left out
            else:
                start = left + 1  # an item of `a` is left out
            x = start
            while x < len(a) and x - diagonal < len(b) and a[x] == b[x - diagonal]:
                x += 1
            if x > start:
                chain = (chain, start, start - diagonal, x - start)
            furthest[diagonal] = (x, chain)
            if x == len(a) and x - diagonal == len(b):
                return _unrolled(chain)
            if 2 * x - diagonal > reached:
                reached, best = 2 * x - diagonal, chain
    return _unrolled(best)


def _unrolled(chain: _Chain) -> list[tuple[int, int]]:
    pairs: list[tuple[int, int]] = []
    while chain is not None:
        chain, x, y, length = chain
        pairs.extend((x + at, y + at) for at in range(length - 1, -1, -1))
    pairs.reverse()
    return pairs
