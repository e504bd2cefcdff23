"""Likelihood ratio and working Wald tests: the formula written out again, chances under H0, known equalities."""

import math

import numpy as np
import polars as pl
import pytest
import statsmodels.api as sm
from scipy import integrate, optimize, stats

from analysis.design import SurveyDesign
from analysis.designs.replicate import make_replicates
from analysis.errors import EstimateError
from analysis.models.chi_square_sums import tail_by_saddlepoint, tail_by_series
from analysis.models.generalised import fit_model
from analysis.models.likelihood_ratio import likelihood_ratio_test
from analysis.models.ordinal import fit_ordinal
from analysis.models.wald_test import wald_test
from tests.analysis.models.make_people import make_people

CLUSTERED = SurveyDesign("w", stratum="province", cluster="commune")
EVERYBODY = SurveyDesign("w")
LOGISTIC = {"outcome": "pleased", "predictors": ["speed", "province", "sex"], "model": "logistic"}
MODELS = [
    pytest.param({**LOGISTIC, "outcome": "overall", "model": "linear"}, id="linear"),
    pytest.param(LOGISTIC, id="logistic"),
    pytest.param({**LOGISTIC, "outcome": "visits", "model": "poisson"}, id="poisson"),
]


def tail_by_imhof(x, weights, df):
    """P(Σ aᵢχ²₁ > x·χ²_df/df) by Imhof's integral (1961): nothing of ours in it."""
    parts, sizes = np.append(weights, -x / df), np.append(np.ones(len(weights)), df)
    parts = parts / np.abs(parts).max()

    def wave(u):
        angle = (sizes * np.arctan(parts * u)).sum() / 2
        return math.sin(angle) / (u * math.exp((sizes * np.log1p((parts * u) ** 2)).sum() / 4))

    return 0.5 + integrate.quad(wave, 0, np.inf, limit=1000, epsabs=1e-12)[0] / math.pi


def tail_by_kuonen(x, weights, df):
    """The same by the saddlepoint: K(t) = −Σ ln(1 − 2taᵢ)/2, written out with the denominator as df more parts."""
    parts = np.append(weights, np.full(int(df), -x / df))

    def bend(t):
        return (parts / (1 - 2 * t * parts)).sum()

    t = optimize.brentq(bend, df / (-2 * x) * (1 - 1e-12), 1 / (2 * parts.max()) * (1 - 1e-12), xtol=1e-18)
    w = math.copysign(math.sqrt(np.log(1 - 2 * t * parts).sum()), t)
    v = t * math.sqrt(2 * (parts**2 / (1 - 2 * t * parts) ** 2).sum())
    return stats.norm.sf(w + math.log(v / w) / w)


def test_a_logistic_model_written_out_again_gives_the_same_test():
    people = make_people(seed=5)
    found = fit_model(people, CLUSTERED, **LOGISTIC)
    # The larger model by Newton's steps, weights of mean 1.
    w = people["w"].to_numpy() / people["w"].mean()
    y = people["pleased"].to_numpy().astype(float)
    names = people["province"].to_numpy()
    x = np.column_stack(
        [np.ones(120), people["speed"], names == "middle", names == "south", people["sex"].to_numpy() == "m"]
    ).astype(float)

    def solve(x):
        beta = np.zeros(x.shape[1])
        for _ in range(40):
            p = 1 / (1 + np.exp(-x @ beta))
            beta += np.linalg.solve((x * (w * p * (1 - p))[:, None]).T @ x, x.T @ (w * (y - p)))
        p = 1 / (1 + np.exp(-x @ beta))
        return p, 2 * (w @ (y * np.log(y / p + (y == 0)) + (1 - y) * np.log((1 - y) / (1 - p) + (y == 1))))

    p, deviance = solve(x)
    at = [2, 3]
    rise = solve(np.delete(x, at, axis=1))[1] - deviance
    naive = np.linalg.inv((x * (w * p * (1 - p))[:, None]).T @ x)
    score = (x * (w * (y - p))[:, None]) @ naive
    actual = np.zeros((5, 5))
    for province in ("north", "middle", "south"):
        own = people["province"].to_numpy() == province
        clusters = people["commune"].to_numpy()[own]
        sums = np.array([score[own][clusters == c].sum(axis=0) for c in np.unique(clusters)])
        away = sums - sums.mean(axis=0)
        actual += len(sums) / (len(sums) - 1) * away.T @ away
    factors = np.linalg.eigvals(np.linalg.inv(naive[np.ix_(at, at)]) @ actual[np.ix_(at, at)])
    df = 30 - 3 + 1 - 5
    ratio = {s: likelihood_ratio_test(found, ["province"], statistic=s) for s in ("saddlepoint", "exact", "F")}
    row = ratio["saddlepoint"].row(0, named=True)
    assert row["working_statistic"] == pytest.approx(rise, rel=1e-8)
    assert row["scale_factors"] == pytest.approx(sorted(factors, reverse=True), rel=1e-8)
    assert row["df"] == df
    assert row["p_value"] == pytest.approx(tail_by_kuonen(rise, factors, df), rel=1e-7)
    assert ratio["exact"]["p_value"].item() == pytest.approx(tail_by_imhof(rise, factors, df), abs=1e-7)
    freedom = factors.sum() ** 2 / (factors**2).sum()
    assert ratio["F"]["df_numerator"].item() == pytest.approx(freedom)
    assert ratio["F"]["p_value"].item() == pytest.approx(stats.f.sf(rise / factors.sum(), freedom, df))


