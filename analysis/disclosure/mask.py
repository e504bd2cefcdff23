"""Masks released microdata so that withheld figures cannot be counted again from them; METHODS 7.5."""

import polars as pl

from survey_forms.form import Form

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
        and in a unit that withholds it, for responses that name no procedure.

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
    present = set(lazy.collect_schema())
    withheld = indices.filter(pl.col("suppressed"))
    root = (pl.col("level") == form.recipe.root.level) & (pl.col("code") == form.recipe.root.id)
    of_cell = pl.col("unit").is_not_null() & pl.col("procedure").is_not_null()
    of_unit = pl.col("unit").is_not_null() & pl.col("procedure").is_null()
    flags = {
        " cell": (withheld.filter(root & of_cell), {"unit": unit_role, "procedure": "procedure"}),
        " unit": (withheld.filter(root & of_unit), {"unit": unit_role}),
        " channel": (withheld.filter(pl.col("channel").is_not_null()), {"channel": "channel"}),
    }
    items = {node.id: node.item for node in form.recipe.root.walk() if node.item is not None}
    asked = form.recipe.asked_overall
    codes = [("item", code, column) for code, column in items.items()]
    codes += [("asked_overall", asked, asked)] if asked else []
    blanked: dict[str, list[str]] = {}
    for level, code, column in codes:
        of_item = withheld.filter((pl.col("level") == level) & (pl.col("code") == code))
        for name, rows, keys in (
            ("cell", of_item.filter(of_cell), {"unit": unit_role, "procedure": "procedure"}),
            ("unit", of_item.filter(of_unit), {"unit": unit_role}),
        ):
            if rows.height:
                flags[f" {name} {level} {code}"] = (rows, keys)
                blanked.setdefault(column, []).append(f" {name} {level} {code}")
    for name, (rows, keys) in flags.items():
        marked = (
            rows.select(pl.col(of).alias(key) for of, key in keys.items())
            .unique()
            .with_columns(pl.lit(True).alias(name))
        )
        lazy = lazy.join(marked.lazy(), on=list(keys.values()), how="left", maintain_order="left")
    lazy = lazy.with_columns(pl.col(name).fill_null(False) for name in flags)
    cell, unit = pl.col(" cell"), pl.col(" unit")
    masks = [("procedure", cell), ("channel", pl.col(" channel")), ("counter", cell | unit)]
    masks += [(column, unit) for column in _UNITS]
    for column, marks in blanked.items():
        hides = [
            pl.col(mark) & ~cell
            if mark.startswith(" cell")
            else pl.col(mark) & ~unit & pl.col("procedure").is_null()
            for mark in marks
        ]
        masks += [(name, pl.any_horizontal(hides)) for name in (column, f"{column}#missing")]
    return lazy.with_columns(
        pl.when(~mask).then(pl.col(column)).alias(column) for column, mask in masks if column in present
    ).drop(list(flags))
