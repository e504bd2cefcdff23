"""Nothing is shown without interval and n; what is modelled, withheld or invented says so."""

from datetime import date

import polars as pl
import pytest

from analysis.errors import ReportError
from analysis.estimation.intervals import wilson_limits
from analysis.ranking import rank_units
from analysis.reports import (
    Look,
    draw_control,
    draw_funnel,
    draw_importance,
    draw_intervals,
    draw_likert,
    draw_rank_sets,
    draw_trend,
)
from analysis.reports.funnel import funnel_limits
from tests.analysis.reports.make_figures import (
    LABELS,
    make_importance,
    make_parts,
    make_ranking,
    make_satisfied,
    make_units,
    make_watch,
    make_years,
)
from tests.analysis.reports.test_pictures import read_texts


@pytest.mark.parametrize("column", ["low", "high", "n", "confidence", "estimate"])
def test_frame_without_interval_or_n_is_refused(column: str):
    with pytest.raises(ReportError, match=f"column '{column}' is missing"):
        draw_intervals(make_units().drop(column), unit="unit", title="t")


def test_every_problem_of_a_frame_is_told_at_once():
    wrong = make_units(unit=["A", "A", "B", None], low=[99.9, 1.0, 2.0, 3.0], confidence=[0.9, 0.95, 0.95, 0.95])
    with pytest.raises(ReportError) as refused:
        draw_intervals(wrong, unit="unit", title="t")
    assert refused.value.problems == (
        "column 'unit' is null in 1 rows",
        "1 rows repeat unit",
        "low is above high in 1 rows",
        "column 'confidence' holds [0.9, 0.95], one level is needed",
    )


@pytest.mark.parametrize("n", [None, 0])
def test_figure_without_n_is_refused_unless_a_model_says_so(n: int | None):
    frame = make_units(n=[1310, n, 140, 12])
    with pytest.raises(ReportError, match="column 'n' is null or 0 in 1 rows that have a figure"):
        draw_intervals(frame, unit="unit", title="t")
    modelled = frame.with_columns(modelled=pl.Series([False, True, False, False]))
    assert draw_intervals(modelled, unit="unit", title="t").table.height == 4


def test_figure_outside_its_own_limits_is_refused():
    with pytest.raises(ReportError, match="estimate is outside low to high in 1 rows"):
        draw_intervals(make_units(estimate=[95.0, 60.0, 80.0, 60.0]), unit="unit", title="t")


def test_rows_without_any_figure_are_drawn_empty():
    empty = make_units().with_columns(pl.lit(None).alias(c) for c in ("estimate", "low", "high", "n"))
    assert set(draw_intervals(empty, unit="unit", title="t").table["Số liệu"]) == {"—"}


@pytest.mark.parametrize(
    ("draw", "said"),
    [
        pytest.param(
            lambda: draw_intervals(make_units().lazy(), unit="unit", title="t"),  # type: ignore[arg-type]
            r"LazyFrame.*\.collect\(\)",
            id="not collected",
        ),
        pytest.param(
            lambda: draw_intervals(make_units(), unit="unit", title="t", compared=make_units()),
            "'is_different' is missing.*compare_domains",
            id="no comparison",
        ),
        pytest.param(
            lambda: draw_rank_sets(make_units(), title="t"),  # type: ignore[arg-type]
            "DataFrame.*rank_units",
            id="no ranking",
        ),
        pytest.param(
            lambda: draw_likert(
                make_parts(), item="item", labels=LABELS, title="t", satisfied=make_satisfied().head(1)
            ),
            "no row for 1 items, first 'Thời gian chờ'",
            id="an item without its share",
        ),
        pytest.param(
            lambda: draw_importance(make_importance().with_columns(quadrant=pl.lit("x")), title="t"),
            "'quadrant': 2 rows are none of improve",
            id="unknown quadrant",
        ),
        pytest.param(
            lambda: draw_control(make_watch().drop("since"), unit="unit", of="B", title="t"),
            "'since' is missing.*watch_units",
            id="no alarm",
        ),
        pytest.param(
            lambda: draw_control(
                make_watch().with_columns(pl.col("day").cast(pl.String)), unit="unit", of="B", title="t"
            ),
            "'day' is String, a date",
            id="days as text",
        ),
    ],
)
def test_what_is_no_result_is_refused_with_what_to_give(draw, said: str):
    with pytest.raises(ReportError, match=said):
        draw()


