"""Many units at once: figures against the number of responses, with the limits chance alone would keep."""

import math
from typing import Any

import numpy as np
import polars as pl

from analysis.errors import ReportError
from analysis.reports.altair_loading import load_altair
from analysis.reports.finish import Told, axis_label, finish_picture, frame_range, say_shape
from analysis.reports.look import Look
from analysis.reports.palette import ALIKE, HIGHER, INK, LOWER, QUIET
from analysis.reports.picture import Picture
from analysis.reports.point_names import MARK, Box, Point, layer_names
from analysis.reports.reading import INTERVAL, check_figures, flag, is_demonstration, read_confidence
from analysis.sampling.size import two_sided_z

MOST = 5000
MOST_WHISKERS = 120
LEVELS = (0.95, 0.998)  # METHODS 21.5
POINTS = 120
NAMED = 8
HEIGHT = 380


def draw_funnel(
    frame: pl.DataFrame,
    *,
    unit: str,
    title: str,
    centre: float,
    effective_n: str = "n_effective",
    top: float = 100.0,
    look: Look | None = None,
) -> Picture:
    """Every unit's share against its effective n, inside or outside the funnel of 95 % and 99,8 %.

    Parameters
    ----------
    frame
        One row per unit, 5,000 at most, with estimate (a share, 0 to ``top``), low, high, n, confidence and
        ``effective_n`` > 0: what unequal weights and clusters leave of n. ``modelled`` (Boolean) is marked by *.
    centre
        What units are held to, such as the share of all; strictly between 0 and ``top``.
    top
        The share of everybody: 100, or 1 (then ``Look(factor=100)``).

    Returns
    -------
    Picture
        Units outside 99,8 % are named, eight at most; ``table`` lists all that are outside 95 %. Intervals stand
        as thin lines up to 120 units, and in ``table`` always.

    Raises
    ------
    ReportError
        Figures outside 0 to ``top``, n not above 0 and what no picture takes; ChartsNotInstalled without the
        extra.

    Notes
    -----
    Of units that are all alike one in twenty still lies outside 95 %, two in a thousand outside 99,8 %: the line
    under the title counts them. Silently too narrow where units differ for reasons they cannot help (who they
    serve); the funnel is no ranking.

    References
    ----------
    METHODS 21.5; Spiegelhalter (2005), Funnel plots for comparing institutional performance.

    Examples
    --------
    >>> units = pl.DataFrame({"unit": ["Xã A", "Xã B"], "estimate": [60.0, 82.0], "low": [50.2, 74.0],
    ...     "high": [69.1, 88.0], "n": [120, 130], "n_effective": [100.0, 110.0], "confidence": 0.95})
    >>> draw_funnel(units, unit="unit", title="Mức độ hài lòng", centre=80.0).table["Đơn vị"].to_list()
    ['Xã A']
    """
    look = look or Look()
    shown = frame.filter(pl.col("estimate").is_not_null()) if "estimate" in frame.columns else frame
    check_figures(shown, labels=[unit], numbers=[*INTERVAL, effective_n], most=MOST)
    _refuse(shown, centre, effective_n, top)
    values = _prepare(shown, unit, centre, effective_n, top, look)
    outside = [v for v in values if v["where"] != "inside"]
    far = [v for v in outside if v["is_far"]]
    counted = look.say(
        f"{look.count(len(outside))} đơn vị ngoài giới hạn 95 % (chỉ do ngẫu nhiên: khoảng "
        f"{look.write(len(values) * 0.05, 1)}); {look.count(len(far))} ngoài giới hạn 99,8 % "
        f"({look.write(len(values) * 0.002, 1)})",
        f"{look.count(len(outside))} units outside 95 % (by chance alone about "
        f"{look.write(len(values) * 0.05, 1)}); {look.count(len(far))} outside 99.8 % "
        f"({look.write(len(values) * 0.002, 1)})",
    )
    ns = shown["n"].drop_nulls().to_list()
    told = Told(
        title,
        [say_shape(look, ns, read_confidence(shown), len(values), ("đơn vị", "units")), counted],
        [
            look.say(
                f"Mức so sánh {look.show(centre)}. Đường liền: giới hạn 95 %, đường đứt: 99,8 %. Biểu đồ này "
                "không phải bảng xếp hạng.",
                f"Held to {look.show(centre)}. Solid limits 95 %, dashed 99.8 %. This is no ranking.",
            ),
            *(
                [
                    look.say(
                        "*: số theo mô hình, đã co về mức chung.",
                        "*: modelled, shrunk towards the common figure.",
                    )
                ]
                if any(flag(shown, "modelled"))
                else []
            ),
        ],
        look.say(
            f"Biểu đồ phễu: {len(values)} đơn vị, {len(outside)} ngoài giới hạn 95 %.",
            f"Funnel plot: {len(values)} units, {len(outside)} outside the 95 % limits.",
        )
        + "".join(f" {v['name']}: {v['written']}." for v in far[:NAMED]),
        is_demonstration(frame),
    )
    chart = _draw(values, centre, top, look)
    table = pl.DataFrame(
        {
            look.say("Đơn vị", "Unit"): [v["name"] for v in outside],
            look.say("Số liệu và khoảng tin cậy", "Figure and interval"): [v["written"] for v in outside],
            "n": [v["count"] for v in outside],
            look.say("Ngoài giới hạn", "Outside"): [look.sure(LEVELS[v["is_far"]]) for v in outside],
        },
        schema_overrides={look.say("Đơn vị", "Unit"): pl.String},
    )
    return finish_picture(chart, told, table, look)


