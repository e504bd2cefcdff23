"""``svy`` 0.35.0 and we agree on replicates: jackknife, half-samples, Fay, bootstrap, and re-weighted ones."""

import numpy as np
import polars as pl
import svy
from hypothesis import given

from analysis.design import SurveyDesign
from analysis.designs.replicate import make_replicates, reweight_replicates
from analysis.estimation.estimate import estimate_means, estimate_ratios, estimate_totals
from analysis.replicates import Replicates
from analysis.weighting.post_stratify import post_stratify
from tests.analysis.second_opinion.drawn import DRAWN, PAIRS, Drawn, differences
from tests.analysis.second_opinion.test_linearised import SELDOM

# svy prints R − 1 for the df of a bootstrap or a jackknife in domains; ours are those of METHODS 3.11.
FIGURES = {"est": "estimate", "se": "standard_error"}


def _plain(drawn: Drawn) -> svy.Sample:
    return svy.Sample(drawn.frame, svy.Design(wgt="w", stratum="stratum", psu="psu"))


def _design(**choices: object) -> SurveyDesign:
    return SurveyDesign("w", stratum="stratum", cluster="psu", **choices)  # type: ignore[arg-type]


@SELDOM
@given(DRAWN)
def test_the_jackknife_agrees(drawn: Drawn):
    frame, design = make_replicates(drawn.frame, _design(), kind="JKn")
    sample = _plain(drawn).weighting.create_jk_wgts().estimation
    columns = FIGURES | {"df": "df"}
    whole = sample.mean("y", method="replication").to_polars()
    assert differences(estimate_means(frame, design, values=["y"]), whole, columns) == []
    totals = sample.total("y", by="sort", method="replication").to_polars().sort("sort")
    assert differences(estimate_totals(frame, design, values=["y"], by=["sort"]), totals, FIGURES) == []
    ratio = sample.ratio("y", "x", method="replication").to_polars()
    assert differences(estimate_ratios(frame, design, ratios={"r": ("y", "x")}), ratio, columns) == []


@SELDOM
@given(PAIRS)
def test_balanced_half_samples_agree_on_totals(drawn: Drawn):
    # Which Hadamard matrix is taken changes the replicates of a mean, not the variance of a total.
    for fay, kind in ((0.0, "BRR"), (0.4, "Fay")):
        frame, design = make_replicates(drawn.frame, _design(), kind=kind, fay=fay)
        sample = _plain(drawn).weighting.create_brr_wgts(fay_coef=fay)
        theirs = sample.estimation.total("y", method="replication", fay_coef=fay).to_polars()
        assert differences(estimate_totals(frame, design, values=["y"]), theirs, FIGURES) == []


@SELDOM
@given(DRAWN)
def test_the_same_bootstrap_weights_give_the_same_errors(drawn: Drawn):
    sample = _plain(drawn).weighting.create_bs_wgts(40, rstate=7)
    for centre, named in (("mean", "rep_mean"), ("estimate", "estimate")):
        # svy divides by R; R survey and we by R − 1 unless told (METHODS 3.11).
        replicates = Replicates(tuple(sample.rep_columns), "bootstrap", centre=centre, scale=1 / 40)
        design = _design(replicates=replicates)
        for ours, theirs in (
            (estimate_means, sample.estimation.mean),
            (estimate_totals, sample.estimation.total),
        ):
            found = theirs("y", method="replication", variance_center=named).to_polars()
            assert differences(ours(sample.data, design, values=["y"]), found, FIGURES) == []


@SELDOM
@given(DRAWN)
def test_replicates_that_are_post_stratified_too_agree(drawn: Drawn):
    frame = drawn.frame
    if frame.group_by("sort").agg(pl.col("psu").n_unique()).filter(pl.col("psu") > 1).height < 2:
        return  # a replicate without anybody of a post-stratum cannot be post-stratified
    counts = dict(frame.group_by("sort").agg(pl.col("w").sum() * 1.5).rows())
    replicated, design = make_replicates(frame, _design(), kind="JKn")

    def reweigh(rows: pl.DataFrame, column: str) -> pl.Series:
        return post_stratify(rows, weight=column, by="sort", counts=counts).weights

    ours = reweight_replicates(replicated, design, reweigh)
    sample = _plain(drawn).weighting.create_jk_wgts().weighting.poststratify(counts, cells="sort")
    np.testing.assert_allclose(ours["w"], sample.data["ps_wgt"], rtol=1e-10)
    theirs = sample.estimation.mean("y", method="replication").to_polars()
    assert differences(estimate_means(ours, design, values=["y"]), theirs, FIGURES) == []


@SELDOM
@given(PAIRS)
def test_the_jackknife_of_pairs_agrees_on_totals(drawn: Drawn):
    # Which of the two is left out differs; the squared difference of the two does not.
    frame, design = make_replicates(drawn.frame, _design(), kind="JK2")
    sample = _plain(drawn).weighting.create_jk_wgts(paired=True)
    theirs = sample.estimation.total("y", method="replication", variance_center="estimate").to_polars()
    assert differences(estimate_totals(frame, design, values=["y"]), theirs, FIGURES) == []
