"""Figures of units with their intervals, best first."""

from typing import Any

import polars as pl

from analysis.errors import ReportError
from analysis.reports.finish import Told, finish_picture, say_marks, say_shape
from analysis.reports.interval_layers import layer_intervals
from analysis.reports.look import Look
from analysis.reports.picture import Picture
from analysis.reports.reading import (
    INTERVAL,
    check_figures,
    flag,
    is_demonstration,
    read_confidence,
    refuse_choice,
)

MOST = 150
ORDERS = ("best", "worst", "given")


def draw_intervals(
    frame: pl.DataFrame,
    *,
    unit: str,
    title: str,
    compared: pl.DataFrame | None = None,
    tier: str | None = None,
    reference: float | None = None,
    reference_name: str | None = None,
    order: str = "best",
    look: Look | None = None,
) -> Picture:
    """A dot and its interval for every unit, with n beside it.

    Parameters
    ----------
    frame
        One row per unit with estimate, low, high, n, confidence, as the estimators return; ``modelled`` (Boolean)
        marks figures of a model. A null estimate leaves the row empty; a null interval makes an open dot.
    unit
        Column of the names, each once; 150 at most.
    compared
        Result of ``compare_domains`` with the same column ``unit``: colours tell who is surely higher, surely
        lower, not told apart from what was compared with, or could not be tested (not in it, or without error).
    tier
        Column of tiers (``rank_units(...).units`` has one): bands; inside one nobody is surely better.
    reference, reference_name
        A line, such as the figure of all units, in the unit of ``estimate``; and its name.
    order
        ``best`` (largest figure first), ``worst`` or ``given``.
    look
        Language, unit, digits; None: Vietnamese, points shown with %.

    Returns
    -------
    Picture
        ``table`` holds every figure as printed.

    Raises
    ------
    ReportError
        Everything that cannot be shown honestly, with row counts; ChartsNotInstalled without the extra.

    Notes
    -----
    Two intervals that overlap may still differ surely: use ``compared``, not the eye. Silently odd where
    ``compared`` was made of other data than ``frame``.

    References
    ----------
    METHODS 21.1, 21.3.

    Examples
    --------
    >>> units = pl.DataFrame({"unit": ["Xã A", "Xã B"], "estimate": [91.2, 78.4], "low": [88.0, 72.5],
    ...     "high": [93.6, 83.3], "n": [310, 160], "confidence": 0.95})
    >>> draw_intervals(units, unit="unit", title="Mức độ hài lòng").table.row(0)
    ('Xã A', '91,2 %', '88,0–93,6 %', '310', '')
    """
    look = look or Look()
    check_figures(frame, labels=[unit], numbers=[*INTERVAL, *([tier] if tier else [])], most=MOST)
    refuse_choice("order", order, ORDERS)
    rows = _read(frame, unit, compared, tier, order)
    words = {
        "higher": look.say("cao hơn", "higher"),
        "lower": look.say("thấp hơn", "lower"),
        "alike": look.say("không phân biệt được", "not told apart"),
        "untested": look.say("không kiểm định được", "could not be tested"),
        "none": "",
    }
    values = _prepare(rows, unit, look, words)
    has_bands = rows["tier of row"].drop_nulls().n_unique() > 1
    chart = layer_intervals(values, look, words, compared is not None, has_bands, reference, reference_name)
    shown = [row for row in rows.iter_rows(named=True) if row["estimate"] is not None]
    notes = say_marks(
        look,
        modelled=any(row["modelled"] for row in shown),
        withheld=rows.height - len(shown),
        bare=sum(row["low"] is None for row in shown),
    )
    if compared is None:
        notes.insert(
            0,
            look.say(
                "Khoảng chồng lên nhau không có nghĩa là bằng nhau.",
                "Overlapping intervals do not mean equal figures.",
            ),
        )
    if has_bands:
        notes.insert(
            0,
            look.say(
                "Dải nền: nhóm hạng; khác nhóm là khác nhau chắc chắn.",
                "Bands: tiers; units of different tiers are surely different.",
            ),
        )
    told = Told(
        title,
        [
            say_shape(
                look, rows["n"].drop_nulls().to_list(), read_confidence(frame), rows.height, ("đơn vị", "units")
            )
        ],
        notes,
        _describe(rows, unit, look, compared is not None),
        is_demonstration(frame),
    )
    return finish_picture(chart, told, _tabulate(values, look), look)


