"""Cells that are withheld as a whole are told once, by the row of their index."""

import polars as pl

from survey_forms.form import Recipe

_DOMAIN = ["unit", "procedure", "channel"]


def tell_withheld_cells_once(indices: pl.DataFrame, recipe: Recipe) -> pl.DataFrame:
    """``indices`` of one form version without the withheld rows below a withheld index of unit × procedure.

    Most cells of a national month have few responses: a row for each of their items, all empty, would make
    nine tenths of the file. Order and other rows are kept; a row that is not withheld always stays. The mask of
    the responses does not depend on the rows left out (METHODS 7.5 masks a withheld cell as a whole).

    References
    ----------
    METHODS 7.7.
    """
    is_cell = pl.col("unit").is_not_null() & pl.col("procedure").is_not_null()
    is_root = (pl.col("level") == recipe.root.level) & (pl.col("code") == recipe.root.id)
    closed = indices.lazy().filter(is_cell & is_root & pl.col("suppressed")).select(*_DOMAIN).unique()
    is_below = is_cell & ~is_root & pl.col("suppressed")
    numbered = indices.lazy().with_row_index("position")
    left_out = (
        numbered.filter(is_below)
        .select("position", *_DOMAIN)
        .join(closed, on=_DOMAIN, how="semi", nulls_equal=True)
        .select("position")
    )
    kept = numbered.join(left_out, on="position", how="anti", maintain_order="left").drop("position")
    return kept.collect()
