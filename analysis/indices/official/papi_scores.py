"""PAPI from indicators to sub-dimensions, dimensions and the total, withheld results kept apart. METHODS 18.4."""

import math
from collections.abc import Mapping, Sequence

import polars as pl

from analysis.errors import OfficialError
from analysis.indices.official.papi_structure import Indicator, Structure

SLACK = 1e-9
TOTAL = "total"
WEIGHTED = "weighted_total"


def score_indicators(
    frame: pl.DataFrame, indicators: Sequence[Indicator], *, low: float, high: float, into: str = "score"
) -> pl.DataFrame:
    """A sub-dimension from its indicators.

    Parameters
    ----------
    frame
        One row per unit; a Float64 column per indicator, within its limits. Null: not known.
    indicators
        With weights that sum to at most 1. Below 1 the ceiling cannot be reached, as in civic knowledge of 2023.
    low, high
        The range of the sub-dimension (``score_range``).
    into
        Name of the column added.

    Returns
    -------
    DataFrame
        ``frame`` with ``into``: low + (high - low)·Σ weight·(x - minimum)/(maximum - minimum); null where an
        indicator is null. Silently wrong when limits are those observed and not those possible.

    Raises
    ------
    OfficialError
        Every column that is absent or leaves its limits, with the number of rows; weights that sum to more than 1.

    References
    ----------
    METHODS 18.4.

    Examples
    --------
    >>> frame = pl.DataFrame({"policies_known": [0.745272], "leaders_known": [0.581964]})
    >>> parts = [Indicator("policies_known", 0.25), Indicator("leaders_known", 0.5)]
    >>> round(score_indicators(frame, parts, low=0.25, high=2.5)["score"][0], 6)
    1.323925
    """
    _check_indicators(frame, indicators)
    shares = [
        part.weight * (pl.lit(1.0) - _place(part) if part.less_is_better else _place(part)) for part in indicators
    ]
    return frame.with_columns((low + (high - low) * pl.sum_horizontal(*shares, ignore_nulls=False)).alias(into))


