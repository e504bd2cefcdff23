"""Indices from answers to published rows: by hand, invariants, rules for odd units, empty months."""

from dataclasses import replace
from datetime import date

import polars as pl
import pytest

from analysis.frames import INDICES, FrameError, check_frame
from analysis.indices.compute import FormWithoutIndex, IndexTables, compute_indices
from analysis.indices.policy import IndexPolicy
from survey_forms.loader import load_catalogue
from tests.analysis.make_frames import (
    MONTH,
    make_procedures,
    make_responses,
    make_transactions,
    make_units,
    one_stop,
)

FORM = one_stop()
ITEMS = [f"q{number}" for number in range(1, 10)]
OPEN = IndexPolicy(small_cell=1, minimum_stratum=2)  # nothing withheld, so that every figure can be looked at
LEVELS = {("A", "p1"): [5, 5, 4, 2], ("A", "p2"): [5, 1], ("B", "p1"): [4, 4, 3], ("B", "p2"): [2, 5, 5]}
COMPLETED = {("A", "p1"): 40, ("A", "p2"): 20, ("B", "p1"): 10, ("B", "p2"): 30}


def answer_all(unit: str, procedure: str | None, level: int, **more: object) -> dict[str, object]:
    return {"unit_filed": unit, "procedure": procedure, "overall": level, **dict.fromkeys(ITEMS, level), **more}


def compute(
    rows: list[dict[str, object]] | None = None,
    completed: dict[tuple[str, str], int] | None = None,
    policy: IndexPolicy = OPEN,
    **more: object,
) -> IndexTables:
    if rows is None:
        rows = [
            answer_all(unit, procedure, level) for (unit, procedure), levels in LEVELS.items() for level in levels
        ]
    counts = COMPLETED if completed is None else completed
    names = sorted({str(row["unit_filed"]) for row in rows} | {unit for unit, _ in counts})
    given = {"units": make_units(dict.fromkeys(names, "01")), "procedures": make_procedures(["p1", "p2"])} | more
    form = given.pop("form", FORM)
    return compute_indices(
        make_responses(rows, form), make_transactions(counts), form, month=MONTH, policy=policy, **given
    )


def pick(tables: IndexTables, level: str = "overall", code: str = "index", **domain: str) -> dict[str, object]:
    """The one row of a domain; the pooled one for all."""
    wanted = {"unit": None, "procedure": None, "channel": None} | domain
    rows = tables.indices.filter(
        (pl.col("level") == level) & (pl.col("code") == code),
        *(pl.col(key).eq_missing(pl.lit(value, pl.String)) for key, value in wanted.items()),
        ~pl.col("method").str.starts_with("mean of units"),
        ~pl.col("method").str.contains("units of the province"),
    )
    assert rows.height == 1
    return rows.row(0, named=True)


def test_a_unit_of_two_procedures_by_hand() -> None:
    row = pick(compute(), unit="A")
    # A: 40 of 60 transactions at 75 %, 20 at 50 %: 66.67
    assert row["estimate"] == pytest.approx(200 / 3)
    # (2/3)²·(1 − 4/40)·0.25/4 + (1/3)²·(1 − 2/20)·0.5/2 = 0.025 + 0.025
    assert row["standard_error"] == pytest.approx(100 * 0.05**0.5)
    assert (row["n"], row["transactions"], row["response_rate"], row["df"]) == (6, 60, 10.0, 4.0)
    assert row["estimate_rounded"] == "66.67"


def test_a_cell_by_hand() -> None:
    row = pick(compute(), unit="B", procedure="p2")
    assert row["estimate"] == pytest.approx(200 / 3)
    # (1 − 3/30)·s²/3, s² = 2/9·3/2 = 1/3
    assert row["standard_error"] == pytest.approx(100 * (0.9 / 9) ** 0.5)
    assert (row["unit_name"], row["procedure_name"]) == ("Đơn vị B", "Thủ tục p2")


def test_a_procedure_by_hand() -> None:
    # p1: 40 transactions of A at 75 %, 10 of B at 66.67 %
    assert pick(compute(), procedure="p1")["estimate"] == pytest.approx((40 * 75 + 10 * 200 / 3) / 50)


def test_pooled_and_mean_of_units_stand_side_by_side() -> None:
    completed = {**COMPLETED, ("A", "p1"): 400}
    tables = compute(completed=completed)
    of_a = (400 * 75 + 20 * 50) / 420
    assert pick(tables)["estimate"] == pytest.approx((420 * of_a + 40 * 200 / 3) / 460)
    mean = tables.indices.filter(
        pl.col("method").str.starts_with("mean of units") & (pl.col("level") == "overall")
    )
    assert mean["estimate"].item() == pytest.approx((of_a + 200 / 3) / 2)
    errors = [pick(tables, unit=unit)["standard_error"] for unit in "AB"]
    assert mean["standard_error"].item() == pytest.approx((errors[0] ** 2 + errors[1] ** 2) ** 0.5 / 2)


def test_every_node_and_the_asked_overall_question_are_published() -> None:
    tables = compute()
    published = set(tables.indices.select("level", "code").unique().rows())
    assert {("overall", "index"), ("content", "service"), ("group", "time"), ("item", "q9")} <= published
    assert ("asked_overall", "overall") in published


