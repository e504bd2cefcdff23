"""The figures above the table: the chosen domain, pooled and mean of units, and the question asked directly."""

from typing import Any

import polars as pl

from api.results.numbers import write_count, write_interval, write_percent
from api.results.page import Figure
from api.results.published import Scene


def build_figures(scene: Scene) -> tuple[Figure, ...]:
    """The main figure first; figures that are not published are left out, suppressed ones say so."""
    texts, choice = scene.texts, scene.choice
    level, code = scene.node
    main = scene.whole
    means = scene.published.means.filter(pl.col("level") == level, pl.col("code") == code).rows(named=True)
    is_of_all = not (choice.unit or choice.procedure or choice.province)
    figures = []
    if main is not None:
        title = _title(scene)
        if means and is_of_all:
            title = texts["pooled"]
        figures.append(_figure(scene, title, main, is_main=True))
    if is_of_all:
        figures += [_figure(scene, texts["mean_of_units"], row) for row in means]
    if level == "overall":
        figures += _asked_overall(scene)
    return tuple(figures)


def _title(scene: Scene) -> str:
    if scene.choice.unit:
        return scene.title_domain("unit", scene.choice.unit)
    if scene.is_within_province:
        return scene.provinces[scene.choice.province]
    return scene.texts["overall_heading"]


def _asked_overall(scene: Scene) -> list[Figure]:
    codes = [code for level, code in (key.split(":", 1) for key in scene.nodes) if level == "asked_overall"]
    rows = [scene.find("asked_overall", code) for code in codes]
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
