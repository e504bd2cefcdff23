"""How answers spread over the levels of a scale, item by item, to both sides of the middle."""

from collections.abc import Mapping
from typing import Any

import polars as pl

from analysis.errors import ReportError
from analysis.reports.altair_loading import load_altair
from analysis.reports.finish import Told, finish_picture, legend_columns, say_shape
from analysis.reports.look import Look
from analysis.reports.palette import INK, MOST_LEVELS, QUIET, colour_levels, ink_on
from analysis.reports.picture import Picture
from analysis.reports.reading import check_figures, is_demonstration, read_confidence
from analysis.reports.row_names import name_rows, row_height

MOST = 60
SMALLEST_WRITTEN = 6.0  # points: a narrower part has no room for its figure
_SUM = 1e-6
_ROW = 34
SIDE = 215  # pixels right of the bars, for n and the share of satisfied answers


def draw_likert(
    frame: pl.DataFrame,
    *,
    item: str,
    labels: Mapping[Any, str],
    title: str,
    level: str = "level",
    satisfied: pl.DataFrame | None = None,
    look: Look | None = None,
) -> Picture:
    """Shares of every level stacked to the left (worse) and right (better) of the middle, n at the side.

    Parameters
    ----------
    frame
        One row per item × level with estimate (shares of 0-1 that add up to 1 in an item), low, high, n,
        confidence: what ``estimate_proportions`` gives, item after item. A level nobody chose may be absent.
    item
        Column of the items, in the order of the frame; 60 at most.
    labels
        Level → its words, from worst to best; 2 to 7 levels. With an odd number the middle one lies on the middle.
    satisfied
        One row per item (same column ``item``) with estimate, low, high of the share of satisfied answers, 0-1:
        written at the side with its interval. None: the widest interval of the parts stands under the picture.

    Returns
    -------
    Picture
        ``table`` has every part with its interval.

    Raises
    ------
    ReportError
        Unknown levels, shares that do not add up, no intervals; ChartsNotInstalled without the extra.

    Notes
    -----
    Silently about those who answered: "don't know" and blanks are in no share.

    References
    ----------
    METHODS 21.7.

    Examples
    --------
    >>> parts = pl.DataFrame({"item": ["Thái độ"] * 2, "level": [1, 2], "estimate": [0.2, 0.8],
    ...     "low": [0.15, 0.74], "high": [0.26, 0.85], "n": [210, 210], "confidence": 0.95})
    >>> picture = draw_likert(parts, item="item", labels={1: "không", 2: "có"}, title="Hài lòng")
    >>> picture.table["Khoảng tin cậy"].to_list()
    ['15,0–26,0 %', '74,0–85,0 %']
    """
    look = look or Look(factor=100)
    check_figures(frame, labels=[item, level])
    _refuse(frame, item, level, labels)
    if satisfied is not None:
        check_figures(satisfied, labels=[item], numbers=["estimate", "low", "high"])
        if absent := [
            str(each) for each in frame[item].unique(maintain_order=True) if each not in satisfied[item]
        ]:
            raise ReportError(
                [f"satisfied has no row for {len(absent)} items, first {absent[0]!r}"],
                "Name the items alike in both frames.",
            )
    items = frame[item].unique(maintain_order=True).to_list()
    values = _stack(frame, item, level, labels, look)
    sides = _tell_sides(frame, items, item, satisfied, look)
    notes = [] if satisfied is not None else [_tell_widest(frame, look)]
    notes.append(
        look.say(
            "Chỉ tính người có trả lời; bỏ “không biết”, “không áp dụng”.",
            "Of those who answered; don't know and not applicable left out.",
        )
    )
    told = Told(
        title,
        [say_shape(look, frame["n"].to_list(), read_confidence(frame), len(items), ("câu hỏi", "items"))],
        notes,
        look.say("Biểu đồ tỷ lệ theo mức. ", "Shares by level. ")
        + "; ".join(f"{side['name']}: {side['said']}" for side in sides)
        + ".",
        is_demonstration(frame),
    )
    table = pl.DataFrame(
        {
            look.say("Câu hỏi", "Item"): [v["name"] for v in values],
            look.say("Mức", "Level"): [v["label"] for v in values],
            look.say("Tỷ lệ", "Share"): [v["share"] for v in values],
            look.say("Khoảng tin cậy", "Interval"): [v["interval"] for v in values],
            "n": [v["count"] for v in values],
        }
    )
    return finish_picture(_draw(values, sides, list(labels.values()), look), told, table, look)


def _refuse(frame: pl.DataFrame, item: str, level: str, labels: Mapping[Any, str]) -> None:
    problems = [
        f"level {found!r} of column {level!r} has no label"
        for found in frame[level].unique().to_list()
        if found not in labels
    ]
    if not 2 <= len(labels) <= MOST_LEVELS:
        problems.append(f"{len(labels)} levels, 2 to {MOST_LEVELS} can be told apart")
    if nulls := frame["estimate"].null_count():
        problems.append(f"column 'estimate' is null in {nulls} rows")
    sums = frame.group_by(item, maintain_order=True).agg(pl.col("estimate").sum())
    odd = sums.filter((pl.col("estimate") - 1).abs() > _SUM)
    problems += [f"shares of {name!r} add up to {total:.6g}, not 1" for name, total in odd.head(5).rows()]
    if sums.height > MOST:
        problems.append(f"{sums.height} items, {MOST} at most")
    if problems:
        raise ReportError(problems, "Give shares of 0-1 of all levels, and the words of every level.")


