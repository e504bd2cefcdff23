"""Base weights from inclusion probabilities, and scaling of weights; METHODS 2.6 and 2.9."""

from collections.abc import Sequence

import polars as pl

from analysis.errors import WeightError
from analysis.weighting.auxiliaries import name_problems


def weigh_by_inclusion(
    frame: pl.DataFrame | pl.LazyFrame, *, inclusion: str | Sequence[str], into: str = "weight_base"
) -> pl.DataFrame:
    """The frame with base weights: 1 over the probability with which each row came into the sample.

    Parameters
    ----------
    frame
        One row per sampled person, respondents or not.
    inclusion
        Column of inclusion probabilities, 0 < p <= 1, or one column per stage, each given the stage before;
        they are multiplied. 1 is a certainty (self-representing) unit.
    into
        Name of the new column.

    Returns
    -------
    pl.DataFrame
        All rows and columns given, in order, with ``into``: persons each row stands for, no nulls.

    Raises
    ------
    WeightError
        A column is absent, or holds nulls or values outside 0 < p <= 1 (how many rows).

    Notes
    -----
    Silently wrong when draws were with replacement and p is the probability of one draw (then pass n·p), or
    when people could come in along two lists.

    References
    ----------
    METHODS 2.6; Horvitz and Thompson (1952), JASA 47.

    Examples
    --------
    >>> sample = pl.DataFrame({"office": [0.5, 1.0], "person": [0.1, 0.25]})
    >>> weigh_by_inclusion(sample, inclusion=["office", "person"])["weight_base"].to_list()
    [20.0, 4.0]
    """
    data = frame.lazy().collect()
    stages = [inclusion] if isinstance(inclusion, str) else list(inclusion)
    problems = name_problems(data, weights=(), counts=(), totals=stages)
    for stage in stages:
        if stage in data.columns and data.schema[stage].is_numeric():
            wrong = int((~data[stage].drop_nulls().is_between(0, 1, closed="right")).sum())
            if wrong:
                problems.append(f"column {stage!r}: {wrong} of {data.height} probabilities are not in 0 < p <= 1")
    _refuse(problems if stages else ["no column of probabilities was named"], data, into)
    weight = pl.lit(1.0)
    for stage in stages:
        weight = weight / pl.col(stage).cast(pl.Float64)
    return data.with_columns(weight.alias(into))


def scale_weights(
    frame: pl.DataFrame | pl.LazyFrame,
    *,
    weight: str,
    to: float | str = "n",
    within: Sequence[str] = (),
    into: str = "weight_scaled",
) -> pl.DataFrame:
    """The frame with weights multiplied so that they add up to ``to``; their proportions stay.

    Parameters
    ----------
    weight
        Column of weights, >= 0, no nulls, some above 0 in every class.
    to
        A number (the population); ``n``: the number of rows with weight, so that the mean is 1;
        ``n_effective``: Kish's effective number of them.
    within
        Columns inside whose combinations the sum becomes ``to``.

    Returns
    -------
    pl.DataFrame
        All rows and columns given, in order, with ``into``.

    Raises
    ------
    WeightError
        Columns absent or with nulls, negative weights, a class whose weights are all 0, ``to`` unknown.

    Notes
    -----
    Means, ratios and their standard errors do not depend on the scale; totals do, and so do finite-population
    design effects. Scaling within classes changes how classes count against each other.

    References
    ----------
    METHODS 2.9.

    Examples
    --------
    >>> sample = pl.DataFrame({"w": [10.0, 30.0]})
    >>> scale_weights(sample, weight="w")["weight_scaled"].to_list()
    [0.5, 1.5]
    """
    data = frame.lazy().collect()
    problems = name_problems(data, weights=[weight], counts=within, totals=())
    if isinstance(to, str) and to not in ("n", "n_effective"):
        problems.append(f"to is {to!r}, known: a number, 'n', 'n_effective'")
    if not isinstance(to, str) and not 0 < to < float("inf"):
        problems.append(f"to is {to!r}, must be above 0 and finite")
    _refuse(problems, data, into)
    weights = pl.col(weight).cast(pl.Float64)
    sums = [weights.sum(), (weights > 0).sum(), weights.sum() ** 2 / (weights**2).sum()]
    total, n, n_effective = (each.over(within) if within else each for each in sums)
    wanted = {"n": n, "n_effective": n_effective}[to] if isinstance(to, str) else pl.lit(float(to))
    if empty := data.filter(total <= 0).height:
        raise WeightError(
            [f"column {weight!r}: {empty} of {data.height} rows are in classes whose weights are all 0"],
            "Leave these rows out, or join their class with another.",
        )
    return data.with_columns((weights * wanted / total).alias(into))


def _refuse(problems: list[str], frame: pl.DataFrame, into: str) -> None:
    if into in frame.columns:
        problems = [*problems, f"column {into!r} is in the frame already"]
    if problems:
        raise WeightError(problems, "Mend the columns named, or choose a new name with into=.")
