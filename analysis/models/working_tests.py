"""Tests of the working model: as if people were independent, judged by what the design makes of that."""

from collections.abc import Sequence

import numpy as np
import polars as pl

from analysis.designs.drawn import Real
from analysis.errors import EstimateError
from analysis.models.chi_square_sums import tail_by_saddlepoint, tail_by_series
from analysis.models.encode import Predictor, name_term
from analysis.models.fitted import FittedModel
from analysis.models.tabulate import above_f

WORKING_STATISTICS = ("saddlepoint", "exact", "F")
_NAMES = {
    "saddlepoint": "saddlepoint of its distribution",
    "exact": "its distribution exactly",
    "F": "F after Satterthwaite",
}


def judge_working(
    model: FittedModel, terms: Sequence[Predictor], value: float, *, test: str, statistic: str, df: float | None
) -> pl.DataFrame:
    """One row: what a working statistic of ``terms`` means under the design; null p without df. METHODS 19.9."""
    if statistic not in WORKING_STATISTICS:
        raise EstimateError([f"statistic is {statistic!r}"], f"Known: {', '.join(WORKING_STATISTICS)}.")
    at = find_places(model, terms)
    free = model.df if df is None else float(df)
    factors = find_scale_factors(take_working(model, at), model.covariance[np.ix_(at, at)])
    if not factors.sum() > 0:
        raise EstimateError([f"the {len(at)} estimates have no variance"], "They need no test.")
    value = max(value, 0.0)  # below 0 by rounding only
    chi_square = value / float(factors.mean())
    numerator = float(factors.sum() ** 2 / (factors**2).sum()) if statistic == "F" else float(len(at))
    return pl.DataFrame(
        {
            "terms": [", ".join(name_term(each) for each in terms)],
            "working_statistic": [value],
            "chi_square": [chi_square],
            "statistic": [chi_square / len(at)],
            "df_numerator": [numerator],
            "df": [free],
            "p_value": pl.Series([_find_tail(value, factors, free, statistic)], dtype=pl.Float64),
            "scale_factors": [factors.tolist()],
            "n": [model.fit["n"].item()],
            "method": [f"{test}, {_NAMES[statistic]}"],
        }
    )


def find_places(model: FittedModel, terms: Sequence[Predictor]) -> list[int]:
    """Where the coefficients of ``terms`` stand; EstimateError for terms the model does not have. METHODS 19.9."""
    names = [name_term(each) for each in terms]
    known = model.coefficients["term"].to_list()
    problems = [f"term {name!r} is not in the model" for name in names if name not in known]
    if not names:
        problems.append("no term was named")
    if problems:
        raise EstimateError(problems, f"The model has: {', '.join(dict.fromkeys(known))}.")
    return [k for k, term in enumerate(known) if term in names]


def take_working(model: FittedModel, at: Sequence[int]) -> Real:
    """Covariance of the coefficients ``at`` were people independent; weights of mean 1. METHODS 19.9."""
    assert model.working is not None  # every model of fit_model and fit_ordinal has one
    return model.working.covariance[np.ix_(at, at)]


def find_scale_factors(working: Real, actual: Real) -> Real:
    """Eigenvalues of working⁻¹·actual, largest first: generalised design effects. METHODS 19.9."""
    root = np.linalg.cholesky(working)
    half = np.linalg.solve(root, np.linalg.solve(root, actual).T)
    return np.asarray(np.maximum(np.linalg.eigvalsh((half + half.T) / 2), 0.0)[::-1])


def _find_tail(value: float, factors: Real, df: float, statistic: str) -> float | None:
    if not df > 0:
        return None
    if value <= 0:
        return 1.0
    if statistic == "F":
        return above_f(value / factors.sum(), factors.sum() ** 2 / (factors**2).sum(), df)
    return (tail_by_saddlepoint if statistic == "saddlepoint" else tail_by_series)(value, factors, df)
