"""How many to ask so that a difference is seen: two shares, two means; groups of equal or other sizes."""

import math

from scipy import optimize, special, stats

from analysis.errors import SizeError
from analysis.sampling.size import SampleSize

LARGEST = 1e12


def size_for_two_shares(
    share_1: float,
    share_2: float,
    *,
    power: float = 0.8,
    significance: float = 0.05,
    sides: int = 2,
    ratio: float = 1.0,
    design_effect: float = 1.0,
    response_rate: float = 1.0,
) -> SampleSize:
    """Responses of the first group so that a test of two independent shares sees their difference.

    n = ((z_α·√(p̄(1−p̄)(1+1/r)) + z_β·√(p₁(1−p₁)+p₂(1−p₂)/r))/|p₁−p₂|)²·deff with p̄ = (p₁+r·p₂)/(1+r); the
    second group gets r·n.

    Parameters
    ----------
    share_1, share_2
        Shares to be told apart, 0-1.
    power
        Probability of seeing the difference, above ``significance``.
    significance
        Probability of seeing one that is not there.
    sides
        2: either may be larger; 1: the direction is known before.
    ratio
        r > 0: responses of the second group for each of the first; 1 needs the fewest in all.
    design_effect, response_rate
        As in ``size_for_share``.

    Raises
    ------
    SizeError
        Every impossible figure together.

    Notes
    -----
    Silently too small when many units are compared at once; without finite-population correction, since a
    difference between units speaks of what made them, not only of these transactions.

    References
    ----------
    METHODS 12.2; agrees with R ``power.prop.test`` (p24).

    Examples
    --------
    >>> size_for_two_shares(0.60, 0.66).n
    1016

    A commune against nine others taken together, which give nine times as many:

    >>> size_for_two_shares(0.60, 0.68, ratio=9).n
    308
    """
    _refuse(_power_claims(power, significance, sides, ratio) + _share_claims(share_1, share_2))
    _refuse([(share_1 != share_2, "the two shares are the same, no size shows a difference")])
    spread_0, spread_1 = _spreads(share_1, share_2, ratio)
    root = (_tail(significance, sides) * spread_0 + special.ndtri(power) * spread_1) / abs(share_1 - share_2)
    return _sized(float(root * root) * design_effect, design_effect, response_rate)


def power_for_two_shares(
    n: float,
    share_1: float,
    share_2: float,
    *,
    significance: float = 0.05,
    sides: int = 2,
    ratio: float = 1.0,
    design_effect: float = 1.0,
) -> float:
    """Probability (0-1) that ``n`` responses, and ``ratio``·n of the other group, show a difference of two shares.

    The inverse of ``size_for_two_shares``, with its arguments, errors and limits; a difference seen in the wrong
    direction does not count. METHODS 12.2.

    Examples
    --------
    >>> round(power_for_two_shares(1016, 0.60, 0.66), 3)
    0.8
    """
    _refuse(_power_claims(0.5, min(significance, 0.4), sides, ratio) + _share_claims(share_1, share_2))
    _refuse([(0 < significance < 1, f"significance is {significance}"), (n > 0, f"n is {n}, not above 0")])
    spread_0, spread_1 = _spreads(share_1, share_2, ratio)
    distance = math.sqrt(n / design_effect) * abs(share_1 - share_2)
    return float(special.ndtr((distance - _tail(significance, sides) * spread_0) / spread_1))


