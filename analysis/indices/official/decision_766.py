"""Ratios of Decision 766, kept apart from every survey: in two of the three silence counts as satisfaction."""

import math
from collections.abc import Mapping

import polars as pl

from analysis.errors import OfficialError
from analysis.indices.official.method import Method
from analysis.indices.official.reading import load_method

# unit, then counts. *_rated: how many said anything about their satisfaction; null where the portal does not tell.
COUNTS = ("received", "on_time", "answered", "answered_not_satisfied", "settled", "settled_not_satisfied")
RATED = {"handled": "answered_rated", "settled": "settled_rated"}
PARTS = {
    "on_time": ("received", None),
    "handled": ("answered", "answered_not_satisfied"),
    "settled": ("settled", "settled_not_satisfied"),
}


def rate_decision_766(
    frame: pl.DataFrame,
    *,
    maximum_settled: float | None = None,
    target: float | Mapping[str, float] | None = None,
    maxima: Mapping[str, float] | None = None,
) -> pl.DataFrame:
    """The three ratios of every unit, each labelled with what it counts.

    Parameters
    ----------
    frame
        unit and the counts received, on_time (remarks), answered, answered_not_satisfied (remarks answered, and
        those of them not satisfied or complained of), settled, settled_not_satisfied (dossiers). Optional:
        answered_rated, settled_rated: how many said anything at all. Counts >= 0; nulls only in the optional ones.
    maximum_settled
        Points of the third ratio; None: 6 of the 18.
    target
        The ratio (0-100) that earns all its points, below it in proportion: a number for the third ratio, or
        ratio → target. None: points are null, as no text read says which target holds.
    maxima
        Ratio → points it may earn, for on_time and handled too: how the other 12 of the 18 are split was not
        found.

    Returns
    -------
    DataFrame
        Three rows per unit: unit, ratio (on_time, handled, settled), title_vi, title_en, ratio_percent (0-100,
        null when the denominator is 0), of (the denominator), counts_silence (Boolean), label_vi, label_en ("im
        lặng được tính là hài lòng", "silence counts as satisfaction"), rated (Int64, null:
        not known), percent_of_rated (the share satisfied among those who said anything), points (where both
        maximum and target of the ratio are known).
        No column is named estimate: no interval makes a ratio with imputed silence a survey figure.

    Raises
    ------
    OfficialError
        Columns absent, counts negative, null or greater than their whole; maxima or targets not above 0, or of
        unknown ratios: all together.

    References
    ----------
    METHODS 18.8.

    Examples
    --------
    >>> remarks = {"received": [50], "on_time": [45], "answered": [40], "answered_not_satisfied": [4]}
    >>> dossiers = {"settled": [1000], "settled_not_satisfied": [10], "settled_rated": [40]}
    >>> counts = pl.DataFrame({"unit": ["A"], **remarks, **dossiers})
    >>> rated = rate_decision_766(counts).filter(pl.col("ratio") == "settled")
    >>> rated.select("ratio_percent", "label_en", "percent_of_rated").row(0)
    (99.0, 'silence counts as satisfaction', 75.0)
    """
    method = load_method("decision_766", "2022")
    given = frame.with_columns(
        pl.lit(None, pl.Int64).alias(name) for name in RATED.values() if name not in frame.columns
    )
    most = _maxima(method, maximum_settled, maxima)
    targets = dict(target) if isinstance(target, Mapping) else {} if target is None else {"settled": target}
    _check(given, most, targets)
    labels = method.content["label"]
    parts = []
    for ratio in method.content["ratios"]:
        id, counts_silence = ratio["id"], ratio["counts_silence"]
        whole, against = PARTS[id]
        good = pl.col("on_time") if against is None else pl.col(whole) - pl.col(against)
        rated = pl.col(RATED[id]) if id in RATED else pl.lit(None, pl.Int64)
        among = pl.lit(None, pl.Float64) if against is None else (rated - pl.col(against)) / rated * 100
        label = labels["silence" if counts_silence else "counted"]
        percent = pl.when(pl.col(whole) > 0).then(good / pl.col(whole) * 100)
        has_points = id in most and id in targets
        reached = pl.min_horizontal(percent / targets[id], 1.0) * most[id] if has_points else None
        parts.append(
            given.with_row_index("place").select(
                "place",
                "unit",
                pl.lit(id).alias("ratio"),
                pl.lit(ratio["title"]["vi"]).alias("title_vi"),
                pl.lit(ratio["title"]["en"]).alias("title_en"),
                percent.cast(pl.Float64).alias("ratio_percent"),
                pl.col(whole).cast(pl.Int64).alias("of"),
                pl.lit(counts_silence).alias("counts_silence"),
                pl.lit(label["vi"]).alias("label_vi"),
                pl.lit(label["en"]).alias("label_en"),
                rated.cast(pl.Int64).alias("rated"),
                pl.when(rated > 0).then(among).cast(pl.Float64).alias("percent_of_rated"),
                (pl.lit(None, pl.Float64) if reached is None else reached).cast(pl.Float64).alias("points"),
            )
        )
    return pl.concat(parts).sort("place", maintain_order=True).drop("place")


def _maxima(method: Method, settled: float | None, given: Mapping[str, float] | None) -> dict[str, float]:
    data = {id: method.parameters[f"maximum_{id}"].value for id in PARTS}
    named = {**data, **(given or {}), **({} if settled is None else {"settled": settled})}
    return {id: float(most) for id, most in named.items() if most is not None}


def _check(frame: pl.DataFrame, most: Mapping[str, float], targets: Mapping[str, float]) -> None:
    absent = [f"column {name!r} is missing" for name in ("unit", *COUNTS) if name not in frame.columns]
    problems = list(absent)
    for name, held in (("maximum", most), ("target", targets)):
        problems += [f"{name} of {id!r}, which is no ratio" for id in held if id not in PARTS]
        problems += [f"{name} of {id!r} is {x}" for id, x in held.items() if not (x > 0 and math.isfinite(x))]
    if not absent:
        pairs = [("on_time", "received"), ("answered_not_satisfied", "answered")]
        pairs += [
            ("settled_not_satisfied", "settled"),
            ("answered_rated", "answered"),
            ("settled_rated", "settled"),
        ]
        pairs += [("answered_not_satisfied", "answered_rated"), ("settled_not_satisfied", "settled_rated")]
        for part, whole in pairs:
            over = frame.filter(pl.col(part) > pl.col(whole)).height
            problems += [f"column {part!r} is greater than {whole!r} in {over} rows"] if over else []
        for name in COUNTS:
            wrong = frame.filter(pl.col(name).is_null() | (pl.col(name) < 0)).height
            problems += [f"column {name!r} is null or negative in {wrong} rows"] if wrong else []
    if problems:
        raise OfficialError(
            problems,
            "Counts are whole numbers, and no part is greater than its whole; maxima and targets are above 0, for "
            f"{', '.join(PARTS)}.",
        )
