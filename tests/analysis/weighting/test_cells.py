"""Cells and the rule by which they are joined."""

import polars as pl
import pytest

from analysis.weighting.cells import CollapsedCells, collapse_cells
from analysis.weighting.post_stratify import post_stratify_cells


def make_cells(counts: dict[tuple[str, str], tuple[int, int]]) -> pl.DataFrame:
    """(unit, procedure) → (responses, transactions)."""
    return pl.DataFrame(
        {
            "unit": [unit for unit, _ in counts],
            "procedure": [procedure for _, procedure in counts],
            "n": [n for n, _ in counts.values()],
            "transactions": [transactions for _, transactions in counts.values()],
        }
    ).sort("unit", "procedure")


def collapse(
    counts: dict[tuple[str, str], tuple[int, int]], provinces: dict[str, str] | None = None, minimum: int = 2
) -> CollapsedCells:
    known = provinces or {unit: "01" for unit, _ in counts}
    frame = pl.DataFrame({"unit": list(known), "province": list(known.values())})
    return collapse_cells(make_cells(counts), frame, minimum=minimum)


def strata_of(collapsed: CollapsedCells) -> dict[tuple[str, str], str | None]:
    return {(row["unit"], row["procedure"]): row["stratum"] for row in collapsed.cells.iter_rows(named=True)}


def reasons_of(collapsed: CollapsedCells) -> dict[tuple[str, str | None], str]:
    return {(row["unit"], row["procedure"]): row["reason"] for row in collapsed.collapses.iter_rows(named=True)}


def test_cells_large_enough_stand_alone_and_nothing_is_listed() -> None:
    collapsed = collapse({("A", "p1"): (2, 10), ("A", "p2"): (9, 9)})
    assert strata_of(collapsed) == {("A", "p1"): "A|p1", ("A", "p2"): "A|p2"}
    assert collapsed.collapses.is_empty()


def test_small_cells_of_a_unit_make_its_rest() -> None:
    collapsed = collapse({("A", "p1"): (5, 10), ("A", "p2"): (1, 4), ("A", "p3"): (1, 6), ("A", "p4"): (0, 3)})
    assert strata_of(collapsed) == {
        ("A", "p1"): "A|p1",
        ("A", "p2"): "A|*",
        ("A", "p3"): "A|*",
        ("A", "p4"): "A|*",
    }
    assert reasons_of(collapsed) == {
        ("A", "p2"): "too few responses",
        ("A", "p3"): "too few responses",
        ("A", "p4"): "transactions without responses",
    }


def test_a_rest_that_is_too_small_takes_in_the_next_smallest_cell() -> None:
    collapsed = collapse({("A", "p1"): (9, 10), ("A", "p2"): (3, 40), ("A", "p3"): (1, 6)})
    assert strata_of(collapsed) == {("A", "p1"): "A|p1", ("A", "p2"): "A|*", ("A", "p3"): "A|*"}
    assert reasons_of(collapsed)[("A", "p2")] == "next smallest cell, joined to the rest"


@pytest.mark.parametrize(
    "procedure", [pytest.param("p9", id="unknown procedure"), pytest.param("", id="none named")]
)
def test_responses_without_transactions_join_the_rest_of_their_unit(procedure: str) -> None:
    collapsed = collapse({("A", "p1"): (4, 10), ("A", "p2"): (3, 5), ("A", procedure): (7, 0)})
    assert strata_of(collapsed)[("A", procedure)] == "A|*"
    assert strata_of(collapsed)[("A", "p2")] == "A|*"  # a rest needs transactions: the smaller of p1 and p2
    assert set(reasons_of(collapsed).values()) == {
        "responses without transactions",
        "next smallest cell, joined to the rest",
    }


def test_units_with_one_response_are_joined_within_their_province() -> None:
    counts = {("A", "p1"): (1, 10), ("B", "p1"): (1, 30), ("C", "p1"): (1, 5), ("D", "p1"): (8, 9)}
    collapsed = collapse(counts, {"A": "01", "B": "01", "C": "02", "D": "01"})
    assert strata_of(collapsed) == {
        ("A", "p1"): "01|tiny units",
        ("B", "p1"): "01|tiny units",
        ("C", "p1"): "|tiny units",  # alone in its province: with those of all provinces, here none
        ("D", "p1"): "D|p1",
    }
    strata = {row["stratum"]: row for row in post_stratify_cells(collapsed.cells).iter_rows(named=True)}
    assert strata["01|tiny units"]["weight"] == 20.0  # (10 + 30) / 2
    assert strata["|tiny units"]["weight"] == 5.0


def test_units_without_responses_are_represented_by_nobody_and_listed() -> None:
    collapsed = collapse({("A", "p1"): (4, 10), ("B", "p1"): (0, 70)})
    assert strata_of(collapsed)[("B", "p1")] is None
    assert reasons_of(collapsed) == {("B", "p1"): "unit without responses: not represented"}
    assert post_stratify_cells(collapsed.cells)["transactions"].sum() == 10


def test_units_without_transactions_weigh_one_and_are_not_pooled() -> None:
    collapsed = collapse({("A", "p1"): (4, 10), ("B", "p1"): (3, 0), ("B", "p2"): (1, 0)})
    strata = post_stratify_cells(collapsed.cells).filter(pl.col("stratum") == "B|?").row(0, named=True)
    assert (strata["weight"], strata["population"], strata["is_pooled"], strata["n"]) == (1.0, None, False, 4)


def test_without_any_transactions_every_response_counts_the_same_and_is_pooled() -> None:
    strata = post_stratify_cells(collapse({("A", "p1"): (4, 0), ("B", "p1"): (1, 0)}).cells)
    assert strata["weight"].to_list() == [1.0, 1.0]
    assert strata["is_pooled"].all()
    assert strata["population"].null_count() == 2


def test_more_responses_than_transactions_switch_the_correction_off_and_are_flagged() -> None:
    stratum = post_stratify_cells(collapse({("A", "p1"): (8, 4)}).cells).row(0, named=True)
    assert (stratum["weight"], stratum["population"], stratum["has_excess"]) == (0.5, None, True)


def test_weights_of_all_pooled_strata_add_up_to_their_transactions() -> None:
    counts = {
        (f"U{unit}", f"p{number}"): ((unit * number) % 7, 3 + unit + number)
        for unit in range(9)
        for number in range(5)
    }
    strata = post_stratify_cells(collapse(counts, minimum=3).cells)
    represented = sum(
        transactions
        for (unit, _), (_, transactions) in counts.items()
        if any(n for (other, _), (n, _) in counts.items() if other == unit)
    )
    assert (strata["weight"] * strata["n"]).sum() == pytest.approx(represented)


def test_no_cells_give_no_strata() -> None:
    empty = make_cells({}).cast(
        {"unit": pl.String, "procedure": pl.String, "n": pl.Int64, "transactions": pl.Int64}
    )
    collapsed = collapse_cells(empty, pl.DataFrame(schema={"unit": pl.String, "province": pl.String}))
    assert collapsed.cells.is_empty()
    assert post_stratify_cells(collapsed.cells).is_empty()
