"""A watch keeps its promise: evidence by hand, invariants, late alarms, and what cannot be watched."""

from datetime import date, timedelta
from math import exp, log

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal
from scipy.optimize import brentq

from analysis.errors import WatchError
from analysis.monitoring import watch_units
from analysis.monitoring.sequences import bound_sums

FIRST = date(2026, 1, 1)
NAMES = {"unit": "unit", "day": "day", "value": "y"}


def stream(answers: dict[str, list[list[float]]]) -> pl.DataFrame:
    """Unit → for each day its answers."""
    rows = [
        (unit, FIRST + timedelta(days=number), y)
        for unit, days in answers.items()
        for number, day in enumerate(days)
        for y in day
    ]
    return pl.DataFrame(rows, schema={"unit": pl.String, "day": pl.Date, "y": pl.Float64}, orient="row")


def draw(*, share: float, days: int = 100, a_day: int = 5, seed: int = 1, units: int = 4) -> pl.DataFrame:
    rng = np.random.default_rng(seed)
    return stream(
        {f"u{k}": [list(100.0 * (rng.random(a_day) < share)) for _ in range(days)] for k in range(units)}
    )


def test_evidence_of_one_answer_by_hand():
    # Baseline 80, one dissatisfied answer, horizon 1: every bet pays 1 + λ·0.8, λ = min(δ/0.8, 0.95)/0.2.
    # δ = 0.03: 1.15, 0.06: 1.30, 0.12: 1.60, 0.24: 2.20, 0.48: 3.40; mean 1.93.
    found = watch_units(stream({"A": [[0.0]]}), **NAMES, baseline=80.0, horizon=1)
    assert found["e_value"].item() == pytest.approx(1.93)


def test_capital_not_yet_bet_keeps_its_value():
    # Horizon 10: a tenth is bet on day one, nine tenths wait.
    found = watch_units(stream({"A": [[0.0]]}), **NAMES, baseline=80.0, horizon=10)
    assert found["e_value"].item() == pytest.approx(0.9 + 0.193)


def test_a_bet_is_fair_where_the_baseline_is_true():
    # x = 100 with chance 0.8 and 0 with 0.2: the expected capital is 1 again.
    good = watch_units(stream({"A": [[100.0]]}), **NAMES, baseline=80.0, horizon=1)["e_value"].item()
    assert 0.8 * good + 0.2 * 1.93 == pytest.approx(1)


def test_rise_is_drop_seen_from_above():
    sample = draw(share=0.6)
    drop = watch_units(sample, **NAMES, baseline=70.0, tolerance=5.0, horizon=50)
    mirrored = sample.with_columns(y=100 - pl.col("y"))
    rise = watch_units(mirrored, **NAMES, baseline=30.0, tolerance=5.0, direction="rise", horizon=50)
    np.testing.assert_allclose(rise["e_value"], drop["e_value"], rtol=1e-12)
    np.testing.assert_allclose(rise["low"], 100 - drop["high"], atol=1e-9)
    both = watch_units(sample, **NAMES, baseline=70.0, tolerance=5.0, direction="both", horizon=50)
    up = watch_units(sample, **NAMES, baseline=70.0, tolerance=5.0, direction="rise", horizon=50)
    np.testing.assert_allclose(both["e_value"], (drop["e_value"] + up["e_value"]) / 2, rtol=1e-12)


def test_range_and_order_of_answers_change_nothing():
    sample = draw(share=0.6)
    found = watch_units(sample, **NAMES, baseline=70.0)
    shuffled = watch_units(sample.sample(fraction=1.0, shuffle=True, seed=2), **NAMES, baseline=70.0)
    assert_frame_equal(shuffled, found, rel_tol=1e-12)
    levels = sample.with_columns(y=1 + pl.col("y") / 25)
    scaled = watch_units(levels, **NAMES, baseline=3.8, bounds=(1.0, 5.0))
    np.testing.assert_allclose(scaled["e_value"], found["e_value"], rtol=1e-9)
    np.testing.assert_allclose((scaled["high"] - 1) * 25, found["high"], rtol=1e-9)


