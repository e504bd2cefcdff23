"""Domains compared with the whole, with a coarser domain, with the others, with a value, or all with all."""

from collections.abc import Mapping, Sequence

import numpy as np
import polars as pl

from analysis.comparison.beside import finish_beside
from analysis.comparison.figures import Asked, Frame, ask, covary_figures, estimate_figures, read_asked
from analysis.comparison.finish import Claims
from analysis.comparison.references import (
    OTHERS,
    PAIRS,
    WHOLE,
    pair_all,
    put_beside_coarser,
    put_beside_others,
    put_beside_value,
)
from analysis.design import SurveyDesign
from analysis.errors import ComparisonError
from analysis.estimation.covary import Covariances
from analysis.estimation.joint import LARGEST_MATRIX
from analysis.grouping.names import Names, list_names
from analysis.weighting.auxiliaries import Calibration

Against = str | float | Sequence[str]


def compare_domains(
    frame: Frame,
    design: SurveyDesign,
    *,
    item: str | None = None,
    nodes: Mapping[str, Mapping[str, float]] | None = None,
    by: Names,
    against: Against = WHOLE,
    statistic: str = "difference",
    where: pl.Expr | None = None,
    calibration: Calibration | Sequence[Calibration] | None = None,
    regression: str | None = None,
    confidence: float = 0.95,
    df: str | float = "domain",
    multiplicity: str = "none",
    seed: int = 20261120,
    draws: int = 20_000,
) -> pl.DataFrame:
    """Every domain's figure compared with another figure, by the covariance of the two.

    Parameters
    ----------
    frame
        One row per response of the whole sample, filtered nowhere. Null answers and null keys leave the domains
        and stay in the design.
    design
        How the responses came; any design.
    item, nodes
        What is compared: the mean of a column in its own unit, or nodes of indices (items on 0-100) as in
        ``estimate_composites``. Exactly one of them.
    by
        Columns whose combinations are the domains.
    against
        ``whole``: of which each domain is a part; one or a list of the columns of ``by``: the coarser domain
        each lies in (its province); ``mean of others``: each of the other domains alike; ``all pairs``; or a
        number fixed before anybody was asked.
    statistic
        ``difference``, ``ratio`` (first over second) or ``log_ratio``.
    calibration, regression
        As in ``estimate_calibrated_means``: variances know what the weights were made to meet.
    df
        ``domain``: Satterthwaite over the two figures (METHODS 15.3); ``design``; or a number, infinite for
        normal quantiles.
    multiplicity
        ``none``, ``bonferroni``, ``holm``, ``bh`` or ``max_t``, over all rows of the result (what each protects:
        METHODS 15.4); ``seed`` and ``draws`` are of the simulation of ``max_t``.

    Returns
    -------
    pl.DataFrame
        One row per domain (per pair) × value or node: by…, against (for pairs the second domain, its levels
        joined by " · "), value or node, figure, figure_against, n, n_against, estimate (of the difference or
        ratio), standard_error, low, high, confidence, df, design_effect, p_value, p_adjusted, is_different,
        method, note. A domain compared with itself has estimate and standard error 0.

    Raises
    ------
    ComparisonError, and the errors of ``estimate_means``
        Each with every problem of its kind.

    References
    ----------
    METHODS 15.2-15.4. Silently wrong when ``against`` is a number that was itself estimated: its own error is
    not in the variance; and p values are silently too small for domains picked because they stand out, unless
    ``multiplicity`` covers all they were picked from.

    Examples
    --------
    >>> sample = pl.DataFrame({"w": [1.0] * 6, "unit": list("AAABBB"), "y": [1.0, 2.0, 3.0, 5.0, 6.0, 7.0]})
    >>> found = compare_domains(sample, SurveyDesign("w"), item="y", by=["unit"], against="all pairs")
    >>> found.select("unit", "against", "estimate", "standard_error").rows()
    [('A', 'B', -4.0, 0.7302...)]
    """
    claims = Claims(confidence, multiplicity, seed, draws)
    by = list_names(by)
    against = [against] if isinstance(against, str) and against in by else against
    coarser = _check(by, against)
    asked = ask(
        design,
        item=item,
        nodes=nodes,
        where=where,
        calibration=calibration,
        regression=regression,
        confidence=confidence,
    )
    reading = read_asked(frame, asked, by)
    covariances = covary_figures(frame, reading, asked, by, coarser)
    figures = estimate_figures(frame, asked, by, covariances)
    if figures.table.is_empty():
        raise ComparisonError(
            ["there are no domains: no row has all keys and a weight"], "Check ``by`` and ``where``."
        )
    if against == PAIRS:
        beside = pair_all(figures, covariances, asked, by)
    elif against == OTHERS:
        beside = put_beside_others(figures, covariances, asked)
    elif coarser is not None:
        # Only residuals of a calibration need the covariances of the coarser figures among themselves.
        alone = None if calibration is None else _alone(frame, asked, coarser)
        theirs = estimate_figures(frame, asked, coarser, alone)
        beside = put_beside_coarser(figures, theirs, covariances, asked, coarser)
    else:
        beside = put_beside_value(figures, float(against))  # type: ignore[arg-type]
    largest = covariances.matrix if multiplicity == "max_t" else None
    if largest is not None and len(covariances.influences.table) > LARGEST_MATRIX:
        raise ComparisonError(
            [f"max_t over {len(covariances.influences.table)} figures needs all their covariances"],
            f"Compare at most {LARGEST_MATRIX} figures, or choose holm or bh.",
        )
    return finish_beside(
        beside,
        by=by,
        label=asked.label,
        statistic=statistic,
        claims=claims,
        df=df,
        df_design=covariances.df_of(np.arange(len(covariances.influences.table))),
        matrix=None if largest is None else largest(),
    )


def _check(by: Sequence[str], against: Against) -> list[str] | None:
    """The coarser columns to compare with; None where that is not what is asked."""
    known = f"{WHOLE!r}, {OTHERS!r}, {PAIRS!r}, a number, or a list of some columns of by"
    if not by:
        raise ComparisonError(["by names no columns"], "Name the columns whose combinations are compared.")
    if isinstance(against, str):
        if against not in (WHOLE, OTHERS, PAIRS):
            raise ComparisonError([f"against is {against!r}, known: {known}"], "Choose one of them.")
        return [] if against == WHOLE else None
    if isinstance(against, (int, float)):
        if not np.isfinite(against):
            raise ComparisonError([f"against is {against!r}"], "Name a finite number.")
        return None
    if wrong := [column for column in against if column not in by]:
        raise ComparisonError(
            [f"against: column {column!r} is not in by" for column in wrong],
            "A coarser domain is made of some of the columns of by, so that each domain lies in one.",
        )
    return list(against)


def _alone(frame: Frame, asked: Asked, coarser: Sequence[str]) -> Covariances:
    again = read_asked(frame, asked, coarser)
    return covary_figures(frame, again, asked, coarser, None)
