"""Masks released microdata so that withheld figures cannot be counted again from them; METHODS 7.5."""

import polars as pl

from survey_forms.form import Form, Recipe

_UNITS = ("unit_filed", "unit_decided", "unit_residence")


def mask_microdata(
    responses: pl.DataFrame | pl.LazyFrame,
    indices: pl.DataFrame,
    form: Form,
    *,
    unit_role: str = "unit_filed",
) -> pl.LazyFrame:
    """``responses`` with unit, procedure, channel or single answers nulled where ``indices`` withholds figures.

    Parameters
    ----------
    responses
        The same rows the indices were computed from: ``frames.RESPONSES`` and the answer columns.
    indices
        By ``frames.INDICES``, of this form version and month only; silently too little from another month.
    form
        Says which answer column each item of the index is.
    unit_role
        The unit column that ``indices`` speaks of.

    Returns
    -------
    LazyFrame
        Same rows, order and columns; nulls are added: ``procedure`` and ``counter`` in withheld cells unit ×
        procedure; all units and ``counter`` in withheld units; ``channel`` in channels with any withheld figure;
        the answers of an item (and why they are missing) where a cell withholds that item though not its index,
        and then also in rows of such a unit, and of masked units, that have no procedure (left).

    Notes
    -----
    Columns of the person (residence, age) can still single somebody out; this takes away only what would undo
    the suppression of ``indices``. Never add weights to the result: with the transactions they give the counts.

    References
    ----------
    METHODS 7.5.
    """
    lazy = responses.lazy()
    if form.recipe is None or indices.is_empty():
        return lazy
    top = (pl.col("level") == form.recipe.root.level) & (pl.col("code") == form.recipe.root.id)
    withheld = indices.filter(pl.col("suppressed") & pl.col("channel").is_null())
    cells, units = _split(withheld.filter(top))
    channels = indices.filter(pl.col("suppressed") & pl.col("channel").is_not_null()).select("channel").unique()
    marked = _mark(lazy, cells, [unit_role, "procedure"], " cell")
    marked = _mark(marked, units, [unit_role], " unit")
    marked = _mark(marked, channels, ["channel"], " channel")
    cell, unit = pl.col(" cell"), pl.col(" unit")
    masks = {"procedure": cell, "channel": pl.col(" channel"), "counter": cell | unit}
    masks |= dict.fromkeys(_UNITS, unit)
    marks = [" cell", " unit", " channel"]
    for number, (level, code, column) in enumerate(_items(form.recipe)):
        of_item = _split(withheld.filter((pl.col("level") == level) & (pl.col("code") == code)))
        item_cells = of_item[0].join(cells, on=["unit", "procedure"], how="anti")
        item_units = of_item[1].join(units, on="unit", how="anti")
        if item_cells.is_empty() and item_units.is_empty():
            continue
        split_units = pl.concat([item_cells.select("unit"), item_units]).unique()
        marked = _mark(marked, item_cells, [unit_role, "procedure"], f" cell {number}")
        marked = _mark(marked, split_units, [unit_role], f" split {number}")
        marks += [f" cell {number}", f" split {number}"]
        # Otherwise the rows left without a procedure (without a unit) would count one part of what is withheld.
        is_unplaced = cell | pl.col("procedure").is_null()
        blanked = pl.col(f" cell {number}") | ((pl.col(f" split {number}") | unit) & is_unplaced)
        masks |= {column: blanked, f"{column}#missing": blanked}
    present = set(lazy.collect_schema())
    return marked.with_columns(
        pl.when(~mask).then(pl.col(column)).alias(column) for column, mask in masks.items() if column in present
    ).drop(marks)


def _items(recipe: Recipe) -> list[tuple[str, str, str]]:
    """Level, code and answer column of every item of the index and of the asked overall question."""
    items = [("item", node.id, node.item) for node in recipe.root.walk() if node.item is not None]
    return items + (
        [("asked_overall", recipe.asked_overall, recipe.asked_overall)] if recipe.asked_overall else []
    )


def _split(withheld: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The cells unit × procedure, and the units, among withheld rows."""
    of_units = withheld.filter(pl.col("unit").is_not_null())
    cells = of_units.filter(pl.col("procedure").is_not_null()).select("unit", "procedure").unique()
    return cells, of_units.filter(pl.col("procedure").is_null()).select("unit").unique()


def _mark(rows: pl.LazyFrame, keys: pl.DataFrame, on: list[str], mark: str) -> pl.LazyFrame:
    """``rows`` with the Boolean column ``mark``: whether their ``on`` columns are among ``keys``."""
    named = keys.rename(dict(zip(keys.columns, on, strict=True))).with_columns(pl.lit(True).alias(mark))
    # Codes may be Enums of what the responses have; another code is in none of them.
    known = named.lazy().cast({name: rows.collect_schema()[name] for name in on}, strict=False)
    joined = rows.join(known, on=on, how="left", maintain_order="left")
    return joined.with_columns(pl.col(mark).fill_null(False))
