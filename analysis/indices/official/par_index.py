"""PAR INDEX: the set of a year, what SIPAS earns in it, the index and its class. METHODS 18.9."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from analysis.errors import OfficialError, UnknownParameter
from analysis.indices.official.points import apply_rule
from analysis.indices.official.reading import load_method
from analysis.rounding import Figure


@dataclass(frozen=True)
class Set:
    """The set of one level and span of years; ``points``: blocks with their points, empty where not found."""

    id: str
    level: str
    document: str
    from_year: int
    to_year: int | None
    status: str
    points: Mapping[str, float]
    sipas: Mapping[str, Any] | None


def find_set(year: int, *, level: str = "province") -> Set:
    """The set by which the index of ``year`` was made; OfficialError before 2019 and for unknown levels.

    METHODS 18.9.

    >>> found = find_set(2023)
    >>> found.document, sum(found.points.values())
    ('876/QĐ-BNV', 100.0)
    """
    for data in load_method("par_index", "2012").content["sets"]:
        if data["level"] == level and data["from_year"] <= year <= (data["to_year"] or year):
            names = ("id", "level", "document", "from_year", "to_year", "status", "points", "sipas")
            return Set(**{name: data[name] for name in names})
    raise OfficialError(
        [f"no set of level {level!r} is known for {year}"], "Levels: province, ministry; from 2019."
    )


def sipas_points(
    index: Figure, year: int, *, rule: Mapping[str, Any] | None = None, digits: int | None = None
) -> Decimal:
    """What a SIPAS value of 0-100 earns a province in the PAR INDEX of ``year``: 91.17 → 9.12.

    ``rule`` (see ``points.apply_rule``) and ``digits`` (2) default to the set of the year. Since 2024 no rule is
    known: UnknownParameter until one is given. The proportional rule of 2020-2023 itself is inferred, no page
    states it. METHODS 18.9.

    >>> str(sipas_points("91.17", 2021))
    '9.12'
    >>> str(sipas_points("83.94", 2024, rule={"rule": "proportional", "maximum": 10}))
    '8.39'
    """
    found = find_set(year)
    chosen = rule or found.sipas
    if chosen is None:
        raise UnknownParameter(
            [f"{found.document}: how SIPAS of {year} becomes points is not known"],
            'Give rule={"rule": "proportional", "maximum": 10} or another yourself, and say so beside the figure.',
        )
    return apply_rule(chosen, index, digits=digits)


def index_of_points(points: Mapping[str, Figure | None], maxima: Mapping[str, Figure]) -> Decimal:
    """The index in per cent, not rounded: points over the maxima of what applies.

    ``points``: leaf → points, None: not applicable, its maximum is left out and not spread over the others.
    OfficialError with every leaf without maximum, above it, or below 0. METHODS 18.9.

    >>> index_of_points({"a": 40, "b": 24, "c": None}, {"a": 50, "b": 30, "c": 20}) == 80
    True
    """
    problems = [f"{leaf}: no maximum" for leaf in points if leaf not in maxima]
    counted = {leaf: _exact(value) for leaf, value in points.items() if value is not None and leaf in maxima}
    problems += [
        f"{leaf}: {value} of {maxima[leaf]}"
        for leaf, value in counted.items()
        if not 0 <= value <= _exact(maxima[leaf])
    ]
    whole = sum((_exact(maxima[leaf]) for leaf in counted), Decimal(0))
    if problems or whole == 0:
        raise OfficialError(problems or ["nothing applies"], "Points lie between 0 and the maximum of their leaf.")
    return sum(counted.values(), Decimal(0)) / whole * 100


def class_of(index: Figure, *, classes: Mapping[str, Figure] | None = None) -> str | None:
    """The class by inclusive lower bounds (A 90, B 80, C 70 nationally); None below all. METHODS 18.9.

    >>> class_of("90"), class_of("89.99"), class_of("69.99")
    ('A', 'B', None)
    """
    bounds = load_method("par_index", "2012").settle("classes", classes)
    reached = [name for name, bound in bounds.items() if _exact(index) >= _exact(bound)]
    return max(reached, key=lambda name: _exact(bounds[name])) if reached else None


def _exact(value: Figure) -> Decimal:
    return Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