def test_figure_without_interval_is_a_mark_without_bar_and_is_counted():
    frame = make_units(low=[None, 75.0, 72.0, 50.0], high=[None, 90.0, 88.0, 70.0])
    picture = draw_intervals(frame, unit="unit", title="t")
    assert picture.table.row(0)[2] == "không có khoảng"
    assert any("1 số không tính được khoảng" in text for text in read_texts(picture.svg()))


def test_withheld_unit_keeps_its_row():
    frame = make_units(
        estimate=[95.0, 84.0, 80.0, None],
        low=[90.0, 75.0, 72.0, None],
        high=[99.0, 90.0, 88.0, None],
        n=[1310, 150, 140, None],
    )
    picture = draw_intervals(frame, unit="unit", title="t")
    assert picture.table.row(3) == ("Đặc khu Lý Sơn", "—", "—", "", "")
    texts = read_texts(picture.svg())
    assert {"Đặc khu Lý Sơn", "không có số"} <= set(texts)


def test_modelled_figures_are_marked_and_explained():
    picture = draw_intervals(make_units(modelled=[False, False, False, True]), unit="unit", title="t")
    assert picture.table["Đơn vị"].to_list()[-1] == "Đặc khu Lý Sơn *"
    assert any("theo mô hình" in text for text in read_texts(picture.svg()))


@pytest.mark.parametrize(
    "draw",
    [
        lambda frame: draw_rank_sets(rank_units(frame, unit="unit"), title="t"),
        lambda frame: draw_funnel(frame, unit="unit", title="t", centre=80.0),
    ],
    ids=["rank sets", "funnel"],
)
def test_modelled_figures_are_marked_also_among_ranks_and_in_the_funnel(draw):
    picture = draw(make_units(modelled=[False, False, False, True]))
    assert "Đặc khu Lý Sơn *" in picture.table["Đơn vị"].to_list()
    assert any("số theo mô hình" in text for text in read_texts(picture.svg()))


def test_invented_figures_say_so_on_the_picture():
    note = "số liệu trình diễn, không có thật / demonstration data, not real"
    picture = draw_intervals(make_units(note=[note] * 4), unit="unit", title="t")
    assert any("SỐ LIỆU TRÌNH DIỄN, KHÔNG CÓ THẬT" in text for text in read_texts(picture.svg()))


def test_verdicts_come_from_the_comparison_and_not_from_overlap():
    compared = pl.DataFrame(
        {
            "unit": ["Phường Nghĩa Đô", "Xã Thượng Đức", "Xã Ứng Hoà", "Đặc khu Lý Sơn"],
            "estimate": [15.0, 4.0, 0.0, -20.0],
            "is_different": [True, False, None, True],
        }
    )
    picture = draw_intervals(make_units(), unit="unit", title="t", compared=compared)
    assert picture.table["So sánh"].to_list() == [
        "cao hơn",
        "không phân biệt được",
        "không kiểm định được",  # without a test nobody may say that nothing was found
        "thấp hơn",
    ]
    assert "không kiểm định được" in read_texts(picture.svg())
    alone = draw_intervals(make_units(), unit="unit", title="t", compared=compared.head(1))
    assert alone.table["So sánh"].to_list() == ["cao hơn", *["không kiểm định được"] * 3]


def test_order_of_the_units_is_the_order_of_the_picture():
    frame = make_units().sample(fraction=1, shuffle=True, seed=3)
    texts = read_texts(draw_intervals(frame, unit="unit", title="t").svg())
    shown = [text for text in texts if text in frame["unit"].to_list()]
    assert shown == ["Phường Nghĩa Đô", "Xã Thượng Đức", "Xã Ứng Hoà", "Đặc khu Lý Sơn"]


