"""Allocation: by hand, invariants, limits, quotas of official plans."""

import random

import polars as pl
import pytest

from analysis.errors import AllocationError
from analysis.sampling import allocate


def strata(**columns):
    return pl.DataFrame(
        {"population": [900, 90, 10], "spread": [10.0, 20.0, 30.0], "cost": [1.0, 4.0, 9.0]} | columns
    )


def test_minimum_is_taken_from_the_others_in_proportion():
    # C gets 5; 95 are left for 990: A 86.36, B 8.64
    found = allocate(strata(), n=100, minimum=5)
    assert found["n"].to_list() == [86, 9, 5]
    assert found["bound"].to_list() == [None, None, "minimum"]
    assert found["n_exact"].to_list() == pytest.approx([95 * 900 / 990, 95 * 90 / 990, 5])


def test_a_stratum_never_gets_more_than_it_holds():
    # equal thirds of 150 are 50, but C holds 10: the others share 140
    found = allocate(strata(), n=150, rule="equal")
    assert found["n"].to_list() == [70, 70, 10]
    assert found["bound"].to_list() == [None, None, "population"]
    assert found["sampling_fraction"].to_list() == [70 / 900, 70 / 90, 1.0]


def test_a_minimum_above_the_population_is_a_census():
    assert allocate(strata(), n=200, minimum=30)["n"].to_list() == [160, 30, 10]


def test_cost_rule_by_hand():
    # N·S/√c: 9000, 900, 100; per unit of λ the cost is 9000 + 3600 + 900 = 13500: λ = 100/13500
    found = allocate(strata(), budget=100, rule="cost", standard_deviation="spread", unit_cost="cost")
    assert found["n_exact"].to_list()[:2] == pytest.approx([900 / 13.59, 90 / 13.59], rel=0.02)
    assert (found["n"] * found["cost"]).sum() <= 100
    fixed = allocate(strata(), n=50, rule="cost", standard_deviation="spread", unit_cost="cost")
    assert fixed["n"].to_list() == [45, 4, 1]  # 44.1 : 4.41 after C's minimum of 1


def test_equal_remainders_go_to_the_larger_stratum():
    # 3 to draw from 20 + 20 + 20: one each; 4: ties broken by population, then by row
    assert allocate(pl.DataFrame({"population": [20, 21, 20]}), n=4, rule="equal")["n"].to_list() == [1, 2, 1]
    assert allocate(pl.DataFrame({"population": [20, 20, 20]}), n=4, rule="equal")["n"].to_list() == [2, 1, 1]


def test_strata_without_spread_get_what_the_others_cannot_take():
    table = pl.DataFrame({"population": [100, 300, 10], "spread": [0.0, 0.0, 5.0]})
    assert allocate(table, n=30, rule="neyman", standard_deviation="spread")["n"].to_list() == [5, 15, 10]


def test_power_allocation_runs_from_equal_to_proportional():
    flat, steep = (allocate(strata(), n=30, rule="power", power=power)["n_exact"] for power in (0, 1))
    assert flat.to_list() == pytest.approx([10, 10, 10])
    assert steep.to_list() == pytest.approx(allocate(strata(), n=30)["n_exact"].to_list())


def test_neyman_beats_every_neighbouring_allocation():
    table = pl.DataFrame({"population": [500, 300, 200], "spread": [12.0, 20.0, 35.0]})
    best = allocate(table, n=100, rule="neyman", standard_deviation="spread")["n"].to_list()

    def variance(counts):
        return sum(
            (N * S) ** 2 / n for N, S, n in zip(*table.to_dict(as_series=False).values(), counts, strict=True)
        )

    for giver in range(3):
        for taker in range(3):
            moved = list(best)
            moved[giver] -= 1
            moved[taker] += 1
            assert variance(moved) >= variance(best)


