"""``svy`` 0.35.0 and we agree on quantiles and Woodruff's limits."""

import polars as pl
from hypothesis import given

from analysis.estimation.quantiles import estimate_quantiles
from tests.analysis.second_opinion.drawn import DRAWN, Drawn, differences
from tests.analysis.second_opinion.test_linearised import OFTEN

QUANTILES = [0.25, 0.5, 0.75]


@OFTEN
@given(DRAWN)
def test_quantiles_agree_and_their_limits_where_the_sample_gives_both(drawn: Drawn):
    ours = estimate_quantiles(drawn.frame, drawn.ours, values=["y"], quantiles=QUANTILES)
    theirs = drawn.theirs.estimation.quantile("y", p=QUANTILES).to_polars()
    assert ours["estimate"].to_list() == theirs["est"].to_list()
    has_both = _has_both(ours)
    columns = {"est": "estimate", "se": "standard_error", "lci": "low", "uci": "high"}
    assert differences(ours.filter(has_both), theirs.filter(has_both), columns) == []


@OFTEN
@given(DRAWN)
def test_medians_of_domains_agree(drawn: Drawn):
    ours = estimate_quantiles(drawn.frame, drawn.ours, values=["y"], by=["sort"])
    theirs = drawn.theirs.estimation.median("y", by="sort").to_polars().sort("sort")
    has_both = _has_both(ours)
    columns = {"est": "estimate", "se": "standard_error", "lci": "low", "uci": "high"}
    assert differences(ours.filter(has_both), theirs.filter(has_both), columns) == []


def _has_both(ours: pl.DataFrame) -> pl.Series:
    """Rows to compare. Where a limit of the share leaves 0-1 we give none, svy the smallest or largest answer;
    where the quantile is the largest answer, its share 1 has a linearised variance of 0: we fall back, svy gives
    [x, x]."""
    return ours["standard_error"].is_not_null() & ~ours["method"].str.contains("clopper-pearson")
