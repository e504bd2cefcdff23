"""``svy`` 0.35.0 and we agree on adjusted weights and on what the adjustment does to standard errors."""

from dataclasses import replace

import numpy as np
import polars as pl
import svy
from hypothesis import given

from analysis.estimation.calibrated import estimate_calibrated_means, estimate_calibrated_totals
from analysis.weighting.calibrate import calibrate
from analysis.weighting.post_stratify import post_stratify
from tests.analysis.second_opinion.drawn import DRAWN, Drawn, differences
from tests.analysis.second_opinion.test_linearised import PLAIN, SELDOM

ITERATED = 1e-6


def _counts(frame: pl.DataFrame, column: str, stretch: dict[object, float]) -> dict[object, float]:
    """Totals the sample can meet: its own sums, each stretched a little."""
    sums = dict(frame.group_by(column).agg(pl.col("w").sum()).sort(column).rows())
    return {level: total * stretch.get(level, 1.0) for level, total in sums.items()}


@SELDOM
@given(DRAWN)
def test_post_stratified_weights_and_errors_agree(drawn: Drawn):
    counts = _counts(drawn.frame, "sort", {"a": 1.3, "b": 0.8})
    met = post_stratify(drawn.frame, weight="w", by="sort", counts=counts)
    sample = drawn.theirs.weighting.poststratify(counts, cells="sort")
    np.testing.assert_allclose(met.weights, sample.data["ps_wgt"], rtol=1e-10)
    design = replace(drawn.ours, weight="weight_calibrated")
    ours = estimate_calibrated_means(met.frame, design, met.calibration, values=["y"], by=["group"])
    theirs = sample.estimation.mean("y", by="group").to_polars().sort("group")
    assert differences(ours, theirs, PLAIN) == []


@SELDOM
@given(DRAWN)
def test_linear_calibration_agrees(drawn: Drawn):
    frame = drawn.frame
    if frame.group_by("sort").len().filter(pl.col("len") > 2).height < 2:
        return
    counts = _counts(frame, "sort", {"a": 1.1, "b": 0.95})
    total = float((frame["w"] * frame["x"]).sum())
    met = calibrate(frame, weight="w", counts={"sort": counts}, totals={"x": total}, allow_negative=True)
    if met.weights.min() <= 0:
        return
    sample = drawn.theirs.weighting.calibrate(controls={svy.Cat("sort"): counts, "x": total})
    np.testing.assert_allclose(met.weights, sample.data["calib_wgt"], rtol=1e-8)
    design = replace(drawn.ours, weight="weight_calibrated")
    ours = estimate_calibrated_totals(met.frame, design, met.calibration, values=["y"])
    assert differences(ours, sample.estimation.total("y").to_polars(), PLAIN, relative=ITERATED) == []


@SELDOM
@given(DRAWN)
def test_raked_weights_and_errors_agree(drawn: Drawn):
    frame = drawn.frame.with_columns(side=pl.when(pl.col("row") % 3 == 0).then(pl.lit("p")).otherwise(pl.lit("q")))
    if frame.group_by("sort", "side").len().height < 4:
        return
    sorts, sides = _counts(frame, "sort", {"a": 1.2}), _counts(frame, "side", {"p": 0.9})
    scale = sum(sorts.values()) / sum(sides.values())
    sides = {level: count * scale for level, count in sides.items()}
    met = calibrate(frame, weight="w", counts={"sort": sorts, "side": sides}, distance="raking")
    theirs = Drawn(frame, drawn.has_population, drawn.has_clusters).theirs
    sample = theirs.weighting.rake(controls={"sort": sorts, "side": sides}, tol=1e-12, max_iter=2000)
    np.testing.assert_allclose(met.weights, sample.data["rk_wgt"], rtol=ITERATED)
    design = replace(drawn.ours, weight="weight_calibrated")
    # After raking svy (as R's rake) regresses with equal weights, after the other two with the start weights.
    ours = estimate_calibrated_means(
        met.frame, design, met.calibration, values=["y"], by=["group"], regression="equal"
    )
    found = sample.estimation.mean("y", by="group").to_polars().sort("group")
    assert differences(ours, found, PLAIN, relative=ITERATED) == []