@pytest.mark.parametrize("rule", ["equal", "proportional", "neyman", "power", "cost"])
@pytest.mark.parametrize("seed", range(12))
def test_whole_numbers_add_up_inside_their_limits(rule, seed):
    draw = random.Random(seed)
    units = draw.randint(1, 60)
    table = pl.DataFrame(
        {
            "population": [draw.choice([1, 2, 7, 40, 900]) for _ in range(units)],
            "spread": [draw.choice([0.0, 0.3, 0.5, 7.0]) for _ in range(units - 1)] + [1.0],
            "cost": [draw.uniform(0.5, 9) for _ in range(units)],
        }
    )
    n = draw.randint(2 * units, max(2 * units, table["population"].sum()))
    n = min(n, table["population"].sum())
    columns = {"standard_deviation": "spread", "unit_cost": "cost"} if rule in ("neyman", "cost") else {}
    found = allocate(table, n=n, rule=rule, minimum=1, **columns)
    assert found["n"].sum() == n
    assert found["n_exact"].sum() == pytest.approx(n)
    assert (found["n"] <= found["population"]).all()
    assert (found["n"] >= 1).all()
    assert ((found["n"] - found["n_exact"]).abs() < 1).all()
    # the scale of spreads and costs does not matter
    scaled = table.with_columns(pl.col("spread") * 1000, pl.col("cost") * 4)
    assert allocate(scaled, n=n, rule=rule, minimum=1, **columns)["n"].to_list() == found["n"].to_list()


@pytest.mark.parametrize("budget", [40.0, 333.3, 5000.0, 1e9])
def test_a_budget_is_not_exceeded_and_nearly_spent(budget):
    found = allocate(strata(), budget=budget, rule="cost", standard_deviation="spread", unit_cost="cost")
    spent = (found["n"] * found["cost"]).sum()
    assert spent <= budget
    assert budget - spent < 9 or found["n"].to_list() == [900, 90, 10]


def test_quotas_of_binh_duong_2017():
    # G15: 4 huyện of 500, 5 towns of 600; 48 xã of 150, 43 phường of 200; province 3,200
    def quota(units, total):
        places = pl.DataFrame({"population": [10_000] * units})
        return allocate(places, n=total, rule="equal")["n"]

    assert quota(4, 2000).to_list() == [500] * 4
    assert quota(5, 3000).to_list() == [600] * 5
    assert quota(4, 2000).sum() + quota(5, 3000).sum() == 5000
    assert quota(48, 7200).to_list() == [150] * 48
    assert quota(43, 8600).to_list() == [200] * 43
    assert 5000 + quota(48, 7200).sum() + quota(43, 8600).sum() + 3200 == 24_000


@pytest.mark.parametrize(
    ("table", "call", "says"),
    [
        pytest.param(strata(), {"n": 2}, "minima of 3 strata need 3", id="below the minima"),
        pytest.param(strata(), {"n": 1001}, "3 strata may give 1000 at most", id="more than there are"),
        pytest.param(strata(population=[5, None, 0]), {"n": 4}, "'population' is null.* in 2 rows", id="nulls"),
        pytest.param(strata(population=[5.5, 6, 7]), {"n": 4}, "not whole.* in 1 rows", id="half a person"),
        pytest.param(strata(), {"n": 9, "rule": "neyman"}, "needs a column standard_deviation", id="no spread"),
        pytest.param(strata(), {"n": 9, "budget": 9}, "exactly one of n and budget", id="both"),
        pytest.param(strata(), {"n": 9, "population": "people"}, "'people' is missing", id="absent"),
        pytest.param(strata(n=[1, 2, 3]), {"n": 9}, "'n' would be overwritten", id="taken"),
        pytest.param(
            strata(spread=[0.0, 0, 0]),
            {"n": 9, "rule": "neyman", "standard_deviation": "spread"},
            "no stratum of 3 has a spread",
            id="all alike",
        ),
    ],
)
def test_what_cannot_be_allocated_is_refused_by_name(table, call, says):
    with pytest.raises(AllocationError, match=says):
        allocate(table, **call)