def size_for_two_means(
    difference: float,
    *,
    standard_deviation: float,
    power: float = 0.8,
    significance: float = 0.05,
    sides: int = 2,
    ratio: float = 1.0,
    design_effect: float = 1.0,
    response_rate: float = 1.0,
) -> SampleSize:
    """Responses of the first group so that a t test of two independent means sees their difference.

    Solves P(T > t_{α}) = power for the non-central t with n(1+r)−2 degrees of freedom and non-centrality
    √(n·r/(1+r))·δ/S, r the ``ratio``; n is then multiplied by the design effect. ``difference`` and
    ``standard_deviation`` share a unit. Arguments, errors and limits as in ``size_for_two_shares``.
    METHODS 12.2; agrees with R ``power.t.test`` (p24).

    Examples
    --------
    >>> size_for_two_means(3, standard_deviation=15, power=0.9).n
    527
    """
    _refuse(
        [
            *_power_claims(power, significance, sides, ratio),
            (difference != 0, "difference is 0, no size shows it"),
            (standard_deviation > 0, f"standard_deviation is {standard_deviation}, not above 0"),
        ]
    )
    effect = abs(difference) / standard_deviation

    def short(n: float) -> float:
        return _power_of_t(n, effect, significance, sides, ratio) - power

    fewest = 2.0 / min(ratio, 1.0)  # two in the smaller group
    low, high = 2.0 / (1 + ratio) + 1e-6, 2 * fewest
    while short(high) < 0:
        low, high = high, high * 2
        _refuse([(high < LARGEST, f"difference {difference} is too small against {standard_deviation}")])
    n = low if short(low) >= 0 else float(optimize.brentq(short, low, high, xtol=1e-10, rtol=1e-14))
    return _sized(max(n, fewest) * design_effect, design_effect, response_rate)


def power_for_two_means(
    n: float,
    difference: float,
    *,
    standard_deviation: float,
    significance: float = 0.05,
    sides: int = 2,
    ratio: float = 1.0,
    design_effect: float = 1.0,
) -> float:
    """Probability (0-1) that ``n`` responses, and ``ratio``·n of the other group, show a difference of two means.

    The inverse of ``size_for_two_means``, with its arguments, errors and limits. METHODS 12.2.

    Examples
    --------
    >>> round(power_for_two_means(527, 3, standard_deviation=15), 3)
    0.9
    """
    _refuse(
        [
            *_power_claims(0.5, min(significance, 0.4), sides, ratio),
            (n / design_effect * (1 + ratio) > 2, f"n is {n}, not above 2 effective responses of both groups"),
            (standard_deviation > 0, f"standard_deviation is {standard_deviation}, not above 0"),
        ]
    )
    return _power_of_t(n / design_effect, abs(difference) / standard_deviation, significance, sides, ratio)


def _power_of_t(n: float, effect: float, significance: float, sides: int, ratio: float) -> float:
    df = n * (1 + ratio) - 2
    critical = float(stats.t.isf(significance / sides, df))
    return float(stats.nct.sf(critical, df, math.sqrt(n * ratio / (1 + ratio)) * effect))


def _tail(significance: float, sides: int) -> float:
    return float(-special.ndtri(significance / sides))


def _spreads(p1: float, p2: float, ratio: float) -> tuple[float, float]:
    pooled = (p1 + ratio * p2) / (1 + ratio)
    return math.sqrt(pooled * (1 - pooled) * (1 + 1 / ratio)), math.sqrt(p1 * (1 - p1) + p2 * (1 - p2) / ratio)


def _sized(exact: float, design_effect: float, response_rate: float) -> SampleSize:
    _refuse(
        [
            (0 < design_effect < math.inf, f"design_effect is {design_effect}, not above 0"),
            (0 < response_rate <= 1, f"response_rate is {response_rate}, not above 0 and at most 1"),
        ]
    )
    return SampleSize(exact, exact, exact / response_rate)


def _power_claims(power: float, significance: float, sides: int, ratio: float) -> list[tuple[bool, str]]:
    return [
        (0 < ratio < math.inf, f"ratio is {ratio}, not above 0"),
        (0 < significance < 0.5, f"significance is {significance}, not between 0 and 0.5"),
        (significance < power < 1, f"power is {power}, not between significance and 1"),
        (sides in (1, 2), f"sides is {sides}, not 1 or 2"),
    ]


def _share_claims(*shares: float) -> list[tuple[bool, str]]:
    return [(0 < share < 1, f"share {share} is not between 0 and 1") for share in shares]


def _refuse(claims: list[tuple[bool, str]]) -> None:
    problems = [problem for holds, problem in claims if not holds]
    if problems:
        raise SizeError(problems, "Shares and probabilities are written 0-1; name two that differ.")
