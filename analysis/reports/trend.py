"""Figures over time with their intervals; a line stops where the method or the units changed."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import polars as pl

from analysis.errors import ReportError
from analysis.indices.official.method import Break
from analysis.indices.official.reading import load_method
from analysis.reports.finish import Told, finish_picture, say_marks, say_shape
from analysis.reports.look import Look
from analysis.reports.palette import SERIES
from analysis.reports.picture import Picture
from analysis.reports.reading import check_figures, flag, is_demonstration, read_confidence
from analysis.reports.trend_layers import CAUTION, layer_trend, write_period

MOST = len(SERIES)


def list_breaks() -> tuple[Break, ...]:
    """The breaks of satisfaction figures known to the official series: 2022 and 07/2025 among them.

    METHODS 18.3, 21.6.
    """
    return tuple(found for found in load_method("sipas", "comparability").breaks if "overall" in found.of)


def draw_trend(
    frame: pl.DataFrame,
    *,
    period: str,
    title: str,
    by: str | None = None,
    breaks: Sequence[Break] | None = None,
    look: Look | None = None,
) -> Picture:
    """A line per series with the interval of every period.

    Parameters
    ----------
    frame
        One row per period (and series) with estimate, low, high, n, confidence.
    period
        Column of months ("2026-11"), years (2024) or days (Date), one kind only.
    by
        Column of the series, six at most; none: one.
    breaks
        Where figures before and after cannot be compared; None: those of the official series (``list_breaks``).
        Lines stop at every break but a caution, which is drawn dotted. ``()`` for series that know of none.

    Returns
    -------
    Picture
        The reasons of the breaks stand under it.

    Raises
    ------
    ReportError
        Periods that cannot be read, too many series, no intervals; ChartsNotInstalled without the extra.

    Notes
    -----
    A rise from one period to the next is no proof: test it with ``find_changes`` or ``compare_periods``.
    Silently joined where a change of method is in no break.

    References
    ----------
    METHODS 21.6, 18.3.

    Examples
    --------
    >>> years = pl.DataFrame({"year": [2021, 2022], "estimate": [87.2, 80.1], "low": [86.9, 79.7],
    ...     "high": [87.5, 80.5], "n": [40000, 36000], "confidence": 0.95})
    >>> draw_trend(years, period="year", title="Chỉ số hài lòng").table["Chuỗi"].to_list()
    ['1', '2']
    """
    look = look or Look()
    check_figures(frame, labels=[period, *([by] if by else [])])
    names = list(dict.fromkeys(str(name) for name in frame[by])) if by else [""]
    if len(names) > MOST:
        raise ReportError(
            [f"{len(names)} series, {MOST} at most can be told apart"],
            "Vẽ nhiều hình, hoặc chọn bớt / Draw several pictures, or choose some.",
        )
    days, is_yearly = _read_days(frame, period)
    lines = _place_breaks(sorted(set(days)), list_breaks() if breaks is None else breaks)
    values = _prepare(frame, days, lines, by, look, is_yearly)
    shown = [v for v in values if v["estimate"] is not None]
    notes = [
        f"{write_period(found.start, is_yearly and found.start.month == 1)}: {found.reason[look.language]}"
        + ("" if found.kind == CAUTION else look.say(" — không so sánh qua mốc này.", " — no comparison across."))
        for _, found in lines
    ]
    notes += say_marks(
        look,
        modelled=any(v["modelled"] for v in shown),
        withheld=len(values) - len(shown),
        bare=sum(v["low"] is None for v in shown),
    )
    told = Told(
        title,
        [
            say_shape(
                look,
                frame["n"].drop_nulls().to_list(),
                read_confidence(frame),
                len(set(days)),
                ("kỳ", "periods"),
            )
        ],
        notes,
        _describe(values, names, lines, look),
        is_demonstration(frame),
    )
    series = {look.say("Tên", "Name"): [v["name"] for v in values]} if by else {}
    table = pl.DataFrame(
        {
            look.say("Kỳ", "Period"): [v["when"] for v in values],
            **series,
            look.say("Số liệu", "Figure"): [v["figure"] for v in values],
            look.say("Khoảng tin cậy", "Interval"): [v["interval"] for v in values],
            "n": [v["count"] for v in values],
            look.say("Chuỗi", "Series"): [str(v["series"]) for v in values],
        }
    )
    return finish_picture(layer_trend(values, names, lines, look, is_yearly), told, table, look)


def _read_days(frame: pl.DataFrame, period: str) -> tuple[list[date], bool]:
    column = frame[period]
    if column.dtype == pl.Date:
        return column.to_list(), False
    if column.dtype.is_integer():
        return [date(int(year), 1, 1) for year in column], True
    if column.dtype == pl.String:
        read = (column + "-01").str.to_date("%Y-%m-%d", strict=False)
        odd = column.filter(read.is_null())
    else:
        read, odd = None, column
    if read is None or odd.len():
        raise ReportError(
            [f"column {period!r}: {odd.len()} of {column.len()} rows are no period, first {odd[0]!r}"],
            "Kỳ viết là 2026-11 (tháng), 2024 (năm, số nguyên) hoặc ngày / Write months 2026-11, years 2024 "
            "(whole numbers), or dates.",
        )
    return read.to_list(), False


def _place_breaks(days: list[date], breaks: Sequence[Break]) -> list[tuple[date, Break]]:
    """Each break between the last period before it and the first it holds for; those outside are left out."""
    placed = []
    for found in sorted(breaks, key=lambda each: each.start):
        before = [day for day in days if day < found.start]
        after = [day for day in days if day >= found.start]
        if before and after:
            middle = before[-1] + timedelta(days=(after[0] - before[-1]).days / 2)
            placed.append((middle, found))
    return placed


def _prepare(
    frame: pl.DataFrame,
    days: list[date],
    lines: list[tuple[date, Break]],
    by: str | None,
    look: Look,
    is_yearly: bool,
) -> list[dict[str, Any]]:
    values = []
    rows = zip(frame.iter_rows(named=True), days, flag(frame, "modelled"), strict=True)
    for row, day, modelled in rows:
        known = row["estimate"] is not None
        star = " *" if modelled and known else ""
        values.append(
            {
                "name": "" if by is None else str(row[by]),
                "day": day.isoformat(),
                "when": write_period(day, is_yearly),
                "series": 1 + sum(found.kind != CAUTION and found.start <= day for _, found in lines),
                "estimate": look.factor * row["estimate"] if known else None,
                "low": None if row["low"] is None else look.factor * row["low"],
                "high": None if row["high"] is None else look.factor * row["high"],
                "modelled": modelled,
                "figure": look.show(row["estimate"]) + star if known else "—",
                "interval": look.span(row["low"], row["high"]) if known else "—",
                "written": look.figure(row["estimate"], row["low"], row["high"]) + star if known else "—",
                "count": "" if row["n"] is None else look.count(row["n"]),
            }
        )
    return _part_lines(sorted(values, key=lambda v: v["day"]))


def _part_lines(values: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Each figure with its line: one ends at every break, and where a figure of the series is not there."""
    gaps: dict[str, int] = {}
    for value in values:
        gaps[value["name"]] = gaps.get(value["name"], 0) + (value["estimate"] is None)
        value["line"] = f"{value['series']}.{gaps[value['name']]}"
    return values


def _describe(values: list[dict[str, Any]], names: list[str], lines: list[tuple[date, Break]], look: Look) -> str:
    parts = []
    for name in names:
        known = [v for v in values if v["name"] == name and v["estimate"] is not None]
        if known:
            first, last = known[0], known[-1]
            head = f"{name}: " if name else ""
            parts.append(f"{head}{first['when']} {first['written']}, {last['when']} {last['written']}.")
    said = look.say("Diễn biến theo thời gian. ", "Figures over time. ") + " ".join(parts)
    cuts = sum(found.kind != CAUTION for _, found in lines)
    if cuts:
        said += look.say(f" Chuỗi số bị ngắt {cuts} lần.", f" The series is broken {cuts} times.")
    return said