def test_equal_weights_at_the_largest_change_nothing_and_weight_zero_is_no_answer():
    sample = draw(share=0.6).with_columns(w=2.0)
    plain = watch_units(sample, **NAMES, baseline=70.0)
    full = watch_units(sample, **NAMES, baseline=70.0, weight="w", largest_weight=2.0)
    np.testing.assert_allclose(full["e_value"], plain["e_value"])
    np.testing.assert_allclose(full["high"], plain["high"])
    half = watch_units(sample, **NAMES, baseline=70.0, weight="w", largest_weight=4.0)
    np.testing.assert_allclose(half["estimate"], plain["estimate"])
    none = pl.concat([sample, sample.with_columns(y=pl.lit(0.0), w=pl.lit(0.0))])
    zero = watch_units(none, **NAMES, baseline=70.0, weight="w", largest_weight=2.0)
    np.testing.assert_allclose(zero["e_value"], plain["e_value"])


def test_what_is_known_later_does_not_change_what_was_said_before():
    sample = draw(share=0.6)
    whole = watch_units(sample, **NAMES, baseline=70.0, horizon=100)
    early = watch_units(sample.filter(pl.col("day") < date(2026, 2, 1)), **NAMES, baseline=70.0, horizon=100)
    same = whole.filter(pl.col("day") < date(2026, 2, 1))
    np.testing.assert_allclose(early["e_value"], same["e_value"])
    # limits are read off a table of knots that ends with the data
    np.testing.assert_allclose(early["high"], same["high"], rtol=0.01)


def test_a_drop_is_called_and_stays_called():
    before = draw(share=0.9, days=60, seed=3, units=1)
    after = draw(share=0.5, days=60, seed=4, units=1).with_columns(pl.col("day") + timedelta(days=60))
    found = watch_units(pl.concat([before, after]), **NAMES, baseline=90.0, watched=3321)
    called = found.filter("alarm")
    assert called["since"].n_unique() == 1
    assert date(2026, 3, 2) < called["since"][0] < date(2026, 4, 1)
    assert called["day"].max() == found["day"].max()
    assert not found.filter(pl.col("day") < date(2026, 3, 2))["alarm"].any()


@pytest.mark.parametrize(("control", "needed"), [("fwer", 3321 / 0.05), ("each", 1 / 0.05)])
def test_the_alarm_comes_on_the_first_day_that_the_evidence_reaches_what_is_promised(control: str, needed: float):
    sample = draw(share=0.75, days=100, units=40, seed=4, a_day=2)
    found = watch_units(sample, **NAMES, baseline=90.0, control=control, watched=3321)
    reached = found.filter(pl.col("e_value") >= needed).group_by("unit").agg(pl.col("day").min()).sort("unit")
    called = found.filter("alarm").group_by("unit").agg(pl.col("since").min(), pl.col("day").min()).sort("unit")
    assert called["since"].to_list() == called["day"].to_list() == reached["day"].to_list()
    assert called.height >= 20


def test_the_list_of_a_day_is_wang_and_ramdas_s():
    sample = pl.concat(
        [
            draw(share=0.85 - 0.02 * k, days=80, units=1, seed=k, a_day=2).with_columns(unit=pl.lit(str(k)))
            for k in range(9)
        ]
    )
    found = watch_units(sample, **NAMES, baseline=90.0, control="fdr", watched=20)
    lengths = set()
    for day in found.partition_by("day"):
        e = sorted(day["e_value"], reverse=True)
        k = max((k for k in range(1, len(e) + 1) if e[k - 1] >= 20 / (0.05 * k)), default=0)
        assert sorted(day.filter("alarm")["e_value"], reverse=True) == e[:k]
        lengths.add(k)
    assert len(lengths) > 3


def test_alarms_of_a_list_may_end():
    bad, good = [[0.0] * 12], [[100.0] * 40]
    sample = stream({"A": bad * 4 + good * 30, "B": [[100.0]] * 34})
    found = watch_units(sample, **NAMES, baseline=80.0, control="fdr", horizon=4).filter(pl.col("unit") == "A")
    assert found["alarm"][3]
    assert not found["alarm"][-1]
    kept = watch_units(sample, **NAMES, baseline=80.0, horizon=4).filter(pl.col("unit") == "A")
    assert kept["alarm"][-1]


