"""Layered drawing of a small directed graph in cells: boxes in rows, edges as lines between them.

Edges that close a cycle leave below their box, go up in a gutter on the right and come in from above like all others,
so that no line runs through a box. Each box has one way out in the middle of its lower side and a way in of its own for
each edge on the upper side. All that leaves a box is one line which branches: it has one track in each channel between
two layers, one place to pass in each layer on its way down, and one gutter. Lines of two boxes cross, and never run
along each other.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from replaydbg.graph.ranks import closing, ranks

GAP_CELLS = 4
_MARGIN_CELLS = 2
"""Between the boxes and the gutter."""
_SWEEPS = 6
_UP, _DOWN, _LEFT, _RIGHT = 1, 2, 4, 8

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

    def cells(self) -> Iterator[tuple[Point, int]]:
        """Each cell of the line with the sides it joins: 1 up, 2 down, 4 left, 8 right."""
        yield self.points[0], _UP
        for (x0, y0), (x1, y1) in pairwise(self.points):
            step_x, step_y = (x1 > x0) - (x1 < x0), (y1 > y0) - (y1 < y0)
            ahead = {(1, 0): _RIGHT, (-1, 0): _LEFT, (0, 1): _DOWN, (0, -1): _UP}.get((step_x, step_y), 0)
            behind = {_RIGHT: _LEFT, _LEFT: _RIGHT, _DOWN: _UP, _UP: _DOWN}.get(ahead, 0)
            x, y = x0, y0
            while (x, y) != (x1, y1):
                yield (x, y), ahead
                x, y = x + step_x, y + step_y
                yield (x, y), behind


@dataclass(frozen=True, slots=True)
class Layout:
    """Upper left corners of the boxes and the routes of the edges. Nothing lies outside `width` and `height`.

    `widths` are those of the boxes as they are drawn, with room for all that leads to them.
    """

    corners: Mapping[int, Point]
    widths: Mapping[int, int]
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


def lay_out(boxes: Sequence[Box], edges: Sequence[tuple[int, int]], width: int = 0, label: int = 5) -> Layout:
    """Boxes are named by their index. Edges from a box to itself are left out: they belong on its label.

    Layers wider than `width` are broken, as far as boxes and gaps go; 0 breaks none. Each box has room for `label` cells
    beside each line that enters it.
    """
    proper = [edge for edge in dict.fromkeys(edges) if edge[0] != edge[1]]
    back = closing(len(boxes), proper)
    leading = [0] * len(boxes)
    for _, target in proper:
        leading[target] += 1
    roomy = [
        Box(max(box.width, label * ways + 1), box.height) for box, ways in zip(boxes, leading, strict=True)
    ]
    return _Drawing(roomy, [edge for edge in proper if edge not in back], sorted(back), width).layout()


class _Drawing:
    """Works on stops: boxes, and for edges over several layers one place to pass in each layer between."""

    def __init__(
        self,
        boxes: Sequence[Box],
        forward: Sequence[tuple[int, int]],
        back: Sequence[tuple[int, int]],
        width: int,
    ) -> None:
        self.width = width
        self.boxes = list(boxes)
        self.real = len(boxes)
        self.forward = forward
        self.back = back
        gutters = _MARGIN_CELLS + 2 * len({source for source, _ in back})
        self.layer_of = ranks(
            [box.width for box in boxes], GAP_CELLS, forward, max(1, width - gutters) if width else 0
        )
        self.layers: list[list[int]] = [[] for _ in range(max(self.layer_of, default=-1) + 1)]
        for box, layer in enumerate(self.layer_of):
            self.layers[layer].append(box)
        self.passing: dict[tuple[int, int], int] = {}
        """By source and layer where its line passes."""
        self.chains: dict[tuple[int, int], list[int]] = {edge: self._chain(edge) for edge in forward}
        self.near: tuple[dict[int, list[int]], dict[int, list[int]]] = ({}, {})
        for above, below in dict.fromkeys(pair for chain in self.chains.values() for pair in pairwise(chain)):
            self.near[0].setdefault(below, []).append(above)
            self.near[1].setdefault(above, []).append(below)
        self._order()
        self.x = self._across()
        self._keep_apart()

    def _chain(self, edge: tuple[int, int]) -> list[int]:
        source, target = edge
        chain = [source]
        for layer in range(self.layer_of[source] + 1, self.layer_of[target]):
            stop = self.passing.setdefault((source, layer), len(self.boxes))
            if stop == len(self.boxes):
                self.boxes.append(Box(1, 1))
                self.layer_of.append(layer)
                self.layers[layer].append(stop)
            chain.append(stop)
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
        self._narrow(centre)
        left = min((centre[stop] - self.boxes[stop].width / 2 for stop in centre), default=0)
        return {stop: round(centre[stop] - self.boxes[stop].width / 2 - left) for stop in centre}

    def _narrow(self, centre: dict[int, float]) -> None:
        """Where all of it is wider than it may be, no layer stands out beside the widest one."""
        half = {stop: self.boxes[stop].width / 2 for stop in centre}
        ends = [
            (centre[layer[0]] - half[layer[0]], centre[layer[-1]] + half[layer[-1]]) for layer in self.layers
        ]
        first, last = max(ends, key=lambda end: end[1] - end[0], default=(0.0, 0.0))
        if (
            not self.width
            or max((right for _, right in ends), default=0) - min((left for left, _ in ends), default=0)
            <= self.width
        ):
            return
        for layer, (left, right) in zip(self.layers, ends, strict=True):
            by = max(0.0, first - left) - max(0.0, right - last)
            for stop in layer:
                centre[stop] += by

    def _settle(self, layer: Sequence[int], wanted: Sequence[float], centre: dict[int, float]) -> None:
        edge = float("-inf")
        for stop, want in zip(layer, wanted, strict=True):
            half = self.boxes[stop].width / 2
            centre[stop] = max(want, edge + GAP_CELLS + half)
            edge = centre[stop] + half
        drift = sum(want - centre[stop] for stop, want in zip(layer, wanted, strict=True)) / len(layer)
        for stop in layer:
            centre[stop] += drift

    def _keep_apart(self) -> None:
        """No line passes right below where another box's line leaves: the two would run along each other."""
        for above, below in pairwise(self.layers):
            out = {self._out(stop): stop for stop in above}
            for stop in below:
                if (
                    stop >= self.real
                    and out.get(self.x[stop], self.near[0][stop][0]) != self.near[0][stop][0]
                ):
                    self.x[stop] += 1

    # -- lines ---------------------------------------------------------------------------------------------------

    def layout(self) -> Layout:
        count = len(self.boxes)
        width = max((self.x[stop] + self.boxes[stop].width for stop in range(count)), default=0)
        gutters = self._gutters(width + _MARGIN_CELLS)
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
            Route(edge[0], edge[1], tuple(self._around(edge, gutters[edge[0]], ports, nets, tops)), back=True)
            for edge in self.back
        ]
        corners = {stop: (self.x[stop], tops[self.layer_of[stop]]) for stop in range(self.real)}
        return Layout(
            corners,
            {stop: self.boxes[stop].width for stop in range(self.real)},
            tuple(routes),
            tuple(tuple(stop for stop in layer if stop < self.real) for layer in self.layers),
            max([width, *(x + 1 for x in gutters.values())]),
            height,
        )

    def _gutters(self, first: int) -> dict[int, int]:
        """Columns on the right for the lines that go up, by source; those whose heights do not meet share one."""
        tops: dict[int, int] = {}
        for source, target in self.back:
            tops[source] = min(self.layer_of[target], tops.get(source, self.layer_of[target]))
        lanes: list[list[tuple[int, int]]] = []
        gutters = {}
        for source, top in sorted(tops.items(), key=lambda line: self.layer_of[line[0]] - line[1]):
            span = (top, self.layer_of[source] + 1)
            free = (
                at
                for at, taken in enumerate(lanes)
                if all(span[1] < low or span[0] > high for low, high in taken)
            )
            at = next(free, len(lanes))
            if at == len(lanes):
                lanes.append([])
            lanes[at].append(span)
            gutters[source] = first + 2 * at
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
            box, layer = self.boxes[stop], self.layer_of[stop]
            out = {self._out(above): above for above in self.layers[layer - 1]} if layer else {}
            for at, (_, key) in enumerate(sorted(lines)):
                port = self.x[stop] + (at + 1) * box.width // (len(lines) + 1)
                # Not right below where another box's line leaves, unless it only passes here.
                ports[key] = port + (stop < self.real and out.get(port, key[0]) != key[0])
            only = lines[0][0]
            if len(lines) == 1 and self.x[stop] + 1 < only < self.x[stop] + box.width - 2:
                ports[lines[0][1]] = int(only)
        return ports

    def _nets(
        self, ports: Mapping[tuple[int, int], int], gutters: Mapping[int, int]
    ) -> list[dict[tuple[int, int], _Net]]:
        """For each channel (the first is above all boxes) its nets, by source stop; -2 marks what comes from its gutter."""
        nets: list[dict[tuple[int, int], _Net]] = [{} for _ in range(len(self.layers) + 1)]
        for above, belows in self.near[1].items():
            net = nets[self.layer_of[above] + 1].setdefault((above, -1), _Net(self._out(above)))
            net.xs.extend(ports[above, below] for below in belows)
        for edge in self.back:
            source, target = edge
            net = nets[self.layer_of[source] + 1].setdefault((source, -1), _Net(self._out(source)))
            net.xs.append(gutters[source])
            net = nets[self.layer_of[target]].setdefault((source, -2), _Net(None, [gutters[source]]))
            net.xs.append(ports[edge])
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
        y = self._channel(high, tops) + nets[high][source, -2].track
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
