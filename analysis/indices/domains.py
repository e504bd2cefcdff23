"""The domains of an index and its estimates in each of them; METHODS 10.1."""

from collections.abc import Mapping, Sequence

import polars as pl

from analysis.estimation.composite import estimate_composites
from analysis.indices.measure import Figure
from analysis.indices.policy import IndexPolicy
from analysis.indices.prepare import DESIGN, Prepared
from analysis.progress import Progress
from analysis.weighting.cells import NO_PROCEDURE

DOMAINS: Mapping[str, tuple[str, ...]] = {
    "all": (),
    "province": ("province",),
    "unit": ("unit",),
    "procedure": ("procedure",),
    "unit_procedure": ("unit", "procedure"),
    "channel": ("channel",),
}
KEYS = ("unit", "procedure", "channel", "province")
_POOLED = ("all", "province", "procedure", "channel")


def estimate_domains(
    prepared: Prepared, figures: Sequence[Figure], policy: IndexPolicy, *, progress: Progress | None = None
) -> pl.DataFrame:
    """Every figure in every domain: ``kind``, the keys (null: all), ``figure``, the estimate's columns,
    ``responses`` and ``transactions`` of the domain, ``is_pooled``, ``is_published``.

    Responses that name no procedure (no province) make a domain that is not published, so that suppression
    knows of it. Units that are not pooled count in their own domains only. METHODS 10.1.
    """
    kinds = [kind for kind in DOMAINS if kind != "province" or _count_provinces(prepared) > 1]
    nodes = {figure.key: figure.coefficients for figure in figures}
    parts = []
    for done, kind in enumerate(kinds):
        if progress:
            progress(f"estimate {kind}", done, len(kinds))
        by = DOMAINS[kind]
        estimates = estimate_composites(
            prepared.rows,
            DESIGN,
            nodes=nodes,
            by=by,
            confidence=policy.confidence,
            interval=policy.interval,
            where=pl.col("is_pooled") if kind in _POOLED else None,
        ).rename({"node": "figure"})
        parts.append(_place(estimates, kind, prepared))
    if progress:
        progress("estimate", len(kinds), len(kinds))
    return pl.concat(parts)


def _count_provinces(prepared: Prepared) -> int:
    return prepared.rows.filter(pl.col("is_pooled") & (pl.col("province") != ""))["province"].n_unique()


def _place(estimates: pl.DataFrame, kind: str, prepared: Prepared) -> pl.DataFrame:
    by = DOMAINS[kind]
    counts = _count_domain(kind, prepared)
    placed = (
        estimates.join(counts, on=list(by), how="left", maintain_order="left")
        if by
        else estimates.join(counts, how="cross")
    )
    if "unit" in by:
        home = prepared.rows.select("unit", "province", "is_pooled").unique("unit", keep="first")
        placed = placed.join(home, on="unit", how="left", maintain_order="left")
    else:
        placed = placed.with_columns(pl.lit(True).alias("is_pooled"))
    unknown = pl.lit(False)
    for key in by:
        unknown |= pl.col(key) == (NO_PROCEDURE if key == "procedure" else "")
    known = set(placed.columns)
    return placed.with_columns(
        pl.lit(kind).alias("kind"),
        (~unknown).alias("is_published"),
        *(pl.lit(None, pl.String).alias(key) for key in KEYS if key not in known),
    ).select(sorted({*placed.columns, "kind", "is_published", *KEYS}))


def _count_domain(kind: str, prepared: Prepared) -> pl.DataFrame:
    """Responses and transactions of each domain; transactions null where they are not known."""
    by = DOMAINS[kind]
    if kind == "channel":  # transactions have channels of filing, not of answering
        return (
            prepared.rows.filter("is_pooled")
            .group_by("channel")
            .agg(pl.len().cast(pl.Int64).alias("responses"), pl.lit(None, pl.Int64).first().alias("transactions"))
        )
    cells = prepared.cells
    if kind == "province":
        cells = cells.join(prepared.provinces, on="unit", how="left", maintain_order="left").with_columns(
            pl.col("province").fill_null("")
        )
    responses = pl.col("n").filter(pl.col("is_pooled")) if kind in _POOLED else pl.col("n")
    sums = [responses.sum().alias("responses"), pl.col("transactions").sum()]
    counted = cells.group_by(by).agg(sums) if by else cells.select(sums)
    if not prepared.has_transactions:
        return counted.with_columns(pl.lit(None, pl.Int64).alias("transactions"))
    return counted