def add_up_scores(
    frame: pl.DataFrame,
    structure: Structure,
    *,
    zero_is_missing: bool = True,
    dimension_weights: Mapping[str, float] | None = None,
) -> pl.DataFrame:
    """Dimensions and the total of every unit from its sub-dimensions: plain sums, not rounded.

    Parameters
    ----------
    frame
        unit (String), sub_dimension (its identity, not its code: codes changed meaning), score (Float64, null:
        withheld). One row each; a row that is absent counts as withheld. ``Highest`` of the official workbook is
        no unit: leave it out.
    structure
        Of the year of the scores (``load_structure``).
    zero_is_missing
        Official files carry 0 for withheld results of some years; no score can be 0. False: a 0 is refused.
    dimension_weights
        Dimension (D1 …) → weight >= 0, one for each of the year; only their ratios matter. Adds the weighted
        total that some editions print beside the headline. No text read gives the weights: None adds none.

    Returns
    -------
    DataFrame
        unit, level (sub_dimension, dimension, total, and with weights weighted_total), code, score, state
        (published, withheld), in the order of ``frame``'s units. A dimension with a withheld part is withheld, and
        so are the totals of its unit. The weighted total is on the scale of the plain one: equal weights give the
        same. Published figures have no standard error here; see ``papi_intervals``.

    Raises
    ------
    OfficialError
        Unknown sub-dimensions of that year, two rows for one, scores outside their range; dimensions without
        weight or unknown, weights negative or all 0: all together.

    References
    ----------
    METHODS 18.4.

    Examples
    --------
    >>> from analysis.indices.official.papi_structure import load_structure
    >>> structure = load_structure(2024)
    >>> floors = [("A", sub.id, sub.low) for sub in structure.sub_dimensions]
    >>> frame = pl.DataFrame(floors, schema=["unit", "sub_dimension", "score"], orient="row")
    >>> round(add_up_scores(frame, structure).filter(pl.col("level") == "total")["score"][0], 2)
    7.96
    >>> weights = {"D1": 2, "D2": 1, "D3": 1, "D4": 2, "D5": 1, "D6": 2, "D7": 1, "D8": 1}
    >>> weighed = add_up_scores(frame, structure, dimension_weights=weights)
    >>> round(weighed.filter(pl.col("level") == "weighted_total")["score"][0], 2)
    7.97
    """
    weights = dimension_weights or structure.method.parameters["dimension_weights"].value
    known = pl.DataFrame(
        [(sub.id, sub.dimension, sub.low, sub.high) for sub in structure.sub_dimensions],
        schema={"sub_dimension": pl.String, "dimension": pl.String, "low": pl.Float64, "high": pl.Float64},
        orient="row",
    )
    score = pl.col("score").cast(pl.Float64)
    if zero_is_missing:
        score = pl.when(score != 0).then(score)
    given = frame.select("unit", "sub_dimension", score)
    _check_scores(given, known, structure.year, _check_weights(weights, structure))
    units = given.select("unit").unique(maintain_order=True).with_row_index("place")
    full = units.join(known.with_row_index("number"), how="cross").join(
        given, on=["unit", "sub_dimension"], how="left", maintain_order="left"
    )
    parts = full.select(
        "place",
        "unit",
        "number",
        pl.lit("sub_dimension").alias("level"),
        pl.col("sub_dimension").alias("code"),
        "score",
    )
    dimensions = _sum_up(full, ["place", "unit", "dimension"], 1000).with_columns(
        pl.lit("dimension").alias("level"), pl.col("dimension").alias("code")
    )
    totals = _sum_up(dimensions, ["place", "unit"], 2000).with_columns(
        pl.lit(TOTAL).alias("level"), pl.lit(TOTAL).alias("code")
    )
    if weights:
        totals = pl.concat([totals, _weigh_up(dimensions, weights)], how="diagonal")
    columns = ["place", "number", "unit", "level", "code", "score"]
    state = pl.when(pl.col("score").is_null()).then(pl.lit("withheld")).otherwise(pl.lit("published"))
    return (
        pl.concat([part.select(columns) for part in (parts, dimensions, totals)])
        .sort("place", "number")
        .select("unit", "level", "code", "score", state.alias("state"))
    )


def summarise_units(scores: pl.DataFrame) -> pl.DataFrame:
    """Mean, median, least and greatest over units, per level and code, of what ``add_up_scores`` gives.

    Returns level, code, units (Int64, published), withheld (Int64), mean, median, minimum, maximum (Float64, null
    where all are withheld). Every unit counts the same, whatever its people; withheld units are left out: with
    incomplete totals left in at the bottom the median of 2018 was printed 0.3 too low. METHODS 18.4.
    """
    return scores.group_by("level", "code", maintain_order=True).agg(
        pl.col("score").count().cast(pl.Int64).alias("units"),
        pl.col("score").null_count().cast(pl.Int64).alias("withheld"),
        pl.col("score").mean().alias("mean"),
        pl.col("score").median().alias("median"),
        pl.col("score").min().alias("minimum"),
        pl.col("score").max().alias("maximum"),
    )


def share_of_range(score: float, *, low: float, high: float) -> float:
    """Where a score lies in its range, 0-1: comparable when the number of siblings changes. METHODS 18.4.

    >>> round(share_of_range(1.81, low=0.25, high=2.5), 2), round(share_of_range(2.40, low=0.33, high=3.33), 2)
    (0.69, 0.69)
    """
    return (score - low) / (high - low)


def share_favourable(
    *, favourable: int, unfavourable: int, dont_know: int = 0, refused: int = 0, dont_know_is: str
) -> float:
    """Share of favourable answers, 0-1, with the rule for don't-know named.

    ``dont_know_is``: "dropped" or "unfavourable"; refusals follow it. No text settles it, and it differs between
    indicators, so there is no default. OfficialError when nobody counts. METHODS 18.4.

    >>> share_favourable(favourable=60, unfavourable=20, dont_know=20, dont_know_is="unfavourable")
    0.6
    """
    if dont_know_is not in ("dropped", "unfavourable"):
        raise OfficialError([f"rule {dont_know_is!r} for don't-know"], "It is dropped or unfavourable.")
    silent = dont_know + refused if dont_know_is == "unfavourable" else 0
    n = favourable + unfavourable + silent
    if min(favourable, unfavourable, dont_know, refused) < 0 or n == 0:
        raise OfficialError([f"{favourable} favourable of {n}"], "Counts are 0 or more, and somebody must count.")
    return favourable / n


