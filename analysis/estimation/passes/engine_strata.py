"""On any engine: strata with their sampled PSUs and populations; refuses what no design holds."""

from collections.abc import Mapping, Sequence

import narwhals as nw
import polars as pl

from analysis.design import SurveyDesign
from analysis.errors import DesignError, ItemError
from analysis.estimation.impossible_strata import list_impossible
from analysis.estimation.passes.engine import bring


def count_strata(rows: nw.LazyFrame, design: SurveyDesign, items: Sequence[str]) -> pl.DataFrame:
    """One row per stratum: its number by label, sampled PSUs, population; refuses what no design holds.

    METHODS 20.3."""
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
    strata = bring(grouped).sort("stratum").with_columns(pl.col("psus").cast(pl.Int64))
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
    problems += list_impossible(strata, design)
    if problems:
        raise DesignError(problems, "Give every response a place in the design, or leave it out before.")
    wrong = [
        f"item {item!r}: {found} values are not finite"
        for k, item in enumerate(items)
        if (found := count[f"bad i{k}"])
    ]
    if wrong:
        raise ItemError(wrong, "Measure the answers first (analysis.estimation.measures); null means no answer.")
