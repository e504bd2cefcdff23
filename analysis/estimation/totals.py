"""The pass over the rows: from people to sums per (domain, stratum), PSU totals in between."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

from analysis.estimation.rows import Rows

_CELLS_AT_ONCE = 12_000_000  # numbers held per step; about 100 MB


@dataclass(frozen=True)
class Quantity:
    """What is estimated in every domain, in linearised form.

    ``value``: the estimate, over columns of ``Rows.domains``. ``influence``: what one unit of weight of a row
    adds to the estimate, over item deviations d{k} = (y − m{k}) / W{k}, items i{k} and the domain columns.
    ``spread``: the deviation whose weighted variance simple random sampling would have had, over W; None: the
    influence. ``items``: codes of the items it needs; a row with an answer to one of them is a member.
    ``scale``, over ``Rows.domains``: what influence and spread are multiplied by in the whole domain.
    ``remark``, over ``Rows.domains``: what readers of the row must know; null: nothing.
    """

    name: str
    items: tuple[int, ...]
    value: pl.Expr
    influence: pl.Expr
    spread: pl.Expr | None = None
    scale: pl.Expr = field(default_factory=lambda: pl.lit(1.0))
    remark: pl.Expr | None = None


def sum_strata(read: Rows, quantities: Sequence[Quantity]) -> Iterator[tuple[Quantity, pl.DataFrame]]:
    """For every quantity one row per (domain, stratum): counts, sums of weights, PSU mean and variance.

    Columns: domain, stratum, people (rows of the domain), n, weight, weight2, spread2 (Σ w·spread²), psus
    (with members), rows (PSUs with rows of the domain), mean and variance (ddof 0) of the PSU totals of
    w·influence. METHODS 3.2.
    """
    for batch in _batches(read, quantities):
        parts = [_sum_part(rows, domains, read, batch) for rows, domains in _partitions(read, batch)]
        summed = pl.concat(parts)
        for j, quantity in enumerate(batch):
            renamed = (pl.col(f"{j}.{name}").alias(name) for name in _SUMS)
            yield quantity, summed.select("domain", "stratum", "people", "rows", *renamed)


_SUMS = ("n", "weight", "weight2", "spread2", "psus", "mean", "variance")


def _batches(read: Rows, quantities: Sequence[Quantity]) -> Iterator[Sequence[Quantity]]:
    """Quantities that fit in memory together: bounded by rows and by the groups they can make."""
    size = max(1, min(16, _CELLS_AT_ONCE // max(1, 3 * min(read.rows.height, 1_000_000))))
    for start in range(0, len(quantities), size):
        yield quantities[start : start + size]


def _partitions(read: Rows, batch: Sequence[Quantity]) -> Iterator[tuple[pl.DataFrame, pl.DataFrame]]:
    """Rows of whole domains, so many at a time that their deviations stay within bounds."""
    width = 3 * len({k for quantity in batch for k in quantity.items}) + 3 * len(batch)
    parts = min(read.domains.height, -(-read.rows.height * width // (2 * _CELLS_AT_ONCE)))
    if parts <= 1:
        yield read.rows, read.domains
        return
    step = -(-read.domains.height // parts)
    for first in range(0, read.domains.height, step):
        inside = pl.col("domain").is_between(first, first + step - 1)
        yield read.rows.filter(inside), read.domains.slice(first, step)


def _sum_part(rows: pl.DataFrame, domains: pl.DataFrame, read: Rows, batch: Sequence[Quantity]) -> pl.DataFrame:
    deviations = deviate(rows, domains, batch)
    cluster = ["cluster"] if read.has_clusters else []
    weight = pl.col("weight")
    people = deviations.select(
        "domain",
        "stratum",
        *cluster,
        "weight",
        *(is_member(quantity).alias(f"{j}.member") for j, quantity in enumerate(batch)),
        *((weight * quantity.influence).alias(f"{j}.total") for j, quantity in enumerate(batch)),
        *((weight * _spread(quantity) ** 2).alias(f"{j}.spread2") for j, quantity in enumerate(batch)),
    )
    sums = [expression for j in range(len(batch)) for expression in _person_sums(j)]
    if not cluster:
        return people.group_by("domain", "stratum", maintain_order=True).agg(
            pl.len().alias("people"),
            pl.len().alias("rows"),
            *sums,
            *(pl.col(f"{j}.member").sum().cast(pl.Int64).alias(f"{j}.psus") for j in range(len(batch))),
            *(expression for j in range(len(batch)) for expression in _psu_moments(j)),
        )
    clusters = people.group_by("domain", "stratum", "cluster", maintain_order=True).agg(
        pl.len().alias("people"), *sums, *(pl.col(f"{j}.total").sum() for j in range(len(batch)))
    )
    added = [
        pl.col(f"{j}.{name}").sum() for j in range(len(batch)) for name in ("n", "weight", "weight2", "spread2")
    ]
    return clusters.group_by("domain", "stratum", maintain_order=True).agg(
        pl.col("people").sum(),
        pl.len().alias("rows"),
        *added,
        *((pl.col(f"{j}.n") > 0).sum().cast(pl.Int64).alias(f"{j}.psus") for j in range(len(batch))),
        *(expression for j in range(len(batch)) for expression in _psu_moments(j)),
    )


def deviate(rows: pl.DataFrame, domains: pl.DataFrame, batch: Sequence[Quantity]) -> pl.DataFrame:
    """Rows with means m{k}, weights W{k} and deviations d{k} of the items ``batch`` needs. METHODS 3.2."""
    needed = sorted({k for quantity in batch for k in quantity.items})
    columns = [name for k in needed for name in (f"m{k}", f"W{k}")]
    if domains.height == 1:
        literals: Mapping[str, float | None] = domains.select(columns).row(0, named=True)
        joined = rows.with_columns(pl.lit(value, pl.Float64).alias(name) for name, value in literals.items())
    else:
        joined = rows.join(domains.select("domain", *columns), on="domain", how="left", maintain_order="left")
    return joined.with_columns(
        ((pl.col(f"i{k}") - pl.col(f"m{k}")) / pl.col(f"W{k}")).fill_null(0.0).alias(f"d{k}") for k in needed
    )


def is_member(quantity: Quantity) -> pl.Expr:
    """Whether the row answered at least one item of the quantity. METHODS 3.5."""
    return pl.any_horizontal(pl.col(f"i{k}").is_not_null() for k in quantity.items)


def _spread(quantity: Quantity) -> pl.Expr:
    return quantity.influence if quantity.spread is None else quantity.spread


def _person_sums(j: int) -> tuple[pl.Expr, ...]:
    member, weight = pl.col(f"{j}.member"), pl.col("weight")
    return (
        member.sum().cast(pl.Int64).alias(f"{j}.n"),
        (weight * member).sum().alias(f"{j}.weight"),
        (weight * weight * member).sum().alias(f"{j}.weight2"),
        pl.col(f"{j}.spread2").sum(),
    )


def _psu_moments(j: int) -> tuple[pl.Expr, ...]:
    total = pl.col(f"{j}.total")
    return total.mean().alias(f"{j}.mean"), total.var(ddof=0).alias(f"{j}.variance")
