"""Reads the frame once into rows: domain, stratum, cluster, weight, items; refuses what no design can hold."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from analysis.design import SurveyDesign
from analysis.errors import DesignError, EstimateError, ItemError
from analysis.estimation.impossible_strata import list_impossible

BOUNDS = (0.0, 100.0)
_TINY = 1e-9  # what floating point may add to 100


@dataclass(frozen=True)
class Rows:
    """``rows``: domain, stratum (UInt32), cluster (if any), weight, i0, i1, … (Float64, null = no answer), sorted
    by the first three.

    ``domains``: domain, the columns ``by`` (the names asked for after "by."), then per item k: m{k} the weighted
    mean of those who answered (null: nobody), W{k} the sum of their weights. ``strata``: stratum, psus (sampled,
    also outside every domain), population (null: no correction). Responses in no domain are counted in ``strata``
    and left out of ``rows``.
    """

    rows: pl.DataFrame
    domains: pl.DataFrame
    strata: pl.DataFrame
    by: tuple[str, ...]
    items: tuple[str, ...]
    has_clusters: bool

    @property
    def df_design(self) -> int:
        """Sampled PSUs minus strata, of the whole design."""
        return int(self.strata["psus"].sum()) - self.strata.height


@dataclass(frozen=True)
class Sample:
    """A frame read and checked: by.… columns, stratum (its code), cluster (if any), weight, i0, i1, …; ``strata``
    as in ``Rows``. What is estimated from it in several sets of domains is read once."""

    values: pl.DataFrame
    strata: pl.DataFrame
    items: tuple[str, ...]
    has_clusters: bool


def restrict_items(items: Mapping[str, pl.Expr], where: pl.Expr | None) -> dict[str, pl.Expr]:
    """``items``, null outside ``where``: those rows leave the domain and stay in the design. METHODS 3.5."""
    if where is not None and not isinstance(where, pl.Expr):
        raise EstimateError(
            [f"where is {where!r}, a claim about rows is needed"], "Write where=pl.col('age') >= 60."
        )
    return dict(items) if where is None else {name: pl.when(where).then(item) for name, item in items.items()}


def read_rows(
    frame: pl.DataFrame | pl.LazyFrame,
    design: SurveyDesign,
    *,
    items: Mapping[str, pl.Expr],
    by: Sequence[str],
    bounds: tuple[float, float] | None = None,
) -> Rows:
    """Rows of ``frame`` with ``items`` evaluated; ``bounds`` refuses values outside. Null in ``by``: no domain.

    Raises DesignError and ItemError, each with every problem of its kind. METHODS 3.5.
    """
    return place_rows(read_sample(frame, design, items=items, keys=by, bounds=bounds), by)


def read_sample(
    frame: pl.DataFrame | pl.LazyFrame,
    design: SurveyDesign,
    *,
    items: Mapping[str, pl.Expr],
    keys: Sequence[str],
    bounds: tuple[float, float] | None = None,
) -> Sample:
    """The frame, checked as ``read_rows`` does, with the columns ``keys`` of which domains are made later.

    METHODS 3.5.
    """
    if not design.is_simple:
        raise EstimateError(
            ["this estimate knows designs of one stage only: strata, clusters, population"],
            "Estimate means, totals, ratios, proportions or composites; or name the first stage only.",
        )
    lazy = frame.lazy()
    _check_columns(lazy, design, items, keys)
    names = {name: f"i{k}" for k, name in enumerate(items)}
    cluster = [] if design.cluster is None else [pl.col(design.cluster).alias("cluster")]
    read = lazy.select(
        *(pl.col(column).alias(f"by.{column}") for column in keys),
        (pl.lit(0) if design.stratum is None else pl.col(design.stratum)).alias("stratum"),
        *cluster,
        pl.col(design.weight).cast(pl.Float64).alias("weight"),
        *([] if design.population is None else [pl.col(design.population).cast(pl.Float64).alias("population")]),
        *(items[name].cast(pl.Float64).alias(names[name]) for name in items),
    ).collect()
    _check_values(read, design, names, bounds)
    strata = _count_strata(read, design)
    if (read["weight"] == 0).any():
        read = read.filter(pl.col("weight") > 0)
    # A left join leaves the columns of the left frame where they are; an inner join copies every item.
    coded = read.join(strata.select("stratum", "code"), on="stratum", how="left", maintain_order="left")
    return Sample(
        values=coded.drop("stratum", "population", strict=False).rename({"code": "stratum"}),
        strata=strata.select(pl.col("code").alias("stratum"), "psus", "population"),
        items=tuple(items),
        has_clusters=design.cluster is not None,
    )


def place_rows(sample: Sample, by: Sequence[str]) -> Rows:
    """The rows of ``sample`` in the domains that the combinations of ``by`` make. METHODS 3.5."""
    codes = [f"i{k}" for k in range(len(sample.items))]
    keys = [f"by.{column}" for column in by]
    domains = _list_domains(sample.values, keys)
    kept = [name for name in ("cluster", "stratum", "weight", *codes) if name in sample.values.columns]
    rows = _sort_rows(_code_domains(sample.values.select(*keys, *kept), domains, keys))
    return Rows(
        rows=rows,
        domains=_sum_items(rows, domains, codes),
        strata=sample.strata,
        by=tuple(keys),
        items=sample.items,
        has_clusters=sample.has_clusters,
    )


def _check_columns(
    lazy: pl.LazyFrame, design: SurveyDesign, items: Mapping[str, pl.Expr], by: Sequence[str]
) -> None:
    schema = lazy.collect_schema()
    missing = [column for column in (*design.columns, *by) if column not in schema]
    if missing:
        raise DesignError(
            [f"column {column!r} is missing" for column in missing], f"The frame has: {', '.join(schema)}."
        )
    absent: dict[str, list[str]] = {}
    for name, item in items.items():
        for column in item.meta.root_names():
            if column not in schema:
                absent.setdefault(column, []).append(name)
    if absent:
        raise ItemError(
            [f"column {column!r} is missing (needed by {', '.join(of)})" for column, of in absent.items()],
            f"The frame has: {', '.join(schema)}.",
        )


def _check_values(
    read: pl.DataFrame, design: SurveyDesign, names: Mapping[str, str], bounds: tuple[float, float] | None
) -> None:
    weight = pl.col("weight")
    counts = {"weight": (~(weight.is_finite() & (weight >= 0))).fill_null(True).sum()}
    counts |= {column: pl.col(column).null_count() for column in ("stratum", "cluster") if column in read.columns}
    if design.population is not None:
        population = pl.col("population")
        counts["population"] = (~(population.is_finite() & (population > 0))).fill_null(True).sum()
    low, high = bounds if bounds is not None else (-1e300, 1e300)
    slack = _TINY * max(1.0, abs(low), abs(high)) if bounds is not None else 0.0
    counts |= {code: (~pl.col(code).is_between(low - slack, high + slack)).sum() for code in names.values()}
    found = read.select(**counts).row(0, named=True)
    problems = [
        f"column {getattr(design, role)!r} ({role}): {found[role]} of {read.height} rows are null"
        + (", negative or not finite" if role in ("weight", "population") else "")
        for role in ("weight", "stratum", "cluster", "population")
        if found.get(role)
    ]
    if problems:
        raise DesignError(problems, "Give every response a place in the design, or leave it out before.")
    wrong = [
        f"item {name!r}: {found[code]} of {read.height} values are "
        + ("not finite" if bounds is None else f"outside {low:g}-{high:g}")
        for name, code in names.items()
        if found[code]
    ]
    if wrong:
        raise ItemError(wrong, "Measure the answers first (analysis.estimation.measures); null means no answer.")


def _count_strata(read: pl.DataFrame, design: SurveyDesign) -> pl.DataFrame:
    """One row per stratum: its code, sampled PSUs, population."""
    psus = pl.len() if design.cluster is None else pl.col("cluster").n_unique()
    population = (
        [pl.lit(None, pl.Float64).alias("population"), pl.lit(None, pl.Float64).alias("largest")]
        if design.population is None
        else [pl.col("population").min(), pl.col("population").max().alias("largest")]
    )
    strata = (
        read.group_by("stratum")
        .agg(psus.cast(pl.Int64).alias("psus"), *population)
        .sort("stratum")
        .with_row_index("code")
    )
    problems = list_impossible(strata, design)
    if problems:
        raise DesignError(problems, "Correct the population, or collapse the strata (METHODS 3.3, 3.6).")
    return strata


def _list_domains(rows: pl.DataFrame, keys: Sequence[str]) -> pl.DataFrame:
    """One row per domain: its code and its keys, sorted."""
    if not keys:
        return pl.DataFrame({"domain": [0]}, schema={"domain": pl.UInt32})
    return rows.select(keys).drop_nulls().unique().sort(keys).with_row_index("domain")


def _code_domains(rows: pl.DataFrame, domains: pl.DataFrame, keys: Sequence[str]) -> pl.DataFrame:
    """Keys replaced by the code of the domain, so that everything after compares integers."""
    if not keys:
        return rows.with_columns(pl.lit(0, pl.UInt32).alias("domain"))
    coded = rows.join(domains, on=keys, how="left", maintain_order="left").drop(keys)
    return coded.drop_nulls("domain") if coded["domain"].has_nulls() else coded


def _sort_rows(rows: pl.DataFrame) -> pl.DataFrame:
    """By domain, stratum and cluster; otherwise in the order given, so that sums have always the same digits."""
    place = pl.col("domain").cast(pl.UInt64) * 2**32 + pl.col("stratum")
    if "cluster" in rows.columns:
        return rows.sort(place, "cluster", maintain_order=True)
    return rows if rows.select(place).to_series().is_sorted() else rows.sort(place, maintain_order=True)


def _sum_items(rows: pl.DataFrame, domains: pl.DataFrame, items: Iterable[str]) -> pl.DataFrame:
    """``domains`` with the weighted mean m{k} and the sum of weights W{k} of every item; every domain has rows."""
    columns = [f"{kind}{code[1:]}" for code in items for kind in "mW"]
    if rows.is_empty():
        return domains.with_columns(
            pl.lit(None if name[0] == "m" else 0.0, pl.Float64).alias(name) for name in columns
        )
    starts = find_starts(rows["domain"])
    weight = rows["weight"].to_numpy()
    everybody = np.add.reduceat(weight, starts)
    sums = {}
    for code in items:
        item = rows[code]
        answered = item.is_not_null().to_numpy()
        sums[f"m{code[1:]}"] = np.add.reduceat(weight * item.fill_null(0.0).to_numpy(), starts)
        sums[f"W{code[1:]}"] = everybody if answered.all() else np.add.reduceat(weight * answered, starts)
    return domains.with_columns(pl.Series(name, sums[name]) for name in columns).with_columns(
        pl.when(pl.col(f"W{code[1:]}") > 0)
        .then(pl.col(f"m{code[1:]}") / pl.col(f"W{code[1:]}"))
        .alias(f"m{code[1:]}")
        for code in items
    )


def find_starts(*keys: pl.Series) -> np.ndarray:
    """Positions at which one of the sorted ``keys`` changes, 0 first; of empty keys none. METHODS 3.2."""
    changes = np.zeros(len(keys[0]), dtype=bool)
    changes[:1] = True
    for key in keys:
        changes[1:] |= (key.slice(1) != key.head(-1)).to_numpy()
    return np.flatnonzero(changes)
