"""Evidence and running limits beside a slow transcription of METHODS 17.2 and 17.3, answer by answer."""

import math
from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest
from scipy.optimize import brentq

from analysis.monitoring import watch_units

FIRST, HORIZON, BASELINE, ALPHA = date(2026, 11, 1), 60, 0.9, 0.05
DAYS = [FIRST + timedelta(days=k) for k in range(HORIZON)]


def make_answers() -> pl.DataFrame:
    """None to four answers a day with weights; satisfaction falls after the thirtieth day."""
    chance = np.random.default_rng(20261120)
    rows = [
        ("A", day, 100.0 * float(chance.random() < (0.9 if k < 30 else 0.5)), float(chance.uniform(0.2, 1.0)))
        for k, day in enumerate(DAYS)
        for _ in range(int(chance.integers(0, 5)))
    ]
    return pl.DataFrame(rows, schema=["unit", "day", "y", "b"], orient="row")


def tell_evidence(answers: pl.DataFrame, today: date, *, is_rise: bool) -> float:
    """17.2: capital spread over the days of the horizon, what starts on a day bet from that day on."""
    m = 1 - BASELINE if is_rise else BASELINE
    stakes = [min(delta / (m * (1 - m)), 0.95 / (1 - m)) for delta in (0.03, 0.06, 0.12, 0.24, 0.48)]
    capital = 0.0
    for start in DAYS:
        bets = [
            (b, 1 - y / 100 if is_rise else y / 100)
            for day, y, b in answers.select("day", "y", "b").rows()
            if start <= day <= today
        ]
        capital += sum(math.prod(1 + stake * b * (m - x) for b, x in bets) for stake in stakes) / len(stakes)
    return capital / HORIZON


def tell_limits(answers: pl.DataFrame, today: date) -> tuple[float, float]:
    """17.3: the weighted mean ± u(V)/Σb, u exactly."""
    v = total = summed = 0.0
    for day in DAYS:
        if day > today:
            break
        of_day = answers.filter(pl.col("day") == day).select("b", "y").rows()
        predicted = (summed + 0.5) / (total + 1)
        v += sum(b**2 * (y / 100 - predicted) ** 2 for b, y in of_day)
        total += sum(b for b, _ in of_day)
        summed += sum(b * y / 100 for b, y in of_day)
    slopes = [0.004 * (0.95 / 0.004) ** (k / 23) for k in range(24)]

    def over(u: float) -> float:
        return sum(math.exp(s * u - (-math.log(1 - s) - s) * v) for s in slopes) / 24 - 2 / ALPHA

    half = brentq(over, 0.0, 200.0, xtol=1e-10) / total
    return 100 * max(summed / total - half, 0.0), 100 * min(summed / total + half, 1.0)


@pytest.mark.parametrize("direction", ["drop", "rise", "both"])
def test_evidence_is_that_of_the_formula_on_every_day(direction: str):
    answers = make_answers()
    found = watch_units(
        answers,
        unit="unit",
        day="day",
        value="y",
        weight="b",
        largest_weight=1.0,
        baseline=100 * BASELINE,
        horizon=HORIZON,
        start=FIRST,
        direction=direction,
    )
    sides = {"drop": [False], "rise": [True], "both": [False, True]}[direction]
    for row in found.gather_every(9).iter_rows(named=True):
        expected = sum(tell_evidence(answers, row["day"], is_rise=side) for side in sides) / len(sides)
        assert row["e_value"] == pytest.approx(expected, rel=1e-10)


def test_limits_are_those_of_the_formula_or_a_trace_wider():
    answers = make_answers()
    found = watch_units(
        answers,
        unit="unit",
        day="day",
        value="y",
        weight="b",
        largest_weight=1.0,
        baseline=100 * BASELINE,
        horizon=HORIZON,
        start=FIRST,
        control="each",
        alpha=ALPHA,
    ).filter(pl.col("n") > 0)
    for row in found.gather_every(5).iter_rows(named=True):
        low, high = tell_limits(answers, row["day"])
        # V is rounded up to the next knot: never narrower, at most a hundredth of the half width wider
        room = 0.01 * (high - low) / 2
        assert low - room <= row["low"] <= low + 1e-9
        assert high - 1e-9 <= row["high"] <= high + room
