"""Limits of every domain: by the chosen rule, or what stands for it where the variance says nothing."""

import numpy as np
from numpy.typing import NDArray

from analysis.compiled import compiled
from analysis.estimation.intervals import (
    Limits,
    asin_limits,
    exact_limits,
    korn_graubard_limits,
    likelihood_limits,
    logit_limits,
    t_limits,
    wilson_limits,
)
from analysis.estimation.judged import CENSUS, FALLBACK, REGULAR, Flags, Judged
from analysis.estimation.rule import Rule
from analysis.grouping.scatter import Numbers, blocks, in_order

_AT_ONCE = 1 << 16  # domains whose limits are made in the cache of a core


def find_limits(judged: Judged, estimate: Numbers, rule: Rule) -> tuple[Numbers, Numbers, Flags]:
    """Low and high of every domain, and whether they were cut to the bounds; NaN: no limits. METHODS 4.1-4.8."""
    low, high = np.full(len(estimate), np.nan), np.full(len(estimate), np.nan)
    is_clipped = np.zeros(len(estimate), bool)
    floor, width = (0.0, 1.0) if rule.bounds is None else (rule.bounds[0], rule.bounds[1] - rule.bounds[0])

    def work(start: int, stop: int) -> None:
        for at, end in blocks(start, stop, _AT_ONCE):
            census, regular, fallback = (
                at + np.flatnonzero(judged.kind[at:end] == kind) for kind in (CENSUS, REGULAR, FALLBACK)
            )
            low[census] = high[census] = estimate[census]
            for limit, found in zip((low, high), _regular_limits(judged, estimate, regular, rule), strict=True):
                _place(limit, regular, found, floor, width)
            if rule.bounds is None:
                continue
            share = np.clip((estimate[fallback] - floor) / width, 0, 1)
            people = np.fmin(judged.kish[fallback], judged.psus[fallback])
            for limit, found in zip((low, high), exact_limits(share, people, rule.confidence), strict=True):
                _place(limit, fallback, found, floor, width)
            if rule.clip:
                _clip(low[at:end], high[at:end], is_clipped[at:end], *rule.bounds)

    in_order(len(estimate), work)
    return low, high, is_clipped


@compiled
def _place(limit: Numbers, at: NDArray[np.int64], found: Numbers, floor: float, width: float) -> None:
    for k in range(len(at)):
        limit[at[k]] = floor + width * found[k]


@compiled
def _clip(low: Numbers, high: Numbers, is_clipped: Flags, least: float, most: float) -> None:
    for at in range(len(low)):
        if low[at] < least:
            low[at], is_clipped[at] = least, True
        if high[at] > most:
            high[at], is_clipped[at] = most, True


def _regular_limits(judged: Judged, estimate: Numbers, at: NDArray[np.int64], rule: Rule) -> Limits:
    """Of the domains ``at``: of shares of the width between the bounds; without bounds as the estimate is."""
    if rule.bounds is None:
        return t_limits(estimate[at], judged.standard_error[at], judged.df[at], rule.confidence)
    floor, width = rule.bounds[0], rule.bounds[1] - rule.bounds[0]
    df = judged.df[at]
    share, error, effective = _as_shares(estimate, judged.standard_error, at, floor, width)
    if rule.interval == "t":
        return t_limits(share, error, df, rule.confidence)
    if rule.interval == "wilson":
        return wilson_limits(share, effective, df, rule.confidence)
    n = np.maximum(judged.n[at], 2)
    if rule.interval in ("beta", "beta_truncated"):
        # Korn and Graubard's ratio of quantiles is about the sample, whatever quantile others are asked to use.
        truncated, df = rule.interval == "beta_truncated", judged.df_sample[at]
        return korn_graubard_limits(share, effective, n, df, rule.confidence, truncated=truncated)
    if rule.interval == "asin":
        return asin_limits(share, error, df, rule.confidence)
    if rule.interval == "likelihood":
        return likelihood_limits(share, effective, n, df, rule.confidence)
    if rule.interval == "exact":
        return exact_limits(share, effective, rule.confidence)
    return logit_limits(share, error, df, rule.confidence)


@compiled
def _as_shares(
    estimate: Numbers, error: Numbers, at: NDArray[np.int64], floor: float, width: float
) -> tuple[Numbers, Numbers, Numbers]:
    """Share of the width, its standard error and effective n, p(1 − p)/v."""
    share, errors, effective = np.empty(len(at)), np.empty(len(at)), np.empty(len(at))
    for k in range(len(at)):
        p, e = min(max((estimate[at[k]] - floor) / width, 0.0), 1.0), error[at[k]] / width
        share[k], errors[k], effective[k] = p, e, p * (1 - p) / (e * e)
    return share, errors, effective
