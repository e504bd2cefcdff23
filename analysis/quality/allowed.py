"""What the parts of a printed figure allow the whole to be, and the whole a part. METHODS 18.10."""

from collections.abc import Sequence
from decimal import Decimal

import polars as pl

from analysis.quality.printed import Printed, Span, read_printed

EVEN = ("sum", "difference", "shares", "mean", "weighted_mean")  # linear in the parts


def allow_whole(rule: str, parts: Sequence[Printed], *, is_cut: bool = False) -> Span:
    """The values a whole may have by ``rule`` when its parts are what is printed of them.

    ``is_cut``: digits may have been cut off and not rounded. A part without bounds leaves the whole without. For
    "between" the weights are unknown, only not negative. METHODS 18.10.
    """
    spans = [part.span(is_cut=is_cut) for part in parts]
    lows, highs = [span.low for span in spans], [span.high for span in spans]
    if rule == "smallest":
        return Span(_least(lows), _known_least(highs))
    if rule == "largest":
        return Span(_known_greatest(lows), _greatest(highs))
    if rule == "same":
        return Span(_known_greatest(lows), _known_least(highs))
    if rule == "between":
        return Span(_least(lows), _greatest(highs))
    return _combine([(share, span) for share, span in zip(weigh_parts(rule, parts), spans, strict=True)])


def weigh_parts(rule: str, parts: Sequence[Printed]) -> list[Decimal]:
    """What each part counts for in a sum, difference or mean. METHODS 18.10."""
    given = [Decimal(1) if part.weight is None else part.weight for part in parts]
    if rule in ("sum", "difference", "shares"):
        return [weight * part.count for weight, part in zip(given, parts, strict=True)]
    raw = [Decimal(part.count) for part in parts] if rule == "mean" else given
    return [weight / sum(raw) for weight in raw]


def group_parts(rows: Sequence[Printed]) -> dict[str, list[Printed]]:
    """The parts of every whole by its name. METHODS 18.10."""
    parts: dict[str, list[Printed]] = {}
    for row in rows:
        if row.part_of is not None:
            parts.setdefault(row.part_of, []).append(row)
    return parts


def imply_parts(frame: pl.DataFrame) -> pl.DataFrame:
    """What the parts without a printed value must be, for the figures around them to be true.

    Parameters
    ----------
    frame
        Columns of ``printed.PUBLISHED``; wholes with rule sum, difference, shares, mean or weighted_mean.

    Returns
    -------
    DataFrame
        One row per part without value whose whole is printed: figure, part_of, low, high (Float64; for a part that
        stands for several units the mean of them; null: no bound), middle (what the printed figures give exactly,
        null when more than one part is unknown). low > high: the figures contradict each other. A computed value,
        not a published one: it carries the rounding of all others, so it is never a new "result".

    Raises
    ------
    PublishedError
        Rows that cannot be read, all together.

    References
    ----------
    METHODS 18.10.

    Examples
    --------
    Three bodies average 86.46, the police have 87.33: the other two average 86.025.

    >>> frame = pl.DataFrame({"figure": ["mean", "police", "others"], "value": ["86.46", "87.33", None],
    ...     "rule": ["mean", None, None], "part_of": [None, "mean", "mean"], "count": [None, 1, 2]})
    >>> imply_parts(frame).select("figure", "middle").row(0)
    ('others', 86.025)
    """
    rows = read_printed(frame)
    parts_of = group_parts(rows)
    implied = []
    for whole in rows:
        parts = parts_of.get(whole.figure, [])
        if whole.rule not in EVEN or (whole.value is None and whole.rule != "shares"):
            continue
        weights = weigh_parts(whole.rule, parts)
        unknown = [part for part in parts if part.value is None]
        for place, part in enumerate(parts):
            if part.value is not None or weights[place] == 0:
                continue
            others = [
                (-share, other.span()) for share, other in zip(weights, parts, strict=True) if other is not part
            ]
            rest = _combine([(Decimal(1), _span_of(whole)), *others])
            span = _meet(_combine([(1 / weights[place], rest)]), Span(part.low, part.high))
            known = [
                share * other.value for share, other in zip(weights, parts, strict=True) if other.value is not None
            ]
            middle = ((_value_of(whole) - sum(known)) / weights[place]) if len(unknown) == 1 else None
            implied.append((part.figure, whole.figure, _float(span.low), _float(span.high), _float(middle)))
    schema = {
        "figure": pl.String,
        "part_of": pl.String,
        "low": pl.Float64,
        "high": pl.Float64,
        "middle": pl.Float64,
    }
    return pl.DataFrame(implied, schema=schema, orient="row")


def _span_of(whole: Printed) -> Span:
    return Span(Decimal(100), Decimal(100)) if whole.value is None else whole.span()


def _value_of(whole: Printed) -> Decimal:
    return Decimal(100) if whole.value is None else whole.value


def _combine(parts: Sequence[tuple[Decimal, Span]]) -> Span:
    lows = [
        share * bound if (bound := span.low if share > 0 else span.high) is not None else None
        for share, span in parts
        if share
    ]
    highs = [
        share * bound if (bound := span.high if share > 0 else span.low) is not None else None
        for share, span in parts
        if share
    ]
    return Span(_sum(lows), _sum(highs))


def _meet(one: Span, other: Span) -> Span:
    return Span(_known_greatest([one.low, other.low]), _known_least([one.high, other.high]))


def _sum(bounds: Sequence[Decimal | None]) -> Decimal | None:
    known = [bound for bound in bounds if bound is not None]
    return sum(known, Decimal(0)) if len(known) == len(bounds) else None


def _least(bounds: Sequence[Decimal | None]) -> Decimal | None:
    known = [bound for bound in bounds if bound is not None]
    return min(known) if known and len(known) == len(bounds) else None


def _greatest(bounds: Sequence[Decimal | None]) -> Decimal | None:
    known = [bound for bound in bounds if bound is not None]
    return max(known) if known and len(known) == len(bounds) else None


def _known_least(bounds: Sequence[Decimal | None]) -> Decimal | None:
    return min((bound for bound in bounds if bound is not None), default=None)


def _known_greatest(bounds: Sequence[Decimal | None]) -> Decimal | None:
    return max((bound for bound in bounds if bound is not None), default=None)


def _float(value: Decimal | None) -> float | None:
    return None if value is None else float(value)
