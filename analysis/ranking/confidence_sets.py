"""Confidence sets for ranks from simultaneous comparisons of all pairs; METHODS 14.1-14.3."""

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from analysis.errors import RankError
from analysis.ranking.critical_values import EVERY_PAIR, Kept, Mask, critical_values, difference_errors
from analysis.ranking.figures import Figures, Floats, read_figures

_NEW = (
    "rank",
    "rank_low",
    "rank_high",
    "n_better",
    "n_worse",
    "n_alike",
    "tier",
    "rank_confidence",
    "rank_method",
    "rank_note",
)
_ROWS = 512  # compared at once
_TAIL = 20  # draws beyond the critical value, or it is guesswork
_ABSENT = "không có số, có thể ở bất cứ hạng nào / no figure: any rank is possible"
_WIDENED = "đơn vị không có số, hạng có thể lùi bấy nhiêu / units without a figure: the rank may fall by so many"


@dataclass(frozen=True)
class Ranking:
    """Units with their ranks, and which pairs are told apart; METHODS 14.

    ``units``: the frame of ``rank_units`` with ranks. ``is_better[j, k]``: row j is surely better than row k,
    rows as in ``units``. ``critical``: standard errors two units must be apart (the largest, if each unit has
    its own). ``errors``: standard errors used, of units with a figure.
    """

    units: pl.DataFrame
    is_better: Mask
    critical: float
    errors: Floats
    unit: str
    estimate: str
    standard_error: str
    best: str


def rank_units(
    frame: pl.DataFrame | pl.LazyFrame,
    *,
    unit: str,
    estimate: str = "estimate",
    standard_error: str = "standard_error",
    df: str | None = None,
    covariance: Floats | None = None,
    best: str = "high",
    confidence: float = 0.95,
    joint: bool = True,
    draws: int = 5000,
    seed: int = 20261120,
) -> Ranking:
    """Every unit's rank with the set of ranks it may have.

    Parameters
    ----------
    frame
        One row per unit, 5,000 at most (1,000 with ``covariance``). A unit without a figure (null) has no rank
        and may stand anywhere: every other unit's set is widened for it.
    estimate, standard_error
        Any unit; standard errors > 0. A unanimous cell's 0 is refused.
    df
        Column of degrees of freedom, >= 1, for standard errors from few responses; None: they count as known, and
        sets are silently too narrow if they come from fewer than about 30 responses.
    covariance
        Table of the estimates' covariances in row order (``estimate_jointly`` gives it), where units share
        responses or weights; standard errors are then read from it. None: units are independent.
    best
        ``high``: rank 1 is the largest figure; ``low``: the smallest.
    joint
        True: with ``confidence`` all sets hold at once: for tables. False: each unit's set for itself, narrower:
        for the report of one unit chosen beforehand, silently too optimistic for the unit that stands out.
    draws, seed
        Of the simulation that finds the critical value; the same seed gives the same sets.

    Returns
    -------
    Ranking
        ``units``: the frame's columns and rows, and rank (1 + units with a better figure), rank_low, rank_high
        (the set), n_better, n_worse (units surely better, surely worse), n_alike, tier (units of different tiers
        are all told apart; 1 is the best), rank_confidence, rank_method, rank_note.

    Raises
    ------
    RankError
        Everything that cannot be ranked, with counts.

    References
    ----------
    METHODS 14.1-14.3; Mogstad, Romano, Shaikh and Wilhelm (2024); Romano and Wolf (2005) for the steps.

    Examples
    --------
    >>> units = pl.DataFrame({"unit": list("ABC"), "estimate": [90.0, 70.0, 69.0], "standard_error": [2.0] * 3})
    >>> rank_units(units, unit="unit").units.select("unit", "rank", "rank_low", "rank_high").rows()
    [('A', 1, 1, 1), ('B', 2, 2, 3), ('C', 3, 2, 3)]
    """
    frame = frame.lazy().collect()
    _check(frame, confidence, draws)
    figures = read_figures(
        frame,
        unit=unit,
        estimate=estimate,
        standard_error=standard_error,
        df=df,
        covariance=covariance,
        best=best,
    )
    found = _compare(figures, confidence=confidence, draws=draws, seed=seed, joint=joint)
    units = frame.with_columns(
        *_places(figures, found),
        pl.lit(confidence).alias("rank_confidence"),
        pl.lit(f"{'joint' if joint else 'each unit'}; {found.how}; seed {seed}").alias("rank_method"),
        _note(figures.has),
    )
    is_better = np.zeros((frame.height, frame.height), bool)
    is_better[np.ix_(figures.has, figures.has)] = found.better
    return Ranking(
        units, is_better, float(found.critical.max()), figures.error, unit, estimate, standard_error, best
    )


