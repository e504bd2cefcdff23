"""Where the points, whiskers and ticks of the interval drawings stand; places only, no estimates are made here."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

NARROWEST = 20  # points: a narrower axis would make noise look like difference


@dataclass(frozen=True)
class Tick:
    label: str
    at: str
    anchor: str  # start, middle, end


@dataclass(frozen=True)
class Drawing:
    """One interval; every place is a share of the drawing's width, as SVG writes it (``41.5%``)."""

    low: str
    high: str
    point: str
    reference: str | None


@dataclass(frozen=True)
class Axis:
    """The common axis of one table, from ``start`` to ``end`` points."""

    start: int
    end: int

    def place(self, points: float) -> str:
        """Where ``points`` stands between 2 % and 98 % of the width, so that a mark at the end is not cut."""
        share = (min(max(points, self.start), self.end) - self.start) / (self.end - self.start)
        return f"{2 + 96 * share:.1f}%"

    def draw(self, low: float, estimate: float, high: float, reference: float | None) -> Drawing:
        """The drawing of one row."""
        return Drawing(
            self.place(low),
            self.place(high),
            self.place(estimate),
            None if reference is None else self.place(reference),
        )

    def ticks(self) -> tuple[Tick, ...]:
        """Three to six labelled places, both ends among them."""
        span = self.end - self.start
        step = next(step for step in (5, 10, 20, 25, 50) if span % step == 0 and span // step <= 5)
        places = range(self.start, self.end + 1, step)
        anchors = {self.start: "start", self.end: "end"}
        return tuple(Tick(str(at), self.place(at), anchors.get(at, "middle")) for at in places)


def common_axis(values: Iterable[float]) -> Axis:
    """The narrowest axis in tens that holds all ``values``, at least 20 points wide, within 0-100."""
    held = list(values) or [0.0, 100.0]
    start = max(0, math.floor(min(held) / 10) * 10)
    end = min(100, math.ceil(max(held) / 10) * 10)
    if end - start < NARROWEST:
        end = min(100, start + NARROWEST)
        start = max(0, end - NARROWEST)
    if end - start in (70, 90):  # no even ticks
        start, end = (start - 10, end) if start else (start, end + 10)
    return Axis(start, end)
