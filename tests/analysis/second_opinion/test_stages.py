"""``svy`` 0.35.0 and we agree on two stages with finite populations and on strata with one sampled PSU."""

import polars as pl
import pytest
import svy
from hypothesis import given

from analysis.design import Stage, SurveyDesign
from analysis.estimation.estimate import estimate_means, estimate_totals
from tests.analysis.second_opinion.drawn import DRAWN, Drawn, differences
from tests.analysis.second_opinion.test_linearised import PLAIN, SELDOM


@SELDOM
@given(DRAWN)
def test_two_stages_with_their_populations_agree(drawn: Drawn):
    frame = drawn.frame.with_columns(people=pl.len().over("psu") + pl.col("psu") % 9)
    if frame.group_by("stratum").agg((pl.col("psu").n_unique() > pl.col("population")).any())["psu"].any():
        return  # where people are the PSUs, populations count people
    sizes = svy.PopSize("population", "people")
    sample = svy.Sample(frame, svy.Design(wgt="w", stratum="stratum", psu="psu", ssu="row", pop_size=sizes))
    design = SurveyDesign(
        "w", stratum="stratum", cluster="psu", population="population", stages=(Stage(population="people"),)
    )
    for by in ((), ("group",)):
        theirs = sample.estimation.mean("y", by=by[0] if by else None).to_polars()
        ours = estimate_means(frame, design, values=["y"], by=by)
        assert differences(ours, theirs.sort("group") if by else theirs, PLAIN) == []
        theirs = sample.estimation.total("y", by=by[0] if by else None).to_polars()
        ours = estimate_totals(frame, design, values=["y"], by=by)
        assert differences(ours, theirs.sort("group") if by else theirs, PLAIN) == []


# ours → theirs. "collapse" is left out: which stratum is joined to which is a choice, and df follow from it.
LONELY = {"certainty": "skip", "adjust": "center", "average": "scale"}


@pytest.mark.parametrize("rule", LONELY)
@SELDOM
@given(drawn=DRAWN)
def test_lonely_strata_agree(rule: str, drawn: Drawn):
    first = pl.col("psu") == pl.col("psu").min().over("stratum")
    frame = drawn.frame.filter(first | (pl.col("stratum") > 0))
    if frame["stratum"].n_unique() < 2:
        return
    sample = svy.Sample(frame, svy.Design(wgt="w", stratum="stratum", psu="psu", singleton=LONELY[rule]))
    design = SurveyDesign("w", stratum="stratum", cluster="psu", lonely=rule)
    for ours, theirs in (
        (estimate_means, sample.estimation.mean),
        (estimate_totals, sample.estimation.total),
    ):
        found = ours(frame, design, values=["y"])
        assert differences(found, theirs("y").to_polars(), PLAIN) == []
