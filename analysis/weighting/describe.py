"""What a column of weights looks like: spread, cost in precision, and who weighs most; METHODS 2.5."""

from collections.abc import Sequence

import polars as pl

from analysis.errors import WeightError
from analysis.grouping.names import Names, list_names
from analysis.weighting.auxiliaries import name_problems


def describe_weights(frame: pl.DataFrame | pl.LazyFrame, *, weight: str, by: Names = ()) -> pl.DataFrame:
    """Range, Kish's design effect and effective size of weights, in all or in every class of ``by``.

    Parameters
    ----------
    weight
        Column of weights, >= 0, no nulls.
    by
        Columns whose combinations are described apart; no nulls.

    Returns
    -------
    pl.DataFrame
        One row per class, sorted: by…, n (weights above 0), zeros, sum_weights, lowest, mean, highest,
        highest_over_mean, design_effect, n_effective. All but n and zeros are null where no weight is above 0.

    Raises
    ------
    WeightError
        Columns absent or with nulls, weights negative or not finite.

    Notes
    -----
    The design effect knows nothing of the answers: silently too pessimistic where weights follow strata.

    References
    ----------
    METHODS 2.5; Kish (1965), Survey Sampling, 11.7.

    Examples
    --------
    >>> sample = pl.DataFrame({"w": [1.0, 1.0, 4.0]})
    >>> shown = ("n", "highest_over_mean", "design_effect", "n_effective")
    >>> describe_weights(sample, weight="w").select(shown).row(0)
    (3, 2.0, 1.5, 2.0)
    """
    data = frame.lazy().collect()
    by = list_names(by)
    _refuse(data, weight, by)
    used = pl.col(weight).cast(pl.Float64).filter(pl.col(weight) > 0)
    squares = (used**2).sum()
    made = {
        "n": used.len().cast(pl.Int64),
        "zeros": (pl.col(weight) == 0).sum().cast(pl.Int64),
        "sum_weights": pl.when(used.len() > 0).then(used.sum()),
        "lowest": used.min(),
        "mean": used.mean(),
        "highest": used.max(),
        "highest_over_mean": used.max() / used.mean(),
        "design_effect": pl.when(used.len() > 0).then(used.len() * squares / used.sum() ** 2),
        "n_effective": pl.when(used.len() > 0).then(used.sum() ** 2 / squares),
    }
    return data.group_by(by).agg(**made).sort(by) if by else data.select(**made)


def find_heaviest(frame: pl.DataFrame | pl.LazyFrame, *, weight: str, most: int = 10) -> pl.DataFrame:
    """The ``most`` rows that weigh most, heaviest first, with ``share`` (0-1) of the sum of all weights and
    ``times_mean``; ties in the order of the frame. Errors as ``describe_weights``. METHODS 2.5.

    Examples
    --------
    >>> find_heaviest(pl.DataFrame({"unit": ["A", "B"], "w": [1.0, 3.0]}), weight="w", most=1).row(0)
    ('B', 3.0, 0.75, 1.5)
    """
    data = frame.lazy().collect()
    _refuse(data, weight, ())
    weights = pl.col(weight).cast(pl.Float64)
    mean = weights.sum() / (weights > 0).sum()
    return (
        data.with_columns((weights / weights.sum()).alias("share"), (weights / mean).alias("times_mean"))
        .sort(weight, descending=True, maintain_order=True)
        .head(most)
    )


def _refuse(frame: pl.DataFrame, weight: str, by: Sequence[str]) -> None:
    if problems := name_problems(frame, weights=[weight], counts=by, totals=()):
        raise WeightError(problems, "Mend the column of weights; a row that counts for nothing has weight 0.")
