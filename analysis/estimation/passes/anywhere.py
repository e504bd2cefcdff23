"""The pass written once for any engine that Narwhals knows: Polars, lazily, or a cluster; only sums come back."""

from collections.abc import Mapping, Sequence
from typing import Any

import narwhals as nw
import polars as pl

from analysis.design import SurveyDesign
from analysis.errors import DesignError, EstimateError, ItemError
from analysis.estimation.finish import Rule, estimate_quantities
from analysis.estimation.passes.reduce import ROUNDING, Reduced
from analysis.estimation.rows import Rows
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
    if not design.is_simple:
        raise EstimateError(["this engine knows designs of one stage only"], "Estimate on one machine (Polars).")
    rows = _select(nw.from_native(frame).lazy(), design, items, by)
    strata = _count_strata(rows, design, items)
    named = [f"by_{place}" for place in range(len(by))]  # no dots: to Spark they are parts of a column
    inside = rows.filter(nw.col("weight") > 0, *(~nw.col(name).is_null() for name in named))
    domains = _find_means(inside, items, named)
    keys = [*named, "stratum", *(["cluster"] if design.cluster else [])]
    numbers = strata.select("stratum", pl.col("code"))
    sums = _sum_linear_values(inside, domains, quantities, keys)
    placed = (
        sums.join(domains.select("domain", *named), on=keys[: len(by)], how="left")
        if by
        else sums.with_columns(pl.lit(0, pl.UInt32).alias("domain"))
    )
    placed = placed.join(numbers, on="stratum", how="left").sort("domain", "code", *keys[len(by) + 1 :])
    tables = [_table(placed, j, has_clusters=design.cluster is not None) for j in range(len(quantities))]
    told = strata.select(pl.col("code").alias("stratum"), "psus", "population")
    told_domains = domains.rename({name: f"by.{column}" for name, column in zip(named, by, strict=True)})
    read = Rows(
        pl.DataFrame(), told_domains, told, tuple(f"by.{c}" for c in by), tuple(items), design.cluster is not None
    )
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


def _count_strata(rows: nw.LazyFrame, design: SurveyDesign, items: Sequence[str]) -> pl.DataFrame:
    """One row per stratum: its number by label, sampled PSUs, population; refuses what no design holds."""
    sound = {"weight": (nw.col("weight") >= 0) & nw.col("weight").is_finite()}
    if design.population is not None:
        rows = rows.with_columns(nw.col("population").cast(nw.Float64))
        sound["population"] = (nw.col("population") > 0) & nw.col("population").is_finite()
    bad: dict[str, nw.Expr] = {role: ~claim for role, claim in sound.items()}
    bad |= {f"i{k}": ~nw.col(f"i{k}").is_finite() for k in range(len(items))}
    flagged = rows.with_columns(**{f"bad {name}": claim.cast(nw.Int64) for name, claim in bad.items()})
    nulls = ["weight", "stratum", *(role for role in ("cluster", "population") if getattr(design, role))]
    if design.cluster is None:
        grouped = flagged.group_by("stratum").agg(*_stratum_sums(design, bad, nulls), nw.len().alias("psus"))
    else:
        psus = flagged.group_by("stratum", "cluster").agg(*_stratum_sums(design, bad, nulls), nw.len().alias("n"))
        again = [nw.col(f"null {role}").sum() for role in nulls] + [nw.col(f"bad {name}").sum() for name in bad]
        limits = [nw.col("population").min(), nw.col("largest").max()] if design.population else []
        grouped = psus.group_by("stratum").agg(*again, *limits, nw.len().alias("psus"))
    strata = _bring(grouped).sort("stratum").with_columns(pl.col("psus").cast(pl.Int64))
    if design.population is None:
        strata = strata.with_columns(pl.lit(None, pl.Float64).alias(name) for name in ("population", "largest"))
    _refuse(strata, design, bad, nulls, items)
    return strata.with_row_index("code")


def _stratum_sums(design: SurveyDesign, bad: Mapping[str, nw.Expr], nulls: Sequence[str]) -> list[nw.Expr]:
    sums = [nw.col(role).is_null().cast(nw.Int64).sum().alias(f"null {role}") for role in nulls]
    sums += [nw.col(f"bad {name}").sum() for name in bad]
    if design.population is not None:
        sums += [nw.col("population").min(), nw.col("population").max().alias("largest")]
    return sums


