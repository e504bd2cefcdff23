"""Arithmetic on published figures, in decimals: aggregation, moves in rank, points, sums of shares."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from analysis.errors import MeasureError
from analysis.rounding import Figure, format_vi, round_half_up


@dataclass(frozen=True)
class Finding:
    """Something a reader should know about figures that are accepted all the same."""

    code: str
    vi: str
    en: str


def aggregate(values: Sequence[Figure], weights: Sequence[Figure] | None = None) -> Decimal:
    """Weighted mean of figures below a node, exact; ``weights`` None: equal. Not rounded.

    Equal groups: no weights; equal items: the number of items below each; fixed weights: those of the
    framework. Raises MeasureError when lengths differ, a weight is negative or all are 0. METHODS 1.4.
    """
    figures = [_exact(value) for value in values]
    shares = [Decimal(1)] * len(figures) if weights is None else [_exact(weight) for weight in weights]
    if len(shares) != len(figures) or any(share < 0 for share in shares) or sum(shares) <= 0:
        raise MeasureError(
            [f"{len(figures)} values with weights {[str(share) for share in shares]}"],
            "Give one weight >= 0 per value, not all 0.",
        )
    return sum((f * s for f, s in zip(figures, shares, strict=True)), Decimal(0)) / sum(shares)


def index_points(index: Figure, *, maximum: Figure = 10) -> Decimal:
    """PAR INDEX points of a SIPAS value of 0-100: index × maximum / 100, two decimals half up. METHODS 1.4, 6."""
    return round_half_up(_exact(index) * _exact(maximum) / 100)


def rank_move(before: int, after: int) -> int:
    """Places gained: positive is up (52 → 33: +19), negative is down. Rank 1 is the best. METHODS 6."""
    return before - after


def check_shares(shares: Mapping[str, Figure], *, digits: int = 2) -> tuple[Finding, ...]:
    """A finding when shares in per cent miss 100 by more than rounding can explain; none otherwise. Never fails.

    k shares rounded to ``digits`` decimals may miss 100 by k/2 units of the last digit. METHODS 6.
    """
    total = sum((_exact(share) for share in shares.values()), Decimal(0))
    allowed = Decimal(len(shares)).scaleb(-digits) / 2
    if abs(total - 100) <= allowed:
        return ()
    listed = " + ".join(str(share) for share in shares.values())
    return (
        Finding(
            code="shares_do_not_sum_to_100",
            vi=f"Tổng các tỷ lệ là {format_vi(total)} %, lệch 100 % quá mức làm tròn "
            f"({format_vi(allowed)}): {', '.join(shares)}. Kiểm tra lại số liệu gốc.",
            en=f"The shares {listed} sum to {total}, off 100 by more than rounding ({allowed}). Check the source.",
        ),
    )


def _exact(value: Figure) -> Decimal:
    return Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
