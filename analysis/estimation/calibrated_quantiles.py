"""Quantiles of calibrated samples, with limits that know what was fixed."""

from collections.abc import Sequence

import polars as pl

from analysis.design import SurveyDesign
from analysis.estimation.credit import credit_calibration
from analysis.estimation.estimate import SHARE_BOUNDS, Frame, mean_quantity
from analysis.estimation.quantiles import invert_shares
from analysis.estimation.rule import Rule
from analysis.grouping.names import Names, list_names
from analysis.weighting.auxiliaries import Calibration


def estimate_calibrated_quantiles(
    frame: Frame,
    design: SurveyDesign,
    calibration: Calibration | Sequence[Calibration],
    *,
    values: Names,
    quantiles: Sequence[float] = (0.5,),
    by: Names = (),
    where: pl.Expr | None = None,
    variance: str = "residual",
    regression: str | None = None,
    confidence: float = 0.95,
    rule: str = "math",
    interval: str = "t",
    df: str | float = "domain",
) -> pl.DataFrame:
    """Quantiles of every column of ``values`` in every domain; shape, rules and intervals as
    ``quantiles.estimate_quantiles``, the limits from shares whose variance knows about the calibration; other
    choices and errors as ``estimate_calibrated_means``. METHODS 3.7, 3.12.

    >>> from analysis.weighting.calibrate import calibrate
    >>> sample = pl.DataFrame({"sex": ["f", "f", "m", "m"], "y": [1.0, 2.0, 5.0, 6.0], "w": [1.0] * 4})
    >>> met = calibrate(sample, weight="w", counts={"sex": {"f": 60, "m": 40}})
    >>> design = SurveyDesign("weight_calibrated")
    >>> estimate_calibrated_quantiles(met.frame, design, met.calibration, values=["y"])["estimate"].item()
    2.0
    """
    limits = Rule(confidence, interval, SHARE_BOUNDS, clip=False, df=df)
    by = list_names(by)

    def estimate(data: pl.DataFrame, marks: Sequence[str]) -> pl.DataFrame:
        return credit_calibration(
            data,
            design,
            calibration,
            {name: pl.col(name) for name in marks},
            [mean_quantity(name, k) for k, name in enumerate(marks)],
            by,
            limits,
            "value",
            variance=variance,
            regression=regression,
        )

    return invert_shares(frame, design, values, quantiles, by, where, rule, estimate)
