"""How a picture of figures over time is put together from its marks; the words are in ``trend``."""

from datetime import date
from typing import Any

from analysis.indices.official.method import Break
from analysis.reports.altair_loading import load_altair
from analysis.reports.finish import axis_label, frame_range, legend_columns
from analysis.reports.look import Look
from analysis.reports.palette import QUIET, SERIES, SHAPES

CAUTION = "caution"
ASIDE = 6.0  # pixels between marks of two series in one period, where there is room


def layer_trend(
    values: list[dict[str, Any]],
    names: list[str],
    lines: list[tuple[date, Break]],
    look: Look,
    is_yearly: bool,
) -> Any:
    """The marks over each other: breaks, lines, intervals, points, series beside each other. METHODS 21.6."""
    alt = load_altair()
    seen = [v[k] for v in values for k in ("estimate", "low", "high") if v[k] is not None] or [0.0, 1.0]
    domain = frame_range(seen, look, bounds=(0.0, 100.0) if look.ending == "%" else None)
    days = sorted({v["day"] for v in values})
    axis = alt.Axis(
        title=None,
        format="%Y" if is_yearly else "%m/%Y",
        grid=False,
        labelOverlap=True,
        labelSeparation=8,
        values=[{"year": int(d[:4]), "month": int(d[5:7]), "date": int(d[8:])} for d in days]
        if len(days) <= 24
        else alt.Undefined,
    )
    x = alt.X("when_at:T", axis=axis, scale=alt.Scale(padding=18))
    y = alt.Y(
        "estimate:Q",
        scale=alt.Scale(domain=domain, nice=False, zero=False),
        axis=alt.Axis(title=None, labelExpr=axis_label(look)),
    )
    moment = "toDate(datum.day + 'T00:00:00')"
    colour = alt.Color("name:N", scale=alt.Scale(domain=names, range=list(SERIES[: len(names)])), legend=None)
    shape = alt.Shape("name:N", scale=alt.Scale(domain=names, range=list(SHAPES[: len(names)])), legend=None)
    if len(names) > 1:
        columns = legend_columns(names, look.width + 120)
        colour, shape = (each.legend(title=None, columns=columns) for each in (colour, shape))
    tips = [
        alt.Tooltip("when:N", title=look.say("Kỳ", "Period")),
        *([alt.Tooltip("name:N", title=look.say("Tên", "Name"))] if len(names) > 1 else []),
        alt.Tooltip("written:N", title=look.say("Số liệu", "Figure")),
        alt.Tooltip("count:N", title="n"),
    ]
    layers = []
    if lines:
        marked = [
            {"day": day.isoformat(), "label": write_period(found.start, is_yearly and found.start.month == 1)}
            | {"kind": found.kind}
            for day, found in lines
        ]
        cuts = alt.Chart(alt.Data(values=marked)).transform_calculate(when_at=moment)
        for test, dash in (("!=", [6, 4]), ("==", [1, 4])):
            layers.append(
                cuts.transform_filter(f"datum.kind {test} '{CAUTION}'")
                .mark_rule(color=QUIET, strokeDash=dash, strokeWidth=1.5)
                .encode(x=x)
            )
        layers.append(
            cuts.transform_aggregate(label="min(label)", groupby=["when_at"])
            .mark_text(baseline="bottom", dy=-4, fontSize=11, color=QUIET)
            .encode(x=x, y=alt.value(0), text="label:N")
        )
    low = alt.Y("low:Q", scale=alt.Scale(domain=domain, nice=False, zero=False))
    # beside each other, or the interval of one series hides that of the next
    aside = min(ASIDE, 0.7 * look.width / len(days) / len(names))
    for place, name in enumerate(names):
        off = aside * (place - (len(names) - 1) / 2)
        of_series = alt.Data(values=[v for v in values if v["name"] == name and v["estimate"] is not None])
        known = alt.Chart(of_series).transform_calculate(when_at=moment)
        layers += [
            known.mark_line(strokeWidth=2, opacity=0.75, xOffset=off).encode(
                x=x, y=y, color=colour, detail=alt.Detail("line:N")
            ),
            known.transform_filter("datum.low != null")
            .mark_rule(strokeWidth=2.2, opacity=0.55, xOffset=off)
            .encode(x=x, y=low, y2="high:Q", color=colour, tooltip=tips),
            known.transform_filter("!datum.modelled && datum.low != null")
            .mark_point(filled=True, size=70, opacity=1, xOffset=off)
            .encode(x=x, y=y, color=colour, shape=shape, tooltip=tips),
            known.transform_filter("datum.modelled || datum.low == null")
            .mark_point(filled=False, fill="#ffffff", size=80, opacity=1, strokeWidth=2, xOffset=off)
            .encode(x=x, y=y, color=colour, shape=shape, tooltip=tips),
        ]
    return alt.layer(*layers).properties(width=look.width, height=300)


def write_period(day: date, is_yearly: bool) -> str:
    """A month 11/2026, or a year. METHODS 21.1."""
    return f"{day:%Y}" if is_yearly else f"{day:%m/%Y}"
