"""A minimum for units of several strata: the least variance under it, whole numbers, refusals."""

import polars as pl
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize

from analysis.errors import AllocationError
from analysis.sampling import allocate

CELLS = pl.DataFrame(
    {
        "unit": ["a", "a", "b", "b", "c", "c", "c"],
        "population": [900, 300, 80, 20, 40, 30, 10],
        "spread": [0.3, 0.5, 0.4, 0.5, 0.2, 0.5, 0.0],
        "cost": [1.0, 1.0, 2.0, 2.0, 4.0, 4.0, 4.0],
    }
)


def sums(found):
    return dict(found.group_by("unit").agg(pl.col("n").sum()).sort("unit").iter_rows())


def test_units_that_fall_short_get_their_minimum_and_the_others_share_the_rest():
    # proportional to 1,380: a 87, b 7.2, c 5.8 of 100; b and c get 20, and a the 60 that are left: 45 and 15
    found = allocate(CELLS, n=100, minimum=0, by=["unit"], unit_minimum=20)
    assert sums(found) == {"a": 60, "b": 20, "c": 20}
    # inside c 10, 7.5 and 2.5: equal remainders go to the larger stratum
    assert found["n"].to_list() == [45, 15, 16, 4, 10, 8, 2]
    assert found["bound"].to_list() == [None, None, *["unit_minimum"] * 5]


def test_a_unit_smaller_than_the_minimum_is_asked_whole():
    found = allocate(CELLS, n=400, by=["unit"], unit_minimum=90)
    assert sums(found) == {"a": 230, "b": 90, "c": 80}
    assert found.filter(unit="c")["sampling_fraction"].to_list() == [1.0] * 3


def test_one_stratum_in_each_unit_is_the_minimum_of_the_strata():
    units = CELLS.group_by("unit").agg(pl.col("population").sum()).sort("unit")
    one = allocate(units, n=100, minimum=20)
    assert allocate(units, n=100, minimum=0, by=["unit"], unit_minimum=20)["n"].to_list() == one["n"].to_list()


def test_neyman_under_unit_minima_has_the_least_variance():
    found = allocate(
        CELLS, n=100, rule="neyman", standard_deviation="spread", minimum=1, by=["unit"], unit_minimum=25
    )
    scale = (CELLS["population"] * CELLS["spread"]).to_numpy()
    of_unit = {unit: (CELLS["unit"] == unit).to_numpy() for unit in "abc"}
    # scipy 1.x, SLSQP from an equal start: the same constraints, a general optimiser
    best = minimize(
        lambda n: (scale**2 / n).sum() / 1000,
        [100 / 7] * 6 + [10.0],
        bounds=[(1, big) for big in CELLS["population"]],
        constraints=[
            {"type": "eq", "fun": lambda n: n.sum() - 100},
            *[{"type": "ineq", "fun": lambda n, own=own: n[own].sum() - 25} for own in of_unit.values()],
        ],
        method="SLSQP",
        options={"ftol": 1e-14, "maxiter": 1000},
    )
    assert best.success
    variance = (scale**2 / found["n_exact"].to_numpy()).sum() / 1000
    assert variance == pytest.approx(best.fun, rel=1e-6)
    assert found["n_exact"].to_list()[:6] == pytest.approx(best.x[:6], abs=0.05)


@pytest.mark.parametrize("rule", ["equal", "proportional", "power", "neyman", "cost"])
@settings(max_examples=30)
@given(
    cells=st.lists(
        st.tuples(st.integers(0, 5), st.integers(1, 300), st.sampled_from([0.1, 0.3, 0.5])),
        min_size=1,
        max_size=20,
    ),
    part=st.floats(0.1, 1),
    least=st.integers(1, 40),
)
def test_every_unit_gets_its_minimum_and_nothing_is_lost(rule, cells, part, least):
    frame = pl.DataFrame(cells, schema=["unit", "population", "spread"], orient="row").with_columns(cost=2.0)
    least_of = frame.group_by("unit").agg(pl.min_horizontal(pl.col("population").sum(), least).alias("least"))
    n = max(int(part * frame["population"].sum()), 1)
    assume(n >= least_of["least"].sum())
    named = {"neyman": ["standard_deviation"], "cost": ["standard_deviation", "unit_cost"]}.get(rule, [])
    columns = {name: {"standard_deviation": "spread", "unit_cost": "cost"}[name] for name in named}
    found = allocate(frame, n=n, rule=rule, minimum=0, by=["unit"], unit_minimum=least, **columns)
    assert found["n"].sum() == n
    assert (found["n"] <= found["population"]).all()
    assert ((found["n"] - found["n_exact"]).abs() < 1).all()
    reached = found.group_by("unit").agg(pl.col("n").sum()).join(least_of, on="unit")
    assert (reached["n"] >= reached["least"]).all()


def test_a_budget_pays_for_the_minima_first():
    found = allocate(
        CELLS,
        budget=300,
        rule="cost",
        standard_deviation="spread",
        unit_cost="cost",
        minimum=0,
        by=["unit"],
        unit_minimum=20,
    )
    assert sums(found)["c"] == 20
    assert min(sums(found).values()) >= 20
    assert (found["n"] * found["cost"]).sum() <= 300


@pytest.mark.parametrize(
    ("call", "says"),
    [
        pytest.param({"n": 50, "by": ["unit"], "unit_minimum": 20}, "leave -10", id="minima above the total"),
        pytest.param({"n": 99, "by": ["commune"], "unit_minimum": 20}, "'commune' is missing", id="absent"),
        pytest.param({"n": 99, "by": "unit", "unit_minimum": 20}, "by is the text 'unit'", id="text"),
        pytest.param({"n": 99, "by": ["unit"]}, r"unit_minimum is 0 with by \['unit'\]", id="no minimum"),
        pytest.param({"n": 99, "unit_minimum": 20}, r"unit_minimum is 20 with by \[\]", id="no unit"),
        pytest.param({"n": 99, "by": ["unit"], "unit_minimum": 2.5}, "unit_minimum is 2.5", id="half a person"),
    ],
)
def test_minima_that_cannot_be_are_refused(call, says):
    with pytest.raises(AllocationError, match=says):
        allocate(CELLS, **{"minimum": 0} | call)


def test_a_stratum_without_unit_is_refused():
    with pytest.raises(AllocationError, match="'unit' is null in 7 rows"):
        allocate(CELLS.with_columns(unit=pl.lit(None)), n=99, by=["unit"], unit_minimum=5)