def _refuse(
    strata: pl.DataFrame,
    design: SurveyDesign,
    bad: Mapping[str, nw.Expr],
    nulls: Sequence[str],
    items: Sequence[str],
) -> None:
    count = {name: int(strata[name].fill_null(0).sum()) for name in strata.columns if name[:4] in ("bad ", "null")}
    problems = [
        f"column {getattr(design, role)!r} ({role}): {found} rows are null"
        + (", negative or not finite" if role in ("weight", "population") else "")
        for role in nulls
        if (found := count[f"null {role}"] + count.get(f"bad {role}", 0))
    ]
    differing = strata.filter(pl.col("population") != pl.col("largest"))
    small = strata.filter(pl.col("population") < pl.col("psus") - 1e-9)
    lonely = strata.filter((pl.col("psus") == 1) & (design.lonely == "fail"))
    problems += [
        f"{table.height} strata {what}, first {table['stratum'][0]!r}"
        for table, what in (
            (differing, f"have more than one value of {design.population!r}"),
            (small, f"have a population {design.population!r} smaller than their sample"),
            (lonely, "have one sampled PSU only"),
        )
        if table.height
    ]
    if problems:
        raise DesignError(problems, "Give every response a place in the design, or leave it out before.")
    wrong = [
        f"item {item!r}: {found} values are not finite"
        for k, item in enumerate(items)
        if (found := count[f"bad i{k}"])
    ]
    if wrong:
        raise ItemError(wrong, "Measure the answers first (analysis.estimation.measures); null means no answer.")


def _find_means(inside: nw.LazyFrame, items: Sequence[str], keys: Sequence[str]) -> pl.DataFrame:
    """Domains: number, keys, mean and sum of weights of every item."""
    weight = nw.col("weight")
    sums = []
    for k in range(len(items)):
        sums += [
            (weight * nw.col(f"i{k}")).sum().alias(f"s{k}"),
            (weight * (~nw.col(f"i{k}").is_null()).cast(nw.Float64)).sum().alias(f"W{k}"),
        ]
    found = _bring(inside.group_by(*keys).agg(*sums) if keys else inside.select(*sums))
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


def _sum_linear_values(
    inside: nw.LazyFrame, domains: pl.DataFrame, quantities: Sequence[Quantity], keys: Sequence[str]
) -> pl.DataFrame:
    """Per group of ``keys``: rows, and for quantity j its members and the sums of w·z, w·spread² and (w·z)²."""
    by = [key for key in keys if key.startswith("by_")]
    used = sorted({k for quantity in quantities for k in quantity.items})
    lines, names = _lines(domains, quantities)
    if by:
        table = nw.from_native(_like(lines.select(*by, *names), inside), eager_only=False).lazy()
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
        for kind in "zs":
            parts = [
                nw.col(f"{kind}{j}_{k}") * nw.col(f"i{k}") + nw.col(f"{kind}{j}_{k}_0") * nw.col(f"a{k}")
                for k in quantity.items
            ]
            values.append(sum(parts[1:], parts[0]).alias(f"{kind}_{j}"))
        values.append(member.alias(f"member_{j}"))
        of_member, z, s = weight * nw.col(f"member_{j}"), nw.col(f"z_{j}"), nw.col(f"s_{j}")
        sums += [
            nw.col(f"member_{j}").sum().alias(f"n_{j}"),
            of_member.sum().alias(f"weight_{j}"),
            (weight * of_member).sum().alias(f"weight2_{j}"),
            (weight * z).sum().alias(f"total_{j}"),
            (weight * s * s).sum().alias(f"spread2_{j}"),
            (weight * z * weight * z).sum().alias(f"total2_{j}"),
        ]
    return _bring(marked.with_columns(*values).group_by(*keys).agg(*sums))


def _lines(domains: pl.DataFrame, quantities: Sequence[Quantity]) -> tuple[pl.DataFrame, list[str]]:
    """``domains`` with what answers add to every quantity's influence (z) and spread (s), a straight line in each
    item: slope·(y − m) + height, so that nothing cancels where everybody says the same."""
    made, names = {}, [f"m{k}" for k in sorted({k for quantity in quantities for k in quantity.items})]
    for j, quantity in enumerate(quantities):
        spread = quantity.influence if quantity.spread is None else quantity.spread
        for kind, expression in (("z", quantity.influence), ("s", spread)):
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


def _table(placed: pl.DataFrame, j: int, *, has_clusters: bool) -> pl.DataFrame:
    """The columns of ``totals.sum_strata`` for quantity j."""
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


def _bring(frame: nw.LazyFrame) -> pl.DataFrame:
    """The few rows of a reduced frame, here."""
    return frame.collect(backend="polars").to_native()


def _like(table: pl.DataFrame, frame: nw.LazyFrame) -> Any:
    """A small table on the engine of ``frame``."""
    native = frame.to_native()
    if isinstance(native, pl.LazyFrame):
        return table.lazy()
    return native.sparkSession.createDataFrame(table.to_arrow())
