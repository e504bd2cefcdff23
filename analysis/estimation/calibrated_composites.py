"""Composite indices of calibrated samples, with standard errors that know what was fixed."""

from collections.abc import Mapping, Sequence

import polars as pl

from analysis.design import SurveyDesign
from analysis.estimation.composite import estimate_composites, node_quantity
from analysis.estimation.credit import credit_calibration
from analysis.estimation.estimate import Frame
from analysis.estimation.rows import BOUNDS, restrict_items
from analysis.estimation.rule import Rule
from analysis.grouping.names import Names, list_names
from analysis.weighting.auxiliaries import Calibration


def estimate_calibrated_composites(
    frame: Frame,
    design: SurveyDesign,
    calibration: Calibration | Sequence[Calibration],
    *,
    nodes: Mapping[str, Mapping[str, float]],
    by: Names = (),
    where: pl.Expr | None = None,
    variance: str = "residual",
    regression: str | None = None,
    confidence: float = 0.95,
    interval: str = "wilson",
    df: str | float = "domain",
    design_effect: str = "replace",
) -> pl.DataFrame:
    """Every node (item → coefficient, summing to 1) of an index of items on 0-100 in every domain; shape, choices
    and errors as ``estimate_calibrated_means`` with ``node`` for ``value``, nodes and intervals as
    ``composite.estimate_composites``. METHODS 3.4, 3.7, 4.

    >>> from analysis.weighting.calibrate import calibrate
    >>> sample = pl.DataFrame({"sex": ["f", "f", "m", "m"], "q1": [0.0, 100.0, 100.0, 100.0], "w": [1.0] * 4})
    >>> met = calibrate(sample, weight="w", counts={"sex": {"f": 60, "m": 40}})
    >>> nodes, design = {"index": {"q1": 1.0}}, SurveyDesign("weight_calibrated")
    >>> found = estimate_calibrated_composites(met.frame, design, met.calibration, nodes=nodes)
    >>> found["estimate"].round(9).item()
    70.0
    """
    rule = Rule(confidence, interval, BOUNDS, df=df, reference=design_effect)
    by = list_names(by)
    codes = {item: k for k, item in enumerate(dict.fromkeys(item for each in nodes.values() for item in each))}
    items = restrict_items({item: pl.col(item) for item in codes}, where)

    def estimate_naively(data: pl.DataFrame, design: SurveyDesign) -> pl.DataFrame:
        return estimate_composites(
            data,
            design,
            nodes=nodes,
            by=by,
            where=where,
            confidence=confidence,
            interval=interval,
            df=df,
            design_effect=design_effect,
        )

    return credit_calibration(
        frame,
        design,
        calibration,
        items,
        [node_quantity(node, coefficients, codes) for node, coefficients in nodes.items()],
        by,
        rule,
        "node",
        variance=variance,
        regression=regression,
        naively=estimate_naively,
    )