def _stack(
    frame: pl.DataFrame, item: str, level: str, labels: Mapping[Any, str], look: Look
) -> list[dict[str, Any]]:
    levels = list(labels)
    half = len(levels) // 2
    is_odd = len(levels) % 2 == 1
    colours = colour_levels(len(levels))
    values = []
    for (name,), rows in frame.group_by(item, maintain_order=True):
        found = {row[level]: row for row in rows.iter_rows(named=True)}
        shares = [100 * found[each]["estimate"] if each in found else 0.0 for each in levels]
        at = -sum(shares[:half]) - (shares[half] / 2 if is_odd else 0.0)
        for place, (each, share) in enumerate(zip(levels, shares, strict=True)):
            if each in found:
                row = found[each]
                values.append(
                    {
                        "name": str(name),
                        "label": labels[each],
                        "from": at,
                        "to": at + share,
                        "middle": at + share / 2,
                        "share": look.show(row["estimate"]),
                        "inside": look.write(share, 0) if share >= SMALLEST_WRITTEN else "",
                        "ink": ink_on(colours[place]),
                        "interval": look.span(row["low"], row["high"]),
                        "count": look.count(row["n"]),
                    }
                )
            at += share
    return values


def _tell_sides(
    frame: pl.DataFrame, items: list[Any], item: str, satisfied: pl.DataFrame | None, look: Look
) -> list[dict[str, str]]:
    ns = dict(frame.group_by(item).agg(pl.col("n").max()).rows())
    shares = {} if satisfied is None else {row[item]: row for row in satisfied.iter_rows(named=True)}
    sides = []
    for each in items:
        row = shares.get(each)
        figure = "" if row is None else look.figure(row["estimate"], row["low"], row["high"])
        said = f"{figure}, n = {look.count(ns[each])}" if figure else f"n = {look.count(ns[each])}"
        sides.append({"name": str(each), "figure": figure, "count": look.count(ns[each]), "said": said})
    return sides


def _tell_widest(frame: pl.DataFrame, look: Look) -> str:
    widest = frame.select(((pl.col("high") - pl.col("low")) / 2).max()).item()
    if widest is None:
        return look.say("Không tính được khoảng tin cậy.", "Intervals cannot be computed.")
    return look.say(
        f"Khoảng tin cậy của một phần rộng nhất ± {look.bare(widest)} điểm.",
        f"The widest interval of a part is ± {look.bare(widest)} points.",
    )


def _draw(values: list[dict[str, Any]], sides: list[dict[str, str]], words: list[str], look: Look) -> Any:
    alt = load_altair()
    reach = max(max(-v["from"] for v in values), max(v["to"] for v in values), 20.0) + 2
    scale = alt.Scale(domain=[-reach, reach], nice=False)
    axis = alt.Axis(title=None, labelExpr="format(abs(datum.value), ',d') + ' %'", tickCount=7)
    names = [side["name"] for side in sides]
    y = name_rows(names)
    base = alt.Chart(alt.Data(values=values)).encode(y=y)
    tips = [
        alt.Tooltip("name:N", title=look.say("Câu hỏi", "Item")),
        alt.Tooltip("label:N", title=look.say("Mức", "Level")),
        alt.Tooltip("share:N", title=look.say("Tỷ lệ", "Share")),
        alt.Tooltip("interval:N", title=look.say("Khoảng tin cậy", "Interval")),
        alt.Tooltip("count:N", title="n"),
    ]
    colour = alt.Color(
        "label:N",
        sort=None,
        scale=alt.Scale(domain=words, range=list(colour_levels(len(words)))),
        legend=alt.Legend(title=None, symbolType="square", columns=legend_columns(words, look.width + SIDE)),
    )
    layers = [
        alt.Chart(alt.Data(values=[{"at": 0}]))
        .mark_rule(color=INK, strokeWidth=1)
        .encode(x=alt.X("at:Q", scale=scale)),
        base.mark_bar(height=_ROW * 0.62, stroke="#ffffff", strokeWidth=1).encode(
            x=alt.X("from:Q", scale=scale, axis=axis), x2="to:Q", color=colour, tooltip=tips
        ),
    ]
    for ink in sorted({v["ink"] for v in values}):
        layers.append(
            base.transform_filter(f"datum.ink == '{ink}'")
            .mark_text(fontSize=11, color=ink)
            .encode(x=alt.X("middle:Q", scale=scale), text="inside:N")
        )
    beside = alt.Chart(alt.Data(values=sides)).encode(y=y)
    has_figures = any(side["figure"] for side in sides)
    places = [("count", "n", 52)]
    if has_figures:
        places.append(("figure", look.say("hài lòng", "satisfied"), SIDE))
    for name, word, at in places:
        layers.append(
            beside.mark_text(align="right", dx=at, color=QUIET, fontSize=12).encode(
                x=alt.value(look.width), text=f"{name}:N"
            )
        )
        head = alt.Chart(alt.Data(values=[{"word": word}])).mark_text(
            align="right", baseline="bottom", dx=at, dy=-5, color=QUIET, fontSize=12, fontStyle="italic"
        )
        layers.append(head.encode(x=alt.value(look.width), y=alt.value(0), text="word:N"))
    return alt.layer(*layers).properties(width=look.width, height=alt.Step(row_height(names, _ROW)))
