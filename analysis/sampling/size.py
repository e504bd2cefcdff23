"""How many to ask: sample sizes for a share or a mean, and the margin a size gives. Shares and margins are 0-1."""

import math
from dataclasses import dataclass

from scipy import special

from analysis.errors import SizeError

NOISE = 1e-9  # 80.0000000001 people are 80 people  (METHODS 12.1)


@dataclass(frozen=True)
class SampleSize:
    """A sample size, exact and in people.

    ``infinite``: responses needed from an endless population; ``exact``: from this one; ``n``: rounded up;
    ``exact_invited`` and ``invited``: how many must be asked for ``exact`` responses, exact and rounded up.
    """

    infinite: float
    exact: float
    exact_invited: float

    @property
    def n(self) -> int:
        return round_up(self.exact)

    @property
    def invited(self) -> int:
        return round_up(self.exact_invited)


def round_up(exact: float) -> int:
    """The next whole number; what is within 1e-9 of one is that one. METHODS 12.1."""
    return math.ceil(exact - NOISE)


def size_by_yamane(population: float, error: float = 0.05, *, response_rate: float = 1.0) -> SampleSize:
    """Sample size n = N/(1 + N·e²), the rule of the SIPAS guidance of 2014.

    Parameters
    ----------
    population
        N >= 1: transactions (or people) of the unit in the period.
    error
        e, 0-1.
    response_rate
        Share of those asked who answer, above 0 to 1.

    Returns
    -------
    SampleSize
        ``infinite`` is 1/e².

    Raises
    ------
    SizeError
        Every impossible figure together.

    Notes
    -----
    It is the size for a share of 50 %, z = 2 (95,45 % confidence) and simple random sampling, with N for
    N − 1. Silently too small if people come in groups (design effect), or if each of several procedures of the
    unit is to be known with error e: the rule then holds for each of them.

    References
    ----------
    METHODS 12.1; Yamane (1967), Statistics.

    Examples
    --------
    >>> size_by_yamane(200).exact
    133.33333333333334
    >>> size_by_yamane(200).n
    134
    """
    _refuse(
        (population >= 1, f"population is {population}, not at least 1"),
        (0 < error < 1, f"error is {error}, not between 0 and 1"),
        _rate(response_rate),
    )
    exact = population / (1 + population * error * error) if math.isfinite(population) else 1 / error**2
    return SampleSize(1 / error**2, exact, exact / response_rate)


def size_for_share(
    margin: float,
    *,
    share: float = 0.5,
    confidence: float = 0.95,
    population: float | None = None,
    design_effect: float = 1.0,
    response_rate: float = 1.0,
) -> SampleSize:
    """Sample size that gives a share the half-width ``margin``.

    n₀ = z²·p(1−p)/e²·deff; with a population of N: n = n₀/(1 + (n₀−1)/N).

    Parameters
    ----------
    margin
        Half of the interval's width, 0-1: 0.05 is ±5 points.
    share
        Share expected, 0-1; 0.5 needs the most people.
    population
        N; None: endless.
    design_effect
        Variance against simple random sampling; above 1 for clusters and unequal weights.
    response_rate
        Share of those asked who answer. It only raises the number to ask; it mends no bias of non-response.

    Raises
    ------
    SizeError
        Every impossible figure together.

    Notes
    -----
    Silently too small for shares near 0 and 1 (n·(1−p) below about 10): plan with ``plan_sample``, which also
    shows Wilson's limits.

    References
    ----------
    METHODS 12.1; Cochran (1977), Sampling Techniques, section 4.4.

    Examples
    --------
    >>> size = size_for_share(0.03, design_effect=1.5, population=8000, response_rate=0.7)
    >>> size.n, size.invited
    (1334, 1906)
    """
    _refuse(
        (0 < margin < 1, f"margin is {margin}, not between 0 and 1"),
        (0 < share < 1, f"share is {share}, not between 0 and 1"),
        *_common(confidence, population, design_effect, response_rate),
    )
    z = two_sided_z(confidence)
    infinite = z * z * share * (1 - share) / margin**2 * design_effect
    exact = infinite if population is None else infinite / (1 + (infinite - 1) / population)
    return _at_most(population, infinite, exact, response_rate)