def test_a_printed_result_of_r_has_the_p_value_of_our_saddlepoint():
    # Nahhas, Introduction to Regression Methods for Public Health Using R, 8.8 (bookdown.org/rwnahhas/RMPH):
    # regTermTest(…, method = "LRT") prints 2logLR 11.29, factors 1.8 0.93 0.31 (mean 1: 1.76), 15 df, p 0.042.
    assert tail_by_saddlepoint(11.29, [1.76, 0.93, 0.31], 15) == pytest.approx(0.042, abs=0.0005)
    assert tail_by_series(11.29, [1.76, 0.93, 0.31], 15) == pytest.approx(0.043, abs=0.0005)


@pytest.mark.parametrize("choices", MODELS)
def test_with_equal_weights_the_working_statistic_is_the_likelihood_ratio_of_statsmodels(choices):
    # statsmodels 0.15.0, GLM(...).fit(): deviances of the two models, in which nobody weighs more than another
    people = make_people().with_columns(w=pl.lit(7.0))
    found = likelihood_ratio_test(fit_model(people, EVERYBODY, **choices), ["province"]).row(0, named=True)
    family = {"linear": sm.families.Gaussian, "logistic": sm.families.Binomial, "poisson": sm.families.Poisson}
    x = people.select(
        pl.lit(1.0).alias("one"),
        "speed",
        *[(pl.col("province") == name).cast(pl.Float64).alias(name) for name in ("middle", "south")],
        (pl.col("sex") == "m").cast(pl.Float64),
    )
    y = people[choices["outcome"]].cast(pl.Float64).to_numpy()
    larger, smaller = (
        sm.GLM(y, part.to_numpy(), family[choices.get("model", "linear")]()).fit()
        for part in (x, x.drop("middle", "south"))
    )
    assert found["working_statistic"] == pytest.approx(smaller.deviance - larger.deviance, rel=1e-6)
    # A simple random sample: the factors are the dispersion, and near 1 where the model holds.
    assert np.mean(found["scale_factors"]) == pytest.approx(larger.pearson_chi2 / larger.df_resid, rel=0.2)


def test_of_a_linear_model_likelihood_ratio_and_working_wald_are_the_same():
    model = fit_model(make_people(), CLUSTERED, outcome="overall", predictors=["speed", "province"])
    ratio = likelihood_ratio_test(model, ["province"], statistic="F").drop("method")
    wald = wald_test(model, ["province"], covariance="working").drop("method")
    assert ratio.columns == wald.columns
    for column in ("working_statistic", "chi_square", "p_value"):
        assert ratio[column].item() == pytest.approx(wald[column].item(), rel=1e-9)


def test_of_one_coefficient_of_a_linear_model_all_tests_are_its_t_test():
    model = fit_model(make_people(), CLUSTERED, outcome="overall", predictors=["speed", "sex"])
    p_value = model.coefficients.filter(term="sex")["p_value"].item()
    assert wald_test(model, ["sex"])["p_value"].item() == pytest.approx(p_value, rel=1e-10)
    for statistic in ("F", "exact"):
        assert likelihood_ratio_test(model, ["sex"], statistic=statistic)["p_value"].item() == pytest.approx(
            p_value, rel=1e-8
        )
    assert likelihood_ratio_test(model, ["sex"])["p_value"].item() == pytest.approx(p_value, rel=0.03)


@pytest.mark.parametrize("choices", MODELS)
def test_scale_of_weights_and_rows_outside_do_not_matter(choices):
    people = make_people()
    asked = pl.col("commune") % 3 > 0
    test = likelihood_ratio_test(fit_model(people, CLUSTERED, **choices, where=asked), ["province"])
    hidden = people.with_columns(pl.when(asked).then(choices["outcome"]), w=pl.col("w") * 250)
    again = likelihood_ratio_test(fit_model(hidden, CLUSTERED, **choices), ["province"])
    for column in ("working_statistic", "chi_square", "p_value", "df"):
        assert test[column].item() == pytest.approx(again[column].item(), rel=1e-6)
    filtered = likelihood_ratio_test(fit_model(people.filter(asked), CLUSTERED, **choices), ["province"])
    assert filtered["working_statistic"].item() == pytest.approx(test["working_statistic"].item(), rel=1e-6)


