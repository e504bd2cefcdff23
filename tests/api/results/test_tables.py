"""Which rows a view shows, against what, in which order."""

from typing import Any

import polars as pl
import pytest

from analysis.frames import INDICES
from api.results.choice import Choice
from api.results.tables import Line, find_lines, select_items, select_lines, sort_lines
from tests.releasing import make_index, make_suppressed

OVERALL = ("overall", "overall")


def make_frame(*rows: dict[str, Any]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema={name: column.dtype for name, column in INDICES.items()}, orient="row")


def make_choice(**given: Any) -> Choice:
    return Choice(**{"month": "2026-10", "form": "counter"} | given)


def make_line(name: str = "Xã A", *, reference: float | None = 80.0, **given: Any) -> Line:
    return Line(given.get("unit", name), name, make_index(**{"estimate": 80.0} | given), reference)


@pytest.mark.parametrize(
    ("low", "high", "mark"),
    [
        pytest.param(80.1, 84.0, "higher", id="all of it above"),
        pytest.param(76.0, 79.9, "lower", id="all of it below"),
        pytest.param(79.0, 81.0, "unclear", id="the reference inside"),
        pytest.param(80.0, 84.0, "unclear", id="the reference at the very end"),
    ],
)
def test_a_row_is_marked_only_when_its_interval_excludes_the_reference(low: float, high: float, mark: str):
    assert make_line(low=low, high=high).mark == mark


def test_a_withheld_row_is_neither_higher_nor_lower():
    assert Line("u", "Xã A", make_suppressed(unit="u"), 80.0).mark == "none"


@pytest.mark.parametrize(
    ("row", "state"),
    [
        (make_index(estimate=80.0), "shown"),
        (make_suppressed(), "few"),
        (make_index(estimate=None, n=0), "silent"),
        (make_index(estimate=None, n=30), "withheld"),
    ],
)
def test_the_state_tells_why_there_is_no_figure(row: dict[str, Any], state: str):
    assert Line("u", "Xã A", row, None).state == state


FRAME = make_frame(
    make_index(estimate=80.0),
    make_index(unit="u1", unit_name="Xã Một", estimate=85.0),
    make_index(unit="u2", unit_name="Xã Hai", estimate=75.0),
    make_index(procedure="p1", procedure_name="Khai sinh", estimate=81.0),
    make_index(unit="u1", procedure="p1", unit_name="Xã Một", procedure_name="Khai sinh", estimate=90.0),
    make_index(channel="kiosk", estimate=79.0),
    make_index(level="item", code="q1", estimate=70.0),
    make_index(level="item", code="q1", unit="u1", unit_name="Xã Một", estimate=72.0),
    make_index(unit="u3", unit_name="Xã Ba", estimate=None, n=0),
)


@pytest.mark.parametrize(
    ("choice", "keys"),
    [
        pytest.param({}, ["u1", "u2", "u3"], id="units"),
        pytest.param({"procedure": "p1"}, ["u1"], id="units of one procedure"),
        pytest.param({"by": "procedure"}, ["p1"], id="procedures of all units"),
        pytest.param({"by": "procedure", "unit": "u1"}, ["p1"], id="procedures of one unit"),
        pytest.param({"by": "channel"}, ["kiosk"], id="channels"),
    ],
)
def test_a_view_shows_its_own_dimension_only(choice: dict[str, str], keys: list[str]):
    assert [line.key for line in select_lines(FRAME, make_choice(**choice), OVERALL, 80.0, {})] == keys


def test_a_unit_nobody_answered_for_is_listed_under_every_index():
    lines = select_lines(FRAME, make_choice(), ("item", "q1"), 70.0, {})
    assert [(line.key, line.state) for line in lines] == [("u1", "shown"), ("u3", "silent")]


def test_items_of_a_unit_are_compared_with_the_same_item_of_all():
    titles = {"overall:overall": "Chung", "item:q1": "Mục 1"}
    lines = select_items(FRAME, make_choice(by="item", unit="u1"), titles)
    assert [(line.name, line.reference) for line in lines] == [("Chung", 80.0), ("Mục 1", 70.0)]


def test_rows_without_a_figure_come_last_in_both_directions():
    lines = [make_line("B", estimate=70.0), make_line("A", estimate=None, n=0), make_line("C", estimate=90.0)]
    for sort, names in (("estimate", "BCA"), ("-estimate", "CBA"), ("", "ABC"), ("-name", "CBA")):
        assert [line.name for line in sort_lines(lines, make_choice(sort=sort))] == list(names), sort


@pytest.mark.parametrize(
    ("q", "found"),
    [
        ("da nang", ["Đà Nẵng"]),
        ("ĐÀ", ["Đà Nẵng"]),
        ("00004", ["Ba Đình"]),
        ("", ["Ba Đình", "Đà Nẵng"]),
        ("zz", []),
    ],
)
def test_search_reads_names_without_marks_and_codes(q: str, found: list[str]):
    lines = [make_line("Ba Đình", unit="00004"), make_line("Đà Nẵng", unit="48")]
    assert [line.name for line in find_lines(lines, q)] == found
