"""Which responses count: not those left before their end, not those an analyst excluded; METHODS 10.5, 22.8."""

from collections.abc import Collection

import polars as pl

PARTIAL, FLAGGED = "partial", "flagged"  # values of the column ``completeness``
EXCLUDED = "is_excluded"  # a column that is only there when somebody decided about some


def mark_excluded(responses: pl.LazyFrame, excluded: Collection[str]) -> pl.LazyFrame:
    """``responses`` with ``is_excluded``: whether ``response_id`` is among ``excluded``. Unchanged without any.

    An id that is not there is silently of no account (``excluded`` is of all forms). METHODS 22.8.
    """
    if not excluded:
        return responses
    ids = pl.Series(sorted(excluded), dtype=pl.String)
    return responses.with_columns(pl.col("response_id").is_in(ids.implode()).alias(EXCLUDED))


def keep_counted(responses: pl.LazyFrame) -> pl.LazyFrame:
    """The responses that count: complete ones and those kept with a flag, unless they were excluded.

    Parameters
    ----------
    responses
        Column ``completeness`` (complete, flagged, partial), no nulls: a null would silently be left out; and
        ``is_excluded`` (Boolean, no nulls) where some are.

    Returns
    -------
    LazyFrame
        The other rows, in their order; nothing else is changed.

    References
    ----------
    METHODS 10.5, 22.8.

    Examples
    --------
    >>> given = pl.LazyFrame({"completeness": ["complete", "partial", "flagged"]})
    >>> keep_counted(given).collect()["completeness"].to_list()
    ['complete', 'flagged']
    """
    counted = responses.filter(pl.col("completeness") != PARTIAL)
    return counted.filter(~pl.col(EXCLUDED)) if EXCLUDED in responses.collect_schema() else counted


def count_uncounted(responses: pl.LazyFrame) -> pl.LazyFrame:
    """One row: ``responses_partial``, ``responses_flagged`` and ``responses_excluded`` (of those that are not
    partial), how many of ``responses`` are. METHODS 10.5, 22.8."""
    has_excluded = EXCLUDED in responses.collect_schema()
    excluded = pl.col(EXCLUDED) if has_excluded else pl.lit(False)
    return responses.select(
        (pl.col("completeness") == PARTIAL).sum().cast(pl.Int64).alias("responses_partial"),
        ((pl.col("completeness") == FLAGGED) & ~excluded).sum().cast(pl.Int64).alias("responses_flagged"),
        (excluded & (pl.col("completeness") != PARTIAL)).sum().cast(pl.Int64).alias("responses_excluded"),
    )
