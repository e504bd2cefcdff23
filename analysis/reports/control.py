"""One unit watched day by day: the running mean, limits that hold on all days, and the alarm."""

from typing import Any

import polars as pl

from analysis.errors import ReportError
from analysis.reports.altair_loading import load_altair
from analysis.reports.finish import Told, axis_label, finish_picture, frame_range
from analysis.reports.look import Look
from analysis.reports.palette import BLUE, INK, VERMILION
from analysis.reports.picture import Picture
from analysis.reports.reading import INTERVAL, check_figures, is_demonstration, read_confidence

NUMBERS = (*INTERVAL, "n_total", "baseline", "e_value")
LARGEST_WRITTEN = 1_000_000  # an e-value above is past all doubt


def draw_control(
    frame: pl.DataFrame, *, unit: str, of: object, title: str, day: str = "day", look: Look | None = None
) -> Picture:
    """The watch over one unit: mean since the start with running limits, the baseline, and when it was called.

    Parameters
    ----------
    frame
        What ``watch_units`` returns, of any number of units.
    unit, of
        Column of the units, and which of them is drawn.

    Returns
    -------
    Picture
        A band of the limits, which hold on all days at once; a line at the first day of the alarm.

    Raises
    ------
    ReportError
        Columns missing, a unit that is not in the frame; ChartsNotInstalled without the extra.

    Notes
    -----
    The mean is of all answers since the start: after a good year it falls slowly, and the alarm, which looks for
    the change itself, may come while the band still holds the baseline.

    References
    ----------
    METHODS 21.9, 17.2, 17.3.

    Examples
    --------
    >>> from datetime import date
    >>> from analysis.monitoring import watch_units
    >>> stream = pl.DataFrame({"unit": ["B"] * 40, "day": [date(2026, 11, 1 + k // 2) for k in range(40)],
    ...     "y": [0.0] * 40})
    >>> watched = watch_units(stream, unit="unit", day="day", value="y", baseline=80.0)
    >>> draw_control(watched, unit="unit", of="B", title="Theo dõi").table["Báo động"].to_list()[2:5]
    ['', '', 'từ 05/11/2026']
    """
    look = look or Look()
    problems = [f"column {c!r} is missing" for c in (unit, day, "since") if c not in frame.columns]
    if not problems and frame[day].dtype != pl.Date:
        problems.append(f"column {day!r} is {frame[day].dtype}, a date is needed")
    if problems:
        raise ReportError(problems, "Give the frame of watch_units.")
    rows = frame.filter(pl.col(unit) == of).sort(day)
    if rows.is_empty():
        raise ReportError([f"no row of {of!r} in column {unit!r}"], "Name a unit of the frame.")
    check_figures(rows, labels=[day], numbers=NUMBERS)
    values = _prepare(rows, day, look)
    since = next((row["since"] for row in rows.iter_rows(named=True) if row["since"] is not None), None)
    last = rows.row(-1, named=True)
    called = (
        look.say("chưa có báo động", "no alarm")
        if since is None
        else look.say(f"báo động từ {look.day(since)}", f"alarm since {look.day(since)}")
    )
    held = look.say(
        f"n = {look.count(last['n_total'])} từ đầu kỳ; giới hạn {look.sure(read_confidence(rows))} đúng cho mọi "
        f"ngày; {called}",
        f"n = {look.count(last['n_total'])} since the start; {look.sure(read_confidence(rows))} limits hold on "
        f"all days; {called}",
    )
    strongest = look.say("trên ", "above ") + look.count(LARGEST_WRITTEN)
    evidence = strongest if last["e_value"] > LARGEST_WRITTEN else look.write(last["e_value"], 1)
    baseline = look.show(last["baseline"])
    told = Told(
        title,
        [held],
        [
            look.say(
                f"Đường: trung bình từ đầu kỳ. Đường đứt: mức nền {baseline}. Chỉ số bằng chứng ngày cuối "
                f"{evidence}.",
                f"Line: mean since the start. Dashed: baseline {baseline}. Evidence on the last day: e = "
                f"{evidence}.",
            )
        ],
        look.say("Biểu đồ theo dõi hằng ngày. ", "Daily watch. ")
        + look.say("Ngày cuối ", "Last day ")
        + f"{look.day(last[day])}: {values[-1]['written']}.",
        is_demonstration(rows),
    )
    table = pl.DataFrame(
        {
            look.say("Ngày", "Day"): [v["when"] for v in values],
            look.say("Trung bình từ đầu kỳ", "Mean since the start"): [v["figure"] for v in values],
            look.say("Giới hạn", "Limits"): [v["interval"] for v in values],
            "n": [v["count"] for v in values],
            look.say("Báo động", "Alarm"): [v["alarm"] for v in values],
        }
    )
    line = None if since is None else {"day": since.isoformat(), "word": called}
    return finish_picture(_draw(values, look.factor * last["baseline"], line, look), told, table, look)