def test_an_index_is_the_mean_of_its_items() -> None:
    tables = compute()
    items = [pick(tables, "item", item, unit="A")["estimate"] for item in ITEMS]
    assert pick(tables, unit="A")["estimate"] == pytest.approx(sum(items) / 9)


def test_ten_times_the_transactions_change_no_estimate() -> None:
    once, more = compute(), compute(completed={key: 10 * n for key, n in COMPLETED.items()})
    assert more.indices["estimate"].to_list() == pytest.approx(once.indices["estimate"].to_list(), nan_ok=True)


def test_order_of_responses_changes_nothing() -> None:
    rows = [answer_all(unit, procedure, level) for (unit, procedure), levels in LEVELS.items() for level in levels]
    columns = ("unit", "procedure", "code", "estimate_rounded", "low_rounded", "n", "note")
    assert compute(rows[::-1]).indices.select(columns).equals(compute(rows).indices.select(columns))


def test_the_same_data_give_the_same_figures_to_the_last_bit() -> None:
    assert compute().indices.equals(compute().indices)


def test_items_take_wilson_and_composites_the_pooled_design_effect() -> None:
    tables = compute()
    assert "; wilson; t(df); 95 %" in pick(tables, "item", "q1", unit="A")["method"]
    assert "; wilson on pooled design effect; t(df); 95 %" in pick(tables, unit="A")["method"]


def test_channel_of_answering_moves_no_unit() -> None:
    rows = [
        answer_all(unit, procedure, level, channel=["kiosk", "web"][level % 2])
        for (unit, procedure), levels in LEVELS.items()
        for level in levels
    ]
    tables = compute(rows)
    assert pick(tables, unit="A")["estimate"] == pytest.approx(200 / 3)
    assert {channel: pick(tables, channel=channel)["n"] for channel in ("kiosk", "web")} == {"kiosk": 5, "web": 7}
    assert pick(tables, channel="web")["transactions"] is None


def test_a_unit_with_one_response_gets_a_row_and_no_crash() -> None:
    rows = [answer_all("A", "p1", 5), *(answer_all("B", "p1", level) for level in (5, 4, 1))]
    row = pick(compute(rows, {("A", "p1"): 10, ("B", "p1"): 20}), unit="A")
    assert (row["n"], row["estimate"]) == (1, pytest.approx(100))
    assert row["low"] < 50 < row["high"]


def test_a_unit_with_one_response_is_withheld_by_default() -> None:
    rows = [answer_all("A", "p1", 5), *(answer_all("B", "p1", 1 + number % 5) for number in range(30))]
    row = pick(compute(rows, {("A", "p1"): 10, ("B", "p1"): 90}, IndexPolicy()), unit="A")
    assert (row["suppressed"], row["n"], row["estimate"], row["transactions"]) == (True, None, None, 10)


def test_units_without_responses_are_listed_and_their_share_is_told() -> None:
    tables = compute(completed={**COMPLETED, ("C", "p1"): 25})
    silent = pick(tables, unit="C")
    assert (silent["n"], silent["estimate"], silent["transactions"], silent["response_rate"]) == (0, None, 25, 0.0)
    assert "20,0 % giao dịch" in pick(tables)["note"]  # 25 of 125
    assert "20.0 % of transactions" in pick(tables)["note"]
    assert pick(tables)["estimate"] == pytest.approx(pick(compute())["estimate"])


def test_units_without_transactions_stay_out_of_the_pooled_figure() -> None:
    rows = [answer_all(unit, procedure, level) for (unit, procedure), levels in LEVELS.items() for level in levels]
    tables = compute([*rows, *(answer_all("X", "p1", 1) for _ in range(5))])
    assert pick(tables)["estimate"] == pytest.approx(pick(compute())["estimate"])
    assert pick(tables, procedure="p1")["n"] == 7
    lonely = pick(tables, unit="X")
    assert (lonely["n"], lonely["estimate"], lonely["response_rate"]) == (5, 0.0, None)
    assert "không có số giao dịch" in lonely["note"]


def test_without_transactions_responses_count_equally_and_the_row_says_so() -> None:
    row = pick(compute(completed={}))
    assert row["estimate"] == pytest.approx(100 * 8 / 12)
    assert "unweighted" in row["method"]
    assert "no transactions" in row["note"]
    assert row["transactions"] is None


def test_transactions_of_other_months_do_not_count() -> None:
    other = make_transactions({("A", "p1"): 99_999}, month="2026-09")
    given = compute()
    both = compute_indices(
        make_responses([answer_all(u, p, level) for (u, p), levels in LEVELS.items() for level in levels], FORM),
        pl.concat([make_transactions(COMPLETED), other]),
        FORM,
        month=MONTH,
        units=make_units({"A": "01", "B": "01"}),
        procedures=make_procedures(["p1", "p2"]),
        policy=OPEN,
    )
    assert both.indices.equals(given.indices)


def test_more_responses_than_transactions_are_flagged() -> None:
    row = pick(compute(completed={**COMPLETED, ("A", "p1"): 3}), unit="A")
    assert "more responses than transactions" in row["note"]


