"""``svy`` 0.35.0 and we agree on quantiles and Woodruff's limits."""

from hypothesis import given

from analysis.estimation.quantiles import estimate_quantiles
from tests.analysis.second_opinion.drawn import DRAWN, Drawn
from tests.analysis.second_opinion.test_linearised import SELDOM


@SELDOM
@given(DRAWN)
def test_quantiles_agree(drawn: Drawn):
    asked = [0.25, 0.5, 0.75]
    ours = estimate_quantiles(drawn.frame, drawn.ours, values=["y"], quantiles=asked)
    theirs = drawn.theirs.estimation.quantile("y", p=asked).to_polars()
    assert ours["estimate"].to_list() == theirs["est"].to_list()
