"""Importance against performance of aspects, with the noise of both."""

from typing import Any

import polars as pl

from analysis.errors import ReportError
from analysis.reports.altair_loading import load_altair
from analysis.reports.finish import Told, finish_picture, frame_range, legend_columns, say_shape
from analysis.reports.look import Look
from analysis.reports.palette import BLUE, GREEN, INK, ORANGE, QUIET, VERMILION
from analysis.reports.picture import Picture
from analysis.reports.point_names import Box, Point, layer_names
from analysis.reports.reading import check_figures, is_demonstration, read_confidence

MOST = 25
SIDES = ("importance", "performance")
NUMBERS = (
    "n",
    "confidence",
    *(f"{side}{part}" for side in SIDES for part in ("", "_low", "_high", "_centre")),
)
_QUADRANTS = {
    "improve": ("cải thiện trước", "improve first", VERMILION, "square"),
    "keep": ("giữ vững", "keep up", BLUE, "circle"),
    "low_priority": ("ưu tiên thấp", "low priority", ORANGE, "triangle-down"),
    "possible_excess": ("đã tốt, ít tác động", "good, matters little", GREEN, "triangle-up"),
    "unsure": ("chưa phân biệt được", "not told apart", QUIET, "diamond"),
}


def draw_importance(
    frame: pl.DataFrame, *, title: str, aspect: str = "aspect", look: Look | None = None
) -> Picture:
    """Every aspect as a cross: performance to the right, importance upwards, a quadrant only beyond noise.

    Parameters
    ----------
    frame
        What ``compare_importance`` returns; 25 aspects at most.
    aspect
        Column of the names to be shown (replace codes by words before).
    look
        Of performance; importance has two decimals and no unit.

    Returns
    -------
    Picture
        Lines at the mean aspect; colours and shapes name the quadrant, grey diamonds are not told apart.

    Raises
    ------
    ReportError
        Columns missing, aspects twice; ChartsNotInstalled without the extra.

    Notes
    -----
    Importance is a relation between answers, not a promise that changing the aspect changes satisfaction.

    References
    ----------
    METHODS 21.8, 19.6.

    Examples
    --------
    >>> from analysis import SurveyDesign
    >>> from analysis.models.importance import compare_importance
    >>> scores = {"speed": [1, 2, 3, 4, 5, 3], "staff": [2, 5, 1, 4, 3, 3], "overall": [1, 3, 3, 4, 5, 3]}
    >>> people = pl.DataFrame({"w": [1.0] * 6, **scores})
    >>> found = compare_importance(people, SurveyDesign("w"), outcome="overall", aspects=["speed", "staff"])
    >>> draw_importance(found, title="Ưu tiên", look=Look(ending="điểm")).table.row(0)[:2]
    ('speed', '3,0 điểm (1,5–4,5 điểm)')
    """
    look = look or Look()
    check_figures(frame, labels=[aspect], numbers=NUMBERS, most=MOST)
    if "quadrant" not in frame.columns:
        raise ReportError(["column 'quadrant' is missing"], "Give what compare_importance returns.")
    odd = frame.filter(~pl.col("quadrant").is_in(list(_QUADRANTS)))
    if odd.height:
        raise ReportError(
            [f"column 'quadrant': {odd.height} rows are none of {', '.join(_QUADRANTS)} or null"],
            "Give what compare_importance returns.",
        )
    factors = {"importance": 1.0, "performance": look.factor}
    values: list[dict[str, Any]] = []
    for row in frame.iter_rows(named=True):
        kind = row["quadrant"] or "unsure"
        values.append(
            {"name": str(row[aspect]), "kind": look.say(*_QUADRANTS[kind][:2]), "is_sure": kind != "unsure"}
            | {
                f"{side}{part}": None if row[f"{side}{part}"] is None else factors[side] * row[f"{side}{part}"]
                for side in SIDES
                for part in ("", "_low", "_high")
            }
            | {
                "does": look.figure(row["performance"], row["performance_low"], row["performance_high"]),
                "matters": _write(row["importance"], row["importance_low"], row["importance_high"], look),
                "count": look.count(row["n"]),
            }
        )
    first = frame.row(0, named=True)
    centre = {"performance": look.factor * first["performance_centre"], "importance": first["importance_centre"]}
    sure = [v for v in values if v["is_sure"]]
    told = Told(
        title,
        [say_shape(look, frame["n"].to_list(), read_confidence(frame), frame.height, ("khía cạnh", "aspects"))],
        [
            look.say(
                "Thanh: khoảng tin cậy. Đường đứt: trung bình các khía cạnh. Chỉ tô màu khi khác trung bình ngoài "
                "sai số ở cả hai chiều.",
                "Bars: intervals. Dashed: the mean aspect. Coloured only where both differ from it beyond noise.",
            ),
            look.say(
                "Liên hệ giữa các câu trả lời, không chứng minh nguyên nhân.",
                "A relation between answers, no proof of a cause.",
            ),
        ],
        look.say("Mức độ quan trọng và mức đạt được. ", "Importance and performance. ")
        + (
            "; ".join(f"{v['name']}: {v['kind']}" for v in sure)
            or look.say("Chưa khía cạnh nào phân biệt được", "No aspect is told apart")
        )
        + ".",
        is_demonstration(frame),
    )
    table = pl.DataFrame(
        {
            look.say("Khía cạnh", "Aspect"): [v["name"] for v in values],
            look.say("Mức đạt được", "Performance"): [v["does"] for v in values],
            look.say("Mức quan trọng", "Importance"): [v["matters"] for v in values],
            "n": [v["count"] for v in values],
            look.say("Nhóm", "Quadrant"): [v["kind"] for v in values],
        }
    )
    return finish_picture(_draw(values, centre, look), told, table, look)


