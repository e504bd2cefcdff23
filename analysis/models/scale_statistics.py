"""Statistics of a scale as functions of the covariance of its items, each with its derivative."""

from dataclasses import dataclass

import numpy as np

from analysis.designs.drawn import Real
from analysis.models.one_factor import bend_off_diagonal, fit_one_factor


@dataclass(frozen=True)
class Sloped:
    """``value``, and ``slope``: its derivatives by the elements of the covariance (symmetric; NaN: none)."""

    value: float
    slope: Real


def find_alpha(covariance: Real) -> Sloped:
    """K/(K − 1)·(1 − tr S/1'S1). METHODS 19.7."""
    count, total, trace = len(covariance), covariance.sum(), np.trace(covariance)
    if not total > 1e-12 * trace:  # the sum does not vary
        return Sloped(np.nan, np.full(covariance.shape, np.nan))
    factor = count / (count - 1)
    slope = factor * (np.full(covariance.shape, trace / total**2) - np.eye(count) / total)
    return Sloped(float(factor * (1 - trace / total)), slope)


def find_omega(covariance: Real) -> Sloped:
    """L²/(L² + Σψ); derivatives through the loadings by the implicit function. NaN: no factor was found, or
    the unique variances add up to less than 0, so that omega would pass 1. METHODS 19.7."""
    count = len(covariance)
    loadings = fit_one_factor(covariance) if count >= 3 else None
    if loadings is None or not np.trace(covariance) >= (loadings**2).sum():
        return Sloped(np.nan, np.full(covariance.shape, np.nan))
    length, own = loadings.sum(), np.trace(covariance) - (loadings**2).sum()
    whole = length**2 + own
    by_loading = 2 * length / whole - length**2 * (2 * length - 2 * loadings) / whole**2
    back = np.linalg.solve(bend_off_diagonal(loadings, covariance).T, by_loading)
    through = -(np.outer(back, loadings) + np.outer(loadings, back)) / 2
    np.fill_diagonal(through, 0.0)
    return Sloped(float(length**2 / whole), through - np.eye(count) * length**2 / whole**2)


def find_item_rest(covariance: Real, item: int) -> Sloped:
    """Correlation of the item with the sum of the others. METHODS 19.7."""
    one = np.eye(len(covariance))[item]
    rest = 1 - one
    of_item, of_rest, both = covariance[item, item], rest @ covariance @ rest, one @ covariance @ rest
    if not of_item > 0 or not of_rest > 0:
        return Sloped(np.nan, np.full(covariance.shape, np.nan))
    value = both / np.sqrt(of_item * of_rest)
    together = (np.outer(one, rest) + np.outer(rest, one)) / 2
    slope = together / np.sqrt(of_item * of_rest) - value / 2 * (
        np.outer(one, one) / of_item + np.outer(rest, rest) / of_rest
    )
    return Sloped(float(value), slope)


def find_alpha_without(covariance: Real, item: int) -> Sloped:
    """Alpha of the other items. METHODS 19.7."""
    kept = np.arange(len(covariance)) != item
    alpha = find_alpha(covariance[np.ix_(kept, kept)])
    slope = np.zeros(covariance.shape)
    slope[np.ix_(kept, kept)] = alpha.slope
    return Sloped(alpha.value, slope)


def covary(items: Real, weight: Real) -> tuple[Real, Real]:
    """Deviations of rows × items from their weighted means, and their weighted covariance. METHODS 19.7."""
    away = items - weight @ items / weight.sum()
    return away, np.asarray((away * weight[:, None]).T @ away / weight.sum())


def add_by_row(away: Real, covariance: Real, weight: Real, slope: Real) -> Real:
    """What one unit of weight of a row adds to a statistic with this ``slope``. METHODS 19.7."""
    return np.asarray((((away @ slope) * away).sum(axis=1) - (slope * covariance).sum()) / weight.sum())