def test_days_that_depend_count_once():
    # Twenty bad answers on one day are one piece of bad luck there, and strong evidence otherwise.
    sample = stream({"A": [[0.0] * 20]})
    each = watch_units(sample, **NAMES, baseline=80.0, horizon=1)
    once = watch_units(sample, **NAMES, baseline=80.0, horizon=1, days_depend=True)
    assert once["e_value"].item() == pytest.approx(1.93)
    assert each["e_value"].item() > 1000


def test_every_unit_has_its_last_day_even_without_answers():
    baseline = pl.DataFrame({"unit": ["A", "B", "C"], "baseline": [80.0, 70.0, 60.0]})
    found = watch_units(stream({"A": [[100.0], [], [0.0]], "B": [[100.0]]}), **NAMES, baseline=baseline)
    assert found.select("unit", "n", "n_total", "estimate", "baseline").rows() == [
        ("A", 1, 1, 100.0, 80.0),
        ("A", 1, 2, 50.0, 80.0),
        ("B", 1, 1, 100.0, 70.0),
        ("B", 0, 1, 100.0, 70.0),
        ("C", 0, 0, None, 60.0),
    ]
    assert "no answers yet" in found["note"][-1]


def test_the_bound_holds_whenever_one_looks():
    # 2,000 sums of 500 fair ±: with α = 0.1 at most a tenth ever leave (standard error of that part 0.7).
    rng = np.random.default_rng(5)
    x = (rng.random((2000, 500)) < 0.3).astype(float)
    before = np.cumsum(x, axis=1) - x
    predicted = (before + 0.5) / (np.arange(500) + 1)
    v = np.cumsum((x - predicted) ** 2, axis=1)
    s = np.cumsum(x - 0.3, axis=1)
    left = (s > bound_sums(v.ravel(), 0.1).reshape(v.shape)).any(axis=1).mean()
    assert 0.001 < left <= 0.115


@pytest.mark.parametrize("alpha", [0.5, 0.025, 0.025 / 3321])
def test_the_bound_solves_the_equation_of_methods_17_3(alpha: float):
    slopes = [0.004 * (0.95 / 0.004) ** (k / 23) for k in range(24)]
    largest = 400.0  # the last knot, where nothing is rounded up

    def excess(u: float) -> float:
        return sum(exp(x * u - (-log(1 - x) - x) * largest) for x in slopes) / 24 - 1 / alpha

    bound = bound_sums(np.array([0.0, 3.0, largest]), alpha)
    assert bound[-1] == pytest.approx(brentq(excess, 1, 1000, xtol=1e-10), rel=1e-10)
    assert bound[0] < bound[1] < bound[2]


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        pytest.param({"value": "z"}, "'z' is missing", id="no such column"),
        pytest.param({"baseline": 100.0}, "not strictly inside 0-100", id="nothing is above the baseline"),
        pytest.param({"baseline": 4.0, "tolerance": 5.0}, "with the tolerance", id="tolerance beyond the range"),
        pytest.param({"bounds": (0.0, 1.0), "baseline": 0.8}, "outside 0-1", id="points for shares"),
        pytest.param({"weight": "w"}, "largest_weight is None", id="weights without a limit"),
        pytest.param({"weight": "w", "largest_weight": 1.0}, "outside 0-1", id="weights above it"),
        pytest.param({"watched": 1}, "watched is 1", id="fewer watched than there are"),
        pytest.param({"direction": "down"}, "direction is 'down'", id="unknown direction"),
        pytest.param({"control": "bonferroni"}, "control is 'bonferroni'", id="unknown control"),
        pytest.param({"alpha": 5}, "alpha is 5", id="alpha in per cent"),
        pytest.param({"start": date(2026, 1, 3)}, "outside 2026-01-03", id="answers before the start"),
        pytest.param(
            {"baseline": pl.DataFrame({"unit": ["u0"], "baseline": [80.0]})}, "units without one", id="no baseline"
        ),
    ],
)
def test_what_cannot_be_watched_is_refused_by_name(asked, said):
    sample = draw(share=0.8, days=5).with_columns(w=2.0)
    with pytest.raises(WatchError, match=said):
        watch_units(sample, **(NAMES | {"baseline": 80.0} | asked))


def test_a_day_must_be_a_date():
    with pytest.raises(WatchError, match="a date is needed"):
        watch_units(draw(share=0.8).with_columns(pl.col("day").cast(pl.String)), **NAMES, baseline=80.0)
