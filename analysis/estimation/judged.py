"""What a domain's variance says: standard error, effective sample size, design effect, the kind of limits."""

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from analysis.compiled import compiled, read_only
from analysis.grouping.scatter import Numbers, in_order

Flags = NDArray[np.bool_]
NOBODY, CENSUS, REGULAR, FALLBACK = range(4)  # kinds of limits

_SAME = 1e-12  # people who differ by less than this part of their mean have all said the same
_ZERO = 1e-10  # a standard error below this part of the estimate or the spread is rounding noise
_NUMBERS = ("estimate", "scale", "n", "psus", "weight", "weight2", "spread2", "variance", "df")
_FLAGS = ("is_census", "all_asked")


@dataclass(frozen=True)
class Judged:
    """Arrays with one number per domain; NaN where there is none.

    ``kind``: NOBODY answered; CENSUS: all were asked and answered; REGULAR: limits from the variance; FALLBACK:
    the variance is 0 or unknown. ``is_certain``: it is 0 but for rounding. ``df`` is what the limits use,
    ``df_sample`` what the sample has. METHODS 4.5, 5.
    """

    estimate: Numbers
    standard_error: Numbers
    n: Numbers
    psus: Numbers
    kish: Numbers
    n_effective: Numbers
    design_effect: Numbers
    df: Numbers
    df_sample: Numbers
    kind: NDArray[np.uint8]
    is_certain: Flags
    all_asked: Flags

    @property
    def all_answered(self) -> bool:
        """Whether there is no domain without answers."""
        return not (self.kind == NOBODY).any()


def judge(domains: pl.DataFrame, *, df: str | float, has_spread: bool, is_finite: bool) -> Judged:
    """``domains``: estimate, scale and the columns of ``variance.add_up_strata``, one row per domain.

    ``df``: "domain" or what the limits use where the sample has any. ``has_spread``: spread2 is not that of the
    influence. ``is_finite``: design effects are against sampling without replacement. With s² the weighted
    variance one person's deviation has in the domain (for a share p(1 − p)), n_effective = s²/v is the size of
    the simple random sample that would be as exact. Where v is 0 without a census: the smaller of Kish's
    (Σw)²/Σw² and the PSUs with members; after a census n. design_effect = v/(s²/(n − 1)), without replacement
    also times 1/(1 − n/Σw) (only when weights add up to the population); NaN when s² is 0, n < 2 or the sample
    outnumbers Σw. METHODS 4.5, 5.
    """
    given = read_only(*(domains[name].cast(pl.Float64).to_numpy() for name in _NUMBERS))  # null as NaN
    flags = read_only(*(domains[name].to_numpy() for name in _FLAGS))
    n, psus, df_sample = given[2], given[3], given[-1]
    found = np.empty((5, domains.height))
    kind, is_certain = np.empty(domains.height, np.uint8), np.empty(domains.height, bool)

    def work(start: int, stop: int) -> None:
        part = slice(start, stop)
        numbers, marks = (of[part] for of in given), (of[part] for of in flags)
        _judge(found[:, part], kind[part], is_certain[part], (*numbers,), (*marks,), has_spread, is_finite)

    in_order(domains.height, work)
    estimates, errors, kish, effective, effects = found
    used = df_sample if isinstance(df, str) else np.where(df_sample >= 1, df, df_sample)
    return Judged(
        estimates, errors, n, psus, kish, effective, effects, used, df_sample, kind, is_certain, flags[1]
    )


@compiled
def _judge(
    found: Numbers,
    kinds: NDArray[np.uint8],
    certain: Flags,
    given: tuple[Numbers, ...],
    flags: tuple[Flags, ...],
    has_spread: bool,
    is_finite: bool,
) -> None:
    """``given`` and ``flags``: the columns _NUMBERS and _FLAGS."""
    estimate, scale, n, psus, weight, weight2, spread2, variance, df = given
    is_census, _ = flags
    for at in range(len(n)):
        # spread is a deviation over W: times W² it is a variance of deviations, over W a mean
        s2, v = spread2[at] * scale[at] ** 2 * weight[at], variance[at] * scale[at] ** 2
        size = abs(estimate[at])
        answer = size / weight[at] if has_spread and weight[at] > 0 else size
        if not s2 > (_SAME * answer) ** 2:
            s2 = 0.0
        noise2 = _ZERO * _ZERO * max(size * size, s2)
        is_certain = v <= noise2 or np.isnan(noise2)
        if is_census[at] or is_certain:
            v = 0.0
        kish = weight[at] ** 2 / weight2[at] if weight[at] > 0 else np.nan
        simple = s2 / (n[at] - 1) if n[at] > 1 else 0.0
        if is_finite:
            simple *= 1 - n[at] / weight[at]
        effective, effect, kind = np.nan, np.nan, REGULAR
        if n[at] == 0:
            kind = NOBODY
        elif is_census[at]:
            kind, effective = CENSUS, n[at]
            if n[at] > 1 and s2 > 0:
                effect = 0.0
        elif is_certain:
            kind, effective = FALLBACK, psus[at] if np.isnan(kish) else min(kish, psus[at])
        else:
            kind, effective = FALLBACK if df[at] < 1 else REGULAR, s2 / v
            if n[at] > 1 and s2 > 0 and simple > 0:
                effect = v / simple
        kinds[at], certain[at] = kind, is_certain
        found[0, at] = np.nan if kind == NOBODY else estimate[at]
        found[1, at] = np.nan if kind == NOBODY else np.sqrt(v)
        found[2, at], found[3, at], found[4, at] = kish, effective, effect
