"""Walks over every number of an expected result."""

import math
from collections.abc import Iterator
from typing import Any

Leaf = float | bool | None


def walk(expected: Any, path: str = "") -> Iterator[tuple[str, Leaf]]:
    """Every number, truth value and null with its path; words are labels, and no figures."""
    if isinstance(expected, dict):
        for key, value in expected.items():
            yield from walk(value, f"{path}/{key}")
    elif isinstance(expected, list):
        for place, value in enumerate(expected):
            yield from walk(value, f"{path}/{place}")
    elif not isinstance(expected, str):
        yield path, expected


def find(answer: Any, path: str) -> Leaf:
    """What stands at ``path``; KeyError where nothing does."""
    for step in path.split("/")[1:]:
        if isinstance(answer, dict):
            answer = answer[step]
        else:
            if not hasattr(answer, "__len__") or int(step) >= len(answer):
                raise KeyError(path)
            answer = answer[int(step)]
    if answer is None or isinstance(answer, bool):
        return answer
    return float(answer)


def is_same(ours: Leaf, theirs: Leaf, relative: float) -> bool:
    """Equal but for rounding; what is 0 in exact arithmetic to 1e-12."""
    if ours is None or theirs is None or isinstance(theirs, bool):
        return ours is theirs
    return math.isclose(ours, theirs, rel_tol=relative, abs_tol=1e-12)