def _prepare(rows: pl.DataFrame, day: str, look: Look) -> list[dict[str, Any]]:
    values = []
    for row in rows.iter_rows(named=True):
        known = row["estimate"] is not None
        since = row["since"]
        values.append(
            {
                "day": row[day].isoformat(),
                "when": look.day(row[day]),
                "estimate": look.factor * row["estimate"] if known else None,
                "low": None if row["low"] is None else look.factor * row["low"],
                "high": None if row["high"] is None else look.factor * row["high"],
                "figure": look.show(row["estimate"]) if known else "—",
                "interval": look.span(row["low"], row["high"]) if known else "—",
                "written": look.figure(row["estimate"], row["low"], row["high"]) if known else "—",
                "count": look.count(row["n_total"]),
                "alarm": "" if since is None else look.say("từ ", "since ") + look.day(since),
            }
        )
    return values


def _draw(values: list[dict[str, Any]], baseline: float, alarm: dict[str, str] | None, look: Look) -> Any:
    alt = load_altair()
    seen = [v[k] for v in values for k in ("estimate", "low", "high") if v[k] is not None]
    domain = frame_range([*seen, baseline], look, bounds=(0.0, 100.0) if look.ending == "%" else None)
    scale = alt.Scale(domain=domain, nice=False, zero=False)
    moment = "toDate(datum.day + 'T00:00:00')"
    x = alt.X("at:T", axis=alt.Axis(title=None, format="%d/%m/%Y", grid=False, labelOverlap=True, tickCount=5))
    y = alt.Y("estimate:Q", scale=scale, axis=alt.Axis(title=None, labelExpr=axis_label(look)))
    known = (
        alt.Chart(alt.Data(values=values))
        .transform_calculate(at=moment)
        .transform_filter("datum.estimate != null")
    )
    tips = [
        alt.Tooltip("when:N", title=look.say("Ngày", "Day")),
        alt.Tooltip("written:N", title=look.say("Số liệu", "Figure")),
        alt.Tooltip("count:N", title="n"),
    ]
    middle = alt.Chart(alt.Data(values=[{"estimate": baseline}]))
    layers = [
        known.mark_area(color=BLUE, opacity=0.18, interpolate="step-after").encode(
            x=x, y=alt.Y("low:Q", scale=scale), y2="high:Q"
        ),
        middle.mark_rule(color=INK, strokeDash=[5, 4]).encode(y=y),
        known.mark_line(color=BLUE, strokeWidth=2.4, interpolate="step-after").encode(x=x, y=y),
        known.mark_point(size=60, opacity=0).encode(x=x, y=y, tooltip=tips),
    ]
    if alarm is not None:
        called = alt.Chart(alt.Data(values=[alarm])).transform_calculate(at=moment)
        layers.append(called.mark_rule(color=VERMILION, strokeWidth=2).encode(x=x))
        layers.append(
            called.mark_text(baseline="bottom", dy=-5, fontSize=12, color=VERMILION, fontWeight="bold").encode(
                x=x, y=alt.value(0), text="word:N"
            )
        )
    return alt.layer(*layers).properties(width=look.width, height=280)