def size_for_mean(
    margin: float,
    *,
    standard_deviation: float,
    confidence: float = 0.95,
    population: float | None = None,
    design_effect: float = 1.0,
    response_rate: float = 1.0,
) -> SampleSize:
    """Sample size that gives a mean the half-width ``margin``, both in the unit of ``standard_deviation``.

    n₀ = (z·S/e)²·deff; with a population of N: n = n₀/(1 + n₀/N). Arguments, errors and silence about
    non-response as in ``size_for_share``; silently too small when S is guessed too small. METHODS 12.1.

    Examples
    --------
    >>> size_for_mean(2, standard_deviation=20, population=1000).n
    278
    """
    _refuse(
        (margin > 0, f"margin is {margin}, not above 0"),
        (standard_deviation > 0, f"standard_deviation is {standard_deviation}, not above 0"),
        *_common(confidence, population, design_effect, response_rate),
    )
    infinite = (two_sided_z(confidence) * standard_deviation / margin) ** 2 * design_effect
    exact = infinite if population is None else infinite / (1 + infinite / population)
    return _at_most(population, infinite, exact, response_rate)


def margin_for_share(
    n: float,
    *,
    share: float = 0.5,
    confidence: float = 0.95,
    population: float | None = None,
    design_effect: float = 1.0,
) -> float:
    """Half-width (0-1) that ``n`` responses give a share: the inverse of ``size_for_share``.

    e = z·√(deff·p(1−p)/n·(N−n)/(N−1)); 0 for a census. Raises SizeError when n is not above 0 or above N.
    Silently too optimistic near 0 and 1, where no interval is symmetric. METHODS 12.1.

    Examples
    --------
    >>> round(100 * margin_for_share(30, share=0.85), 1)
    12.8
    """
    whole = math.inf if population is None else population
    _refuse(
        (0 < n <= whole, f"n is {n}, not between 0 and the population of {whole}"),
        (0 <= share <= 1, f"share is {share}, not between 0 and 1"),
        *_common(confidence, population, design_effect, 1.0),
    )
    return two_sided_z(confidence) * math.sqrt(share_variance(n, share, whole, design_effect))


def share_variance(n: float, share: float, population: float, design_effect: float) -> float:
    """deff·p(1−p)/n·(N−n)/(N−1): variance of a share of ``n`` responses; N may be infinite. METHODS 12.1."""
    left = 1.0 if math.isinf(population) else 0.0 if n >= population else (population - n) / (population - 1)
    return design_effect * share * (1 - share) / n * left


def two_sided_z(confidence: float) -> float:
    """Normal quantile of a two-sided interval at ``confidence``. METHODS 12.1."""
    return float(special.ndtri((1 + confidence) / 2))


def _at_most(population: float | None, infinite: float, exact: float, response_rate: float) -> SampleSize:
    exact = exact if population is None else min(exact, float(population))  # a census is the largest sample
    return SampleSize(infinite, exact, exact / response_rate)


def _common(
    confidence: float, population: float | None, design_effect: float, response_rate: float
) -> tuple[tuple[bool, str], ...]:
    return (
        (0 < confidence < 1, f"confidence is {confidence}, not between 0 and 1"),
        (population is None or population >= 1, f"population is {population}, not at least 1"),
        (0 < design_effect < math.inf, f"design_effect is {design_effect}, not above 0"),
        _rate(response_rate),
    )


def _rate(response_rate: float) -> tuple[bool, str]:
    return 0 < response_rate <= 1, f"response_rate is {response_rate}, not above 0 and at most 1"


def _refuse(*claims: tuple[bool, str]) -> None:
    problems = [problem for holds, problem in claims if not holds]
    if problems:
        raise SizeError(problems, "Shares, margins and rates are written 0-1: 5 points are 0.05.")
