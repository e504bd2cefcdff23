"""The pass written once for any engine that Narwhals knows: Polars, lazily, or a cluster; only sums come back."""

from collections.abc import Iterator, Sequence
from typing import Any

import narwhals as nw
import polars as pl

from analysis.design import SurveyDesign
from analysis.errors import DesignError, EstimateError, ItemError
from analysis.estimation.finish import estimate_quantities
from analysis.estimation.passes.engine_strata import count_strata
from analysis.estimation.passes.engine_sums import add_up_pieces, find_means, sum_linear_values
from analysis.estimation.passes.reduce import Reduced
from analysis.estimation.rows import Rows
from analysis.estimation.rule import Rule
from analysis.estimation.totals import Quantity


def estimate_anywhere(
    frame: Any,
    design: SurveyDesign,
    *,
    items: Sequence[str],
    quantities: Sequence[Quantity],
    by: Sequence[str],
    rules: Rule | Sequence[Rule],
    label: str,
) -> pl.DataFrame:
    """``finish.estimate_quantities`` of a frame of any engine. METHODS 20.3.

    Parameters
    ----------
    frame
        One row per response: a Narwhals lazy frame, or what ``narwhals.from_native`` takes (a Spark DataFrame).
        ``items`` are columns of numbers; null: no answer. It is read three times: cache it where reading is dear.

    Raises
    ------
    EstimateError
        The design has several stages, replicates, PPS or certainty PSUs: those need the rows on one machine.
    DesignError, ItemError
        As by the pass over rows.
    """
    reduced = reduce_anywhere(frame, design, items=items, quantities=quantities, by=by)
    return estimate_quantities(reduced.read, design, quantities, rules, label=label, sums_of=reduced.sums)


def reduce_anywhere(
    frame: Any, design: SurveyDesign, *, items: Sequence[str], quantities: Sequence[Quantity], by: Sequence[str]
) -> Reduced:
    """Domains, strata and the sums of every quantity, as the pass over levels gives them. METHODS 20.3."""
    return next(reduce_domains_anywhere(frame, design, items=items, quantities=quantities, domains=[by]))


def reduce_domains_anywhere(
    frame: Any,
    design: SurveyDesign,
    *,
    items: Sequence[str],
    quantities: Sequence[Quantity],
    domains: Sequence[Sequence[str]],
) -> Iterator[Reduced]:
    """``reduce_anywhere`` for each of several ``by``; the strata are counted once. METHODS 20.3."""
    if not design.is_simple:
        raise EstimateError(["this engine knows designs of one stage only"], "Estimate on one machine (Polars).")
    keys = list(dict.fromkeys(column for by in domains for column in by))
    rows = _select(nw.from_native(frame).lazy(), design, items, keys)
    strata = count_strata(rows, design, items)
    inside = rows.filter(nw.col("weight") > 0)
    for by in domains:
        places = [f"by_{keys.index(column)}" for column in by]  # no dots: to Spark they are parts of a column
        yield _reduce(inside, design, strata, items, quantities, dict(zip(places, by, strict=True)))


def _reduce(
    inside: nw.LazyFrame,
    design: SurveyDesign,
    strata: pl.DataFrame,
    items: Sequence[str],
    quantities: Sequence[Quantity],
    by: dict[str, str],
) -> Reduced:
    """Of one set of domains; ``by``: column of ``inside`` → its name."""
    named = list(by)
    inside = inside.filter(*(~nw.col(name).is_null() for name in named)) if named else inside
    domains = find_means(inside, items, named)
    keys = [*named, "stratum", *(["cluster"] if design.cluster else [])]
    sums = sum_linear_values(inside, domains, quantities, keys)
    placed = (
        sums.join(domains.select("domain", *named), on=named, how="left")
        if by
        else sums.with_columns(pl.lit(0, pl.UInt32).alias("domain"))
    )
    placed = placed.join(strata.select("stratum", "code"), on="stratum", how="left")
    placed = placed.sort("domain", "code", *keys[len(by) + 1 :])
    tables = [add_up_pieces(placed, j, has_clusters=design.cluster is not None) for j in range(len(quantities))]
    told = strata.select(pl.col("code").alias("stratum"), "psus", "population")
    told_domains = domains.rename({name: f"by.{column}" for name, column in by.items()})
    names = tuple(f"by.{column}" for column in by.values())
    read = Rows(pl.DataFrame(), told_domains, told, names, tuple(items), design.cluster is not None)
    return Reduced(read, tables)


def _select(frame: nw.LazyFrame, design: SurveyDesign, items: Sequence[str], by: Sequence[str]) -> nw.LazyFrame:
    names = frame.collect_schema().names()
    missing = [f"column {column!r} is missing" for column in (*design.columns, *by) if column not in names]
    if missing:
        raise DesignError(missing, f"The frame has: {', '.join(names)}.")
    absent = [f"column {column!r} is missing" for column in items if column not in names]
    if absent:
        raise ItemError(absent, f"The frame has: {', '.join(names)}.")
    roles = {"stratum": design.stratum, "cluster": design.cluster, "population": design.population}
    return frame.select(
        *(nw.col(column).alias(f"by_{place}") for place, column in enumerate(by)),
        *(nw.col(column).alias(role) for role, column in roles.items() if column is not None),
        *([] if design.stratum else [nw.lit(0).alias("stratum")]),
        nw.col(design.weight).cast(nw.Float64).alias("weight"),
        *(nw.col(item).cast(nw.Float64).alias(f"i{k}") for k, item in enumerate(items)),
    )
