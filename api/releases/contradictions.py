"""What in the released figures of a month contradicts itself, form after form, before it is sealed."""

from collections.abc import Sequence

import polars as pl

from analysis.quality.contradictions import FINDINGS
from analysis.quality.own_figures import check_indices
from analysis.release.tables import FormMonth


def list_contradictions(parts: Sequence[FormMonth]) -> pl.DataFrame:
    """Every contradiction within the indices of a month: form, version, then as ``find_contradictions``.

    Empty in every month we know how to compute: a row here is a fault of ours, or a figure changed by hand.
    """
    schema: dict[str, type[pl.DataType]] = {"form": pl.String, "version": pl.String, **FINDINGS}
    found = [
        check_indices(part.indices, part.form.recipe).select(
            pl.lit(part.form.id).alias("form"), pl.lit(part.form.version).alias("version"), *FINDINGS
        )
        for part in parts
        if part.indices is not None and part.form.recipe is not None
    ]
    return pl.concat([pl.DataFrame(schema=schema), *found])