def funnel_limits(n: float, *, centre: float, level: float, top: float = 100.0) -> tuple[float, float]:
    """Where a share of ``n`` effective responses lies with chance ``level`` if the truth is ``centre``.

    centre ± z·√(centre·(top − centre)/n), cut at 0 and ``top``: outside is who would reject ``centre`` in the
    score test, whose interval is Wilson's. METHODS 21.5.

    >>> [round(limit, 2) for limit in funnel_limits(100, centre=80.0, level=0.95)]
    [72.16, 87.84]
    """
    half = two_sided_z(level) * math.sqrt(centre * (top - centre) / n)
    return max(0.0, centre - half), min(top, centre + half)


def _refuse(frame: pl.DataFrame, centre: float, effective_n: str, top: float) -> None:
    outside = frame.filter(~pl.col("estimate").is_between(0, top)).height
    flat = frame.filter(~(pl.col(effective_n) > 0).fill_null(False)).height
    problems = [f"estimate is outside 0-{top:g} in {outside} rows"] if outside else []
    problems += [f"column {effective_n!r} is null or not above 0 in {flat} rows"] if flat else []
    if not 0 < centre < top:
        problems.append(f"centre is {centre!r}, must lie between 0 and {top:g}")
    if problems:
        raise ReportError(problems, "A funnel shows shares; name top=1 for shares of 0-1.")


def _prepare(
    frame: pl.DataFrame, unit: str, centre: float, effective_n: str, top: float, look: Look
) -> list[dict[str, Any]]:
    values = []
    for row, is_model in zip(frame.iter_rows(named=True), flag(frame, "modelled"), strict=True):
        at, n = row["estimate"], row[effective_n]
        near, wide = (funnel_limits(n, centre=centre, level=level, top=top) for level in LEVELS)
        where = "above" if at > near[1] else "below" if at < near[0] else "inside"
        values.append(
            {
                "name": f"{row[unit]} *" if is_model else str(row[unit]),
                "n": n,
                "estimate": look.factor * at,
                "low": None if row["low"] is None else look.factor * row["low"],
                "high": None if row["high"] is None else look.factor * row["high"],
                "where": where,
                "is_far": not wide[0] <= at <= wide[1],
                "away": abs(at - centre) * math.sqrt(n),
                "count": "" if row["n"] is None else look.count(row["n"]),
                "written": look.figure(at, row["low"], row["high"]),
            }
        )
    return values