def test_rank_picture_says_whether_ranks_may_be_printed():
    texts = " ".join(read_texts(draw_rank_sets(make_ranking(), title="t").svg()))
    assert "số cặp phân biệt được" in texts
    alone = " ".join(read_texts(draw_rank_sets(make_ranking(joint=False), title="t").svg()))
    assert "Không dùng để so các đơn vị" in alone


def read_ranks(estimates: list[float], error: float):
    frame = pl.DataFrame(
        {"unit": list("DCBA"), "estimate": estimates, "standard_error": [error] * 4, "n": [200] * 4}
    )
    return draw_rank_sets(rank_units(frame, unit="unit"), title="t")


@pytest.mark.parametrize(
    ("estimates", "error", "order", "ranks"),
    [
        pytest.param([95.0, 85.0, 75.0, 65.0], 0.5, "DCBA", ["1", "2", "3", "4"], id="ranks may be printed"),
        pytest.param([95.0, 94.9, 75.0, 74.9], 1.0, "CDAB", ["—"] * 4, id="only groups may"),
        pytest.param([80.3, 80.2, 80.1, 80.0], 3.0, "ABCD", ["—"] * 4, id="neither"),
    ],
)
def test_no_rank_is_drawn_where_none_may_be_printed(
    estimates: list[float], error: float, order: str, ranks: list[str]
):
    picture = read_ranks(estimates, error)
    assert picture.table["Đơn vị"].to_list() == list(order)
    assert picture.table["Hạng"].to_list() == ranks
    texts = read_texts(picture.svg())
    assert any(text.startswith("Chấm: hạng") for text in texts) == (ranks[0] == "1")


def test_funnel_limits_by_hand():
    # 80 ± 1,959964·sqrt(80·20/400) = 80 ± 3,919928
    low, high = funnel_limits(400, centre=80.0, level=0.95)
    assert (round(low, 6), round(high, 6)) == (76.080072, 83.919928)


@pytest.mark.parametrize("share", [76.0, 76.2, 83.8, 84.0])
def test_outside_the_funnel_is_who_has_a_wilson_interval_without_the_centre(share: float):
    import numpy as np

    low, high = funnel_limits(400, centre=80.0, level=0.95)
    ends = wilson_limits(np.array([share / 100]), np.array([400.0]), np.array([np.inf]), 0.95)
    holds = float(ends[0][0]) <= 0.8 <= float(ends[1][0])
    assert (low <= share <= high) == holds


def test_funnel_lists_who_is_outside_and_how_many_chance_would_put_there():
    picture = draw_funnel(make_units(), unit="unit", title="t", centre=80.0)
    # n_effective 100: limits 80 ± 7,84 and 80 ± 12,36
    assert picture.table.rows() == [
        ("Phường Nghĩa Đô", "95,0 % (90,6–99,4 %)", "1.310", "99,8 %"),
        ("Đặc khu Lý Sơn", "60,0 % (50,2–69,8 %)", "12", "99,8 %"),
    ]
    assert any("chỉ do ngẫu nhiên: khoảng 0,2)" in text for text in read_texts(picture.svg()))


def test_shares_of_one_need_the_top_of_one():
    tenth = make_units().with_columns(pl.col("estimate", "low", "high") / 100)
    picture = draw_funnel(tenth, unit="unit", title="t", centre=0.8, top=1.0, look=Look(factor=100))
    assert picture.table["Ngoài giới hạn"].to_list() == ["99,8 %", "99,8 %"]
    with pytest.raises(ReportError, match="centre is 80"):
        draw_funnel(tenth, unit="unit", title="t", centre=80.0, top=1.0)


def test_line_stops_in_2022_and_july_2025_and_says_why():
    picture = draw_trend(make_years(), period="year", title="t")
    # 2021 is a caution: the same series; 2022 another one; 2026 lies after 07/2025
    assert picture.table["Chuỗi"].to_list() == ["1", "1", "2", "2", "2", "3"]
    texts = " ".join(read_texts(picture.svg()))
    assert "2022: " in texts
    assert "07/2025: 34 tỉnh thay cho 63" in texts