def test_replicates_have_their_own_factors_and_the_same_ratio():
    people = make_people()
    made, design = make_replicates(people, CLUSTERED, kind="JKn")
    linear = likelihood_ratio_test(fit_model(people, CLUSTERED, **LOGISTIC), ["province"]).row(0, named=True)
    jackknife = likelihood_ratio_test(fit_model(made, design, **LOGISTIC), ["province"]).row(0, named=True)
    assert jackknife["working_statistic"] == pytest.approx(linear["working_statistic"], rel=1e-9)
    assert jackknife["scale_factors"] != linear["scale_factors"]
    assert jackknife["scale_factors"] == pytest.approx(linear["scale_factors"], rel=0.4)


def test_the_ratio_of_an_ordinal_model_is_the_fall_of_its_deviance():
    people = make_people()
    model = fit_ordinal(people, CLUSTERED, outcome="overall", predictors=["speed", "province"])
    smaller = fit_ordinal(people, CLUSTERED, outcome="overall", predictors=["speed"])
    found = likelihood_ratio_test(model, ["province"]).row(0, named=True)
    assert found["working_statistic"] == pytest.approx(
        smaller.fit["deviance"].item() - model.fit["deviance"].item(), rel=1e-8
    )
    everything = likelihood_ratio_test(model, ["speed", "province"]).row(0, named=True)
    assert everything["working_statistic"] == pytest.approx(
        model.fit["null_deviance"].item() - model.fit["deviance"].item(), rel=1e-8
    )


def test_more_coefficients_than_communes_can_still_be_tested():
    # 12 communes, and 11 coefficients that vary in fewer directions: the design covariance has no inverse
    people = make_people(48).with_columns(group=(pl.int_range(pl.len()) * 7 % 12).cast(pl.String))
    design = SurveyDesign("w", cluster="commune")
    model = fit_model(people, design, outcome="overall", predictors=["group"], df=11)
    with pytest.raises(EstimateError, match=r"vary in .* directions only"):
        wald_test(model, ["group"])
    found = likelihood_ratio_test(model, ["group"], statistic="exact").row(0, named=True)
    assert 0 < found["p_value"] < 1
    assert len(found["scale_factors"]) == 11


def test_under_no_effect_a_tenth_of_the_tests_reject_at_ten_per_cent():
    # 200 samples of 40 clusters of 5 who are alike, seed 20261130; two coefficients of groups of clusters.
    # Binomial: 3 standard errors are 0.064 and 0.106. Who ignores the clusters rejects one in four at 10 %.
    rng = np.random.default_rng(20261130)
    commune = np.repeat(np.arange(40), 5)
    design, asked = SurveyDesign("w", cluster="commune"), {"predictors": ["group"], "model": "logistic"}
    p_values, naive = [], []
    for _ in range(200):
        mood = rng.normal(scale=0.8, size=40)[commune]
        pleased = rng.random(200) < 1 / (1 + np.exp(-mood))
        sample = {"w": rng.uniform(1, 3, 200), "commune": commune, "group": commune % 3, "pleased": pleased}
        people = pl.DataFrame(sample).with_columns(pl.col("group").cast(pl.String))
        found = likelihood_ratio_test(fit_model(people, design, outcome="pleased", **asked), ["group"])
        p_values.append(found["p_value"].item())
        naive.append(stats.chi2.sf(found["working_statistic"].item(), 2))
    assert np.mean(np.array(p_values) < 0.1) == pytest.approx(0.1, abs=0.064)
    assert np.mean(np.array(p_values) < 0.5) == pytest.approx(0.5, abs=0.106)
    assert np.mean(np.array(naive) < 0.1) > 0.18


def test_what_cannot_be_tested_is_said():
    model = fit_model(make_people(), CLUSTERED, **LOGISTIC)
    with pytest.raises(EstimateError, match="term 'age' is not in the model"):
        likelihood_ratio_test(model, ["age"])
    with pytest.raises(EstimateError, match="no term was named"):
        likelihood_ratio_test(model, [])
    with pytest.raises(EstimateError, match="statistic is 'lincom'"):
        likelihood_ratio_test(model, ["sex"], statistic="lincom")
    with pytest.raises(EstimateError, match=r"(?s)3 null values for 1.*covariance is 'naive'"):
        wald_test(model, ["sex"], null=[0, 0, 0], covariance="naive")
    with pytest.raises(EstimateError, match="which is for covariance='working'"):
        wald_test(model, ["sex"], statistic="exact")
    ordinal = fit_ordinal(make_people(), CLUSTERED, outcome="overall", predictors=["speed"])
    with pytest.raises(EstimateError, match="thresholds were named"):
        likelihood_ratio_test(ordinal, ["threshold"])
