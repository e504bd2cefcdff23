"""Exact arithmetic from counts: measures of one item, shares of options, counts that fit published shares."""

from collections.abc import Mapping, Sequence
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from analysis.errors import MeasureError
from analysis.rounding import Figure, round_half_up


def measure_counts(counts: Sequence[int], measure: str, *, satisfied_from: int | None = None) -> Decimal:
    """An item of 0-100 from the numbers of people n1..nk at levels 1..k, worst first; exact, not rounded.

    ``satisfied_share``: 100·(n of levels >= satisfied_from)/n, satisfied_from by default the second best level;
    ``rescaled_mean``: 100·Σ k·nₖ/(levels·n); ``zero_based_mean``: 100·Σ (k − 1)·nₖ/((levels − 1)·n).
    Raises MeasureError when nobody answered or a count is negative. METHODS 1.1-1.3.
    """
    n, levels = _count(counts), len(counts)
    if measure == "satisfied_share":
        start = levels - 1 if satisfied_from is None else satisfied_from
        return Decimal(100 * sum(counts[start - 1 :])) / n
    if measure == "rescaled_mean":
        return Decimal(100 * sum(level * at for level, at in enumerate(counts, 1))) / (levels * n)
    if measure == "zero_based_mean":
        return Decimal(100 * sum(level * at for level, at in enumerate(counts))) / ((levels - 1) * n)
    raise MeasureError(
        [f"measure {measure!r} is unknown"], "Known: satisfied_share, rescaled_mean, zero_based_mean."
    )


def percent(part: int, whole: int, digits: int = 2) -> Decimal:
    """100·part/whole, half up. Raises MeasureError unless 0 <= part <= whole and whole > 0. METHODS 6."""
    if not (whole > 0 and 0 <= part <= whole):
        raise MeasureError([f"{part} of {whole} is no share"], "The part lies between 0 and the whole.")
    return round_half_up(Decimal(100 * part) / whole, digits)


def option_shares(counts: Mapping[str, int], digits: int = 2) -> dict[str, Decimal]:
    """Share of every option of a single-choice question, each rounded half up by itself, in per cent.

    Rounded shares need not sum to 100: ``published.check_shares`` knows by how much they may miss it.
    Raises MeasureError when nobody answered. METHODS 1.1, 6.
    """
    n = _count(list(counts.values()))
    return {option: percent(count, n, digits) for option, count in counts.items()}


def fit_integer_counts(percentages: Sequence[Figure], total: int, digits: int = 2) -> list[tuple[int, ...]]:
    """All counts of people that add up to ``total`` and show ``percentages`` after half-up rounding.

    One answer: the published shares determine the counts. None: they contradict the total. Sorted.
    Silently long when ``total`` is much larger than 10^(digits + 2): many counts then show one share. METHODS 6.
    """
    half = Decimal(1).scaleb(-digits) / 2
    possible = []
    for percentage in percentages:
        share = Decimal(str(percentage))
        low = max(0, int(((share - half) * total / 100).to_integral_value(ROUND_CEILING)))
        high = min(total, int(((share + half) * total / 100).to_integral_value(ROUND_FLOOR)))
        possible.append([k for k in range(low, high + 1) if percent(k, total, digits) == share])
    return sorted(_combine(possible, total))


def _combine(possible: Sequence[Sequence[int]], total: int) -> list[tuple[int, ...]]:
    if not possible:
        return [()] if total == 0 else []
    first, rest = possible[0], possible[1:]
    return [(k, *others) for k in first if k <= total for others in _combine(rest, total - k)]


def _count(counts: Sequence[int]) -> int:
    if any(count < 0 for count in counts) or sum(counts) == 0 or len(counts) < 2:
        raise MeasureError(
            [f"counts {list(counts)}"], "At least two levels, no negative count, and somebody must have answered."
        )
    return sum(counts)