def test_responses_naming_no_procedure_count_in_their_unit_and_in_no_procedure() -> None:
    rows = [answer_all("A", "p1", level) for level in (5, 5, 1)] + [answer_all("A", None, 5)]
    tables = compute(rows, {("A", "p1"): 40})
    assert pick(tables, unit="A")["n"] == 4
    assert pick(tables, unit="A", procedure="p1")["n"] == 3


def test_demonstration_self_selection_and_poll_are_told_on_every_row() -> None:
    rows = [
        answer_all("A", "p1", 5, is_demo=True, selection="self_selected" if number else "invited")
        for number in range(4)
    ]
    notes = compute(rows, {("A", "p1"): 9}).indices["note"]
    assert notes.str.contains("trình diễn").all()
    assert notes.str.contains("tự nguyện 75,0 % / self-selected 75.0 %").all()


def test_provinces_are_published_when_there_is_more_than_one() -> None:
    tables = compute(units=make_units({"A": "01", "B": "02"}))
    provinces = tables.indices.filter(
        pl.col("method").str.contains("units of the province") & (pl.col("level") == "overall")
    )
    assert provinces.select("unit", "n", "transactions").rows() == [("01", 6, 60), ("02", 6, 40)]
    assert provinces["estimate"].to_list() == pytest.approx([200 / 3, 200 / 3])


def test_all_answers_not_applicable_make_rows_without_estimate() -> None:
    rows = [{"unit_filed": "A", "procedure": "p1", "q1#missing": "not_applicable"} for _ in range(12)]
    row = pick(compute(rows, {("A", "p1"): 50}), unit="A")
    assert (row["n"], row["estimate"], row["low"], row["suppressed"]) == (0, None, None, False)


@pytest.mark.parametrize("completed", [{}, {("A", "p1"): 5}], ids=["nothing at all", "transactions only"])
def test_a_month_without_responses_keeps_the_contract(completed: dict[tuple[str, str], int]) -> None:
    indices = compute([], completed).indices
    check_frame(indices, INDICES, "indices")
    assert indices["estimate"].null_count() == indices.height
    assert indices.filter(pl.col("unit") == "A").height == len(completed)


def test_raking_meets_its_margins_and_is_named_in_the_method() -> None:
    rows = [
        answer_all("A", "p1", level, channel=channel)
        for channel, levels in {"kiosk": [5, 5, 5], "web": [1, 5]}.items()
        for level in levels
    ]
    policy = IndexPolicy(small_cell=1, minimum_stratum=2, raking={"channel": {"kiosk": 20, "web": 80}})
    tables = compute(rows, {("A", "p1"): 100}, policy)
    assert pick(tables)["estimate"] == pytest.approx(20 * 1 + 80 * 0.5)
    assert "raked to channel" in pick(tables)["method"]
    assert tables.margins["after"].to_list() == pytest.approx([20, 80])


def test_margins_may_be_answer_columns() -> None:
    rows = [
        answer_all("A", "p1", level, trips=trips)
        for level, trips in ((5, "one"), (1, "one"), (5, "two"), (5, "two"))
    ]
    policy = IndexPolicy(small_cell=1, minimum_stratum=2, raking={"trips": {"one": 90, "two": 10}})
    assert pick(compute(rows, {("A", "p1"): 100}, policy))["estimate"] == pytest.approx(55)


def test_collapses_are_listed_with_their_reason() -> None:
    tables = compute(completed={**COMPLETED, ("A", "p3"): 7})
    assert tables.collapses.rows() == [
        ("A", "p2", "A|*", 2, 20, "next smallest cell, joined to the rest"),
        ("A", "p3", "A|*", 0, 7, "transactions without responses"),
    ]
    assert "some cells joined" in pick(tables, unit="A")["note"]


def test_units_may_be_those_that_decided() -> None:
    rows = [answer_all("A", "p1", level, unit_decided="D") for level in (5, 5, 1)] + [answer_all("A", "p1", 1)]
    policy = IndexPolicy(small_cell=1, minimum_stratum=2, unit_role="unit_decided")
    tables = compute(rows, {("D", "p1"): 30}, policy)
    assert pick(tables, unit="D")["n"] == 3
    assert "without a unit left out" in pick(tables)["note"]


def test_every_form_with_an_index_can_be_computed_empty() -> None:
    for form in load_catalogue().forms:
        if form.recipe is not None:
            check_frame(compute([], {}, form=form).indices, INDICES, form.id)


def test_a_form_without_an_index_is_refused() -> None:
    with pytest.raises(FormWithoutIndex, match="one_stop"):
        compute(form=replace(FORM, recipe=None))


def test_a_frame_that_breaks_its_contract_is_refused() -> None:
    with pytest.raises(FrameError, match="units"):
        compute(units=pl.DataFrame({"unit": ["A"]}))


def test_local_day_is_not_looked_at() -> None:
    rows = [answer_all("A", "p1", 5, local_day=date(2020, 1, 1)) for _ in range(3)]
    assert pick(compute(rows, {("A", "p1"): 9}))["n"] == 3
