"""Means, totals, ratios and proportions of calibrated samples, with standard errors that know what was fixed."""

from collections.abc import Mapping, Sequence

import polars as pl

from analysis.design import SurveyDesign
from analysis.estimation.credit import credit_calibration
from analysis.estimation.estimate import SHARE_BOUNDS, Frame, mean_quantity, ratio_items, total_quantity
from analysis.estimation.rows import restrict_items
from analysis.estimation.rule import Rule
from analysis.grouping.names import Names, list_names
from analysis.weighting.auxiliaries import Calibration


def estimate_calibrated_means(
    frame: Frame,
    design: SurveyDesign,
    calibration: Calibration | Sequence[Calibration],
    *,
    values: Names,
    by: Names = (),
    where: pl.Expr | None = None,
    variance: str = "residual",
    regression: str | None = None,
    confidence: float = 0.95,
    df: str | float = "domain",
    design_effect: str = "replace",
) -> pl.DataFrame:
    """Mean of every column of ``values`` in every domain after post-stratification, raking or calibration.

    Parameters
    ----------
    frame
        One row per response of the whole sample, with the weights before and after and the columns of the
        margins: ``calibrate(...).frame``, filtered nowhere. Nulls in ``values`` and ``by`` leave the domain.
    design
        How the responses came, of any kind; ``weight`` names the final weights: the calibrated ones, or those
        after trimming them. Replicates are those of the start weights: they vary the residuals. (Replicates that
        were each calibrated know of it themselves: ``estimate_means``; METHODS 3.11.)
    calibration
        ``calibrate(...).calibration``, or several in the order they were made.
    variance
        ``residual``: of what the auxiliaries leave unexplained. ``naive``: as if the final weights were design
        weights; the same figures as ``estimate_means``.
    regression
        Weights of the regression on the auxiliaries; None: what the calibration says, ``start`` unless written
        otherwise. ``start`` (as R's calibrate and postStratify), ``equal``,
        ``calibrated``; or ``ten_sweeps``, after raking, for the digits of R's rake. METHODS 3.7.
    by, where, confidence, df, design_effect
        As in ``estimate_means``.

    Returns
    -------
    pl.DataFrame
        As ``estimate_means``: by…, value, n, n_effective, sum_weights, estimate, standard_error, low, high,
        confidence, df, design_effect, method, note. The note says when the naive standard error differs by more
        than 5 per cent. A total that the calibration fixed has standard error 0 and no limits.

    Raises
    ------
    WeightError, DesignError, ItemError, EstimateError
        Each with every problem of its kind.

    Notes
    -----
    Silently wrong when the totals met were themselves estimated (their own variance is not added), or when
    weights were made from answers that are estimated here.

    References
    ----------
    METHODS 3.7; Deville and Särndal (1992), JASA 87. Checked against R survey 4.5 (p09-p12).

    Examples
    --------
    >>> from analysis.weighting.calibrate import calibrate
    >>> sample = pl.DataFrame({"sex": ["f", "f", "m", "m"], "y": [1.0, 2.0, 5.0, 6.0], "w": [1.0] * 4})
    >>> met = calibrate(sample, weight="w", counts={"sex": {"f": 60, "m": 40}})
    >>> design = SurveyDesign(weight="weight_calibrated")
    >>> estimate_calibrated_means(met.frame, design, met.calibration, values=["y"])["standard_error"].item()
    0.2943...
    """
    rule = Rule(confidence, "t", None, df=df, reference=design_effect)
    values, by = list_names(values), list_names(by)
    quantities = [mean_quantity(value, k) for k, value in enumerate(values)]
    items = restrict_items({value: pl.col(value) for value in values}, where)
    return credit_calibration(
        frame, design, calibration, items, quantities, by, rule, "value", variance=variance, regression=regression
    )


