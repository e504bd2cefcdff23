"""Figures as printed: the digits they show, and the true values they may stand for. METHODS 18.10."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

import polars as pl

from analysis.errors import PublishedError
from analysis.rounding import format_vi

RULES = (
    "sum",
    "difference",
    "mean",
    "weighted_mean",
    "between",
    "smallest",
    "largest",
    "same",
    "shares",
)
# One row per printed figure, or per thing a text says of several units. What is absent counts as null.
PUBLISHED: Mapping[str, tuple[pl.DataType, str]] = {
    "figure": (pl.String(), "its name, once each"),
    "value": (pl.String(), "as printed, 83.94 or 83,94; null where only bounds are known"),
    "is_exact": (pl.Boolean(), "a count of things, which nobody rounded; null: no"),
    "part_of": (pl.String(), "the figure it is a part of"),
    "rule": (pl.String(), "how a figure follows from its parts: " + ", ".join(RULES)),
    "weight": (pl.String(), "of a part: for weighted_mean; -1 is the subtrahend of a difference"),
    "count": (pl.Int64(), "how many units a part stands for; null: 1"),
    "low": (pl.String(), "what it cannot be below; for a part without value what is known of it"),
    "high": (pl.String(), "what it cannot be above"),
    "n": (pl.Int64(), "people behind a share or a mean of answers"),
    "step": (pl.String(), "what one person can move it by, times n: 100 for a share, 25 for five levels on 0-100"),
    "ranked_in": (pl.String(), "the table its rank is of"),
    "rank": (pl.Int64(), "1 is the best"),
}


@dataclass(frozen=True)
class Span:
    """All values from ``low`` to ``high``; None: no bound."""

    low: Decimal | None
    high: Decimal | None

    def misses(self, other: "Span") -> bool:
        """Whether the two have no value in common."""
        return (self.low is not None and other.high is not None and self.low > other.high) or (
            self.high is not None and other.low is not None and self.high < other.low
        )


@dataclass(frozen=True)
class Printed:
    """One row of the frame, read."""

    figure: str
    value: Decimal | None
    text: str | None
    is_exact: bool
    part_of: str | None
    rule: str | None
    weight: Decimal | None
    count: int
    low: Decimal | None
    high: Decimal | None
    n: int | None
    step: Decimal | None
    ranked_in: str | None
    rank: int | None

    @property
    def unit(self) -> Decimal:
        """One in the last digit printed."""
        return Decimal(1).scaleb(int(self.value.as_tuple().exponent)) if self.value is not None else Decimal(0)

    def span(self, *, is_cut: bool = False) -> Span:
        """What it may truly be: half a unit of the last digit around it, a whole one if digits may be cut off."""
        if self.value is None:
            return Span(self.low, self.high)
        reach = Decimal(0) if self.is_exact else self.unit if is_cut else self.unit / 2
        return Span(self.value - reach, self.value + reach)

    def show(self, language: str) -> str:
        """The figure as a sentence of that language prints it."""
        if self.value is None:
            return "?"
        return show(self.value, language)


def read_printed(frame: pl.DataFrame) -> tuple[Printed, ...]:
    """The rows of ``frame`` (columns of PUBLISHED); PublishedError with everything that cannot be read.

    Numbers may be strings, 83.94 or 83,94 with a decimal comma, with % behind it or without, never with a
    separator of thousands, or numbers: those have lost their trailing zeros, so 84.10 is checked as 84.1, ten
    times less sharply. METHODS 18.10.
    """
    problems = [f"column {name!r} is missing" for name in ("figure", "value") if name not in frame.columns]
    problems += [f"column {name!r} is unknown" for name in frame.columns if name not in PUBLISHED]
    if problems:
        raise PublishedError(
            problems, "Columns: " + "; ".join(f"{name}: {held[1]}" for name, held in PUBLISHED.items())
        )
    rows = []
    for number, row in enumerate(frame.iter_rows(named=True), 1):
        found = {name: row.get(name) for name in PUBLISHED}
        numbers = {}
        for name in ("value", "weight", "low", "high", "step"):
            try:
                numbers[name] = _read_number(found[name])
            except InvalidOperation:
                problems.append(f"row {number}: {name} {found[name]!r} is no number")
        if len(numbers) < 5:
            continue
        rows.append(
            Printed(
                figure=str(found["figure"]),
                value=numbers["value"],
                text=None if found["value"] is None else str(found["value"]),
                is_exact=bool(found["is_exact"]),
                part_of=found["part_of"],
                rule=found["rule"],
                weight=numbers["weight"],
                count=1 if found["count"] is None else found["count"],
                low=numbers["low"],
                high=numbers["high"],
                n=found["n"],
                step=numbers["step"],
                ranked_in=found["ranked_in"],
                rank=found["rank"],
            )
        )
    problems += _check(rows)
    if problems:
        raise PublishedError(problems, f"Rules: {', '.join(RULES)}. Every part names a figure that has a rule.")
    return tuple(rows)


def show(value: Decimal, language: str) -> str:
    """A number as that language prints it, without needless zeros behind six decimals. METHODS 6."""
    short = value.quantize(Decimal("0.000001")) if int(value.as_tuple().exponent) < -6 else value
    if short != value or int(short.as_tuple().exponent) < -6:
        short = short.normalize()
    return format_vi(short) if language == "vi" else f"{short:f}"


def _read_number(value: object) -> Decimal | None:
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    text = repr(value) if isinstance(value, float) else str(value).strip().removesuffix("%").rstrip()
    number = Decimal(text.replace(",", ".") if text.count(",") == 1 and "." not in text else text)
    if not number.is_finite():
        raise InvalidOperation
    return number


def _check(rows: list[Printed]) -> list[str]:
    times = Counter(row.figure for row in rows)
    ruled = {row.figure for row in rows if row.rule is not None}
    problems = [f"figure {name!r} stands there {count} times" for name, count in times.items() if count > 1]
    for row in rows:
        if row.rule is not None and row.rule not in RULES:
            problems.append(f"{row.figure}: rule {row.rule!r} is unknown")
        if row.part_of is not None and row.part_of not in ruled:
            problems.append(f"{row.figure}: part of {row.part_of!r}, which has no rule or is not there")
        if row.count < 1 or (row.n is not None and row.n < 1) or (row.step is not None and row.step <= 0):
            problems.append(f"{row.figure}: count {row.count}, n {row.n}, step {row.step} must be above 0")
        if row.low is not None and row.high is not None and row.low > row.high:
            problems.append(f"{row.figure}: low {row.low} is above high {row.high}")
    return problems
