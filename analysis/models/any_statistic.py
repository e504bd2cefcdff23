"""Any statistic of weighted answers with the standard error of its design: made again with every replicate."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import polars as pl

from analysis.design import SurveyDesign
from analysis.designs.drawn import Real
from analysis.errors import EstimateError
from analysis.models.sampled import Calibrated, Frame, Sampled, read_sampled
from analysis.models.spread import Spread, spread_estimates
from analysis.models.tabulate import tabulate_estimates

Figures = float | Mapping[str, float] | Sequence[float] | Real
Statistic = Callable[[pl.DataFrame, Real], Figures]
Influence = Callable[[pl.DataFrame, Real], Real]
_UNTESTED = ("statistic", "p_value")


def estimate_statistic(
    frame: Frame,
    design: SurveyDesign,
    *,
    statistic: Statistic,
    values: Sequence[str],
    influence: Influence | None = None,
    where: pl.Expr | None = None,
    calibration: Calibrated = None,
    confidence: float = 0.95,
    df: float | None = None,
) -> pl.DataFrame:
    """What ``statistic`` makes of answers and weights, with standard error, interval and df.

    Parameters
    ----------
    frame
        One row per response of the whole sample. Rows with a null in ``values``, outside ``where`` or of weight 0
        are not handed to ``statistic`` and stay in the design.
    design
        With replicates: the statistic is made again with each. Without: by ``influence``.
    statistic
        Function of the rows used (columns ``values``, in their order) and of their weights: a number, a mapping of
        names to numbers, or a list. It must use the weights, not count rows, and give as many figures every time;
        a replicate where one is not finite is left out.
    values
        The columns it needs.
    influence
        Function of the same: what one unit of weight of a row adds to the statistic, one number per row (rows ×
        figures for several). Needed without replicates, not used with them.
    calibration
        As in ``fit_model``; not with replicates, where every column must have been calibrated.
    df
        None: PSUs − strata of the rows used (with replicates: as METHODS 3.11); infinite: normal limits.

    Returns
    -------
    pl.DataFrame
        One row per figure: figure (its name, or its number from 0), n, sum_weights, estimate, standard_error, low,
        high, confidence, df, design_effect, method, note. In the unit of the statistic.

    Raises
    ------
    EstimateError
        No influence for a design without replicates, an influence of another shape, figures that are not finite
        numbers; with what ``fit_model`` raises for columns.

    Notes
    -----
    Silently wrong with an influence that is not that of the statistic (check it against ``make_replicates``), and
    by jackknife for statistics that are not smooth, such as medians: take BRR or a bootstrap there.

    References
    ----------
    METHODS 19.8, 3.11; Deville (1999) for influence. R's ``withReplicates`` and ``svytotal`` of influences.

    Examples
    --------
    >>> from analysis.designs.replicate import make_replicates
    >>> people = pl.DataFrame({"w": [1.0, 1.0, 2.0, 2.0], "x": [1.0, 2.0, 3.0, 4.0], "y": [2.0, 3.0, 7.0, 8.0]})
    >>> made, design = make_replicates(people, SurveyDesign("w"), kind="JK1")
    >>> def slope(rows, weight):
    ...     x, y = rows["x"].to_numpy(), rows["y"].to_numpy()
    ...     x, y = x - np.average(x, weights=weight), y - np.average(y, weights=weight)
    ...     return (weight * x * y).sum() / (weight * x * x).sum()
    >>> found = estimate_statistic(made, design, statistic=slope, values=["x", "y"])
    >>> found.select(pl.col("estimate", "standard_error").round(4)).row(0)
    (2.1707, 0.4172)
    """
    sample = read_sampled(
        frame, design, {value: pl.col(value) for value in values}, where=where, calibration=calibration
    )
    names, estimates = _name(statistic(sample.values, sample.weight_used))
    if not np.isfinite(estimates).all():
        raise EstimateError(
            [
                f"figure {name!r} is {each}"
                for name, each in zip(names, estimates, strict=True)
                if not np.isfinite(each)
            ],
            "The statistic must be a finite number for the whole sample.",
        )
    spread = _spread(sample, statistic, influence, names, estimates)
    found = tabulate_estimates(
        {"figure": names},
        estimates,
        spread,
        sample,
        df=spread.df if df is None else float(df),
        confidence=confidence,
    )
    return found.drop(_UNTESTED)


def _spread(
    sample: Sampled, statistic: Statistic, influence: Influence | None, names: list[str], estimates: Real
) -> Spread:
    def refit(weight: Real) -> Real:
        again, figures = _name(statistic(sample.values, weight))
        if again != names:
            raise EstimateError(
                [f"the statistic gave {len(again)} figures for a replicate, {len(names)} for the sample"],
                "It must give the same figures every time; NaN where there is none.",
            )
        return figures

    if sample.design.replicates is not None:
        # Without influences nobody knows what a simple random sample would have had: zeros, and no design effect.
        with np.errstate(all="ignore"):
            return spread_estimates(sample, np.zeros((sample.n, len(names))), estimates, refit)
    if influence is None:
        raise EstimateError(
            ["the design has no replicates, and no influence was given"],
            "Make replicates first (make_replicates), or give influence=….",
        )
    values = np.asarray(influence(sample.values, sample.weight_used), float)
    if values.size != sample.n * len(names) or len(values) != sample.n:
        raise EstimateError(
            [f"influence has shape {values.shape}; {sample.n} rows and {len(names)} figures"],
            "Give one number per row and figure.",
        )
    if bad := int((~np.isfinite(values)).sum()):
        raise EstimateError([f"influence: {bad} of {values.size} values are not finite"], "Correct the function.")
    return spread_estimates(sample, values, estimates, refit)


def _name(figures: Figures) -> tuple[list[str], Real]:
    if isinstance(figures, Mapping):
        return [str(name) for name in figures], np.array(list(figures.values()), float)
    found = np.atleast_1d(np.asarray(figures, float)).ravel()
    return [str(number) for number in range(len(found))], found