@dataclass(frozen=True)
class _Compared:
    """``better[j, k]``: j surely above k in j's own family of comparisons; ``worse[j, k]``: surely below."""

    better: Mask
    worse: Mask
    critical: Floats
    how: str


def _compare(figures: Figures, *, confidence: float, draws: int, seed: int, joint: bool) -> _Compared:
    """Compares, drops what was told apart from the family and compares again while that tells more apart."""
    p = len(figures.score)
    in_classes = p > EVERY_PAIR and figures.covariance is None
    kept, steps = None, 0
    while True:
        critical = critical_values(figures, confidence=confidence, draws=draws, seed=seed, joint=joint, kept=kept)
        better, worse = _tell_apart(figures, critical)
        steps += 1
        before = 0 if kept is None else (~kept.not_better).sum() + (~kept.not_worse).sum()
        if in_classes or better.sum() + worse.sum() <= before:
            break
        kept = Kept(~better, ~worse)
    return _Compared(
        better, worse, critical, "classes of standard error" if in_classes else f"every pair, {steps} steps"
    )


def _tell_apart(figures: Figures, critical: Floats) -> tuple[Mask, Mask]:
    p = len(figures.score)
    better, worse = np.empty((p, p), bool), np.empty((p, p), bool)
    for start in range(0, p, _ROWS):
        rows = slice(start, min(start + _ROWS, p))
        apart = figures.score[rows, None] - figures.score
        needed = critical[rows, None] * difference_errors(figures, rows)
        better[rows], worse[rows] = apart > needed, -apart > needed
    return better, worse


def _places(figures: Figures, found: _Compared) -> list[pl.Series]:
    """The columns of ranks in frame rows; a unit without a figure may stand anywhere."""
    has, height = figures.has, len(figures.has)
    n_better, n_worse = found.worse.sum(axis=1), found.better.sum(axis=1)
    ordered = np.sort(figures.score)
    columns: dict[str, tuple[NDArray[np.signedinteger], int | None]] = {
        "rank": (1 + len(ordered) - np.searchsorted(ordered, figures.score, side="right"), None),
        "rank_low": (1 + n_better, 1),
        "rank_high": (height - n_worse, height),
        "n_better": (n_better, 0),
        "n_worse": (n_worse, 0),
        "n_alike": (height - 1 - n_better - n_worse, height - 1),
        "tier": (_tiers(found.better, figures.score), None),
    }
    places = np.flatnonzero(has)
    return [
        pl.Series(name, [absent] * height, dtype=pl.Int64).scatter(places, values.astype(np.int64))
        for name, (values, absent) in columns.items()
    ]


def _tiers(better: Mask, score: Floats) -> NDArray[np.signedinteger]:
    """From the best down, a new tier where everybody above is told apart from everybody below. METHODS 14.3."""
    order = np.argsort(-score, kind="stable")
    alike = ~better[np.ix_(order, order)]
    last_alike = len(order) - 1 - np.argmax(alike[:, ::-1], axis=1)
    reach = np.maximum.accumulate(last_alike)
    ends = reach[:-1] <= np.arange(len(order) - 1)
    tiers = np.empty(len(order), np.int64)
    tiers[order] = 1 + np.concatenate([[0], np.cumsum(ends)])
    return tiers


def _note(has: Mask) -> pl.Expr:
    absent = int((~has).sum())
    widened = pl.lit(f"{absent} {_WIDENED}") if absent else pl.lit(None, pl.String)
    return pl.when(pl.lit(pl.Series(has))).then(widened).otherwise(pl.lit(_ABSENT)).alias("rank_note")


def _check(frame: pl.DataFrame, confidence: float, draws: int) -> None:
    problems = [f"column {c!r} is also a column of the result" for c in _NEW if c in frame.columns]
    if not 0 < confidence < 1:
        problems.append(f"confidence is {confidence!r}, must lie between 0 and 1")
    elif draws * (1 - confidence) < _TAIL:
        problems.append(f"{draws} draws leave fewer than {_TAIL} beyond {confidence}")
    if problems:
        raise RankError(problems, "Rename the columns; take more draws for a higher confidence.")
