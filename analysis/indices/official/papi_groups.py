"""The four PAPI groups of provinces: percentile cuts, inclusive side and set of units declared. METHODS 18.5."""

from collections.abc import Mapping

import polars as pl

from analysis.errors import OfficialError

GROUPS = ("lowest", "low_average", "high_average", "top")
CUTS = (0.25, 0.5, 0.75)


def group_quartiles(
    frame: pl.DataFrame,
    *,
    inclusive: str = "lower",
    units: str = "published",
    override: Mapping[str, str] | None = None,
) -> pl.DataFrame:
    """The group of every unit, by percentiles of the scores.

    Parameters
    ----------
    frame
        unit (String, once each), score (Float64, null: withheld).
    inclusive
        "lower": a score on a cut opens the group above it (2019, 2020, D6 of 2022); "upper": it closes the group
        below (D1 of 2023).
    units
        "published": cuts over units with a score; "withheld_lowest": withheld ones take the lowest places when
        cuts are made (fits what the press printed for 2022 and 2023).
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
    named = dict(override or {})
    _check(frame, inclusive, units, named)
    ranked = frame["score"]
    if units == "withheld_lowest":
        ranked = ranked.fill_null(float(ranked.min()) - 1.0)  # type: ignore[arg-type]
    cuts = [ranked.drop_nulls().quantile(cut, interpolation="linear") for cut in CUTS]
    closed = "left" if inclusive == "lower" else "right"
    above = [pl.col("score") >= cut if closed == "left" else pl.col("score") > cut for cut in cuts]
    place = pl.sum_horizontal(*[over.cast(pl.Int8) for over in above], ignore_nulls=False)
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


def _check(frame: pl.DataFrame, inclusive: str, units: str, override: Mapping[str, str]) -> None:
    problems = []
    if inclusive not in ("lower", "upper"):
        problems.append(f"inclusive {inclusive!r}")
    if units not in ("published", "withheld_lowest"):
        problems.append(f"units {units!r}")
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
            "inclusive is lower or upper, units published or withheld_lowest; four units at least, each once; "
            f"groups are {', '.join(GROUPS)}.",
        )
