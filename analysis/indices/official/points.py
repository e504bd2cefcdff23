"""Rules by which a figure becomes points: proportion, bands, line, options, counts. METHODS 18.9."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from analysis.errors import OfficialError
from analysis.indices.official.reading import load_method
from analysis.rounding import Figure, round_half_up


def apply_rule(rule: Mapping[str, Any], value: Figure, *, digits: int | None = None) -> Decimal:
    """Points of ``value`` by a rule that is data, as a set holds it for its year.

    ``rule``: rule (proportional, bands, linear), maximum, and what that function wants (floor; bands; nothing_at,
    all_at). OfficialError when the rule is unknown or lacks something. METHODS 18.9.

    >>> str(apply_rule({"rule": "bands", "maximum": 10, "bands": {90: 100, 80: 80}}, "83.94"))
    '8.00'
    """
    wanted = {"proportional": (), "bands": ("bands",), "linear": ("nothing_at", "all_at")}
    kind = rule.get("rule")
    if kind not in wanted:
        raise OfficialError([f"rule {kind!r} is unknown"], f"Known: {', '.join(wanted)}.")
    absent = [name for name in ("maximum", *wanted[kind]) if rule.get(name) is None]
    if absent:
        raise OfficialError([f"rule {kind!r} lacks {name}" for name in absent], "Give it with the rule.")
    most = rule["maximum"]
    if kind == "bands":
        return band_points(value, maximum=most, bands=rule["bands"], digits=digits)
    if kind == "linear":
        limits = {"nothing_at": rule["nothing_at"], "all_at": rule["all_at"]}
        return linear_points(value, maximum=most, **limits, digits=digits)
    return proportional_points(value, maximum=most, floor=rule.get("floor", 0), digits=digits)


def proportional_points(
    value: Figure, *, maximum: Figure, floor: Figure = 0, digits: int | None = None
) -> Decimal:
    """value/100·maximum, 0 below ``floor``; half up at the end. METHODS 18.9.

    >>> str(proportional_points("49.99", maximum=2, floor=50))
    '0.00'
    """
    share = _exact(value)
    _check_share(share)
    return _round(Decimal(0) if share < _exact(floor) else share * _exact(maximum) / 100, digits)


def linear_points(
    value: Figure, *, maximum: Figure, nothing_at: Figure, all_at: Figure, digits: int | None = None
) -> Decimal:
    """0 at ``nothing_at``, ``maximum`` at ``all_at``, a straight line between, level outside. METHODS 18.9.

    ``all_at`` below ``nothing_at``: less is better. OfficialError when both are the same.

    >>> str(linear_points("85", maximum=10, nothing_at=50, all_at=90))
    '8.75'
    """
    start, end = _exact(nothing_at), _exact(all_at)
    if start == end:
        raise OfficialError([f"nothing at {start} and all at {end}"], "Give two different values.")
    share = (_exact(value) - start) / (end - start)
    return _round(min(max(share, Decimal(0)), Decimal(1)) * _exact(maximum), digits)


def band_points(
    value: Figure, *, maximum: Figure, bands: Mapping[Figure, Figure], digits: int | None = None
) -> Decimal:
    """The share (0-100) of the maximum of the highest band reached, lower bounds inclusive. METHODS 18.9.

    ``bands``: lower bound → share in per cent; below all of them 0.

    >>> [str(band_points(value, maximum=2, bands={90: 100, 80: 75, 70: 50})) for value in ("90", "89.99", "69")]
    ['2.00', '1.50', '0.00']
    """
    figure = _exact(value)
    reached = {_exact(bound): _exact(share) for bound, share in bands.items() if figure >= _exact(bound)}
    share = reached[max(reached)] if reached else Decimal(0)
    _check_share(share)
    return _round(share * _exact(maximum) / 100, digits)


def option_points(
    counts: Mapping[str, int],
    *,
    maximum: Figure,
    weights: Mapping[str, Figure] | None = None,
    digits: int | None = None,
) -> Decimal:
    """A survey question: mean weight of the options chosen × maximum. METHODS 18.9.

    ``weights``: option → share 0-1; None: A 1, B 0.6, C 0.2, D 0 (one province's). OfficialError for an option
    without weight or when nobody answered.

    >>> str(option_points({"A": 50, "B": 30, "C": 20}, maximum=2))
    '1.44'
    """
    shares = {
        name: _exact(share)
        for name, share in load_method("par_index", "2012").settle("option_weights", weights).items()
    }
    problems = [f"option {name!r} has no weight" for name in counts if name not in shares]
    n = sum(counts.values())
    if n == 0 or min(counts.values()) < 0:
        problems.append(f"{n} answers")
    if problems:
        raise OfficialError(
            problems, "Give every option a weight of 0-1, and counts of 0 or more that are not all 0."
        )
    return _round(
        sum((count * shares[name] for name, count in counts.items()), Decimal(0)) / n * _exact(maximum), digits
    )


def min_max_points(
    value: Figure, *, minimum: Figure, maximum: Figure, less_is_better: bool = False, digits: int | None = None
) -> Decimal:
    """1 + 9·(x - min)/(max - min), as the competitiveness indices of units rescale; reversed where less is better.

    OfficialError when the value leaves its limits or these are the same. With few units one of them drives the
    scale: take minimum and maximum over three years, as one province does. METHODS 18.9.

    >>> str(min_max_points(75, minimum=50, maximum=100))
    '5.50'
    >>> str(min_max_points(50, minimum=50, maximum=100, less_is_better=True))
    '10.00'
    """
    figure, low, high = _exact(value), _exact(minimum), _exact(maximum)
    if not low <= figure <= high or low == high:
        raise OfficialError([f"{figure} between {low} and {high}"], "min < max, and the value between them.")
    share = (figure - low) / (high - low)
    return _round(1 + 9 * (1 - share if less_is_better else share), digits)


def count_points(
    items: int, *, each: Figure, maximum: Figure, deduct: bool = False, digits: int | None = None
) -> Decimal:
    """``each`` per item up to the maximum; ``deduct``: that much less per miss, down to 0. METHODS 18.9.

    >>> str(count_points(3, each="0.5", maximum=2)), str(count_points(3, each=1, maximum=2, deduct=True))
    ('1.50', '0.00')
    """
    if items < 0:
        raise OfficialError([f"{items} items"], "A count is 0 or more.")
    moved, most = items * _exact(each), _exact(maximum)
    return _round(max(most - moved, Decimal(0)) if deduct else min(moved, most), digits)


def _round(value: Decimal, digits: int | None) -> Decimal:
    return round_half_up(value, load_method("par_index", "2012").settle("digits", digits))


def _check_share(share: Decimal) -> None:
    if not 0 <= share <= 100:
        raise OfficialError([f"{share} is not on 0-100"], "Give per cent; points of ten are not per cent.")


def _exact(value: Figure) -> Decimal:
    return Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
