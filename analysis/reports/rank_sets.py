"""Ranks with the places each unit may really have."""

import polars as pl

from analysis.errors import ReportError
from analysis.ranking import LeagueVerdict, Ranking, judge_league_table
from analysis.reports.altair_loading import load_altair
from analysis.reports.finish import Told, finish_picture, say_marks
from analysis.reports.look import Look
from analysis.reports.palette import BLUE, QUIET, SHADE
from analysis.reports.picture import Picture
from analysis.reports.reading import flag, is_demonstration
from analysis.reports.row_names import name_rows, row_height

MOST = 150
ROW = 24  # pixels of a row


def draw_rank_sets(ranking: Ranking, *, title: str, n: str = "n", look: Look | None = None) -> Picture:
    """For every unit the set of ranks it may have, and the tiers as bands; a dot at its rank where it may be told.

    Parameters
    ----------
    ranking
        Of ``rank_units``; 150 units at most; ``modelled`` (Boolean) in its frame marks figures of a model. With
        joint sets the line under the title says whether the table may be printed with ranks at all
        (``judge_league_table``).
    n
        Column of the ranked frame with the number of responses.

    Returns
    -------
    Picture
        Dots and order by rank only where ranks may be printed; else rows stand by their sets, or by name. Units
        without a figure stand last: any rank is possible.

    Raises
    ------
    ReportError
        Too many units, no column ``n``; ChartsNotInstalled without the extra.

    References
    ----------
    METHODS 21.4, 14. Silently too sure where the ranking was.

    Examples
    --------
    >>> from analysis.ranking import rank_units
    >>> units = pl.DataFrame({"unit": list("ABC"), "estimate": [90.0, 70.0, 69.0], "standard_error": [2.0] * 3,
    ...     "n": [200, 210, 190]})
    >>> draw_rank_sets(rank_units(units, unit="unit"), title="Hạng").table["Khoảng hạng"].to_list()
    ['1', '2–3', '2–3']
    """
    look = look or Look()
    if not isinstance(ranking, Ranking):
        raise ReportError(
            [f"ranking is a {type(ranking).__name__}"],
            "Đưa kết quả của rank_units / Give what rank_units returns.",
        )
    units = ranking.units
    problems = [f"column {n!r} is missing"] if n not in units.columns else []
    if units.height > MOST:
        problems.append(f"{units.height} units, {MOST} at most can be read on one picture")
    if problems:
        raise ReportError(problems, "Xếp hạng trong từng tỉnh / Rank within provinces, and keep the column n.")
    is_joint = str(units["rank_method"][0]).startswith("joint")
    verdict = judge_league_table(ranking) if is_joint else None
    print_as = verdict.print_as if verdict is not None else "ranks"
    rows = _order(units, ranking.unit, print_as)
    has_dots = print_as == "ranks"
    values = [
        {
            "name": f"{row[ranking.unit]} *" if is_model else str(row[ranking.unit]),
            "shape": "model" if is_model else "survey",
            "rank": row["rank"] if has_dots else None,
            "low": row["rank_low"] - 0.5,
            "high": row["rank_high"] + 0.5,
            "set": _span(row["rank_low"], row["rank_high"]),
            "tier": row["tier"],
            "figure": _write_figure(row, ranking, look),
            "count": "" if row[n] is None else look.count(row[n]),
        }
        for row, is_model in zip(rows.iter_rows(named=True), flag(rows, "modelled"), strict=True)
    ]
    alt = load_altair()
    data = alt.Data(values=values)
    scale = alt.Scale(domain=[0.4, units.height + 0.6], nice=False, zero=False)
    names = [v["name"] for v in values]
    y = name_rows(names)
    tips = [
        alt.Tooltip("name:N", title=look.say("Đơn vị", "Unit")),
        alt.Tooltip("set:N", title=look.say("Khoảng hạng", "Rank set")),
        alt.Tooltip("figure:N", title=look.say("Số liệu", "Figure")),
        alt.Tooltip("count:N", title="n"),
    ]
    base = alt.Chart(data).encode(y=y)
    axis = alt.Axis(
        title=look.say("hạng (1 là tốt nhất)", "rank (1 is best)"),
        orient="top",
        tickMinStep=1,
        tickCount=min(units.height, 12),
        format=",d",
    )
    layers = [
        base.mark_bar(height=9, color=BLUE, opacity=0.35, cornerRadius=3).encode(
            x=alt.X("low:Q", scale=scale, axis=axis), x2="high:Q", tooltip=tips
        ),
        *(
            base.transform_filter(f"datum.rank != null && datum.shape == '{shape}'")
            .mark_point(size=75, color=BLUE, opacity=1, **look_of_mark)
            .encode(x=alt.X("rank:Q", scale=scale), tooltip=tips)
            for shape, look_of_mark in (
                ("survey", {"filled": True}),
                ("model", {"filled": False, "fill": "#ffffff", "shape": "diamond", "strokeWidth": 2}),
            )
        ),
        base.mark_text(align="left", dx=10, color=QUIET, fontSize=12).encode(
            x=alt.value(look.width), text="set:N"
        ),
    ]
    has_bands = units["tier"].drop_nulls().n_unique() > 1
    if has_bands:
        banded = base.transform_filter("datum.tier != null && datum.tier % 2 == 1")
        layers.insert(0, banded.mark_rect(color=SHADE))
    chart = alt.layer(*layers).properties(width=look.width, height=alt.Step(row_height(names, ROW)))
    told = Told(
        title,
        _subtitle(ranking, n, look, verdict),
        _notes(look, is_joint, has_bands, has_dots)
        + say_marks(look, modelled=any(v["shape"] == "model" for v in values), withheld=0, bare=0),
        _describe(rows, ranking, look),
        is_demonstration(units),
    )
    table = pl.DataFrame(
        {
            look.say("Đơn vị", "Unit"): [v["name"] for v in values],
            look.say("Hạng", "Rank"): ["—" if v["rank"] is None else look.count(v["rank"]) for v in values],
            look.say("Khoảng hạng", "Rank set"): [v["set"] for v in values],
            look.say("Số liệu", "Figure"): [v["figure"] for v in values],
            "n": [v["count"] for v in values],
        }
    )
    return finish_picture(chart, told, table, look)


