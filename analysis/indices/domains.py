"""The domains of an index, the responses behind each of its figures, and what is estimated; METHODS 10.1."""

from collections.abc import Iterator, Mapping, Sequence

import polars as pl

from analysis.estimation.composite import estimate_in_domains
from analysis.indices.anywhere import EngineRows, count_members_anywhere, estimate_anywhere_in
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


def count_domains(prepared: Prepared, figures: Sequence[Figure]) -> pl.DataFrame:
    """One row per domain, in the order of publication, with the number of responses behind each figure.

    Columns: domain (its number), kind, the keys (null: all; of units and cells also the province), responses,
    transactions (null where not known), is_pooled, is_published, then one per figure. Responses that name no
    procedure (no province) make a domain that is not published, so that suppression knows of it. Units that are
    not pooled count in their own domains only. Units with transactions and no response are domains of 0.
    METHODS 3.5, 10.1.
    """
    counted = _count_cells(prepared, figures)
    provinces = counted.filter(pl.col("is_pooled") & (pl.col("province") != ""))["province"].n_unique()
    kinds = [kind for kind in DOMAINS if kind != "province" or provinces > 1]
    parts = [_count_kind(kind, counted, prepared, figures) for kind in kinds]
    return pl.concat(parts).with_row_index("domain")


def estimate_domains(
    prepared: Prepared,
    domains: pl.DataFrame,
    figures: Sequence[Figure],
    policy: IndexPolicy,
    *,
    progress: Progress | None = None,
) -> pl.DataFrame:
    """Every figure in each of ``domains``: domain (its number), figure, and the columns of the estimates.

    ``domains``: some of those of ``count_domains``. Responses outside them stay in the design. METHODS 3, 10.1.
    """
    kinds = [kind for kind in DOMAINS if kind == "all" or (domains["kind"] == kind).any()]
    # Two readings only where some units count in their own domains alone.
    pooled = bool(prepared.cells.filter(pl.col("n") > 0)["is_pooled"].all())
    readings = [kinds] if pooled else [[k for k in kinds if (k in _POOLED) is of] for of in (True, False)]
    parts: list[pl.DataFrame] = []
    for reading in filter(None, readings):
        is_part = not pooled and reading[0] in _POOLED
        tables = _estimate(prepared, domains, reading, figures, policy, is_part=is_part)
        for kind in reading:
            if progress:
                progress(f"estimate {kind}", len(parts), len(kinds))
            parts.append(_number(next(tables), kind, domains))
    if progress:
        progress("estimate", len(kinds), len(kinds))
    return pl.concat(parts)


def _estimate(
    prepared: Prepared,
    domains: pl.DataFrame,
    kinds: Sequence[str],
    figures: Sequence[Figure],
    policy: IndexPolicy,
    *,
    is_part: bool,
) -> Iterator[pl.DataFrame]:
    """A table of all figures for each of ``kinds``; ``is_part``: only what is pooled answers."""
    if isinstance(prepared.rows, EngineRows):
        numbers = {kind: _list_numbers(prepared, domains, kind) for kind in kinds}
        return estimate_anywhere_in(prepared.rows, DESIGN, figures, numbers, policy, is_pooled=is_part)
    intervals = {figure.key: policy.estimated_interval(is_composite=figure.is_composite) for figure in figures}
    return estimate_in_domains(
        _place(prepared.rows, prepared, domains, kinds),
        DESIGN,
        nodes={figure.key: figure.coefficients for figure in figures},
        domains=[[f"number {kind}"] if DOMAINS[kind] else [] for kind in kinds],
        confidence=policy.confidence,
        interval=intervals,
        where=pl.col("is_pooled") if is_part else None,
    )


def _count_cells(prepared: Prepared, figures: Sequence[Figure]) -> pl.DataFrame:
    """One row per cell × channel that has responses: its keys, ``responses`` and the number behind each figure."""
    counted = (
        count_members_anywhere(prepared.rows, figures)
        if isinstance(prepared.rows, EngineRows)
        else _count_members(prepared.rows, figures)
    )
    cells = prepared.cells.select("cell", "unit", "procedure", "province", "is_pooled")
    return counted.join(cells, on="cell", how="left").sort("cell", "channel")


