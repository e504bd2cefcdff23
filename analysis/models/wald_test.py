"""Whether several coefficients of a model are what they would be if a predictor did not matter."""

from collections.abc import Sequence

import numpy as np
import polars as pl

from analysis.designs.drawn import Real
from analysis.errors import EstimateError
from analysis.models.encode import Predictor, name_term
from analysis.models.fitted import FittedModel
from analysis.models.tabulate import above_f

_SINGULAR = 1e-12


def wald_test(
    model: FittedModel, terms: Sequence[Predictor], *, null: Sequence[float] | None = None, df: float | None = None
) -> pl.DataFrame:
    """Wald F test that all coefficients of ``terms`` are ``null`` (0 unless told), by their design covariance.

    One row: terms, chi_square (β'V⁻¹β), statistic (F = chi_square / df_numerator), df_numerator, df (those of the
    model unless told; ``math.inf``: chi square), p_value (null without df), n, method. Raises EstimateError for a
    term the model does not have, or coefficients that do not vary on their own (more of them than PSUs − strata).
    With many coefficients and few PSUs it rejects too often. METHODS 19.3; as R's regTermTest (p18).

    >>> from analysis.design import SurveyDesign
    >>> from analysis.models.generalised import fit_model
    >>> people = pl.DataFrame({"w": [1.0] * 6, "unit": list("aabbcc"), "score": [9.0, 7.0, 6.0, 2.0, 4.0, 1.0]})
    >>> fitted = fit_model(people, SurveyDesign("w"), outcome="score", predictors=["unit"])
    >>> wald_test(fitted, ["unit"]).select("df_numerator", "df").row(0)
    (2, 3.0)
    """
    names = [name_term(each) for each in terms]
    known = model.coefficients["term"].to_list()
    problems = [f"term {name!r} is not in the model" for name in names if name not in known]
    if not names:
        problems.append("no term was named")
    if problems:
        raise EstimateError(problems, f"The model has: {', '.join(dict.fromkeys(known))}.")
    at = [k for k, term in enumerate(known) if term in names]
    if null is not None and len(null) != len(at):
        raise EstimateError([f"{len(null)} null values for {len(at)} coefficients"], "Give one for each.")
    away = model.coefficients["estimate"].to_numpy()[at] - (0.0 if null is None else np.asarray(null, float))
    chi_square = quadratic_form(away, model.covariance[np.ix_(at, at)])
    free = model.df if df is None else float(df)
    statistic = chi_square / len(at)
    return pl.DataFrame(
        {
            "terms": [", ".join(names)],
            "chi_square": [chi_square],
            "statistic": [statistic],
            "df_numerator": [len(at)],
            "df": [free],
            "p_value": pl.Series([above_f(statistic, len(at), free)], dtype=pl.Float64),
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