def _read(
    frame: pl.DataFrame, unit: str, compared: pl.DataFrame | None, tier: str | None, order: str
) -> pl.DataFrame:
    rows = frame.with_columns(
        pl.Series("modelled", flag(frame, "modelled")),
        (pl.col(tier) if tier else pl.lit(None, pl.Int64)).alias("tier of row"),
        pl.lit("none").alias("standing"),
    )
    if compared is not None:
        check_figures(compared, labels=[unit], numbers=["estimate"])
        if "is_different" not in compared.columns:
            raise ReportError(
                ["column 'is_different' is missing in compared"], "Give what compare_domains returns."
            )
        verdict = (
            pl.when(pl.col("is_different").is_null())
            .then(pl.lit("untested"))
            .when(~pl.col("is_different"))
            .then(pl.lit("alike"))
            .when(pl.col("estimate") > 0)
            .then(pl.lit("higher"))
            .otherwise(pl.lit("lower"))
        )
        rows = rows.drop("standing").join(
            compared.select(unit, verdict.alias("standing")), on=unit, how="left", maintain_order="left"
        )
        rows = rows.with_columns(pl.col("standing").fill_null("untested"))
    if order == "given":
        return rows
    return rows.sort("estimate", descending=order == "best", nulls_last=True, maintain_order=True)


def _prepare(rows: pl.DataFrame, unit: str, look: Look, words: dict[str, str]) -> list[dict[str, Any]]:
    values: list[dict[str, Any]] = []
    for row in rows.iter_rows(named=True):
        known = row["estimate"] is not None
        star = " *" if row["modelled"] and known else ""
        written = look.figure(row["estimate"], row["low"], row["high"]) + star if known else "—"
        values.append(
            {
                "name": f"{row[unit]}{star}",
                "estimate": look.factor * row["estimate"] if known else None,
                "low": None if row["low"] is None else look.factor * row["low"],
                "high": None if row["high"] is None else look.factor * row["high"],
                "shape": "model" if row["modelled"] else "open" if row["low"] is None else "survey",
                "standing": words[row["standing"]],
                "tier": row["tier of row"],
                "count": "" if row["n"] is None else look.count(row["n"]),
                "written": written,
                "reason": look.say("không có số", "no figure"),
                "figure": "—" if not known else look.show(row["estimate"]) + star,
                "interval": "—" if not known else look.span(row["low"], row["high"]),
            }
        )
    return values


def _tabulate(values: list[dict[str, Any]], look: Look) -> pl.DataFrame:
    return pl.DataFrame(
        {
            look.say("Đơn vị", "Unit"): [v["name"] for v in values],
            look.say("Số liệu", "Figure"): [v["figure"] for v in values],
            look.say("Khoảng tin cậy", "Interval"): [v["interval"] for v in values],
            "n": [v["count"] for v in values],
            look.say("So sánh", "Compared"): [v["standing"] for v in values],
        },
        schema_overrides={look.say("So sánh", "Compared"): pl.String},
    )


def _describe(rows: pl.DataFrame, unit: str, look: Look, is_compared: bool) -> str:
    shown = rows.filter(pl.col("estimate").is_not_null()).sort("estimate", descending=True)
    if shown.is_empty():
        return look.say("Biểu đồ khoảng tin cậy, chưa có số nào.", "Intervals; no figure yet.")
    ends = [
        f"{row[unit]} {look.figure(row['estimate'], row['low'], row['high'])}"
        for row in (shown.row(0, named=True), shown.row(-1, named=True))
    ]
    said = look.say(
        f"Biểu đồ chấm và khoảng tin cậy. Cao nhất: {ends[0]}; thấp nhất: {ends[1]}.",
        f"Dots with confidence intervals. Highest: {ends[0]}; lowest: {ends[1]}.",
    )
    if is_compared:
        counts = [shown.filter(pl.col("standing") == which).height for which in ("higher", "lower", "alike")]
        said += look.say(
            f" {counts[0]} đơn vị cao hơn, {counts[1]} thấp hơn, {counts[2]} không phân biệt được.",
            f" {counts[0]} units higher, {counts[1]} lower, {counts[2]} not told apart.",
        )
    return said
