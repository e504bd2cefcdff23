"""Partial and excluded responses never count as whole; flagged ones count, and all are told."""

import polars as pl

from analysis.indices.compute import compute_indices
from analysis.indices.counted import mark_excluded
from analysis.indices.policy import IndexPolicy
from analysis.release.microdata import release_responses
from tests.analysis.make_frames import (
    MONTH,
    make_procedures,
    make_responses,
    make_transactions,
    make_units,
    one_stop,
)

FORM = one_stop()
OPEN = IndexPolicy(small_cell=1, minimum_stratum=2)
COMPLETED = make_transactions({("A", "p1"): 40})
UNITS = make_units({"A": None})


def answer(level: int, completeness: str = "complete") -> dict[str, object]:
    items = {f"q{number}": level for number in range(1, 10)}
    return {"unit_filed": "A", "procedure": "p1", "overall": level, "completeness": completeness, **items}


def compute(rows: list[dict[str, object]]) -> pl.DataFrame:
    tables = compute_indices(
        make_responses(rows, FORM), COMPLETED, FORM,
        month=MONTH, units=UNITS, procedures=make_procedures(["p1"]), policy=OPEN,
    )  # fmt: skip
    return tables.indices.filter(pl.col("level") == "overall")


WHOLE = [answer(level) for level in (5, 4, 3, 2)]


def test_partial_responses_change_no_figure():
    figures = ["unit", "n", "estimate", "low", "high", "response_rate", "transactions"]
    with_partial = compute([*WHOLE, answer(1, "partial"), answer(1, "partial")])
    assert with_partial.select(figures).equals(compute(WHOLE).select(figures))


def test_the_row_of_all_units_says_how_many_were_left_out_and_how_many_flagged():
    note = compute([*WHOLE, answer(1, "partial"), answer(5, "flagged"), answer(5, "flagged")])["note"][0]
    assert "1 phiếu trả lời dở không được tính / 1 partial responses left out" in note
    assert "2 phiếu dừng giữa chừng vẫn được tính / 2 responses left early are counted" in note
    assert "phiếu trả lời dở" not in (compute(WHOLE)["note"][0] or "")


def test_flagged_responses_count():
    assert compute([*WHOLE, answer(5, "flagged")])["n"][0] == 5


def test_partial_responses_are_not_released():
    given = make_responses([*WHOLE, answer(1, "partial")], FORM)
    released = release_responses(
        given, FORM, indices=None, transactions=COMPLETED, units=UNITS, policy=OPEN, prefix=""
    )
    assert released.rows.height == 4
    assert released.rows["weight"].to_list() == [10.0] * 4  # 40 transactions / 4 responses


def test_what_an_analyst_left_out_changes_no_figure_and_is_told():
    figures = ["unit", "n", "estimate", "low", "high", "response_rate", "transactions"]
    rows = [*WHOLE, answer(5), answer(5, "flagged")]
    given = mark_excluded(make_responses(rows, FORM), {"r4", "r5", "of another form"})
    tables = compute_indices(
        given, COMPLETED, FORM,
        month=MONTH, units=UNITS, procedures=make_procedures(["p1"]), policy=OPEN,
    )  # fmt: skip
    indices = tables.indices.filter(pl.col("level") == "overall")
    assert indices.select(figures).equals(compute(WHOLE).select(figures))
    assert "2 phiếu bị loại sau khi xem xét dấu hiệu / 2 responses left out after review" in indices["note"][0]
    assert "dừng giữa chừng" not in indices["note"][0]  # it is told once
    assert tables.weights_summary["responses_excluded"].item() == 2


def test_what_an_analyst_left_out_is_not_released():
    given = mark_excluded(make_responses(WHOLE, FORM), {"r0"})
    released = release_responses(
        given, FORM, indices=None, transactions=COMPLETED, units=UNITS, policy=OPEN, prefix=""
    )
    assert released.rows.height == 3