def test_months_around_july_2025_are_two_series():
    months = pl.DataFrame({"month": ["2025-06", "2025-07"], "estimate": [80.0, 81.0]}).with_columns(
        low=pl.col("estimate") - 1, high=pl.col("estimate") + 1, n=pl.lit(50), confidence=0.95
    )
    assert draw_trend(months, period="month", title="t").table["Chuỗi"].to_list() == ["1", "2"]
    assert draw_trend(months, period="month", title="t", breaks=()).table["Chuỗi"].to_list() == ["1", "1"]


def test_period_that_is_no_month_is_refused_with_the_way_to_write_it():
    frame = make_years().head(3).with_columns(pl.Series("year", ["2026-01", "quý 1", "2026-13"]))
    with pytest.raises(ReportError, match=r"'year': 2 of 3 rows are no period, first 'quý 1'.*2026-11"):
        draw_trend(frame, period="year", title="t")


def test_levels_lie_to_both_sides_of_the_middle():
    picture = draw_likert(make_parts(), item="item", labels=LABELS, title="t", satisfied=make_satisfied())
    texts = read_texts(picture.svg())
    assert "65,0 % (62,0–68,0 %)" in texts
    bars = picture.spec["concat"][0]["layer"][1]["data"]["values"]
    first = [bar for bar in bars if bar["name"] == "Thái độ"]
    # 5 + 10 + half of 20 lie left: from -25 to 75
    assert [round(bar["from"], 9) for bar in first] == [-25, -20, -10, 10, 50]
    assert round(first[-1]["to"], 9) == 75


def test_without_satisfied_shares_the_widest_interval_is_told():
    texts = read_texts(draw_likert(make_parts(), item="item", labels=LABELS, title="t").svg())
    assert any("Khoảng tin cậy của một phần rộng nhất ± 3,0 điểm." in text for text in texts)


def test_shares_that_do_not_add_up_and_unknown_levels_are_refused():
    wrong = make_parts().with_columns(
        pl.when(pl.col("level") == 5).then(0.5).otherwise("estimate").alias("estimate"), low=0.0, high=1.0
    )
    with pytest.raises(ReportError) as refused:
        draw_likert(wrong, item="item", labels={k: v for k, v in LABELS.items() if k < 5}, title="t")
    assert refused.value.problems == (
        "level 5 of column 'level' has no label",
        "shares of 'Thái độ' add up to 1.25, not 1",
        "shares of 'Thời gian chờ' add up to 1.3, not 1",
    )


def test_aspects_within_noise_have_no_quadrant():
    picture = draw_importance(make_importance(), title="t")
    assert picture.table["Nhóm"].to_list() == ["cải thiện trước", "chưa phân biệt được"]
    assert any("không chứng minh nguyên nhân" in text for text in read_texts(picture.svg()))


def test_alarm_and_its_day_stand_on_the_control_chart():
    watched = make_watch()
    since = watched.filter(pl.col("unit") == "B")["since"].drop_nulls()[0]
    assert isinstance(since, date)
    texts = read_texts(draw_control(watched, unit="unit", of="B", title="t").svg())
    assert f"báo động từ {since:%d/%m/%Y}" in texts
    calm = read_texts(draw_control(watched, unit="unit", of="A", title="t").svg())
    assert any("chưa có báo động" in text for text in calm)


def test_unit_nobody_watches_is_refused():
    with pytest.raises(ReportError, match="no row of 'C'"):
        draw_control(make_watch(), unit="unit", of="C", title="t")


@pytest.mark.parametrize(
    ("choice", "said"),
    [
        ({"language": "fr"}, "language"),
        ({"digits": 9}, "digits"),
        ({"factor": 0}, "factor"),
        ({"width": 9}, "width"),
    ],
)
def test_look_that_nobody_knows_is_refused(choice: dict[str, object], said: str):
    with pytest.raises(ReportError, match=said):
        Look(**choice)  # type: ignore[arg-type]
