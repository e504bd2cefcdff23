"""Replicate weights made from a design: jackknife, balanced half-samples, bootstrap; and re-weighted."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import polars as pl

from analysis.design import SurveyDesign
from analysis.designs.drawn import Drawn, Real, find_lonely
from analysis.designs.half_samples import (
    balance_halves,
    difference_neighbours,
    drop_halves,
    is_paired,
    split_strata,
)
from analysis.designs.places import place_in_stages
from analysis.designs.reading import check_columns, check_weights
from analysis.errors import DesignError
from analysis.replicates import Replicates

KINDS = ("JK1", "JKn", "JK2", "BRR", "Fay", "bootstrap", "SDR")
LARGEST = 100_000_000  # numbers in the replicate weights; 800 MB


def make_replicates(
    frame: pl.DataFrame | pl.LazyFrame,
    design: SurveyDesign,
    *,
    kind: str,
    count: int = 200,
    seed: int | None = None,
    fay: float = 0.3,
    draws: int | None = None,
    centre: str | None = None,
    prefix: str = "replicate_",
) -> tuple[pl.DataFrame, SurveyDesign]:
    """The frame with a column of whole weights per replicate, and the design that names them.

    Parameters
    ----------
    frame
        One row per response of the whole sample; the design columns without nulls.
    design
        Strata, clusters and the population of the first stage; later stages are covered by the PSUs.
    kind
        ``JK1`` (no strata), ``JKn``, ``JK2``, ``BRR`` or ``Fay`` (halves of strata), ``bootstrap``, ``SDR``
        (successive differences, for a systematic sample: rows must stand in the order of the list).
    count, seed
        How many bootstrap replicates, from which seed (needed there); 1 / √(2·count) is the relative error of a
        standard error that comes from the drawing alone. For ``JK2``, ``BRR`` and ``Fay`` a seed is needed where
        a stratum does not hold two PSUs: they are then put into two groups at random, named by the column
        ``prefix`` + group, and the design's degrees of freedom are those of the groups.
    fay
        Fay's ρ; 0.3 or more where a stratum has an odd number of PSUs.
    draws
        PSUs drawn for each bootstrap replicate of a stratum, at most n − 1; None: n − 1.
    centre
        ``mean`` of the replicates or the full-sample ``estimate``; None: the latter for ``JK2``, else the former.
    prefix
        Columns are called ``prefix`` and 1, 2, …

    Returns
    -------
    tuple[pl.DataFrame, SurveyDesign]
        To be estimated from with any estimator. Re-weight with ``reweight_replicates`` if the weight itself is
        calibrated: else variances are silently those of the weights before.

    Raises
    ------
    DesignError
        A column is absent, null or already there; strata do not suit the kind; a stratum is lonely under a rule
        replicates cannot follow (``adjust``).

    References
    ----------
    METHODS 3.11; Wolter 2007, Introduction to Variance Estimation, 2nd ed.

    Examples
    --------
    >>> sample = pl.DataFrame({"w": [2.0, 2.0, 2.0], "y": [1, 2, 6]})
    >>> replicated, design = make_replicates(sample, SurveyDesign("w"), kind="JK1")
    >>> replicated["replicate_1"].to_list()
    [0.0, 3.0, 3.0]
    >>> from analysis.estimation.estimate import estimate_means
    >>> round(estimate_means(replicated, design, values=["y"])["standard_error"].item(), 4)  # √(14/2/3)
    1.5275
    """
    frame = frame.lazy().collect()
    check_columns(frame.lazy(), design.columns, {})
    placed = frame.select(design.columns)
    check_weights(placed, [design.weight])
    _refuse_unsuited(design, kind, seed, draws, count, fay)
    drawn = place_in_stages(placed, replace(design, stages=()))[0]
    _refuse_large(frame.height, count if kind == "bootstrap" else len(drawn.first))
    groups = None
    if kind in ("JK1", "JKn"):
        factors, coefficients = _jackknife(drawn, design, kind)
    elif kind in ("JK2", "BRR", "Fay"):
        groups = split_strata(drawn, seed)
        of_fay = fay if kind == "Fay" else 0.0
        factors = drop_halves(drawn, groups) if kind == "JK2" else balance_halves(drawn, groups, of_fay)
        coefficients = _stretch(drawn, design, factors.shape[1])
    elif kind == "SDR":
        factors = difference_neighbours(drawn, _correction(drawn, design))
        coefficients = _stretch(drawn, design, factors.shape[1])
    else:
        factors, coefficients = _bootstrap(drawn, design, count, draws, np.random.default_rng(seed))
    names = [f"{prefix}{number}" for number in range(1, factors.shape[1] + 1)]
    group = f"{prefix}group" if groups is not None and not is_paired(drawn) else None
    _refuse_taken(frame, names if group is None else [*names, group])
    weight = frame[design.weight].cast(pl.Float64).to_numpy()
    columns = [pl.Series(name, weight * factors[drawn.unit, r]) for r, name in enumerate(names)]
    made = Replicates(
        tuple(names),
        kind,
        fay=fay if kind == "Fay" else 0.0,
        coefficients=None if coefficients is None else tuple(coefficients),
        centre=centre,
    )
    if group is not None and groups is not None:
        columns.append(pl.Series(group, groups[drawn.unit]))
        design = replace(design, cluster=group, population=None)
    return frame.with_columns(columns), replace(design, replicates=made, stages=())


def reweight_replicates(
    frame: pl.DataFrame | pl.LazyFrame, design: SurveyDesign, reweigh: Callable[[pl.DataFrame, str], pl.Series]
) -> pl.DataFrame:
    """The frame with its weight and every replicate weight replaced by what ``reweigh`` makes of them.

    ``reweigh(frame, column)`` returns the new weights of the frame's rows from those in ``column``: a raking, a
    post-stratification, a calibration. It sees only rows whose weight is above 0; the others keep 0. So the
    variance knows that the weights were calibrated. Errors of ``reweigh`` pass through, with the replicate
    named in a note. METHODS 3.11.

    >>> sample = pl.DataFrame({"w": [1.0, 1.0], "a": [0.0, 2.0], "b": [2.0, 0.0]})
    >>> halves = SurveyDesign("w", replicates=Replicates(("a", "b"), "BRR"))
    >>> reweight_replicates(sample, halves, lambda rows, name: rows[name] * 10 / rows[name].sum())["a"].to_list()
    [0.0, 10.0]
    """
    replicates = design.replicates
    if replicates is None:
        raise DesignError(["the design has no replicates"], "Make them first with make_replicates.")
    if replicates.are_factors:
        raise DesignError(["the replicates are factors"], "Multiply them by the weight before re-weighting.")
    frame = frame.lazy().collect()
    check_columns(frame.lazy(), design.columns, {})
    columns = (design.weight, *replicates.columns)
    check_weights(frame, columns)
    return frame.with_columns(_reweigh(frame, column, reweigh) for column in columns)


def _reweigh(frame: pl.DataFrame, column: str, reweigh: Callable[[pl.DataFrame, str], pl.Series]) -> pl.Series:
    inside = frame[column] > 0
    try:
        made = reweigh(frame.filter(inside), column).cast(pl.Float64).to_numpy()
    except Exception as error:
        error.add_note(f"while re-weighting {column!r}")
        raise
    weights = np.zeros(frame.height)
    weights[inside.to_numpy()] = made
    return pl.Series(column, weights)


def _jackknife(drawn: Drawn, design: SurveyDesign, kind: str) -> tuple[Real, list[float] | None]:
    """Units × replicates: 0 for the unit left out, n/(n − 1) for the others of its stratum, 1 elsewhere."""
    n = drawn.sampled[drawn.stratum]
    left_out = np.flatnonzero((n > 1) & (_correction(drawn, design) > 0))
    same = drawn.stratum[:, None] == drawn.stratum[None, left_out]
    factors = np.where(same, (n / np.maximum(n - 1, 1))[:, None], 1.0)
    factors[left_out, np.arange(len(left_out))] = 0.0
    if len(left_out) < 2:
        raise DesignError(
            [f"{len(left_out)} PSUs can be left out"], "A jackknife needs two in a stratum not taken whole."
        )
    correction = _correction(drawn, design)[left_out]
    if kind == "JK1":
        return factors, None if (correction == 1).all() else [float(each) for each in correction]
    stretch = _stretch_for_lonely(drawn, design)
    return factors, [float(each) for each in stretch * correction * (n[left_out] - 1) / n[left_out]]


def _bootstrap(
    drawn: Drawn, design: SurveyDesign, count: int, draws: int | None, random: np.random.Generator
) -> tuple[Real, list[float] | None]:
    """m of n PSUs with replacement, rescaled for m and for the population (Rao and Wu; Rao, Wu and Yue)."""
    factors = np.ones((len(drawn.first), count))
    for stratum, n in enumerate(drawn.sampled):
        units = np.flatnonzero(drawn.stratum == stratum)
        if n > 1:
            m = n - 1 if draws is None else min(draws, n - 1)
            drawn_times = random.multinomial(m, np.full(n, 1 / n), size=count).T
            root = np.sqrt(_correction(drawn, design)[units] * m / (n - 1))[:, None]
            factors[units] = 1 + root * (drawn_times * n / m - 1)
    return factors, _stretch(drawn, design, count)


def _stretch(drawn: Drawn, design: SurveyDesign, count: int) -> list[float] | None:
    stretch = _stretch_for_lonely(drawn, design)
    return None if stretch == 1 else [stretch] * count


def _correction(drawn: Drawn, design: SurveyDesign) -> Real:
    """1 − n/N; PSUs drawn with unequal chances are taken as drawn with replacement."""
    return drawn.correction if design.probability is None else np.ones(len(drawn.first))


def _stretch_for_lonely(drawn: Drawn, design: SurveyDesign) -> float:
    """What ``average`` multiplies the variance by; refuses what replicates cannot do for lonely strata."""
    lonely = int(find_lonely(drawn).sum())
    if lonely and design.lonely == "adjust":
        raise DesignError(
            [f"{lonely} strata have one sampled PSU, and replicates cannot centre them elsewhere (adjust)"],
            "Take lonely='collapse', 'average' or 'certainty' (METHODS 3.6, 3.11).",
        )
    strata = len(drawn.sampled)
    return strata / (strata - lonely) if lonely and design.lonely == "average" and lonely < strata else 1.0


def _refuse_unsuited(
    design: SurveyDesign, kind: str, seed: int | None, draws: int | None, count: int, fay: float
) -> None:
    problems = []
    if kind not in KINDS:
        problems.append(f"kind is {kind!r}, known: {', '.join(KINDS)}")
    if kind == "bootstrap" and count < 2:
        problems.append(f"count is {count}, must be 2 or more")
    if kind == "Fay" and not 0 <= fay < 1:
        problems.append(f"fay is {fay:g}, must be 0 or more and less than 1")
    if draws is not None and draws < 1:
        problems.append(f"draws is {draws}, must be 1 or more")
    if kind == "JK1" and design.stratum is not None:
        problems.append("JK1 knows no strata")
    if kind == "bootstrap" and seed is None:
        problems.append("a bootstrap without a seed cannot be repeated")
    if design.certainty is not None:
        problems.append("certainty PSUs would have to be replicated by their later units")
    if design.replicates is not None:
        problems.append("the design has replicates already")
    if design.first_phase is not None:
        problems.append("replicates of one phase would not know that the first was drawn, too")
    if problems:
        raise DesignError(problems, "Take JKn for strata; give a seed; make certainty PSUs strata of their units.")


def _refuse_taken(frame: pl.DataFrame, names: Sequence[str]) -> None:
    taken = [name for name in names if name in frame.columns]
    if taken:
        raise DesignError([f"column {name!r} is there already" for name in taken[:3]], "Choose another prefix.")


def _refuse_large(rows: int, replicates: int) -> None:
    if rows * replicates > LARGEST:
        raise DesignError(
            [f"{replicates} replicates of {rows} rows are too many to hold"],
            "Take kind='bootstrap' with a smaller count, or linearise.",
        )