def estimate_calibrated_totals(
    frame: Frame,
    design: SurveyDesign,
    calibration: Calibration | Sequence[Calibration],
    *,
    values: Names,
    by: Names = (),
    where: pl.Expr | None = None,
    variance: str = "residual",
    regression: str | None = None,
    confidence: float = 0.95,
    df: str | float = "domain",
    design_effect: str = "replace",
) -> pl.DataFrame:
    """Total of every column of ``values`` in every domain; shape, choices and errors as
    ``estimate_calibrated_means``. Nulls count as 0, and make a total silently too small. METHODS 3.1, 3.7.

    >>> from analysis.weighting.calibrate import calibrate
    >>> sample = pl.DataFrame({"sex": ["f", "f", "m", "m"], "y": [1.0, 2.0, 5.0, 6.0], "w": [1.0] * 4})
    >>> met = calibrate(sample, weight="w", counts={"sex": {"f": 60, "m": 40}})
    >>> design = SurveyDesign("weight_calibrated")
    >>> estimate_calibrated_totals(met.frame, design, met.calibration, values=["y"])["estimate"].round(9).item()
    310.0
    """
    rule = Rule(confidence, "t", None, df=df, reference=design_effect)
    values, by = list_names(values), list_names(by)
    quantities = [total_quantity(value, k) for k, value in enumerate(values)]
    items = restrict_items({value: pl.col(value) for value in values}, where)
    return credit_calibration(
        frame, design, calibration, items, quantities, by, rule, "value", variance=variance, regression=regression
    )


def estimate_calibrated_ratios(
    frame: Frame,
    design: SurveyDesign,
    calibration: Calibration | Sequence[Calibration],
    *,
    ratios: Mapping[str, tuple[str, str]],
    by: Names = (),
    where: pl.Expr | None = None,
    variance: str = "residual",
    regression: str | None = None,
    confidence: float = 0.95,
    df: str | float = "domain",
    design_effect: str = "replace",
) -> pl.DataFrame:
    """Ratio of two totals, name → (numerator, denominator); shape, choices and errors as
    ``estimate_calibrated_means``. Rows with a null in either leave the domain. METHODS 3.1, 3.7.

    >>> from analysis.weighting.calibrate import calibrate
    >>> sample = pl.DataFrame({"sex": ["f", "m"], "y": [30.0, 80.0], "x": [1, 2], "w": [1.0] * 2})
    >>> met = calibrate(sample, weight="w", counts={"sex": {"f": 60, "m": 40}})
    >>> design = SurveyDesign("weight_calibrated")
    >>> found = estimate_calibrated_ratios(met.frame, design, met.calibration, ratios={"r": ("y", "x")})
    >>> found["estimate"].round(9).item()  # (60·30 + 40·80)/(60·1 + 40·2)
    35.714285714
    """
    by, rule = list_names(by), Rule(confidence, "t", None, df=df, reference=design_effect)
    of_ratios, quantities = ratio_items(ratios)
    items = restrict_items(of_ratios, where)
    return credit_calibration(
        frame, design, calibration, items, quantities, by, rule, "ratio", variance=variance, regression=regression
    )


def estimate_calibrated_proportions(
    frame: Frame,
    design: SurveyDesign,
    calibration: Calibration | Sequence[Calibration],
    *,
    of: str,
    by: Names = (),
    where: pl.Expr | None = None,
    variance: str = "residual",
    regression: str | None = None,
    confidence: float = 0.95,
    interval: str = "wilson",
    df: str | float = "domain",
    design_effect: str = "replace",
) -> pl.DataFrame:
    """Share (0-1) of every level of ``of`` in every domain; shape, choices and errors as
    ``estimate_calibrated_means`` with ``level`` for ``value``, intervals as ``estimate_proportions``.
    METHODS 1.1, 3.7, 4.

    >>> from analysis.weighting.calibrate import calibrate
    >>> sample = pl.DataFrame({"sex": ["f", "f", "m", "m"], "y": [1.0, 2.0, 5.0, 6.0], "w": [1.0] * 4})
    >>> met = calibrate(sample, weight="w", counts={"sex": {"f": 60, "m": 40}})
    >>> design = SurveyDesign("weight_calibrated")
    >>> found = estimate_calibrated_proportions(met.frame, design, met.calibration, of="y")
    >>> found["estimate"].round(9).to_list()
    [0.3, 0.3, 0.2, 0.2]
    """
    by, rule = list_names(by), Rule(confidence, interval, SHARE_BOUNDS, clip=False, df=df, reference=design_effect)
    levels = frame.lazy().select(pl.col(of).drop_nulls().unique().sort()).collect().to_series()
    of_levels = {f"{of}={level}": pl.when(pl.col(of).is_not_null()).then(pl.col(of) == level) for level in levels}
    items = restrict_items(of_levels, where)
    quantities = [mean_quantity(str(k), k) for k in range(len(levels))]
    result = credit_calibration(
        frame, design, calibration, items, quantities, by, rule, "level", variance=variance, regression=regression
    )
    return result.with_columns(levels.gather(result["level"].cast(pl.UInt32)).alias("level"))
