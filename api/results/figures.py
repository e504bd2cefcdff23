"""The figures above the table: the chosen domain, pooled and mean of units, and the question asked directly."""

from typing import Any

import polars as pl

from api.results.numbers import write_count, write_interval, write_percent
from api.results.page import Figure
from api.results.published import Scene
from api.results.tables import find_domain


def build_figures(scene: Scene) -> tuple[Figure, ...]:
    """The main figure first; figures that are not published are left out, suppressed ones say so."""
    texts, choice = scene.texts, scene.choice
    level, code = scene.node
    main = scene.whole
    means = scene.published.means.filter(pl.col("level") == level, pl.col("code") == code).rows(named=True)
    figures = []
    if main is not None:
        title = scene.title_domain("unit", choice.unit) if choice.unit else texts["overall_heading"]
        if means and not choice.unit and not choice.procedure:
            title = texts["pooled"]
        figures.append(_figure(scene, title, main, is_main=True))
    if not choice.unit and not choice.procedure:
        figures += [_figure(scene, texts["mean_of_units"], row) for row in means]
    if level == "overall":
        figures += _asked_overall(scene)
    return tuple(figures)


def _asked_overall(scene: Scene) -> list[Figure]:
    codes = [code for level, code in (key.split(":", 1) for key in scene.nodes) if level == "asked_overall"]
    rows = [
        find_domain(scene.indices, "asked_overall", code, unit=scene.choice.unit, procedure=scene.choice.procedure)
        for code in codes
    ]
    return [_figure(scene, scene.texts["asked_overall"], row) for row in rows if row is not None]


def _figure(scene: Scene, title: str, row: dict[str, Any], *, is_main: bool = False) -> Figure:
    texts, lang = scene.texts, scene.lang
    if row["suppressed"] or row["estimate_rounded"] is None:
        return Figure(title, "", (texts["overall_suppressed"],), is_main)
    details = [texts["interval_none"]]
    if row["low_rounded"] is not None and row["high_rounded"] is not None:
        interval = write_interval(row["low_rounded"], row["high_rounded"], lang)
        details = [texts["interval"].format(confidence=scene.confidence, interval=interval)]
    if row["n"] is not None:
        details.append(texts["responses"].format(n=write_count(row["n"], lang)))
    if row["transactions"] is not None and row["response_rate"] is not None:
        details.append(
            texts["of_transactions"].format(
                transactions=write_count(row["transactions"], lang), rate=write_percent(row["response_rate"], lang)
            )
        )
    return Figure(title, scene.write_figure(row["estimate_rounded"]), tuple(details), is_main)