def _draw(values: list[dict[str, Any]], centre: float, top: float, look: Look) -> Any:
    alt = load_altair()
    ns = [v["n"] for v in values]
    is_wide = max(ns) / min(ns) > 30
    ends = [0.85 * min(ns), 1.12 * max(ns)]
    first, last = ends
    grid = np.geomspace(first, last, POINTS) if is_wide else np.linspace(first, last, POINTS)
    curves = []
    for n in grid:
        (near_low, near_high), (low, high) = (
            funnel_limits(float(n), centre=centre, level=level, top=top) for level in LEVELS
        )
        curves.append(
            {"n": float(n)}
            | {
                name: look.factor * value
                for name, value in zip(("a", "b", "c", "d"), (near_low, near_high, low, high), strict=True)
            }
        )
    has_whiskers = len(values) <= MOST_WHISKERS
    sides = ("estimate", "low", "high") if has_whiskers else ("estimate",)
    seen = [v[side] for v in values for side in sides if v[side] is not None]
    narrow = [c for c in curves if c["n"] >= min(ns)]
    seen += [c[k] for c in narrow for k in ("c", "d")]
    domain = frame_range(seen, look, bounds=(0.0, look.factor * top))
    x = alt.X(
        "n:Q",
        scale=alt.Scale(type="log" if is_wide else "linear", domain=ends, nice=False),
        axis=alt.Axis(title=look.say("số phiếu hiệu dụng", "effective n"), format=",~d", tickCount=7, grid=False),
    )
    scale = alt.Scale(domain=domain, nice=False, zero=False)
    y = alt.Y("estimate:Q", scale=scale, axis=alt.Axis(title=None, labelExpr=axis_label(look)))
    lines = alt.Chart(alt.Data(values=curves)).mark_line(clip=True, color=QUIET)
    layers = [
        lines.encode(x=x, y=alt.Y(f"{name}:Q", scale=scale)).properties()
        if name in "ab"
        else alt.Chart(alt.Data(values=curves))
        .mark_line(clip=True, color=QUIET, strokeDash=[5, 4])
        .encode(x=x, y=alt.Y(f"{name}:Q", scale=scale))
        for name in "abcd"
    ]
    middle = alt.Chart(alt.Data(values=[{"estimate": look.factor * centre}]))
    layers.append(middle.mark_rule(color=INK).encode(y=y))
    base = alt.Chart(alt.Data(values=values))
    words = {
        "above": look.say("cao hơn giới hạn", "above the limits"),
        "inside": look.say("trong giới hạn", "inside"),
        "below": look.say("thấp hơn giới hạn", "below the limits"),
    }
    for value in values:
        value["standing"] = words[value["where"]]
    colour = alt.Color(
        "standing:N",
        scale=alt.Scale(domain=list(words.values()), range=[HIGHER, ALIKE, LOWER]),
        legend=alt.Legend(title=None),
    )
    shape = alt.Shape(
        "standing:N",
        scale=alt.Scale(domain=list(words.values()), range=["triangle-up", "circle", "triangle-down"]),
        legend=alt.Legend(title=None),
    )
    if has_whiskers:
        layers.append(
            base.transform_filter("datum.low != null")
            .mark_rule(opacity=0.35, clip=True)
            .encode(x=x, y=alt.Y("low:Q", scale=scale), y2="high:Q", color=colour)
        )
    tips = [
        alt.Tooltip("name:N", title=look.say("Đơn vị", "Unit")),
        alt.Tooltip("written:N", title=look.say("Số liệu", "Figure")),
        alt.Tooltip("count:N", title="n"),
    ]
    layers.append(
        base.mark_point(filled=True, size=60 if len(values) <= 300 else 22, opacity=0.9).encode(
            x=x, y=y, color=colour, shape=shape, tooltip=tips
        )
    )
    names = sorted((v for v in values if v["is_far"]), key=lambda v: -v["away"])[:NAMED]
    points = {
        v["name"]: Point(
            look.width * _share_of_width(v["n"], ends, is_wide),
            HEIGHT * (domain[1] - v["estimate"]) / (domain[1] - domain[0]),
            v["name"],
        )
        for v in values
    }
    marks = [Box(p.x - MARK, p.x + MARK, p.y - MARK, p.y + MARK) for p in points.values()]
    named = [points[v["name"]] for v in names]
    layers += layer_names(named, width=look.width, height=HEIGHT, size=11, avoid=marks)
    return alt.layer(*layers).properties(width=look.width, height=HEIGHT)


def _share_of_width(n: float, ends: list[float], is_log: bool) -> float:
    at, first, last = (math.log(each) for each in (n, *ends)) if is_log else (n, *ends)
    return (at - first) / (last - first)
