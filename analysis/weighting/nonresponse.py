"""Non-response by classes: those who answered take over the weight of those who did not; METHODS 2.7."""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from analysis.errors import WeightError
from analysis.weighting.auxiliaries import name_problems


@dataclass(frozen=True)
class ClassesAdjusted:
    """``frame``: the rows given, with the new column ``weight`` (0 for those who did not answer). ``classes``: one
    row per class, sorted: its columns, sampled, responded, unknown (eligibility), weight_sampled (eligible, its
    part of the unknown included), weight_responded, response_rate (of weights, 0-1), factor."""

    frame: pl.DataFrame
    weight: str
    classes: pl.DataFrame


def adjust_by_classes(
    frame: pl.DataFrame | pl.LazyFrame,
    *,
    weight: str,
    responded: str,
    classes: Sequence[str] = (),
    eligible: str | None = None,
    minimum: int = 1,
    largest_factor: float | None = None,
    into: str = "weight_nonresponse",
) -> ClassesAdjusted:
    """Weights of those who answered, times weight sampled / weight that answered in their class.

    Parameters
    ----------
    frame
        One row per sampled person, respondents or not.
    weight
        Column of base weights, >= 0.
    responded
        Boolean column, no nulls: whether the person answered.
    classes
        Columns known for everybody sampled whose combinations are the classes; none: one class.
    eligible
        Boolean column: whether the person belongs to the population (null: unknown). First the weight of the
        unknown goes to the others of the class in proportion, then that of eligible non-respondents to the
        respondents; the ineligible keep theirs, since they stand for other ineligible people. None: all are.
    minimum, largest_factor
        Fewest respondents and largest factor of a class; classes beyond are refused by name.
    into
        Name of the new column.

    Returns
    -------
    ClassesAdjusted
        ``frame``, ``classes``. The weights add up to the base weights in every class.

    Raises
    ------
    WeightError
        All at once: columns absent, with nulls or not Boolean; respondents who are not known to be eligible;
        classes without respondents, with fewer than ``minimum``, or with a factor above ``largest_factor``.

    Notes
    -----
    Silently wrong when, inside a class, those who answer feel otherwise than those who do not. Standard errors
    that take the new weights as given are mostly a little too large, since response rates are estimated.

    References
    ----------
    METHODS 2.7; Little (1986), International Statistical Review 54.

    Examples
    --------
    >>> sample = pl.DataFrame({"w": [2.0, 2.0, 3.0, 3.0], "came": [True, False, True, True], "sex": [*"ffmm"]})
    >>> met = adjust_by_classes(sample, weight="w", responded="came", classes=["sex"])
    >>> met.frame["weight_nonresponse"].to_list()
    [4.0, 0.0, 3.0, 3.0]
    """
    data = frame.lazy().collect()
    _check(data, weight, responded, classes, eligible, into)
    is_eligible = pl.lit(True) if eligible is None else pl.col(eligible)
    prepared = data.select(
        *classes,
        pl.col(weight).cast(pl.Float64).alias(_WEIGHT),
        (pl.col(responded) & (pl.col(weight) > 0)).alias(_ANSWERED),
        is_eligible.alias(_ELIGIBLE),
    )
    table = _tabulate(prepared, classes)
    _refuse_classes(table, classes, minimum, largest_factor)
    keys = [*classes] or [_ALL]
    factors = prepared.with_columns(pl.lit(0).alias(_ALL)).join(
        table, on=keys, how="left", nulls_equal=True, maintain_order="left"
    )
    made = factors.select(
        pl.when(_ANSWERED)
        .then(pl.col(_WEIGHT) * pl.col("factor"))
        .when(~pl.col(_ELIGIBLE))
        .then(pl.col(_WEIGHT) * pl.col(_KNOWN))
        .otherwise(0.0)
        .alias(into)
    )
    shown = table.select(*classes, *_SHOWN)
    return ClassesAdjusted(data.with_columns(made[into]), into, shown)


_WEIGHT, _ANSWERED, _ELIGIBLE, _KNOWN, _ALL = " weight", " answered", " eligible", " known", " all"
_SHOWN = ("sampled", "responded", "unknown", "weight_sampled", "weight_responded", "response_rate", "factor")


def _check(
    frame: pl.DataFrame, weight: str, responded: str, classes: Sequence[str], eligible: str | None, into: str
) -> None:
    problems = name_problems(frame, weights=[weight], counts=[*classes, responded], totals=())
    for column in (responded, eligible):
        if column is not None and column in frame.columns and frame.schema[column] != pl.Boolean:
            problems.append(f"column {column!r} is {frame.schema[column]}, not Boolean")
    if eligible is not None and eligible not in frame.columns:
        problems.append(f"column {eligible!r} is missing")
    if into in frame.columns:
        problems.append(f"column {into!r} is in the frame already")
    if not problems and eligible is not None:
        odd = frame.filter(pl.col(responded) & ~pl.col(eligible).fill_null(False)).height
        if odd:
            problems.append(f"column {eligible!r}: {odd} of {frame.height} rows answered and are not eligible")
    if problems:
        raise WeightError(problems, "Mend the columns named, or choose a new name with into=.")


def _tabulate(prepared: pl.DataFrame, classes: Sequence[str]) -> pl.DataFrame:
    """One row per class: counts, sums and factors, and by how much the known ones stand for the unknown."""
    weight, answered, eligible = pl.col(_WEIGHT), pl.col(_ANSWERED), pl.col(_ELIGIBLE)
    known = weight.filter(eligible.is_not_null()).sum()
    return (
        prepared.with_columns(pl.lit(0).alias(_ALL))
        .group_by([*classes] or [_ALL])
        .agg(
            pl.len().cast(pl.Int64).alias("sampled"),
            answered.sum().cast(pl.Int64).alias("responded"),
            eligible.is_null().sum().cast(pl.Int64).alias("unknown"),
            pl.when(known > 0).then(weight.sum() / known).otherwise(1.0).alias(_KNOWN),
            weight.filter(eligible.fill_null(False)).sum().alias(_ELIGIBLE),
            weight.sum().alias(_WEIGHT),
            known.alias("weight_known"),
            weight.filter(answered).sum().alias("weight_responded"),
        )
        .with_columns((pl.col(_ELIGIBLE) * pl.col(_KNOWN)).alias("weight_sampled"))
        .with_columns(
            pl.when(pl.col("weight_sampled") > 0)
            .then(pl.col("weight_responded") / pl.col("weight_sampled"))
            .alias("response_rate"),
            pl.when(pl.col("weight_responded") > 0)
            .then(pl.col("weight_sampled") / pl.col("weight_responded"))
            .alias("factor"),
        )
        .sort([*classes] or [_ALL])
    )


def _refuse_classes(
    table: pl.DataFrame, classes: Sequence[str], minimum: int, largest_factor: float | None
) -> None:
    problems = []
    for row in table.iter_rows(named=True):
        name = ", ".join(f"{column} = {row[column]}" for column in classes) or "the sample"
        if row["weight_known"] == 0 and row[_WEIGHT] > 0:
            problems.append(f"{name}: eligibility is unknown for all {row['sampled']} sampled")
        elif row["weight_sampled"] > 0 and row["responded"] < max(1, minimum):
            problems.append(f"{name}: {row['responded']} of {row['sampled']} sampled answered, needed {minimum}")
        elif largest_factor is not None and row["factor"] is not None and row["factor"] > largest_factor:
            problems.append(
                f"{name}: the factor would be {row['factor']:.4g}, at most {largest_factor:g} is allowed"
            )
    if problems:
        raise WeightError(problems, "Join these classes with others that are like them, or use fewer columns.")
