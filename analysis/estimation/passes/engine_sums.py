"""On any engine: means of domains, then the sums of linear values by domain, stratum and PSU."""

from collections.abc import Sequence

import narwhals as nw
import polars as pl

from analysis.estimation.passes.engine import bring, like
from analysis.estimation.passes.linear import ROUNDING
from analysis.estimation.totals import Quantity


def find_means(inside: nw.LazyFrame, items: Sequence[str], keys: Sequence[str]) -> pl.DataFrame:
    """Domains: number, keys, mean and sum of weights of every item. METHODS 20.3."""
    weight = nw.col("weight")
    sums = []
    for k in range(len(items)):
        sums += [
            (weight * nw.col(f"i{k}")).sum().alias(f"s{k}"),
            (weight * (~nw.col(f"i{k}").is_null()).cast(nw.Float64)).sum().alias(f"W{k}"),
        ]
    found = bring(inside.group_by(*keys).agg(*sums) if keys else inside.select(*sums))
    found = (found.sort(keys) if keys else found).with_row_index("domain")
    return found.with_columns(pl.col(f"W{k}").fill_null(0.0) for k in range(len(items))).select(
        "domain",
        *keys,
        *(
            expression
            for k in range(len(items))
            for expression in (
                pl.when(pl.col(f"W{k}") > 0).then(pl.col(f"s{k}") / pl.col(f"W{k}")).alias(f"m{k}"),
                pl.col(f"W{k}"),
            )
        ),
    )


def sum_linear_values(
    inside: nw.LazyFrame, domains: pl.DataFrame, quantities: Sequence[Quantity], keys: Sequence[str]
) -> pl.DataFrame:
    """Per group of ``keys``: rows, and for quantity j its members and the sums of w·z, w·spread² and (w·z)².
    METHODS 20.3."""
    by = [key for key in keys if key.startswith("by_")]
    used = sorted({k for quantity in quantities for k in quantity.items})
    lines, names = _lines(domains, quantities)
    if by:
        table = nw.from_native(like(lines.select(*by, *names), inside), eager_only=False).lazy()
        inside = inside.join(
            table.rename({key: f"of_{key}" for key in by}),
            left_on=by,
            right_on=[f"of_{key}" for key in by],
            how="inner",
        )
    else:
        inside = inside.with_columns(nw.lit(lines[name].item()).alias(name) for name in names)
    marked = inside.with_columns(
        *((~nw.col(f"i{k}").is_null()).cast(nw.Float64).alias(f"a{k}") for k in used),
        *((nw.col(f"i{k}") - nw.col(f"m{k}")).fill_null(0.0).alias(f"i{k}") for k in used),
    )
    weight = nw.col("weight")
    values, sums = [], [nw.len().alias("people")]
    for j, quantity in enumerate(quantities):
        answered = [nw.col(f"a{k}") for k in quantity.items]
        # Spark's greatest of one column is an error.
        member = nw.max_horizontal(*answered) if len(answered) > 1 else answered[0]
        kinds = "z" if quantity.spread is None else "zs"
        for kind in kinds:
            parts = [
                nw.col(f"{kind}{j}_{k}") * nw.col(f"i{k}") + nw.col(f"{kind}{j}_{k}_0") * nw.col(f"a{k}")
                for k in quantity.items
            ]
            values.append(sum(parts[1:], parts[0]).alias(f"{kind}_{j}"))
        values.append(member.alias(f"member_{j}"))
        of_member, z, s = weight * nw.col(f"member_{j}"), nw.col(f"z_{j}"), nw.col(f"{kinds[-1]}_{j}")
        sums += [
            nw.col(f"member_{j}").sum().alias(f"n_{j}"),
            of_member.sum().alias(f"weight_{j}"),
            (weight * of_member).sum().alias(f"weight2_{j}"),
            (weight * z).sum().alias(f"total_{j}"),
            (weight * s * s).sum().alias(f"spread2_{j}"),
            (weight * z * weight * z).sum().alias(f"total2_{j}"),
        ]
    return bring(marked.with_columns(*values).group_by(*keys).agg(*sums))


def _lines(domains: pl.DataFrame, quantities: Sequence[Quantity]) -> tuple[pl.DataFrame, list[str]]:
    """``domains`` with what answers add to every quantity's influence (z) and spread (s), a straight line in each
    item: slope·(y − m) + height, so that nothing cancels where everybody says the same."""
    made, names = {}, [f"m{k}" for k in sorted({k for quantity in quantities for k in quantity.items})]
    for j, quantity in enumerate(quantities):
        asked = {"z": quantity.influence} | ({} if quantity.spread is None else {"s": quantity.spread})
        for kind, expression in asked.items():
            for k in quantity.items:
                mean = pl.col(f"m{k}")
                height, further = (_ask(domains, expression, quantity, k, mean + away) for away in (0.0, 1.0))
                made[f"{kind}{j}_{k}"], made[f"{kind}{j}_{k}_0"] = further - height, height
                names += [f"{kind}{j}_{k}", f"{kind}{j}_{k}_0"]
    return domains.with_columns(**made), names


def _ask(domains: pl.DataFrame, expression: pl.Expr, quantity: Quantity, k: int, answer: pl.Expr) -> pl.Series:
    columns = {f"i{other}": pl.lit(None, pl.Float64) for other in quantity.items}
    columns |= {f"d{other}": pl.lit(0.0) for other in quantity.items}
    columns[f"i{k}"] = answer
    columns[f"d{k}"] = (answer - pl.col(f"m{k}")) / pl.col(f"W{k}")
    asked = domains.with_columns(**columns).select(expression.cast(pl.Float64).alias("asked"))["asked"]
    return asked.fill_nan(0.0).fill_null(0.0)


def add_up_pieces(placed: pl.DataFrame, j: int, *, has_clusters: bool) -> pl.DataFrame:
    """The columns of ``totals.sum_strata`` for quantity j. METHODS 20.3."""
    of = {name: pl.col(f"{name}_{j}") for name in ("n", "weight", "weight2", "total", "spread2", "total2")}
    piece = placed.select("domain", "code", "people", **of)
    if has_clusters:
        rows, psus = pl.len(), (pl.col("n") > 0).sum()
        variance = ((pl.col("total") - pl.col("total").mean()) ** 2).mean()
    else:
        rows, psus = pl.col("people").sum(), pl.col("n").sum()
        squares = pl.col("total2").sum() - pl.col("total").sum() ** 2 / pl.col("people").sum()
        variance = (
            pl.when(squares > ROUNDING * pl.col("total2").sum())
            .then(squares / pl.col("people").sum())
            .otherwise(0.0)
        )
    summed = piece.group_by("domain", "code", maintain_order=True).agg(
        pl.col("people").sum().cast(pl.Int64).alias("whole"),
        rows.cast(pl.Int64).alias("rows"),
        pl.col("n").sum().cast(pl.Int64).alias("members"),
        psus.cast(pl.Int64).alias("psus"),
        *(pl.col(name).sum() for name in ("weight", "weight2", "spread2")),
        (pl.col("total").sum() / rows).alias("mean"),
        variance.alias("variance"),
    )
    return summed.rename({"code": "stratum", "whole": "people", "members": "n"})
