"""The four PAPI groups of provinces: percentiles, inclusive side and set of units declared. METHODS 18.5."""

from collections.abc import Mapping, Sequence

import numpy as np
import polars as pl

from analysis.errors import OfficialError
from analysis.indices.official.reading import load_method

GROUPS = ("lowest", "low_average", "high_average", "top")
CUTS = (0.25, 0.5, 0.75)
SIDES, UNITS = ("lower", "upper"), ("published", "withheld_lowest")
# The nine of Hyndman and Fan (1996), as NumPy names them.
PERCENTILES = (
    "inverted_cdf",
    "averaged_inverted_cdf",
    "closest_observation",
    "interpolated_inverted_cdf",
    "hazen",
    "weibull",
    "linear",
    "median_unbiased",
    "normal_unbiased",
)
NEAR = 1e-9  # a cut this near to a score is that score, whatever rounding did


def group_quartiles(
    frame: pl.DataFrame,
    *,
    inclusive: str | None = None,
    units: str | None = None,
    percentile: str | None = None,
    override: Mapping[str, str] | None = None,
) -> pl.DataFrame:
    """The group of every unit, by percentiles of the scores.

    Parameters
    ----------
    frame
        unit (String, once each), score (Float64, null: withheld).
    inclusive
        "lower": a score on a cut opens the group above it (2019, 2020, D6 of 2022); "upper": it closes the group
        below (D1 of 2023). None: as the method's data say, lower.
    units
        "published": cuts over units with a score; "withheld_lowest": withheld ones take the lowest places when
        cuts are made (fits what the press printed for 2022 and 2023). None: published.
    percentile
        How a cut between two scores is found: "linear" at (N - 1)p (R type 7), "weibull" at (N + 1)p (type 6) or
        another of Hyndman and Fan's nine by NumPy's names. None: linear. No text states it; linear reproduces the
        groups on record.
    override
        Unit → group as published, where a printed membership is on record; it wins.

    Returns
    -------
    DataFrame
        unit, score, group (lowest, low_average, high_average, top; null when withheld), low_cut (P25), middle_cut,
        high_cut, is_overridden; by group from the top, inside a group by name: the order of publication. A group
        is not a finding: units beside a cut are rarely told apart (METHODS 14). Equal scores share their group.

    Raises
    ------
    OfficialError
        Unknown options, units twice, an override of an unknown unit or group, fewer than 4 scores.

    References
    ----------
    METHODS 18.5.

    Examples
    --------
    >>> frame = pl.DataFrame({"unit": list("abcde"), "score": [1.0, 2.0, 3.0, 4.0, 5.0]})
    >>> group_quartiles(frame).sort("score")["group"].to_list()
    ['lowest', 'low_average', 'high_average', 'top', 'top']
    >>> group_quartiles(frame, inclusive="upper").sort("score")["group"].to_list()
    ['lowest', 'lowest', 'low_average', 'high_average', 'top']
    """
    method, named = load_method("papi", "2011"), dict(override or {})
    side = method.settle("group_inclusive", inclusive)
    over = method.settle("group_units", units)
    rule = method.settle("group_percentile", percentile)
    _check(frame, side, over, rule, named)
    ranked = frame["score"]
    if over == "withheld_lowest":
        ranked = ranked.fill_null(float(ranked.min()) - 1.0)  # type: ignore[arg-type]
    cuts = _cut(ranked.drop_nulls(), rule)
    above = [pl.col("score") >= cut if side == "lower" else pl.col("score") > cut for cut in cuts]
    place = pl.sum_horizontal(*[reached.cast(pl.Int8) for reached in above], ignore_nulls=False)
    group = place.replace_strict(dict(enumerate(GROUPS)), return_dtype=pl.String)
    return (
        frame.select("unit", "score")
        .with_columns(
            group.alias("group"),
            *[
                pl.lit(cut).alias(name)
                for cut, name in zip(cuts, ("low_cut", "middle_cut", "high_cut"), strict=True)
            ],
        )
        .with_columns(
            pl.col("unit").replace_strict(named, default=pl.col("group"), return_dtype=pl.String).alias("group"),
            pl.col("unit").is_in(list(named)).alias("is_overridden"),
        )
        .sort(pl.col("group").replace_strict(list(GROUPS), [3, 2, 1, 0], default=4), "unit")
    )


def _cut(scores: pl.Series, percentile: str) -> Sequence[float]:
    values = scores.cast(pl.Float64).to_numpy()
    found = np.quantile(values, CUTS, method=percentile)  # type: ignore[call-overload]
    nearest = values[np.argmin(np.abs(values[None, :] - found[:, None]), axis=1)]
    return [float(cut) for cut in np.where(np.abs(nearest - found) <= NEAR, nearest, found)]


def _check(frame: pl.DataFrame, inclusive: str, units: str, percentile: str, override: Mapping[str, str]) -> None:
    problems = []
    if inclusive not in SIDES:
        problems.append(f"inclusive {inclusive!r}")
    if units not in UNITS:
        problems.append(f"units {units!r}")
    if percentile not in PERCENTILES:
        problems.append(f"percentile {percentile!r}")
    if frame["unit"].n_unique() < frame.height:
        problems.append(f"{frame.height - frame['unit'].n_unique()} units stand there twice")
    if frame["score"].count() < len(GROUPS):
        problems.append(f"{frame['score'].count()} units have a score")
    known = set(frame["unit"].to_list())
    problems += [
        f"override of {unit!r} into {group!r}"
        for unit, group in override.items()
        if unit not in known or group not in GROUPS
    ]
    if problems:
        raise OfficialError(
            problems,
            "inclusive is lower or upper, units published or withheld_lowest, percentile one of "
            f"{', '.join(PERCENTILES)}; four units at least, each once; groups are {', '.join(GROUPS)}.",
        )
