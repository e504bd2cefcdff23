"""Which responses count: one left before its end never stands for a whole one; METHODS 10.5."""

import polars as pl

PARTIAL, FLAGGED = "partial", "flagged"  # values of the column ``completeness``


def leave_out_partial(responses: pl.LazyFrame) -> pl.LazyFrame:
    """The responses that count: complete ones, and those kept with a flag.

    Parameters
    ----------
    responses
        Column ``completeness`` (complete, flagged, partial), no nulls: a null would silently be left out.

    Returns
    -------
    LazyFrame
        The other rows, in their order; nothing else is changed.

    References
    ----------
    METHODS 10.5.

    Examples
    --------
    >>> given = pl.LazyFrame({"completeness": ["complete", "partial", "flagged"]})
    >>> leave_out_partial(given).collect()["completeness"].to_list()
    ['complete', 'flagged']
    """
    return responses.filter(pl.col("completeness") != PARTIAL)


def count_completeness(responses: pl.LazyFrame) -> pl.LazyFrame:
    """One row: ``responses_partial`` and ``responses_flagged``, how many of ``responses`` are. METHODS 10.5."""
    return responses.select(
        (pl.col("completeness") == PARTIAL).sum().cast(pl.Int64).alias("responses_partial"),
        (pl.col("completeness") == FLAGGED).sum().cast(pl.Int64).alias("responses_flagged"),
    )
