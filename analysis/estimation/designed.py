"""Estimates of designs beyond one stage: the same rows and columns as the fast pass gives."""

from collections.abc import Iterator, Sequence

import numpy as np
import polars as pl

from analysis.design import SurveyDesign
from analysis.designs.drawn import Drawn
from analysis.designs.pairs import add_pairs, pair_weights
from analysis.designs.phases import add_first_phase, read_phases
from analysis.designs.places import place_in_stages
from analysis.designs.reading import Domains, Reading, find_domains
from analysis.designs.replicate_variance import count_df, count_df_design, spread_replicates, weigh_replicates
from analysis.designs.stages import add_up_stages, find_cells
from analysis.estimation.finish import finish_quantities
from analysis.estimation.rows import Rows
from analysis.estimation.rule import Rule
from analysis.estimation.totals import Quantity, is_member


def estimate_designed(
    reading: Reading,
    by: Sequence[str],
    quantities: Sequence[Quantity],
    rules: Rule | Sequence[Rule],
    *,
    label: str,
) -> pl.DataFrame:
    """One row per domain × quantity, in the shape of ``finish.estimate_quantities``. METHODS 3.8-3.11."""
    design, domains = reading.design, find_domains(reading, by)
    if design.replicates is None:
        stages = place_in_stages(reading.placed, design)
        tables = list(_linearise(reading, domains, stages, quantities))
        df = _count_df_design(stages, design)
        how = "linearised" if design.probability is None else f"linearised, pps {design.pps}"
        how += ", two phases" if design.first_phase is not None else ""
    else:
        tables, df = _replicate(reading, domains, quantities)
        how = f"replicates {design.replicates.kind}, centred at the {design.replicates.centre}"
    read = Rows(
        rows=domains.rows,
        domains=domains.table,
        strata=pl.DataFrame({"stratum": [0], "psus": [df + 1], "population": [None]}),
        by=domains.by,
        items=reading.items,
        has_clusters=design.cluster is not None,
    )
    result = finish_quantities(read, quantities, tables, rules, label=label)
    return result.with_columns(pl.col("method").str.replace("linearised", how, literal=True))


def _linearise(
    reading: Reading, domains: Domains, stages: Sequence[Drawn], quantities: Sequence[Quantity]
) -> Iterator[pl.DataFrame]:
    design, count = reading.design, domains.table.height
    inside = domains.domain >= 0
    cells = [find_cells(drawn, domains.domain) for drawn in stages]
    blocks = pair_weights(stages[0], reading.placed, design) if design.pps != "brewer" else None
    phases = read_phases(stages[0], reading.placed, design) if design.first_phase is not None else None
    for quantity in quantities:
        people = weigh_influence(domains, quantity)
        total, member = people["total"].to_numpy()[inside], people["member"].to_numpy()[inside].astype(np.int64)
        variances = add_up_stages(stages, cells, total, member, design, count)
        if blocks is not None:
            variances = add_pairs(variances, blocks, cells[0], total, design)
        if phases is not None:
            variances = add_first_phase(variances, phases, domains.domain, total)
        yield _with_people(variances, people, count)


def _replicate(
    reading: Reading, domains: Domains, quantities: Sequence[Quantity]
) -> tuple[list[pl.DataFrame], int]:
    design, replicates, count = reading.design, reading.design.replicates, domains.table.height
    assert replicates is not None
    weights = weigh_replicates(reading.placed, domains.weight, replicates)
    is_named = design.stratum is not None or design.cluster is not None
    drawn = place_in_stages(reading.placed, design)[0] if is_named else None
    variances = spread_replicates(domains, weights, replicates, [quantity.value for quantity in quantities])
    tables = []
    for quantity, variance in zip(quantities, variances, strict=True):
        people = weigh_influence(domains, quantity)
        member = people["member"].to_numpy() & (domains.domain >= 0)
        psus, df = count_df(domains, weights, replicates, drawn, member)
        # ``finish`` multiplies by scale², which these estimates have in them already.
        scale = domains.table.select("domain", quantity.scale.alias("scale"))["scale"].to_numpy()
        made = {"variance": variance / scale**2, "psus": psus, "df": df, "all_asked": [False] * count}
        table = pl.DataFrame({"domain": np.arange(count), **made, "lonely": [0] * count})
        tables.append(_with_people(table, people, count))
    return tables, count_df_design(weights, replicates, drawn, domains.weight)


def weigh_influence(domains: Domains, quantity: Quantity) -> pl.DataFrame:
    """Per row: domain, weight, member, total (weight × influence), spread and weight × its square. METHODS 3.2."""
    needed = sorted({name for k in quantity.items for name in (f"m{k}", f"W{k}")})
    # Where a row has no domain (−1) the join leaves nulls, and the row adds nothing.
    table = domains.table.select(pl.col("domain").cast(pl.Int64), *needed)
    rows = domains.rows.join(table, on="domain", how="left", maintain_order="left")
    rows = rows.with_columns(
        ((pl.col(f"i{k}") - pl.col(f"m{k}")) / pl.col(f"W{k}")).fill_null(0.0).alias(f"d{k}")
        for k in quantity.items
    )
    spread = quantity.influence if quantity.spread is None else quantity.spread
    return rows.select(
        "domain",
        "weight",
        is_member(quantity).alias("member"),
        (pl.col("weight") * quantity.influence).fill_null(0.0).alias("total"),
        spread.fill_null(0.0).alias("spread"),
        (pl.col("weight") * spread**2).fill_null(0.0).alias("spread2"),
    )


def _with_people(variances: pl.DataFrame, people: pl.DataFrame, count: int) -> pl.DataFrame:
    """``variances`` with n, weight, weight2, spread2 and is_census, added in the order of the rows."""
    inside = people["domain"].to_numpy() >= 0
    domain = people["domain"].to_numpy()[inside]
    member = people["member"].to_numpy()[inside].astype(float)
    weight = people["weight"].to_numpy()[inside]
    n = np.bincount(domain, member, count).astype(np.int64)
    everyone = n == np.bincount(domain, minlength=count)
    return variances.with_columns(
        pl.col("domain").cast(pl.UInt32),
        pl.Series("n", n),
        pl.Series("weight", np.bincount(domain, weight * member, count)),
        pl.Series("weight2", np.bincount(domain, weight**2 * member, count)),
        pl.Series("spread2", np.bincount(domain, people["spread2"].to_numpy()[inside], count)),
        (pl.col("all_asked") & pl.Series(everyone)).alias("is_census"),
    )


def _count_df_design(stages: Sequence[Drawn], design: SurveyDesign) -> int:
    """Degrees of freedom of the whole sample: everybody in one domain."""
    ones = np.ones(len(stages[0].unit), np.int64)
    cells = [find_cells(drawn, ones - 1) for drawn in stages]
    return int(add_up_stages(stages, cells, np.zeros(len(ones)), ones, design, 1)["df"].item())
