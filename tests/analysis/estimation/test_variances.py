"""Population variances by domain: by hand, and the same as each domain alone."""

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from analysis.design import SurveyDesign
from analysis.estimation.variances import estimate_variances

SAMPLE = pl.DataFrame(
    {
        "area": ["a", "a", "a", "b", "b", "c", None],
        "psu": [1, 1, 2, 2, 3, 3, 4],
        "w": [1.0, 1.0, 2.0, 1.0, 3.0, 1.0, 1.0],
        "y": [1.0, 3.0, 5.0, 4.0, 8.0, 9.0, 100.0],
        "z": [None, 2.0, 4.0, 1.0, 2.0, 3.0, 4.0],
    }
)


def test_variances_of_domains_by_hand():
    found = estimate_variances(SAMPLE, SurveyDesign("w"), values=["y"], by=["area"])
    # a: mean 3.5, 3/2·(6.25 + 0.25 + 2·2.25)/4; b: mean 7, 2·(9 + 3·1)/4; c: one response
    assert found["estimate"].to_list() == [pytest.approx(4.125), pytest.approx(6.0), None]
    assert found["n"].to_list() == [3, 2, 0]


@pytest.mark.parametrize("area", ["a", "b"])
def test_a_domain_has_the_variance_it_has_alone(area: str):
    design = SurveyDesign("w", cluster="psu")
    by = estimate_variances(SAMPLE, design, values=["y", "z"], by=["area"]).filter(area=area).drop("area")
    alone = estimate_variances(SAMPLE, design, values=["y", "z"], where=pl.col("area") == area)
    assert_frame_equal(by, alone)


def test_variances_do_not_depend_on_where_zero_is():
    moved = SAMPLE.with_columns(pl.col("y") + 1000)
    for frame in (SAMPLE, moved):
        found = estimate_variances(frame, SurveyDesign("w"), values=["y"], where=pl.col("area") == "a")
        assert found["estimate"].item() == pytest.approx(4.125)
