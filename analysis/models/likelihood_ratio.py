"""Whether a model without some predictors fits as well: the likelihood ratio, judged by the design."""

from collections.abc import Sequence

import numpy as np
import polars as pl

from analysis.errors import EstimateError
from analysis.models.encode import Predictor, name_term
from analysis.models.fitted import THRESHOLD, FittedModel
from analysis.models.working_tests import find_places, judge_working


def likelihood_ratio_test(
    model: FittedModel, terms: Sequence[Predictor], *, statistic: str = "saddlepoint", df: float | None = None
) -> pl.DataFrame:
    """Likelihood ratio test that all coefficients of ``terms`` are 0, by the design.

    Parameters
    ----------
    model, terms
        What ``fit_model`` or ``fit_ordinal`` gave, and its predictors that are doubted, as they were named there.
        The model is fitted again without them, to the same rows.
    statistic
        How the ratio is judged: ``saddlepoint`` of the distribution it has (what R does), ``exact``, that
        distribution itself, or ``F``, after Satterthwaite.
    df
        Of the denominator; None: those of the model. ``math.inf``: none (chi squares).

    Returns
    -------
    pl.DataFrame
        One row: terms, working_statistic (2·ln of the likelihood ratio, weights of mean 1; linear: fall of the sum
        of squares), chi_square (over the mean scale factor), statistic (chi_square / coefficients), df_numerator,
        df, p_value (null without df), scale_factors (generalised design effects, largest first; linear: times the
        residual variance), n, method.

    Raises
    ------
    EstimateError
        A term the model does not have, thresholds, coefficients without variance, a smaller model that does not
        settle.

    Notes
    -----
    Unlike ``wald_test`` it needs no inverse of the design covariance: with many coefficients next to few PSUs it
    rejects a little too often, not four times (METHODS 19.9), and large effects do not hide behind their large
    errors. An interaction in the model stays when only what it is made of is doubted, and its coefficients then
    mean something else: doubt both.

    References
    ----------
    METHODS 19.9; Rao and Scott (1984), Lumley and Scott (2014). As R's regTermTest(method="LRT") and anova.

    Examples
    --------
    >>> from analysis.design import SurveyDesign
    >>> from analysis.models.generalised import fit_model
    >>> people = pl.DataFrame({"w": [1.0] * 6, "unit": list("aabbcc"), "score": [9.0, 7.0, 6.0, 2.0, 4.0, 1.0]})
    >>> fitted = fit_model(people, SurveyDesign("w"), outcome="score", predictors=["unit"])
    >>> likelihood_ratio_test(fitted, ["unit"]).select(pl.col("working_statistic", "p_value").round(3)).row(0)
    (32.333, 0.096)
    """
    if THRESHOLD in [name_term(each) for each in terms]:
        raise EstimateError(["thresholds were named"], "They are no predictors: name those that are doubted.")
    kept = np.ones(model.coefficients.height, bool)
    kept[find_places(model, terms)] = False
    assert model.working is not None  # every model of fit_model and fit_ordinal has one
    rise = model.working.rise_without(kept)
    if not np.isfinite(rise):
        raise EstimateError([f"the model without {len(kept) - kept.sum()} coefficients does not settle"], _REMEDY)
    return judge_working(model, terms, rise, test="likelihood ratio", statistic=statistic, df=df)


_REMEDY = "Use wald_test, which needs the larger model only."
