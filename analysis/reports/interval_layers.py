"""How a picture of intervals is put together from its marks; the words are in ``intervals``."""

from typing import Any

from analysis.reports.altair_loading import load_altair
from analysis.reports.finish import axis_label, frame_range
from analysis.reports.look import Look
from analysis.reports.palette import ALIKE, BLUE, HIGHER, INK, LOWER, QUIET, SHADE
from analysis.reports.row_names import name_rows, row_height

ROW = 24  # pixels of a row
VERDICTS = {"higher": HIGHER, "lower": LOWER, "alike": ALIKE, "untested": INK}


def layer_intervals(
    values: list[dict[str, Any]],
    look: Look,
    words: dict[str, str],
    is_compared: bool,
    has_bands: bool,
    reference: float | None,
    reference_name: str | None,
) -> Any:
    """The marks over each other: bands, reference, intervals, dots, n at the side. METHODS 21.3."""
    alt = load_altair()
    data = alt.Data(values=values)
    seen = [v[k] for v in values for k in ("estimate", "low", "high") if v[k] is not None]
    if reference is not None:
        seen.append(look.factor * reference)
    bounds = (0.0, 100.0) if look.ending == "%" else None
    domain = frame_range(seen or [0.0, 1.0], look, bounds=bounds)
    x = alt.X(
        "estimate:Q",
        scale=alt.Scale(domain=domain, nice=False, zero=False),
        axis=alt.Axis(title=None, labelExpr=axis_label(look), tickCount=6, labelFlush=False),
    )
    names = [v["name"] for v in values]
    y = name_rows(names)
    if is_compared:
        shown = {v["standing"] for v in values if v["estimate"] is not None}
        kinds = [kind for kind in VERDICTS if kind != "untested" or words[kind] in shown]
        colour = alt.Color(
            "standing:N",
            scale=alt.Scale(domain=[words[kind] for kind in kinds], range=[VERDICTS[kind] for kind in kinds]),
            legend=alt.Legend(title=None, symbolType="circle"),
        )
    else:
        colour = alt.value(BLUE)
    tips = [
        alt.Tooltip("name:N", title=look.say("Đơn vị", "Unit")),
        alt.Tooltip("written:N", title=look.say("Số liệu", "Figure")),
        alt.Tooltip("count:N", title="n"),
    ]
    layers = []
    if has_bands:
        layers.append(
            alt.Chart(data)
            .transform_filter("datum.tier != null && datum.tier % 2 == 1")
            .mark_rect(color=SHADE)
            .encode(y=y)
        )
    if reference is not None:
        line = alt.Data(values=[{"at": look.factor * reference, "name of line": reference_name or ""}])
        base = alt.Chart(line).encode(x=alt.X("at:Q", scale=alt.Scale(domain=domain, nice=False, zero=False)))
        layers.append(base.mark_rule(color=INK, strokeDash=[5, 4]))
        layers.append(
            base.mark_text(align="center", baseline="bottom", dy=-5, color=INK, fontSize=11).encode(
                y=alt.value(0), text="name of line:N"
            )
        )
    base = alt.Chart(data).encode(y=y)
    layers.append(
        base.transform_filter("datum.low != null")
        .mark_rule(strokeWidth=2.5)
        .encode(x=x.copy(), x2="high:Q", color=colour, tooltip=tips)
        .encode(x=alt.X("low:Q", scale=alt.Scale(domain=domain, nice=False, zero=False)))
    )
    for shape, mark in (
        ("survey", {"shape": "circle", "filled": True, "size": 75}),
        ("open", {"shape": "circle", "filled": False, "size": 75, "strokeWidth": 2, "fill": "#ffffff"}),
        ("model", {"shape": "diamond", "filled": False, "size": 95, "strokeWidth": 2, "fill": "#ffffff"}),
    ):
        layers.append(
            base.transform_filter(f"datum.estimate != null && datum.shape == '{shape}'")
            .mark_point(opacity=1, **mark)
            .encode(x=x, color=colour, tooltip=tips)
        )
    layers.append(
        base.mark_text(align="right", dx=52, color=QUIET, fontSize=12).encode(
            x=alt.value(look.width), text="count:N"
        )
    )
    layers.append(
        base.transform_filter("datum.estimate == null")
        .mark_text(align="left", dx=6, color=QUIET, fontSize=11, fontStyle="italic")
        .encode(x=alt.value(0), text="reason:N")
    )
    head = alt.Chart(alt.Data(values=[{"word": "n"}])).mark_text(
        align="right", baseline="bottom", dx=52, dy=-5, color=QUIET, fontSize=12, fontStyle="italic"
    )
    layers.append(head.encode(x=alt.value(look.width), y=alt.value(0), text="word:N"))
    return alt.layer(*layers).properties(width=look.width, height=alt.Step(row_height(names, ROW)))
