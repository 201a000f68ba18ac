"""Layered drawing of a small directed graph in cells: boxes in rows, edges as lines between them.

Edges that close a cycle leave below their box, go up in a gutter on the right and come in from above like all others,
so that no line runs through a box. Each box has one way out in the middle of its lower side and a way in of its own for
each edge on the upper side; each source has a line of its own in the channel between two layers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

GAP_CELLS = 4
_SWEEPS = 6

Point = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Box:
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Route:
    """An edge as the corners of its line, from below its source to above its target; `back` closes a cycle."""

    source: int
    target: int
    points: tuple[Point, ...]
    back: bool


@dataclass(frozen=True, slots=True)
class Layout:
    """Upper left corners of the boxes and the routes of the edges. Nothing lies outside `width` and `height`."""

    corners: Mapping[int, Point]
    routes: tuple[Route, ...]
    layers: tuple[tuple[int, ...], ...]
    width: int
    height: int


@dataclass(slots=True)
class _Net:
    """All edges out of one box, or one that comes from the gutter: they share a line in one channel."""

    source: int | None
    xs: list[int] = field(default_factory=list)
    track: int = -1


def lay_out(boxes: Sequence[Box], edges: Sequence[tuple[int, int]]) -> Layout:
    """Boxes are named by their index. Edges from a box to itself are left out: they belong on its label."""
    proper = [edge for edge in dict.fromkeys(edges) if edge[0] != edge[1]]
    back = _closing(len(boxes), proper)
    return _Drawing(boxes, [edge for edge in proper if edge not in back], sorted(back)).layout()


def _closing(count: int, edges: Sequence[tuple[int, int]]) -> set[tuple[int, int]]:
    """Edges whose removal leaves no cycle: those that lead back into the path of a depth-first walk."""
    out: dict[int, list[int]] = {}
    for source, target in edges:
        out.setdefault(source, []).append(target)
    closing, state = set(), bytearray(count)
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
                closing.add((at, target))
    return closing


class _Drawing:
    """Works on stops: boxes, and for edges over several layers one place to pass in each layer between."""

    def __init__(
        self, boxes: Sequence[Box], forward: Sequence[tuple[int, int]], back: Sequence[tuple[int, int]]
    ) -> None:
        self.boxes = list(boxes)
        self.forward = forward
        self.back = back
        self.layer_of = _layers(len(boxes), forward)
        self.layers: list[list[int]] = [[] for _ in range(max(self.layer_of, default=-1) + 1)]
        for box, layer in enumerate(self.layer_of):
            self.layers[layer].append(box)
        self.chains: dict[tuple[int, int], list[int]] = {edge: self._chain(edge) for edge in forward}
        self.near: tuple[dict[int, list[int]], dict[int, list[int]]] = ({}, {})
        for chain in self.chains.values():
            for above, below in pairwise(chain):
                self.near[0].setdefault(below, []).append(above)
                self.near[1].setdefault(above, []).append(below)
        self._order()
        self.x = self._across()

    def _chain(self, edge: tuple[int, int]) -> list[int]:
        source, target = edge
        chain = [source]
        for layer in range(self.layer_of[source] + 1, self.layer_of[target]):
            self.boxes.append(Box(1, 1))
            self.layer_of.append(layer)
            self.layers[layer].append(len(self.boxes) - 1)
            chain.append(len(self.boxes) - 1)
        return [*chain, target]

    def _order(self) -> None:
        """Fewer crossings: each layer sorted by where its neighbours stand, from above and from below in turn."""
        position = {stop: float(at) for layer in self.layers for at, stop in enumerate(layer)}
        for sweep in range(_SWEEPS):
            near = self.near[sweep % 2]
            for layer in self.layers if sweep % 2 == 0 else reversed(self.layers):
                mean = {
                    stop: sum(position[other] for other in near[stop]) / len(near[stop])
                    if near.get(stop)
                    else position[stop]
                    for stop in layer
                }
                layer.sort(key=mean.__getitem__)
                position.update((stop, float(at)) for at, stop in enumerate(layer))

    def _across(self) -> dict[int, int]:
        """Left edges: packed, then pulled to where the neighbours are, as far as the gaps allow."""
        centre = {}
        for layer in self.layers:
            at = 0.0
            for stop in layer:
                centre[stop] = at + self.boxes[stop].width / 2
                at += self.boxes[stop].width + GAP_CELLS
        for sweep in range(2 * _SWEEPS):
            near = self.near[sweep % 2]
            for layer in self.layers if sweep % 2 == 0 else reversed(self.layers):
                wanted = [
                    sum(centre[other] for other in near[stop]) / len(near[stop])
                    if near.get(stop)
                    else centre[stop]
                    for stop in layer
                ]
                self._settle(layer, wanted, centre)
        left = min((centre[stop] - self.boxes[stop].width / 2 for stop in centre), default=0)
        return {stop: round(centre[stop] - self.boxes[stop].width / 2 - left) for stop in centre}

    def _settle(self, layer: Sequence[int], wanted: Sequence[float], centre: dict[int, float]) -> None:
        edge = float("-inf")
        for stop, want in zip(layer, wanted, strict=True):
            half = self.boxes[stop].width / 2
            centre[stop] = max(want, edge + GAP_CELLS + half)
            edge = centre[stop] + half
        drift = sum(want - centre[stop] for stop, want in zip(layer, wanted, strict=True)) / len(layer)
        for stop in layer:
            centre[stop] += drift

    # -- lines ---------------------------------------------------------------------------------------------------

    def layout(self) -> Layout:
        count = len(self.boxes)
        width = max((self.x[stop] + self.boxes[stop].width for stop in range(count)), default=0)
        gutters = self._gutters(width + 2)
        ports = self._ports()
        nets = self._nets(ports, gutters)
        tracks = [_tracked(channel) for channel in nets]
        tops, y = [], 0
        for layer, stops in enumerate(self.layers):
            y += tracks[layer] + (1 if layer or nets[0] else 0)
            tops.append(y)
            y += max(self.boxes[stop].height for stop in stops)
        height = y + tracks[-1]
        routes = [
            Route(edge[0], edge[1], tuple(self._down(edge, ports, nets, tops)), back=False)
            for edge in self.forward
        ]
        routes += [
            Route(edge[0], edge[1], tuple(self._around(edge, gutters[edge], ports, nets, tops)), back=True)
            for edge in self.back
        ]
        real = len(self.boxes) - sum(len(chain) - 2 for chain in self.chains.values())
        corners = {stop: (self.x[stop], tops[self.layer_of[stop]]) for stop in range(real)}
        layers = tuple(tuple(stop for stop in layer if stop < real) for layer in self.layers)
        return Layout(
            corners, tuple(routes), layers, max([width, *(x + 1 for x in gutters.values())]), height
        )

    def _gutters(self, first: int) -> dict[tuple[int, int], int]:
        """Columns on the right for the edges that go up; those whose heights do not meet share one."""
        lanes: list[list[tuple[int, int]]] = []
        gutters = {}
        for edge in sorted(self.back, key=lambda edge: self.layer_of[edge[0]] - self.layer_of[edge[1]]):
            span = (self.layer_of[edge[1]], self.layer_of[edge[0]] + 1)
            free = (
                at
                for at, taken in enumerate(lanes)
                if all(span[1] < low or span[0] > high for low, high in taken)
            )
            at = next(free, len(lanes))
            if at == len(lanes):
                lanes.append([])
            lanes[at].append(span)
            gutters[edge] = first + 2 * at
        return gutters

    def _out(self, stop: int) -> int:
        return self.x[stop] + self.boxes[stop].width // 2

    def _ports(self) -> dict[tuple[int, int], int]:
        """Where each line from above enters, by (stop above or source of a back edge, stop): left ones from the left."""
        entering: dict[int, list[tuple[float, tuple[int, int]]]] = {}
        for below, aboves in self.near[0].items():
            entering[below] = [(self._out(above), (above, below)) for above in aboves]
        for source, target in self.back:
            entering.setdefault(target, []).append((float("inf"), (source, target)))
        ports = {}
        for stop, lines in entering.items():
            box = self.boxes[stop]
            for at, (_, key) in enumerate(sorted(lines)):
                ports[key] = self.x[stop] + (at + 1) * box.width // (len(lines) + 1)
            only = lines[0][0]
            if len(lines) == 1 and self.x[stop] + 1 < only < self.x[stop] + box.width - 2:
                ports[lines[0][1]] = int(only)
        return ports

    def _nets(
        self, ports: Mapping[tuple[int, int], int], gutters: Mapping[tuple[int, int], int]
    ) -> list[dict[tuple[int, int], _Net]]:
        """For each channel (the first is above all boxes) its nets, by source stop or by back edge."""
        nets: list[dict[tuple[int, int], _Net]] = [{} for _ in range(len(self.layers) + 1)]
        for above, belows in self.near[1].items():
            net = nets[self.layer_of[above] + 1].setdefault((above, -1), _Net(self._out(above)))
            net.xs.extend(ports[above, below] for below in belows)
        for edge in self.back:
            source, target = edge
            net = nets[self.layer_of[source] + 1].setdefault((source, -1), _Net(self._out(source)))
            net.xs.append(gutters[edge])
            nets[self.layer_of[target]][edge] = _Net(None, [gutters[edge], ports[edge]])
        return nets

    def _down(
        self,
        edge: tuple[int, int],
        ports: Mapping[tuple[int, int], int],
        nets: Sequence[Mapping[tuple[int, int], _Net]],
        tops: Sequence[int],
    ) -> Iterator[Point]:
        chain = self.chains[edge]
        for above, below in pairwise(chain):
            layer = self.layer_of[above]
            out, port, bottom = self._out(above), ports[above, below], tops[layer] + self.boxes[above].height
            yield out, bottom
            if out != port:
                y = self._channel(layer + 1, tops) + nets[layer + 1][above, -1].track
                yield out, y
                yield port, y
            yield port, tops[layer + 1] - 1

    def _around(
        self,
        edge: tuple[int, int],
        gutter: int,
        ports: Mapping[tuple[int, int], int],
        nets: Sequence[Mapping[tuple[int, int], _Net]],
        tops: Sequence[int],
    ) -> Iterator[Point]:
        source, target = edge
        low, high = self.layer_of[source] + 1, self.layer_of[target]
        y = self._channel(low, tops) + nets[low][source, -1].track
        yield self._out(source), tops[low - 1] + self.boxes[source].height
        yield self._out(source), y
        yield gutter, y
        y = self._channel(high, tops) + nets[high][edge].track
        yield gutter, y
        yield ports[edge], y
        yield ports[edge], tops[high] - 1

    def _channel(self, number: int, tops: Sequence[int]) -> int:
        """The first row of a channel: right below the tallest box of the layer above."""
        if number == 0:
            return 0
        return tops[number - 1] + max(self.boxes[stop].height for stop in self.layers[number - 1])


def _tracked(channel: Mapping[tuple[int, int], _Net]) -> int:
    """Give each net that is not straight a row of the channel; how many rows that takes."""
    rows: list[list[tuple[int, int]]] = []
    nets = [net for net in channel.values() if set(net.xs) != {net.source}]
    for net in sorted(nets, key=lambda net: (net.source is None, max(_reach(net)) - min(_reach(net)))):
        span = (min(_reach(net)) - 1, max(_reach(net)) + 1)
        free = (
            at for at, taken in enumerate(rows) if all(span[1] < low or span[0] > high for low, high in taken)
        )
        net.track = next(free, len(rows))
        if net.track == len(rows):
            rows.append([])
        rows[net.track].append(span)
    return len(rows)


def _reach(net: _Net) -> list[int]:
    return net.xs if net.source is None else [*net.xs, net.source]


def _layers(count: int, edges: Sequence[tuple[int, int]]) -> list[int]:
    """The layer of each box: below everything that leads to it. The edges must have no cycle."""
    out: dict[int, list[int]] = {}
    waiting = [0] * count
    for source, target in edges:
        out.setdefault(source, []).append(target)
        waiting[target] += 1
    layer_of = [0] * count
    ready = [box for box in range(count) if not waiting[box]]
    for box in ready:
        for target in out.get(box, ()):
            layer_of[target] = max(layer_of[target], layer_of[box] + 1)
            waiting[target] -= 1
            if not waiting[target]:
                ready.append(target)
    return layer_of
