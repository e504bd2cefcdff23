import polars as pl

from analysis.frames import INDICES
from analysis.release.changes import list_changes

SCHEMA = {name: column.dtype for name, column in INDICES.items()}


def make_indices(*rows: dict[str, object]) -> pl.DataFrame:
    common = {"month": "2026-10", "form": "f", "version": "1", "level": "overall", "code": "index", "n": 20}
    common |= {"estimate": 80.0, "confidence": 0.95, "method": "share", "suppressed": False}
    return pl.DataFrame([common | row for row in rows], schema=SCHEMA)


def test_equal_indices_have_no_changes():
    indices = make_indices({}, {"unit": "1"}, {"aggregate": "mean_of_units"})
    assert list_changes(indices, indices, {"indices": 3}, {"indices": 3}).is_empty()


def test_each_row_that_came_went_or_changed_is_listed_once():
    before = make_indices({}, {"unit": "1"}, {"unit": "2"})
    after = make_indices({}, {"unit": "2", "n": 21, "estimate": 81.0}, {"unit": "3"})
    changes = list_changes(before, after, {}, {}).select(
        "unit", "change", "n_before", "n_after", "estimate_before", "estimate_after"
    )
    assert changes.rows() == [
        ("1", "removed", 20, None, 80.0, None),
        ("2", "changed", 20, 21, 80.0, 81.0),
        ("3", "added", None, 20, None, 80.0),
    ]


def test_the_columns_that_differ_are_named():
    before = make_indices({"unit": "1"})
    after = make_indices({"unit": "1", "suppressed": True, "n": None, "estimate": None})
    assert list_changes(before, after, {}, {})["columns"].to_list() == ["n estimate suppressed"]


def test_pooled_figure_and_mean_of_units_are_told_apart():
    before = make_indices({}, {"aggregate": "mean_of_units"})
    after = make_indices({}, {"aggregate": "mean_of_units", "estimate": 70.0})
    changes = list_changes(before, after, {}, {})
    assert changes.select("aggregate", "columns").rows() == [("mean_of_units", "estimate")]


def test_numbers_of_rows_come_first():
    changes = list_changes(
        make_indices({}), make_indices({}), {"responses": 5, "strata": 2}, {"responses": 7, "strata": 2}
    )
    assert changes.select("table", "columns", "n_before", "n_after").rows() == [("responses", "rows", 5, 7)]
