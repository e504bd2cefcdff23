"""What a reader needs: no name is cut, none lies on another, nothing makes a picture twice as wide as it is."""

import re
from itertools import combinations

import numpy as np
import polars as pl
import pytest

from analysis.reports import Look, draw_funnel, draw_intervals, draw_likert, draw_rank_sets, draw_trend
from analysis.reports.finish import FONTS
from analysis.reports.page import PAGE
from analysis.reports.point_names import Box, Point, place_names
from analysis.reports.table_page import FONTS as TABLE_FONTS
from tests.analysis.reports.make_figures import LABELS, make_parts, make_ranking, make_units
from tests.analysis.reports.test_pictures import read_texts

LONG = (
    "Công chức hướng dẫn kê khai hồ sơ tận tình, chu đáo, dễ hiểu, có thể hoàn thiện hồ sơ sau một lần hướng dẫn"
)
MONTHS = [f"2026-{month:02d}" for month in range(1, 13)]
PROVINCES = [f"Thành phố trực thuộc trung ương {k}" for k in range(6)]


def make_months(**gone: str) -> pl.DataFrame:
    """Six series of a year; ``gone`` names the month in which the first has no figure."""
    frame = pl.DataFrame(
        [(month, name, 80.0 + k) for month in MONTHS for k, name in enumerate(PROVINCES)],
        schema=["month", "province", "estimate"],
        orient="row",
    )
    is_gone = (pl.col("province") == PROVINCES[0]) & (pl.col("month") == gone.get("month", ""))
    return frame.with_columns(pl.when(~is_gone).then("estimate").alias("estimate")).with_columns(
        low=pl.col("estimate") - 2, high=pl.col("estimate") + 2, n=pl.lit(300), confidence=0.95
    )


def width_of(svg: str) -> float:
    found = re.search(r'<svg[^>]*? width="([\d.]+)"', svg)
    assert found is not None
    return float(found[1])


def test_long_question_is_written_whole_in_lines():
    parts = make_parts().with_columns(pl.col("item").replace("Thái độ", LONG))
    svg = draw_likert(parts, item="item", labels=LABELS, title="t").svg()
    assert LONG in read_texts(svg)
    assert "…" not in svg


@pytest.mark.parametrize("many", [4, 100])
def test_long_names_of_units_are_not_cut(many: int):
    frame = pl.concat(
        [make_units(unit=[f"{LONG} {k}.{j}" for j in range(4)]) for k in range(many // 4)], how="vertical"
    )
    svg = draw_intervals(frame, unit="unit", title="t").svg()
    assert {f"{LONG} {k}.{j}" for k in range(many // 4) for j in range(4)} <= set(read_texts(svg))
    assert "…" not in svg


def test_names_of_points_do_not_lie_on_each_other():
    chance = np.random.default_rng(20261120)
    # 20 aspects in a heap
    points = [
        Point(float(x), float(y), "Tiếp nhận, giải quyết góp ý")
        for x, y in zip(chance.normal(280, 60, 20), chance.normal(190, 60, 20), strict=True)
    ]
    boxes = place_names(points, width=560, height=380, size=11)
    on_each_other = [
        (one, two)
        for one, two in combinations(boxes, 2)
        if min(one.right, two.right) > max(one.left, two.left)
        and min(one.bottom, two.bottom) > max(one.top, two.top)
    ]
    assert on_each_other == []


def test_name_of_a_lonely_point_stands_beside_it_and_inside_the_picture():
    beside, edge = place_names(
        [Point(100, 100, "Xã Một"), Point(550, 200, "Xã Hai")], width=560, height=380, size=10
    )
    # 6 letters of 6 pixels, 9 pixels beside the point, a line of 12.5
    assert beside == Box(109, 145, 93.75, 106.25)
    assert edge == Box(505, 541, 193.75, 206.25)


def test_funnel_shows_whole_intervals_where_it_shows_any():
    picture = draw_funnel(make_units(low=[90.0, 75.0, 72.0, 5.0]), unit="unit", title="t", centre=80.0)
    scale = picture.spec["concat"][0]["layer"][0]["encoding"]["y"]["scale"]["domain"]
    assert scale[0] <= 5.0


def test_long_names_of_series_do_not_make_the_picture_wider():
    wide = draw_trend(make_months(), period="month", by="province", title="t", breaks=()).svg()
    assert set(PROVINCES) <= set(read_texts(wide))
    assert width_of(wide) < 760


def test_line_stops_where_a_figure_is_withheld():
    def lines(frame: pl.DataFrame) -> set[str]:
        spec = draw_trend(frame, period="month", by="province", title="t", breaks=()).spec
        values = spec["concat"][0]["layer"][0]["data"]["values"]
        return {value["line"] for value in values if value["name"] == PROVINCES[0]}

    assert len(lines(make_months())) == 1
    assert len(lines(make_months(month="2026-05"))) == 2


def test_intervals_of_two_series_in_one_month_stand_beside_each_other():
    spec = draw_trend(make_months(), period="month", by="province", title="t", breaks=()).spec
    rules = [layer["mark"] for layer in spec["concat"][0]["layer"] if layer["mark"]["type"] == "rule"]
    offsets = [rule["xOffset"] for rule in rules]
    assert len(set(offsets)) == len(PROVINCES)
    assert sum(offsets) == pytest.approx(0)


def test_figure_of_a_ranked_unit_has_its_interval_or_its_error():
    # sqrt(95·5/100) = 2,2
    assert draw_rank_sets(make_ranking(), title="t").table["Số liệu"][0] == "95,0 % (90,6–99,4 %)"
    ranking = make_ranking()
    bare = type(ranking)(**{**vars(ranking), "units": ranking.units.drop("low", "high")})
    assert draw_rank_sets(bare, title="t").table["Số liệu"][0] == "95,0 % (sai số chuẩn 2,2)"


def test_notebook_shows_the_whole_width_of_a_picture():
    picture = draw_intervals(make_units(), unit="unit", title="t")
    kind, shown = picture._mime_()
    assert kind == "text/html"
    assert shown == picture._repr_svg_()
    head = shown.split(">", 1)[0]
    assert "max-width: 100%; height: auto" in head
    assert "viewBox" in head  # without it a smaller width would cut
    assert "style=" not in picture.svg().split(">", 1)[0]


def test_number_is_not_parted_from_its_per_cent():
    title = " ".join(f"{k},5 %" for k in range(10, 60))
    texts = read_texts(draw_intervals(make_units(), unit="unit", title=title, look=Look()).svg())
    assert title in texts
    svg = draw_intervals(make_units(), unit="unit", title=title).svg()
    assert not re.search(r">\s*%", svg)


@pytest.mark.parametrize("fonts", [FONTS, TABLE_FONTS, PAGE.template])
def test_font_with_every_vietnamese_letter_stands_before_those_that_may_lack_some(fonts: str):
    # fontconfig gives Liberation Sans for Arial, and that of many machines has no letter with two marks: a word
    # was then drawn from two fonts, a sentence in another one than its neighbour
    assert fonts.index("DejaVu Sans") < fonts.index("Helvetica Neue") < fonts.index("Arial")