def _place(part: Indicator) -> pl.Expr:
    return (pl.col(part.id) - part.minimum) / (part.maximum - part.minimum)


def _check_indicators(frame: pl.DataFrame, indicators: Sequence[Indicator]) -> None:
    problems = [f"column {part.id!r} is missing" for part in indicators if part.id not in frame.columns]
    for part in indicators:
        if part.maximum <= part.minimum or part.weight <= 0:
            problems.append(f"{part.id}: weight {part.weight}, limits {part.minimum} to {part.maximum}")
        elif part.id in frame.columns:
            outside = frame.filter(~pl.col(part.id).is_between(part.minimum - SLACK, part.maximum + SLACK)).height
            if outside:
                problems.append(f"column {part.id!r} leaves {part.minimum} to {part.maximum} in {outside} rows")
    if sum(part.weight for part in indicators) > 1 + SLACK:
        problems.append("weights sum to more than 1")
    if problems:
        raise OfficialError(problems, "Weights are > 0 and sum to at most 1; limits are those the scale allows.")


def _check_weights(weights: Mapping[str, float] | None, structure: Structure) -> list[str]:
    if not weights:
        return []
    problems = [f"{name} has no weight" for name in structure.dimensions if name not in weights]
    problems += [
        f"{name} is no dimension of {structure.year}" for name in weights if name not in structure.dimensions
    ]
    problems += [
        f"{name}: weight {weight}"
        for name, weight in weights.items()
        if not (weight >= 0 and math.isfinite(weight))
    ]
    return problems or ([] if any(weights.values()) else ["all weights are 0"])


def _check_scores(given: pl.DataFrame, known: pl.DataFrame, year: int, problems: list[str]) -> None:
    strange = given.join(known, on="sub_dimension", how="anti")["sub_dimension"].unique().sort().to_list()
    problems += [f"sub_dimension {name!r} is not one of {year}" for name in strange]
    twice = given.filter(pl.struct("unit", "sub_dimension").is_duplicated()).height
    if twice:
        problems.append(f"{twice} rows share their unit and sub_dimension")
    ranged = given.join(known, on="sub_dimension")
    outside = ranged.filter(~pl.col("score").is_between(pl.col("low") - SLACK, pl.col("high") + SLACK))
    problems += [
        f"{row['unit']}, {row['sub_dimension']}: {row['score']} is outside {row['low']} to {row['high']}"
        for row in outside.iter_rows(named=True)
    ]
    if problems:
        raise OfficialError(
            problems,
            "Use identities of the year, one row each, null for withheld ones; every dimension has a weight >= 0.",
        )


def _sum_up(frame: pl.DataFrame, keys: list[str], offset: int) -> pl.DataFrame:
    whole = pl.when(pl.col("score").null_count() == 0).then(pl.col("score").sum())
    return frame.group_by(keys, maintain_order=True).agg(
        whole.alias("score"), (pl.col("number").min() + offset).alias("number")
    )


def _weigh_up(dimensions: pl.DataFrame, weights: Mapping[str, float]) -> pl.DataFrame:
    """K·Σ w·D/Σ w over the K dimensions: on the scale of the plain total, as early editions print both on 6-60."""
    scale = len(weights) / math.fsum(weights.values())
    share = pl.col("dimension").replace_strict(dict(weights), return_dtype=pl.Float64) * scale
    weighed = _sum_up(dimensions.with_columns(pl.col("score") * share), ["place", "unit"], 3000)
    return weighed.with_columns(pl.lit(WEIGHTED).alias("level"), pl.lit(WEIGHTED).alias("code"))
