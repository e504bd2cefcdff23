"""Finds the figures to withhold among those of all domains of one form and month; METHODS 7.1-7.4."""

from collections.abc import Mapping, Sequence

import numpy as np
import polars as pl

from analysis.disclosure.protect import Additive, protect

SMALL_CELL = 10  # METHODS 7.1: as the GP Patient Survey of NHS England, which withholds fewer than 10 people

_RANK = {"unit_procedure": 0, "channel": 1, "unit": 2, "procedure": 3, "province": 4, "all": 5}


def find_small(
    domains: pl.DataFrame,
    counts: pl.DataFrame,
    *,
    tree: Mapping[str, Sequence[str]],
    small_cell: int = SMALL_CELL,
) -> pl.DataFrame:
    """Which figures are withheld: Booleans in the shape of ``counts``.

    Parameters
    ----------
    domains
        One row per domain: ``kind`` (all, province, unit, procedure, unit_procedure, channel), unit, procedure,
        channel, province (of a unit or its cells, or the province itself), ``is_pooled`` (its unit counts in
        all, province, procedure and channel), ``is_published``.
    counts
        The same rows; one column per figure: the responses behind it, 0 where there is none.
    tree
        Figure → the figures it is computed from, in every domain.
    small_cell
        Fewest responses of a figure that is shown.

    Notes
    -----
    Of equals the first row is withheld rather. Silently too little where the same responses are published by
    another cut elsewhere.

    References
    ----------
    METHODS 7.1-7.4. Threshold: GP Patient Survey, Technical Annex (NHS England, Ipsos): results from fewer than
    10 respondents are suppressed. Hundepool et al. (2012), Statistical Disclosure Control, chapter 4.
    """
    if domains.is_empty():
        return counts.cast(pl.Boolean)
    number = {name: index for index, name in enumerate(counts.columns)}
    equations = [(number[parent], [number[child] for child in below]) for parent, below in tree.items()]
    hidden = protect(counts.to_numpy(), _lay_out(domains), equations, small_cell=small_cell)
    # Without ``orient`` as many domains as figures would be turned on their side.
    return pl.DataFrame(hidden, schema=dict.fromkeys(counts.columns, pl.Boolean), orient="row")


def _lay_out(domains: pl.DataFrame) -> Additive:
    """Each domain between the two sums it takes part in.

    A cell: its unit's and its procedure's; a unit: its own and its province's; a procedure: its own and that over
    procedures; a province: its own and that over provinces; a channel: that over channels. Units that are not
    pooled only add up with their own cells.
    """
    has_provinces = bool((domains["kind"] == "province").any())
    unit, procedure = "u " + pl.col("unit"), "p " + pl.col("procedure").fill_null("")
    province = "c " + pl.col("province").fill_null("") if has_provinces else pl.lit("over units")
    pooled = pl.col("is_pooled")
    kind = pl.col("kind")
    ends = domains.select(
        pl.when(kind.is_in(["unit_procedure", "unit"]))
        .then(unit)
        .when(kind == "procedure")
        .then(procedure)
        .when(kind == "province")
        .then(province)
        .when(kind == "channel")
        .then(pl.lit("over channels"))
        .otherwise(pl.lit("over procedures"))
        .alias("first"),
        pl.when(pooled & (kind == "unit_procedure"))
        .then(procedure)
        .when(pooled & (kind == "unit"))
        .then(province)
        .when(kind == "procedure")
        .then(pl.lit("over procedures"))
        .when(kind.is_in(["province", "all"]))
        .then(pl.lit("over units"))
        .alias("second"),
    )
    lines = pl.concat([ends["first"], ends["second"]]).drop_nulls().unique().sort()
    numbers = np.arange(len(lines))
    numbered = ends.select(
        pl.all().replace_strict(lines, numbers, default=-1, return_dtype=pl.Int64).fill_null(-1)
    ).to_numpy()
    rank = domains["kind"].replace_strict(_RANK, return_dtype=pl.Int64).to_numpy()
    return Additive(numbered, rank, domains["is_published"].to_numpy(), len(lines))
