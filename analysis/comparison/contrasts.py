"""Any linear or smooth combinations of estimates, with the covariance of all of them."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import polars as pl

from analysis.comparison.expressions import Real, differentiate, differentiate_callable
from analysis.comparison.finish import COMPARISON_COLUMNS, Claims, Compared, drop_noise, finish_comparisons
from analysis.comparison.repeated import Contrast, repeat_contrasts
from analysis.errors import ComparisonError
from analysis.estimation.joint import JointEstimates


def estimate_contrasts(
    joint: JointEstimates,
    contrasts: Mapping[str, Contrast],
    *,
    gradients: Mapping[str, Callable[[Real], Sequence[float]]] | None = None,
    null: float = 0.0,
    confidence: float = 0.95,
    df: float | None = None,
    multiplicity: str = "none",
    seed: int = 20261120,
    draws: int = 20_000,
    variance: str = "delta",
) -> pl.DataFrame:
    """Every contrast of the estimates with its standard error, by the delta method or from replicates.

    Parameters
    ----------
    joint
        ``estimate_jointly(...)``; its ``names`` are those of the estimates: the level of the domain, the name of
        the value, or ``domain:value``.
    contrasts
        Name → an expression of those names ("log(E / H)"; `back quotes` around names that are not plain words),
        coefficients in the order of the estimates or by name (others 0), or a function of all estimates.
    gradients
        Name → the slopes of a function, in the order of the estimates; without, they are found numerically.
    null
        The value of no difference, for p values: 0, or 1 for ratios.
    df
        Degrees of freedom; None: PSUs − strata that have members of any estimate; infinite: normal quantiles.
    multiplicity
        ``none``, ``bonferroni``, ``holm``, ``bh``, ``max_t`` over the contrasts named here. METHODS 15.4.

    variance
        ``delta``: from the covariance of the estimates. ``replicates``: every contrast made again in every
        replicate, where the design has some; the same for linear ones. A replicate in which a contrast has no
        value is left out.

    Returns
    -------
    pl.DataFrame
        One row per contrast: contrast, n (people in the domains it uses), estimate, standard_error, low, high,
        confidence, df, design_effect, p_value, p_adjusted, is_different, method, note. In the unit the contrast
        makes. Null where a figure it uses is null.

    Raises
    ------
    ComparisonError
        Names, numbers of coefficients or functions that do not fit, all together.

    References
    ----------
    METHODS 15.1, 15.3, 15.4. Checked against R `svycontrast` (p19; ratios of replicates p13). By the delta
    method silently unreliable for ratios whose denominator is within about three standard errors of 0, and for
    functions bent within one standard error. R's separate ratio estimator of a total is the contrast of the
    ratios of the strata with their known totals as coefficients.

    Examples
    --------
    >>> from analysis.design import SurveyDesign
    >>> from analysis.estimation.joint import estimate_jointly
    >>> sample = pl.DataFrame({"w": [1.0] * 4, "a": [1.0, 2.0, 3.0, 6.0], "b": [2.0, 4.0, 6.0, 12.0]})
    >>> joint = estimate_jointly(sample, SurveyDesign("w"), values=["a", "b"])
    >>> estimate_contrasts(joint, {"b - a": "b - a", "b / a": "b / a"}).select("estimate", "standard_error").rows()
    [(3.0, 1.0801...), (2.0, 0.0)]
    """
    values = joint.estimates["estimate"].fill_null(float("nan")).to_numpy()
    errors = joint.estimates["standard_error"].fill_null(0.0).to_numpy()
    points, slopes, problems = [], [], []
    for name, each in contrasts.items():
        try:
            point, slope = _slope(name, each, (gradients or {}).get(name), joint.names, values, errors)
        except ComparisonError as error:
            problems += [f"contrast {name!r}: {problem}" for problem in error.problems]
            remedy = error.remedy
            continue
        points.append(point)
        slopes.append(slope)
    if not contrasts:
        problems, remedy = ["no contrast was named"], "Name at least one."
    if problems:
        raise ComparisonError(problems, remedy)
    g = np.array(slopes)
    parts = np.einsum("ij,jk,ik->i", abs(g), abs(joint.covariance), abs(g))
    if variance == "replicates":
        covariance = repeat_contrasts(joint, contrasts, points)
        how = "contrast, made again in every replicate"
    elif variance == "delta":
        covariance, how = g @ joint.covariance @ g.T, "contrast, delta method"
    else:
        raise ComparisonError([f"variance is {variance!r}"], "Known: delta, replicates.")
    degrees = np.full(len(g), joint.df if df is None else float(df))
    deviation = np.sqrt(np.maximum(np.diag(covariance), 0.0))
    scale = np.where(deviation > 0, deviation, 1.0)
    made = finish_comparisons(
        Compared(
            np.array(points),
            drop_noise(np.diag(covariance), parts),
            degrees,
            np.einsum("ij,jk,ik->i", g, joint.random_covariance, g),
            np.abs(g) @ np.abs(np.nan_to_num(values)) + np.abs(g) @ errors,
            null,
            covariance / np.outer(scale, scale),
            (g == 0).all(axis=1),
        ),
        Claims(confidence, multiplicity, seed, draws),
        method=how,
    )
    n = [_count_people(joint, slope) for slope in g]
    return made.select(pl.Series("contrast", list(contrasts)), pl.Series("n", n), *COMPARISON_COLUMNS)


def _slope(
    name: str,
    contrast: Contrast,
    gradient: Callable[[Real], Sequence[float]] | None,
    names: Sequence[str],
    values: Real,
    errors: Real,
) -> tuple[float, Real]:
    if isinstance(contrast, str):
        return differentiate(contrast, names, values)
    if callable(contrast):
        if gradient is None:
            return differentiate_callable(contrast, values, errors)
        slope = np.asarray(gradient(values), float)
        if slope.shape != values.shape:
            raise ComparisonError([f"{slope.size} slopes for {len(values)} estimates"], "Give one per estimate.")
        return float(contrast(values)), slope
    if isinstance(contrast, Mapping):
        if unknown := [each for each in contrast if each not in names]:
            raise ComparisonError(
                [f"{each!r} is not an estimate" for each in unknown], f"The estimates are: {', '.join(names)}."
            )
        contrast = [contrast.get(each, 0.0) for each in names]
    slope = np.asarray(contrast, float)
    if slope.shape != values.shape:
        raise ComparisonError(
            [f"{slope.size} coefficients for {len(values)} estimates"], "Give one per row of estimates."
        )
    used = slope != 0
    return float(slope[used] @ values[used]), slope


def _count_people(joint: JointEstimates, slope: Real) -> int:
    """People of the domains used; of several values in one domain the largest count."""
    used = joint.estimates.with_columns(pl.Series("slope", slope)).filter(pl.col("slope") != 0)
    by = [c for c in used.columns if c not in ("value", "n", "estimate", "standard_error", "df", "slope")]
    largest = used.group_by(by).agg(pl.col("n").max()) if by else used.select(pl.col("n").max())
    return int(largest["n"].sum())