def _count_members(rows: pl.DataFrame, figures: Sequence[Figure]) -> pl.DataFrame:
    members = (
        pl.any_horizontal(pl.col(item).is_not_null() for item, part in figure.coefficients.items() if part > 0)
        .sum()
        .cast(pl.Int64)
        .alias(figure.key)
        for figure in figures
    )
    return rows.group_by("cell", "channel").agg(pl.len().cast(pl.Int64).alias("responses"), *members)


def _count_kind(kind: str, counted: pl.DataFrame, prepared: Prepared, figures: Sequence[Figure]) -> pl.DataFrame:
    by = list(DOMAINS[kind])
    names = ["responses", *(figure.key for figure in figures)]
    if kind in _POOLED and not counted["is_pooled"].all():
        counted = counted.with_columns(pl.when("is_pooled").then(pl.col(names)).otherwise(0))
    home = [pl.col("province", "is_pooled").first()] if "unit" in by else []
    domains = counted.group_by(by).agg(pl.col(names).sum(), *home).sort(by) if by else counted.select(names).sum()
    if kind == "unit":
        domains = _add_silent_units(domains, prepared)
    domains = _add_transactions(domains, kind, prepared)
    unknown = [pl.col(key) == (NO_PROCEDURE if key == "procedure" else "") for key in by]
    absent = [key for key in KEYS if key not in domains.columns]
    return domains.with_columns(
        pl.lit(kind).alias("kind"),
        *([] if home else [pl.lit(True).alias("is_pooled")]),
        (~pl.any_horizontal(unknown) if unknown else pl.lit(True)).alias("is_published"),
        *(pl.lit(None, pl.String).alias(key) for key in absent),
    ).select("kind", *KEYS, "transactions", "is_pooled", "is_published", *names)


def _add_silent_units(domains: pl.DataFrame, prepared: Prepared) -> pl.DataFrame:
    silent = prepared.cells.filter(pl.col("stratum").is_null()).select("unit", "province", "is_pooled").unique()
    return pl.concat([domains, silent], how="diagonal").with_columns(pl.col(pl.Int64).fill_null(0)).sort("unit")


def _add_transactions(domains: pl.DataFrame, kind: str, prepared: Prepared) -> pl.DataFrame:
    by = list(DOMAINS[kind])
    if (
        kind == "channel" or not prepared.has_transactions
    ):  # transactions have channels of filing, not of answering
        return domains.with_columns(pl.lit(None, pl.Int64).alias("transactions"))
    total = pl.col("transactions").sum()
    if not by:
        return domains.with_columns(prepared.cells.select(total).to_series())
    return domains.join(prepared.cells.group_by(by).agg(total), on=by, how="left", maintain_order="left")


def _list_numbers(prepared: Prepared, domains: pl.DataFrame, kind: str) -> pl.DataFrame:
    """Key of the rows (cell, or channel) → number of its domain of ``kind``; of all: no key and no rows."""
    by = list(DOMAINS[kind])
    wanted = domains.filter(pl.col("kind") == kind).select(*by, pl.col("domain").alias(f"number {kind}"))
    if kind == "channel" or not by:
        return wanted
    return prepared.cells.select("cell", *by).join(wanted, on=by).select("cell", f"number {kind}")


def _place(rows: pl.DataFrame, prepared: Prepared, domains: pl.DataFrame, kinds: Sequence[str]) -> pl.DataFrame:
    """The rows with the number of their domain of each kind, null where it is not among ``domains``."""
    numbers = []
    for kind in kinds:
        if not DOMAINS[kind]:
            continue
        table = _list_numbers(prepared, domains, kind)
        if kind == "channel":
            numbers.append(rows.select(kind).join(table, on=kind, how="left", maintain_order="left"))
            continue
        of_cell = prepared.cells.select("cell").join(table, on="cell", how="left", maintain_order="left")
        numbers.append(of_cell[rows["cell"]])
    return rows.with_columns(
        table[f"number {kind}"] for table, kind in zip(numbers, filter(DOMAINS.get, kinds), strict=True)
    )


def _number(table: pl.DataFrame, kind: str, domains: pl.DataFrame) -> pl.DataFrame:
    if not DOMAINS[kind]:
        number = domains.filter(pl.col("kind") == kind)["domain"].first()
        table = table.with_columns(pl.lit(number, pl.UInt32).alias(f"number {kind}"))
    named = {f"number {kind}": "domain", "node": "figure"}
    return table.rename(named).select("domain", "figure", pl.exclude("domain", "figure"))
