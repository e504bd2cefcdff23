"""PAPI by year: which sub-dimensions there were, under which code, on which range. METHODS 18.4."""

from collections import Counter
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import polars as pl

from analysis.errors import OfficialError, UnknownParameter
from analysis.indices.official.method import Method
from analysis.indices.official.reading import load_method
from survey_forms.form import Text


@dataclass(frozen=True)
class SubDimension:
    """A sub-dimension in one year; ``low``, ``high``: its printed range."""

    id: str
    code: str
    dimension: str
    title: Text
    low: float
    high: float


@dataclass(frozen=True)
class Indicator:
    """One indicator of a sub-dimension: its weight there and its theoretical limits."""

    id: str
    weight: float
    minimum: float = 0.0
    maximum: float = 1.0
    less_is_better: bool = False


@dataclass(frozen=True)
class Structure:
    """PAPI of one year."""

    year: int
    method: Method
    sub_dimensions: tuple[SubDimension, ...]

    @property
    def dimensions(self) -> tuple[str, ...]:
        """Codes of the dimensions, in order."""
        return tuple(dict.fromkeys(sub.dimension for sub in self.sub_dimensions))


def load_structure(year: int) -> Structure:
    """PAPI of ``year`` (2011-2024); OfficialError for another year. METHODS 18.4.

    >>> structure = load_structure(2021)
    >>> len(structure.sub_dimensions), [sub.high for sub in structure.sub_dimensions if sub.dimension == "D5"]
    (28, [3.33, 3.33, 3.33])
    """
    method = load_method("papi", "2011")
    coded = [
        (data, entry["code"])
        for data in method.content["structure"]["sub_dimensions"]
        for entry in data["codes"]
        if entry["from"] <= year <= entry["to"]
    ]
    if not coded:
        raise OfficialError([f"PAPI {year} is not known"], "The structures of 2011-2024 are.")
    siblings = Counter(data["dimension"] for data, _ in coded)
    subs = [
        SubDimension(data["id"], code, data["dimension"], data["title"], *score_range(siblings[data["dimension"]]))
        for data, code in coded
    ]
    return Structure(year, method, tuple(sorted(subs, key=lambda sub: sub.code)))


def score_range(siblings: int, *, floor: float | None = None, ceiling: float | None = None) -> tuple[float, float]:
    """Least and greatest score of one of ``siblings`` sub-dimensions of a dimension.

    As printed for 2, 3 and 4; for another number 1/S and 10/S. ``floor``, ``ceiling`` replace them (1/3 in place
    of 0.33). OfficialError below 1 sibling. METHODS 18.4.

    >>> score_range(3), score_range(3, floor=1 / 3, ceiling=10 / 3)[0] > 0.333
    ((0.33, 3.33), True)
    """
    if siblings < 1:
        raise OfficialError([f"{siblings} sub-dimensions"], "A dimension has at least one.")
    printed = load_method("papi", "2011").settle("score_ranges")
    low, high = printed.get(str(siblings), (1 / siblings, 10 / siblings))
    return (float(low) if floor is None else floor, float(high) if ceiling is None else ceiling)


def list_indicators(sub_dimension: str, year: int) -> tuple[Indicator, ...]:
    """The indicators of a sub-dimension where they are known, else UnknownParameter. METHODS 18.4.

    >>> [(part.id, part.weight) for part in list_indicators("civic_knowledge", 2023)]
    [('policies_known', 0.25), ('leaders_known', 0.5)]
    """
    found: list[dict[str, Any]] = load_method("papi", "2011").content["structure"]["indicators"]
    for entry in found:
        if entry["sub_dimension"] == sub_dimension and entry["from"] <= year <= entry["to"]:
            return tuple(
                Indicator(part["id"], float(part["weight"]), float(part["minimum"]), float(part["maximum"]))
                for part in entry["parts"]
            )
    raise UnknownParameter(
        [f"the indicators of {sub_dimension} in {year} are not known"],
        "Take them from the official workbook and give them as Indicator(id, weight, minimum, maximum).",
    )


def list_withheld(year: int) -> pl.DataFrame:
    """Results the organisers withheld: unit (name), dimension (null: all), one row each. METHODS 18.4.

    >>> list_withheld(2018).rows()[:2]
    [('Quảng Ninh', 'D2'), ('Quảng Ninh', 'D4')]
    """
    rows = [
        (unit, dimension)
        for entry in load_method("papi", "2011").content["structure"]["withheld"]
        if entry["year"] == year
        for unit in entry["units"]
        for dimension in ([None] if entry["dimensions"] == "all" else entry["dimensions"])
    ]
    return pl.DataFrame(rows, schema={"unit": pl.String, "dimension": pl.String}, orient="row")


def cut_digits(value: Decimal | str | float, digits: int) -> Decimal:
    """``value`` with ``digits`` decimals, the rest cut off as in some editions: 42.4078 → 42.407. METHODS 18.4.

    >>> str(cut_digits("42.4078", 3))
    '42.407'
    """
    exact = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    return exact.quantize(Decimal(1).scaleb(-digits), "ROUND_DOWN")