def _write_figure(row: dict[str, object], ranking: Ranking, look: Look) -> str:
    """The figure with its interval; without limits in the frame, with its standard error."""
    estimate, error = row[ranking.estimate], row[ranking.standard_error]
    if estimate is None:
        return "—"
    low, high = row.get("low"), row.get("high")
    if low is not None and high is not None:
        return look.figure(float(str(estimate)), float(str(low)), float(str(high)))
    said = look.say("sai số chuẩn", "standard error")
    return f"{look.show(float(str(estimate)))} ({said} {look.bare(float(str(error)))})"


def _span(low: int, high: int) -> str:
    return str(low) if low == high else f"{low}–{high}"


def _order(units: pl.DataFrame, unit: str, print_as: str) -> pl.DataFrame:
    """By rank where ranks may be printed, else by what may be: the sets, or the names. METHODS 14.5."""
    keys = {"ranks": ["rank", "rank_low", "rank_high"], "groups": ["rank_low", "rank_high", unit], "names": [unit]}
    return units.sort(pl.col("rank").is_null(), *keys[print_as], nulls_last=True, maintain_order=True)


def _subtitle(ranking: Ranking, n: str, look: Look, verdict: LeagueVerdict | None) -> list[str]:
    units = ranking.units
    is_joint = verdict is not None
    sure = look.sure(float(units["rank_confidence"][0]))
    held = look.say(
        f"{units.height} đơn vị; {look.counts(units[n].drop_nulls().to_list())}; khoảng hạng "
        f"{'cùng đúng' if is_joint else 'của riêng từng đơn vị'} với độ tin cậy {sure}",
        f"{units.height} units; {look.counts(units[n].drop_nulls().to_list())}; rank sets "
        f"{'that hold together' if is_joint else 'of each unit alone'} with {sure} confidence",
    )
    if verdict is None:
        return [held]
    return [held, look.say(verdict.reason_vi, verdict.reason_en)]


def _notes(look: Look, is_joint: bool, has_bands: bool, has_dots: bool) -> list[str]:
    said = [look.say("Thanh: các hạng có thể có.", "Bar: ranks that are possible.")]
    if has_dots:
        said = [
            look.say(
                "Chấm: hạng theo số đo được; thanh: các hạng có thể có.",
                "Dot: rank of the figure; bar: ranks that are possible.",
            )
        ]
    if has_bands:
        said.append(
            look.say(
                "Dải nền: nhóm hạng; khác nhóm là khác nhau chắc chắn.",
                "Bands: tiers; units of different tiers are surely different.",
            )
        )
    if not is_joint:
        said.append(look.say("Không dùng để so các đơn vị với nhau.", "Not for comparing units with each other."))
    return said


def _describe(rows: pl.DataFrame, ranking: Ranking, look: Look) -> str:
    first = rows.filter(pl.col("rank_low") == 1)[ranking.unit].to_list()
    fixed = rows.filter(pl.col("rank_low") == pl.col("rank_high")).height
    named = ", ".join(str(name) for name in first[:5]) + ("…" if len(first) > 5 else "")
    return look.say(
        f"Biểu đồ khoảng hạng. Có thể đứng đầu: {len(first)} đơn vị ({named}). "
        f"Hạng xác định được: {fixed} đơn vị.",
        f"Sets of ranks. May be first: {len(first)} units ({named}). Rank settled: {fixed} units.",
    )
