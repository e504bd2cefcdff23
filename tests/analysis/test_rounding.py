"""Rounding: half up on what was meant, the same for one figure and for a column."""

from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from fractions import Fraction

import numpy as np
import polars as pl
import pytest

from analysis.errors import MeasureError
from analysis.rounding import format_column_vi, format_vi, round_column, round_half_up, subtract_rounded

TIES = [
    pytest.param(80.075, "80.08", id="a tie binary floats put below"),
    pytest.param(1.005, "1.01", id="the classic"),
    pytest.param(2.675, "2.68", id="another"),
    pytest.param(83.9426, "83.94", id="down"),
    pytest.param(-6.815, "-6.82", id="negative ties leave zero"),
    pytest.param(-0.001, "0.00", id="no minus zero"),
    pytest.param(0.0, "0.00", id="zero"),
    pytest.param(100.0, "100.00", id="hundred"),
    pytest.param(99.995, "100.00", id="carries over"),
    pytest.param(80.07499999999999, "80.08", id="a tie with the noise of a sum"),
    pytest.param(80.0749999, "80.07", id="below the tie by more than noise"),
    pytest.param(7.05, "7.05", id="keeps the zero inside"),
]


@pytest.mark.parametrize(("value", "expected"), TIES)
def test_figure_and_column_round_half_up(value, expected):
    assert str(round_half_up(value)) == expected
    assert pl.DataFrame({"x": [value]}).select(round_column("x")).item() == expected


def test_column_equals_decimal_arithmetic_on_every_hundredth_and_tie():
    thousandths = np.arange(-100_000, 100_001, 5)
    column = pl.DataFrame({"x": thousandths / 1000}).select(round_column("x")).to_series()
    expected = [str((Decimal(int(t)) / 1000).quantize(Decimal("0.01"), ROUND_HALF_UP) + 0) for t in thousandths]
    assert column.to_list() == expected


def test_column_and_figure_agree_on_random_means():
    values = np.random.default_rng(3).uniform(-100, 100, 5_000)
    column = pl.DataFrame({"x": values}).select(round_column("x")).to_series().to_list()
    assert column == [str(round_half_up(float(value))) for value in values]


def test_mean_of_thousands_at_a_tie_is_the_tie():
    # 8007.5 / 100 reached by adding 0.1 many times
    total = sum([0.1] * 800_75) / 100
    assert total != float(Fraction(80075, 1000))
    assert str(round_half_up(total)) == "80.08"


def test_null_stays_null_and_digits_are_chosen():
    frame = pl.DataFrame({"x": [None, 2.5, 1234.56789]})
    assert frame.select(round_column("x", 0)).to_series().to_list() == [None, "3", "1235"]
    assert frame.select(round_column(pl.col("x"), 4)).to_series().to_list() == [None, "2.5000", "1234.5679"]


def test_nan_is_refused():
    with pytest.raises(MeasureError):
        round_half_up(float("nan"))
    with pytest.raises(InvalidOperation):
        round_half_up("ninety")
    with pytest.raises(pl.exceptions.InvalidOperationError):
        pl.DataFrame({"x": [float("nan")]}).select(round_column("x"))


def test_difference_is_of_the_rounded_figures():
    # exactly 1.004, of the printed figures 1.01
    assert subtract_rounded(10.005, 9.001) == Decimal("1.01")


@pytest.mark.parametrize(
    ("value", "digits", "expected"),
    [
        pytest.param("83.94", None, "83,94", id="text"),
        pytest.param(Decimal("80.080"), 2, "80,08", id="decimal"),
        pytest.param(12394, None, "12.394", id="thousands"),
        pytest.param(1234567.5, 2, "1.234.567,50", id="both"),
        pytest.param(-6.81, None, "-6,81", id="negative"),
        pytest.param(0.005, 2, "0,01", id="tie"),
    ],
)
def test_vietnamese_format(value, digits, expected):
    assert format_vi(value, digits) == expected


def test_vietnamese_column():
    frame = pl.DataFrame({"x": [83.94, None]}).select(round_column("x").alias("x"))
    assert frame.select(format_column_vi("x")).to_series().to_list() == ["83,94", None]