def _write(value: float, low: float | None, high: float | None, look: Look) -> str:
    if low is None or high is None:
        return f"{look.write(value, 2)} ({look.span(None, None)})"
    return f"{look.write(value, 2)} ({look.write(low, 2)}–{look.write(high, 2)})"


def _draw(values: list[dict[str, Any]], centre: dict[str, float], look: Look) -> Any:
    alt = load_altair()

    def ends(side: str) -> list[float]:
        seen = [v[f"{side}{part}"] for v in values for part in ("", "_low", "_high")]
        return frame_range([*(value for value in seen if value is not None), centre[side]], look)

    domains = {side: ends(side) for side in SIDES}
    scales = {side: alt.Scale(domain=domains[side], nice=False, zero=False) for side in SIDES}
    height = min(look.width, 420)
    digits = 1 if domains["performance"][1] - domains["performance"][0] < 6 else 0
    x = alt.X(
        "performance:Q",
        scale=scales["performance"],
        axis=alt.Axis(
            title=look.say("mức đạt được", "performance") + (f" ({look.ending}) →" if look.ending else " →"),
            format=f",.{digits}f",
            tickCount=6,
            grid=False,
        ),
    )
    y = alt.Y(
        "importance:Q",
        scale=scales["importance"],
        axis=alt.Axis(title=look.say("mức quan trọng →", "importance →"), format=",.2f", tickCount=7, grid=False),
    )
    base = alt.Chart(alt.Data(values=values))
    words = [look.say(*each[:2]) for each in _QUADRANTS.values()]
    colour = alt.Color(
        "kind:N",
        scale=alt.Scale(domain=words, range=[each[2] for each in _QUADRANTS.values()]),
        legend=alt.Legend(title=None, columns=legend_columns(words, look.width + 120)),
    )
    shape = alt.Shape(
        "kind:N",
        scale=alt.Scale(domain=words, range=[each[3] for each in _QUADRANTS.values()]),
        legend=alt.Legend(title=None, columns=legend_columns(words, look.width + 120)),
    )
    tips = [
        alt.Tooltip("name:N", title=look.say("Khía cạnh", "Aspect")),
        alt.Tooltip("does:N", title=look.say("Mức đạt được", "Performance")),
        alt.Tooltip("matters:N", title=look.say("Mức quan trọng", "Importance")),
        alt.Tooltip("count:N", title="n"),
    ]
    middle = alt.Chart(alt.Data(values=[centre]))
    layers = [
        middle.mark_rule(color=INK, strokeDash=[5, 4], opacity=0.7).encode(x=x),
        middle.mark_rule(color=INK, strokeDash=[5, 4], opacity=0.7).encode(y=y),
        base.transform_filter("datum.performance_low != null")
        .mark_rule(strokeWidth=1.6, opacity=0.6)
        .encode(
            x=alt.X("performance_low:Q", scale=scales["performance"]), x2="performance_high:Q", y=y, color=colour
        ),
        base.transform_filter("datum.importance_low != null")
        .mark_rule(strokeWidth=1.6, opacity=0.6)
        .encode(
            y=alt.Y("importance_low:Q", scale=scales["importance"]), y2="importance_high:Q", x=x, color=colour
        ),
        base.mark_point(filled=True, size=95, opacity=1).encode(x=x, y=y, color=colour, shape=shape, tooltip=tips),
    ]
    points = [
        Point(
            look.width * _part(v["performance"], domains["performance"]),
            height * (1 - _part(v["importance"], domains["importance"])),
            v["name"],
        )
        for v in values
    ]
    across = height * (1 - _part(centre["importance"], domains["importance"]))
    down = look.width * _part(centre["performance"], domains["performance"])
    lines = [Box(0, look.width, across - 1, across + 1), Box(down - 1, down + 1, 0, height)]
    for value, point in zip(values, points, strict=True):
        lines += _cross(value, point, domains, look, height)
    layers += layer_names(points, width=look.width, height=height, size=12, avoid=lines)
    return alt.layer(*layers).properties(width=look.width, height=height)


def _cross(
    value: dict[str, Any], point: Point, domains: dict[str, list[float]], look: Look, height: float
) -> list[Box]:
    """Where the two intervals of an aspect are drawn, for names to keep off."""
    boxes = []
    if value["performance_low"] is not None:
        left, right = (
            look.width * _part(value[f"performance_{end}"], domains["performance"]) for end in ("low", "high")
        )
        boxes.append(Box(left, right, point.y - 1, point.y + 1))
    if value["importance_low"] is not None:
        bottom, top = (
            height * (1 - _part(value[f"importance_{end}"], domains["importance"])) for end in ("low", "high")
        )
        boxes.append(Box(point.x - 1, point.x + 1, top, bottom))
    return boxes


def _part(value: float, domain: list[float]) -> float:
    return (value - domain[0]) / (domain[1] - domain[0])
