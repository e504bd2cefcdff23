"""The controls above the table; a plain GET form, so they work without script."""

import polars as pl

from api.results.collation import vietnamese_key
from api.results.page import Filters, Option
from api.results.published import Scene


def build_filters(scene: Scene) -> Filters:
    """Index, province, procedure, order and search; what cannot be chosen in this view is left out."""
    choice, texts = scene.choice, scene.texts
    kept = {"by": choice.by, "unit": choice.unit, "version": choice.version, "lang": choice.lang}
    indices = _index_options(scene) if choice.by != "item" else ()
    return Filters(
        action=f"/results/{choice.month}/{choice.form}",
        kept=tuple((name, value) for name, value in kept.items() if value),
        indices=indices if len(indices) > 1 else (),
        provinces=_province_options(scene) if choice.by == "unit" else (),
        procedures=_procedure_options(scene) if choice.by == "unit" else (),
        sorts=tuple(Option(value, texts[key], value == choice.sort) for value, key in scene.sort_texts.items()),
        q=choice.q,
    )


def _index_options(scene: Scene) -> tuple[Option, ...]:
    chosen = ":".join(scene.node)
    return tuple(
        Option(key, f"{scene.texts['level_' + key.split(':')[0]]}: {title}", key == chosen)
        for key, title in scene.nodes.items()
    )


def _province_options(scene: Scene) -> tuple[Option, ...]:
    if not scene.province_of:
        return ()
    chosen = scene.choice.province
    by_name = sorted(scene.provinces.items(), key=lambda row: vietnamese_key(row[1]))
    every = Option("", scene.texts["filter_all_provinces"], not chosen)
    return every, *(Option(code, name, code == chosen) for code, name in by_name)


def _procedure_options(scene: Scene) -> tuple[Option, ...]:
    of_all = scene.indices.filter(pl.col("unit").is_null(), pl.col("procedure").is_not_null())
    listed = of_all.select("procedure", pl.coalesce("procedure_name", "procedure")).unique().rows()
    if not listed:
        return ()
    chosen = scene.choice.procedure
    every = Option("", scene.texts["filter_all_procedures"], not chosen)
    by_name = sorted(listed, key=lambda row: vietnamese_key(row[1]))
    return every, *(Option(code, name, code == chosen) for code, name in by_name)
