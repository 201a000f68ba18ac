"""Which edges of a directed graph close a cycle, and in which layer each of its boxes stands."""

from __future__ import annotations

from collections.abc import Iterator, Sequence


def closing(count: int, edges: Sequence[tuple[int, int]]) -> set[tuple[int, int]]:
    """Edges whose removal leaves no cycle: those that lead back into the path of a depth-first walk."""
    out: dict[int, list[int]] = {}
    for source, target in edges:
        out.setdefault(source, []).append(target)
    found, state = set(), bytearray(count)
    for start in range(count):
        stack: list[tuple[int, Iterator[int]]] = []
        if not state[start]:
            state[start] = 1
            stack.append((start, iter(out.get(start, ()))))
        while stack:
            at, following = stack[-1]
            target = next(following, -1)
            if target < 0:
                state[at] = 2
                stack.pop()
            elif not state[target]:
                state[target] = 1
                stack.append((target, iter(out.get(target, ()))))
            elif state[target] == 1:
                found.add((at, target))
    return found


def ranks(widths: Sequence[int], gap: int, edges: Sequence[tuple[int, int]], width: int = 0) -> list[int]:
    """The layer of each box: below everything that leads to it, the first one with room in `width` cells (0: all have).

    The edges must have no cycle.
    """
    out: dict[int, list[int]] = {}
    waiting = [0] * len(widths)
    for source, target in edges:
        out.setdefault(source, []).append(target)
        waiting[target] += 1
    layer_of = [0] * len(widths)
    used: dict[int, int] = {}
    ready = [box for box in range(len(widths)) if not waiting[box]]
    for box in ready:
        layer = layer_of[box]
        while width and used.get(layer, 0) and used[layer] + gap + widths[box] > width:
            layer += 1
        layer_of[box] = layer
        used[layer] = used.get(layer, -gap) + gap + widths[box]
        for target in out.get(box, ()):
            layer_of[target] = max(layer_of[target], layer + 1)
            waiting[target] -= 1
            if not waiting[target]:
                ready.append(target)
    return layer_of
