"""What unequal weights cost."""

import polars as pl
import pytest

from analysis.weighting.diagnostics import effective_size, kish_design_effect

WEIGHTS = pl.Series([1.0, 1.0, 4.0])  # 3·18/36 = 1.5; 36/18 = 2


def test_design_effect_of_three_weights_by_hand() -> None:
    assert kish_design_effect(WEIGHTS) == pytest.approx(1.5)
    assert effective_size(WEIGHTS) == pytest.approx(2.0)


def test_design_effect_does_not_depend_on_the_scale_of_weights() -> None:
    assert kish_design_effect(WEIGHTS * 1000) == pytest.approx(1.5)


def test_equal_weights_cost_nothing() -> None:
    assert kish_design_effect(pl.Series([7, 7, 7, 7])) == 1.0


def test_no_weights_have_no_design_effect() -> None:
    assert kish_design_effect(pl.Series([], dtype=pl.Float64)) is None
    assert effective_size(pl.Series([], dtype=pl.Float64)) is None
