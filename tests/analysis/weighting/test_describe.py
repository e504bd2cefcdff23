"""What weights look like: by hand, in classes, and in agreement with Kish's formulas."""

import polars as pl
import pytest

from analysis.errors import WeightError
from analysis.weighting.describe import describe_weights, find_heaviest
from analysis.weighting.diagnostics import effective_size, kish_design_effect

SAMPLE = pl.DataFrame({"unit": ["A", "A", "B", "B", "C"], "w": [2.0, 6.0, 5.0, 0.0, 0.0]})


def test_classes_by_hand():
    # A: 2·40/64 = 1.25, 64/40 = 1.6
    found = describe_weights(SAMPLE, weight="w", by=["unit"])
    assert found.rows() == [
        ("A", 2, 0, 8.0, 2.0, 4.0, 6.0, 1.5, 1.25, 1.6),
        ("B", 1, 1, 5.0, 5.0, 5.0, 5.0, 1.0, 1.0, 1.0),
        ("C", 0, 1, None, None, None, None, None, None, None),
    ]


def test_it_agrees_with_kish_and_does_not_depend_on_scale():
    used = SAMPLE.filter(pl.col("w") > 0)["w"]
    for factor in (1, 30):
        row = describe_weights(SAMPLE.with_columns(pl.col("w") * factor), weight="w").row(0, named=True)
        assert row["design_effect"] == pytest.approx(kish_design_effect(used))
        assert row["n_effective"] == pytest.approx(effective_size(used))


def test_the_heaviest_come_first_with_their_share():
    # 13 in all over three weights
    found = find_heaviest(SAMPLE, weight="w", most=2)
    assert found.select("unit", "w").rows() == [("A", 6.0), ("B", 5.0)]
    assert found["share"].to_list() == pytest.approx([6 / 13, 5 / 13])
    assert found["times_mean"].to_list() == pytest.approx([18 / 13, 15 / 13])


def test_weights_that_are_none_are_counted():
    with pytest.raises(WeightError, match="column 'w': 1 of 5 weights are negative"):
        describe_weights(SAMPLE.with_columns(w=pl.Series([1.0, -1, 1, 1, 1])), weight="w")
