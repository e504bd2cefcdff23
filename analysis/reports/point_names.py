"""Names beside points of a picture, moved until none lies on another."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from analysis.reports.altair_loading import load_altair
from analysis.reports.palette import INK, QUIET

LETTER, LINE = 0.6, 1.25  # width of a letter, height of a line, as parts of their size
GAP, MARK = 9.0, 6.0  # pixels between a point and its name; half a mark
STEPS = (0.0, -0.8, 0.8, -1.6, 1.6, -2.4, 2.4, -3.2, 3.2, -4.0, 4.0, -5.0, 5.0, -6.0, 6.0, -8.0, 8.0)  # lines
FAR = 1.3  # lines away from which a thread leads to the point
NAME_ON_NAME, OUTSIDE = 20.0, 3.0  # how much worse than a name on a mark
STEP_COST = 4.0  # square pixels of a mark a name may cover rather than stand a line further away


@dataclass(frozen=True)
class Point:
    """A point of the picture in pixels from the upper left, and its name."""

    x: float
    y: float
    name: str


@dataclass(frozen=True)
class Box:
    """A part of the picture in pixels from the upper left."""

    left: float
    right: float
    top: float
    bottom: float


def place_names(
    points: Sequence[Point], *, width: float, height: float, size: float, avoid: Sequence[Box] = ()
) -> list[Box]:
    """A place for every name, the first ones first: beside its point where that is free, else above or below;
    inside the picture and off what is to be avoided where that can be. METHODS 21.1."""
    marks = [*avoid, *(Box(p.x - MARK, p.x + MARK, p.y - MARK, p.y + MARK) for p in points)]
    placed: list[Box] = []
    for point in points:
        tried = _try_places(point, size)
        costs = (
            _cover(tried, marks)
            + NAME_ON_NAME * _cover(tried, placed)
            + OUTSIDE * size * np.array([_outside(box, width, height) for box in tried])
            + STEP_COST * np.abs(np.repeat(STEPS, 2))
        )
        placed.append(tried[int(np.argmin(costs.round(6)))])
    return placed


def layer_names(
    points: Sequence[Point], *, width: float, height: float, size: float, avoid: Sequence[Box] = ()
) -> list[Any]:
    """The names as marks, with a thread to the point where one stands far from it. METHODS 21.1."""
    alt = load_altair()
    layers = []
    boxes = place_names(points, width=width, height=height, size=size, avoid=avoid)
    for point, box in zip(points, boxes, strict=True):
        is_right = box.left > point.x
        at, middle = box.left if is_right else box.right, (box.top + box.bottom) / 2
        base = alt.Chart(alt.Data(values=[{"name of point": point.name}]))
        if abs(middle - point.y) > FAR * size:
            layers.append(
                base.mark_rule(color=QUIET, strokeWidth=0.7).encode(
                    x=alt.value(point.x), x2=alt.value(at), y=alt.value(point.y), y2=alt.value(middle)
                )
            )
        layers.append(
            base.mark_text(
                align="left" if is_right else "right", baseline="middle", fontSize=size, color=INK
            ).encode(x=alt.value(at), y=alt.value(middle), text="name of point:N")
        )
    return layers


def _try_places(point: Point, size: float) -> list[Box]:
    wide, line = LETTER * size * len(point.name), LINE * size
    found = []
    for step in STEPS:
        top = point.y + (step - 0.5) * line
        for left in (point.x + GAP, point.x - GAP - wide):
            found.append(Box(left, left + wide, top, top + line))
    return found


def _cover(boxes: Sequence[Box], others: Sequence[Box]) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Square pixels of ``others`` under each of ``boxes``."""
    if not others:
        return np.zeros(len(boxes))
    left, right, top, bottom = np.array([[b.left, b.right, b.top, b.bottom] for b in others]).T
    return np.array(
        [
            float(
                np.sum(
                    np.maximum(np.minimum(right, b.right) - np.maximum(left, b.left), 0)
                    * np.maximum(np.minimum(bottom, b.bottom) - np.maximum(top, b.top), 0)
                )
            )
            for b in boxes
        ]
    )


def _outside(box: Box, width: float, height: float) -> float:
    """Pixels by which a name leaves the picture."""
    return max(0.0, -box.left, box.right - width) + max(0.0, -box.top, box.bottom - height)
