"""Whether several coefficients of a model are what they would be if a predictor did not matter."""

from collections.abc import Sequence

import numpy as np
import polars as pl

from analysis.designs.drawn import Real
from analysis.errors import EstimateError
from analysis.models.encode import Predictor, name_term
from analysis.models.fitted import FittedModel
from analysis.models.tabulate import above_f
from analysis.models.working_tests import find_places, judge_working, take_working

_SINGULAR = 1e-12


COVARIANCES = ("design", "working")


def wald_test(
    model: FittedModel,
    terms: Sequence[Predictor],
    *,
    null: Sequence[float] | None = None,
    df: float | None = None,
    covariance: str = "design",
    statistic: str = "F",
) -> pl.DataFrame:
    """Wald test that all coefficients of ``terms`` are ``null`` (0 unless told).

    Parameters
    ----------
    model, terms
        What ``fit_model`` or ``fit_ordinal`` gave, and its predictors that are doubted, as they were named there.
    null
        One value for each of their coefficients, in the order of ``model.coefficients``.
    df
        Of the denominator; None: those of the model. ``math.inf``: chi square.
    covariance
        ``design``: β'V⁻¹β, V by the design. ``working``: β'V₀⁻¹β, V₀ as if people were independent, judged by the
        design as in ``likelihood_ratio_test``; steadier when coefficients are many next to PSUs − strata.
    statistic
        Of ``working``: ``F``, ``saddlepoint`` or ``exact`` (see ``likelihood_ratio_test``). Of ``design``: ``F``.

    Returns
    -------
    pl.DataFrame
        One row: terms, chi_square (without unit), statistic (chi_square / coefficients), df_numerator, df, p_value
        (null without df), n, method. With ``working`` the columns of ``likelihood_ratio_test``.

    Raises
    ------
    EstimateError
        A term the model does not have, another number of ``null``, coefficients that do not vary on their own
        (more of them than PSUs − strata; not with ``working``).

    Notes
    -----
    By ``design`` it rejects too often with many coefficients and few PSUs.

    References
    ----------
    METHODS 19.3, 19.9. Checked against R regTermTest (p18).

    Examples
    --------
    >>> from analysis.design import SurveyDesign
    >>> from analysis.models.generalised import fit_model
    >>> people = pl.DataFrame({"w": [1.0] * 6, "unit": list("aabbcc"), "score": [9.0, 7.0, 6.0, 2.0, 4.0, 1.0]})
    >>> fitted = fit_model(people, SurveyDesign("w"), outcome="score", predictors=["unit"])
    >>> wald_test(fitted, ["unit"]).select("df_numerator", "df").row(0)
    (2, 3.0)
    """
    at = find_places(model, terms)
    problems = []
    if null is not None and len(null) != len(at):
        problems.append(f"{len(null)} null values for {len(at)} coefficients: give one for each")
    if covariance not in COVARIANCES:
        problems.append(f"covariance is {covariance!r}, known: {', '.join(COVARIANCES)}")
    if covariance == "design" and statistic != "F":
        problems.append(f"statistic is {statistic!r}, which is for covariance='working'")
    if problems:
        raise EstimateError(problems, "Correct the arguments of the test.")
    away = model.coefficients["estimate"].to_numpy()[at] - (0.0 if null is None else np.asarray(null, float))
    if covariance == "working":
        value = quadratic_form(away, take_working(model, at))
        return judge_working(model, terms, value, test="working Wald", statistic=statistic, df=df)
    chi_square = quadratic_form(away, model.covariance[np.ix_(at, at)])
    free = model.df if df is None else float(df)
    return pl.DataFrame(
        {
            "terms": [", ".join(name_term(each) for each in terms)],
            "chi_square": [chi_square],
            "statistic": [chi_square / len(at)],
            "df_numerator": [len(at)],
            "df": [free],
            "p_value": pl.Series([above_f(chi_square / len(at), len(at), free)], dtype=pl.Float64),
            "n": [model.fit["n"].item()],
            "method": ["Wald F"],
        }
    )


def quadratic_form(values: Real, covariance: Real) -> float:
    """values'·covariance⁻¹·values; refuses a covariance with fewer directions than values. METHODS 19.3."""
    size = np.sqrt(np.diag(covariance))
    if (size <= 0).any():
        raise EstimateError(
            [f"{int((size <= 0).sum())} of {len(values)} estimates have no variance"], "They need no test."
        )
    correlation = covariance / np.outer(size, size)
    found = np.linalg.eigvalsh(correlation)
    if found[0] <= _SINGULAR * found[-1]:
        raise EstimateError(
            [f"{len(values)} estimates vary in {int((found > _SINGULAR * found[-1]).sum())} directions only"],
            "There are too few PSUs for so many at once: test fewer, or join levels.",
        )
    scaled = values / size
    return float(scaled @ np.linalg.solve(correlation, scaled))
