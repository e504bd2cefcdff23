"""The one-stop evaluation sheet: nine indicators of two points, self-scored and appraised, and its bands."""

from collections.abc import Mapping, Sequence

import polars as pl

from analysis.errors import OfficialError
from analysis.indices.official.method import Method
from analysis.indices.official.reading import load_method

KEYS = ("unit", "indicator")


def score_sheets(
    frame: pl.DataFrame,
    *,
    points: Sequence[str] = ("self_points", "appraised_points"),
    allowed: Sequence[float] | None = (0, 1, 2),
    leave_out_not_applicable: bool = False,
    bands: Mapping[str, float] | None = None,
) -> pl.DataFrame:
    """The sum and band of every unit's sheet.

    Parameters
    ----------
    frame
        unit (String), indicator (q1-q9), and the columns of ``points``: numbers from 0 to 2, null: not applicable.
        One row per unit and indicator, all nine of each.
    points
        Columns of points: by default the unit's own and the appraised ones.
    allowed
        Points an indicator may get: steps 2/1/0 are usual, no text read settles them. None: anything from 0 to 2.
    leave_out_not_applicable
        False refuses nulls. True leaves them out of the maximum; the band is then taken at sum·18/maximum. No text
        read says which.
    bands
        Band → lower bound, inclusive, in place of 15, 12, 9, 6, 0.

    Returns
    -------
    DataFrame
        One row per unit in the order of ``frame``. For each column of points its ``<column>_total``, ``_maximum``
        (18 unless something is left out), ``_percent`` (0-100), ``_band``, ``_band_vi``, ``_band_en``; with two
        columns of points also ``difference``, the first less the second: above 0 a unit saw itself better than it
        was seen. A unit's self-score, not what citizens answered, and without a sampling error.

    Raises
    ------
    OfficialError
        All together: unknown, missing or repeated indicators, points that are not allowed, nulls.

    References
    ----------
    METHODS 18.7.

    Examples
    --------
    >>> sheet = pl.DataFrame({"unit": "A", "indicator": [f"q{k}" for k in range(1, 10)]})
    >>> sheet = sheet.with_columns(self_points=2, appraised_points=pl.Series([2, 2, 2, 2, 2, 2, 1, 1, 1]))
    >>> score_sheets(sheet).select("appraised_points_total", "appraised_points_band", "difference").row(0)
    (15.0, 'excellent', 3.0)
    """
    method = load_method("one_stop", "2018")
    each = float(method.settle("maximum_each"))
    indicators = [indicator["id"] for indicator in method.content["sheet"]["indicators"]]
    _check(frame, points, indicators, each, allowed, leave_out_not_applicable)
    sums = frame.group_by("unit", maintain_order=True).agg(
        *[pl.col(column).cast(pl.Float64).sum().alias(f"{column}_total") for column in points],
        *[(pl.col(column).count() * each).alias(f"{column}_maximum") for column in points],
    )
    for column in points:
        share = pl.col(f"{column}_total") / pl.col(f"{column}_maximum")
        percent = pl.when(pl.col(f"{column}_maximum") > 0).then(share * 100)
        sums = sums.with_columns(percent.alias(f"{column}_percent"))
        whole = len(indicators) * each
        names = [
            None if value is None else band_of(value / 100 * whole, bands=bands)
            for value in sums[f"{column}_percent"].to_list()
        ]
        titles = {band["id"]: band["title"] for band in method.content["sheet"]["bands"]}
        sums = sums.with_columns(
            pl.Series(f"{column}_band", names, dtype=pl.String),
            *[
                pl.Series(
                    f"{column}_band_{language}",
                    [None if name is None else titles.get(name, {}).get(language, name) for name in names],
                    dtype=pl.String,
                )
                for language in ("vi", "en")
            ],
        )
    if len(points) == 2:
        difference = pl.col(f"{points[0]}_total") - pl.col(f"{points[1]}_total")
        sums = sums.with_columns(difference.alias("difference"))
    return sums


def band_of(points: float, *, bands: Mapping[str, float] | None = None, method: Method | None = None) -> str:
    """The band of a sum of points; a lower bound belongs to its band, so that exactly 15 is excellent.

    ``bands``: name → lower bound, in place of the method's. OfficialError when ``points`` lie below every bound.
    METHODS 18.7.

    >>> [band_of(points) for points in (18, 15, 14.99, 12, 9, 6, 5.99, 0)]
    ['excellent', 'excellent', 'good', 'good', 'fair', 'average', 'weak', 'weak']
    """
    bounds = dict((method or load_method("one_stop", "2018")).settle("bands", bands))
    rounded = round(points, 9)  # 15 points computed as 14.999999999999998 are 15
    reached = [name for name, bound in bounds.items() if rounded >= bound]
    if not reached:
        raise OfficialError([f"{points} points lie below every band"], f"Bands start at {min(bounds.values())}.")
    return max(reached, key=lambda name: bounds[name])


def _check(
    frame: pl.DataFrame,
    points: Sequence[str],
    indicators: Sequence[str],
    each: float,
    allowed: Sequence[float] | None,
    leave_out: bool,
) -> None:
    absent = [column for column in (*KEYS, *points) if column not in frame.columns]
    if absent:
        raise OfficialError([f"column {column!r} is missing" for column in absent], "Name the columns of points.")
    problems = []
    for (unit,), sheet in frame.group_by("unit", maintain_order=True):
        found = sheet["indicator"].to_list()
        missing = [name for name in indicators if name not in found]
        strange = sorted({name for name in found if name not in indicators or found.count(name) > 1})
        if missing or strange:
            problems.append(f"{unit}: missing {missing}, unknown or repeated {strange}")
    for column in points:
        value = pl.col(column).cast(pl.Float64)
        is_right = value.is_between(0, each) if allowed is None else value.is_in([float(step) for step in allowed])
        wrong = frame.filter(~is_right).height
        if wrong:
            problems.append(f"column {column!r}: {wrong} rows hold points that are not allowed")
        if not leave_out and frame[column].null_count():
            problems.append(f"column {column!r} is null in {frame[column].null_count()} rows")
    if problems:
        raise OfficialError(
            problems,
            f"Every unit has {', '.join(indicators)} once, 0 to {each:g} points each; allow nulls with "
            "leave_out_not_applicable, other points with allowed.",
        )
