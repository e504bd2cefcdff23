"""Ordinal models against statsmodels; omega, alpha and importance by hand; tails of sums of chi squares."""

import numpy as np
import polars as pl
import pytest
from scipy import stats
from statsmodels.miscmodels.ordinal_model import OrderedModel

from analysis.design import SurveyDesign
from analysis.models.chi_square_sums import tail_by_saddlepoint, tail_by_series
from analysis.models.drivers import estimate_drivers
from analysis.models.importance import compare_importance
from analysis.models.ordinal import fit_ordinal
from analysis.models.reliability import estimate_alpha, estimate_reliability
from analysis.models.scale_statistics import find_alpha, find_omega
from analysis.models.thresholds import ORDINAL_LINKS
from tests.analysis.models.make_people import make_people

EVERYBODY = SurveyDesign("w")


@pytest.mark.parametrize(("link", "theirs"), [("logit", "logit"), ("probit", "probit")])
def test_unweighted_ordinal_model_is_that_of_statsmodels(link, theirs):
    # statsmodels 0.15.0, OrderedModel(levels, x, distr).fit(method="bfgs"): point estimates only
    people = make_people().with_columns(w=pl.lit(1.0))
    ours = fit_ordinal(people, EVERYBODY, outcome="overall", predictors=["speed", "staff"], link=link)
    x = people.select("speed", "staff").to_numpy().astype(float)
    fitted = OrderedModel(people["overall"].to_numpy(), x, distr=theirs).fit(method="bfgs", disp=False, gtol=1e-8)
    np.testing.assert_allclose(ours.coefficients["estimate"][:2], fitted.params[:2], rtol=1e-4)
    np.testing.assert_allclose(-ours.fit["deviance"].item() / 2, fitted.llf, rtol=1e-9)


@pytest.mark.parametrize("name", list(ORDINAL_LINKS))
def test_derivatives_of_every_link_are_those_of_its_curve(name):
    link, z, step = ORDINAL_LINKS[name], np.linspace(-3, 3, 13), 1e-5
    slope = (link.below(z + step) - link.below(z - step)) / (2 * step)
    bend = (link.density(z + step) - link.density(z - step)) / (2 * step)
    np.testing.assert_allclose(link.density(z), slope, rtol=1e-6, atol=1e-10)
    np.testing.assert_allclose(link.bend(z), bend, rtol=1e-5, atol=1e-9)


@pytest.mark.parametrize("name", list(ORDINAL_LINKS))
def test_every_link_settles_and_better_service_means_higher_levels(name):
    found = fit_ordinal(make_people(), EVERYBODY, outcome="overall", predictors=["speed"], link=name)
    assert found.coefficients["estimate"][0] > 0
    cuts = found.coefficients["estimate"][1:].to_list()
    assert cuts == sorted(cuts)


def answers_with(covariance):
    """Eight rows whose covariance is exactly this: all signs of three columns have covariance 1."""
    signs = np.array(np.meshgrid([-1, 1], [-1, 1], [-1, 1])).reshape(3, -1).T
    rows = signs @ np.linalg.cholesky(covariance).T
    return pl.DataFrame(rows, schema=["a", "b", "c"]).with_columns(w=pl.lit(2.0))


def test_omega_and_alpha_by_hand():
    # λ = (1, 1, 2): s12 = 1, s13 = s23 = 2; ψ = 2 − 1, 3 − 1, 5 − 4, so L² = 16, Σψ = 4, the sum's variance 20:
    # omega = 16/20, alpha = 3/2·(1 − 10/20)
    covariance = np.array([[2.0, 1.0, 2.0], [1.0, 3.0, 2.0], [2.0, 2.0, 5.0]])
    assert find_omega(covariance).value == pytest.approx(0.8, rel=1e-12)
    assert find_alpha(covariance).value == pytest.approx(0.75, rel=1e-12)
    frame = answers_with(covariance)
    found = estimate_reliability(frame, EVERYBODY, items=["a", "b", "c"])
    assert found["estimate"].to_list() == pytest.approx([0.75, 0.8])
    assert estimate_alpha(frame, EVERYBODY, items=["a", "b", "c"]) == pytest.approx(0.75)
    assert (found["high"] < 1).all()


def test_omega_of_items_that_count_alike_is_alpha():
    covariance = np.full((5, 5), 0.4) + 0.6 * np.eye(5)
    assert find_omega(covariance).value == pytest.approx(find_alpha(covariance).value, rel=1e-12)


def test_omega_slope_is_that_of_the_covariance_moved_a_little():
    rng = np.random.default_rng(20261120)
    loadings = rng.uniform(0.4, 1.0, 6)
    covariance = np.outer(loadings, loadings) + np.diag(rng.uniform(0.3, 0.8, 6))
    noise = rng.normal(scale=0.03, size=(6, 6))
    covariance += (noise + noise.T) / 2
    slope, step = find_omega(covariance).slope, 1e-6
    for i, j in ((0, 0), (0, 3), (2, 5)):
        move = np.zeros((6, 6))
        move[i, j] = move[j, i] = step
        moved = (find_omega(covariance + move).value - find_omega(covariance - move).value) / (2 * step)
        assert moved == pytest.approx((slope * (move > 0)).sum(), rel=1e-5)


def test_two_items_have_no_omega():
    found = estimate_reliability(make_people(), EVERYBODY, items=["speed", "staff"])
    assert found["estimate"].is_null().to_list() == [False, True]


def test_collinear_aspects_are_told():
    people = make_people()
    near = pl.col("speed") + 0.1 * pl.col("fees")
    found = estimate_drivers(
        people.with_columns(echo=near), EVERYBODY, outcome="overall", aspects=["speed", "echo", "staff"]
    )
    assert found["note"].is_not_null().to_list() == [True, True, False]
    # of two predictors 1/(1 − r²)
    two = estimate_drivers(people, EVERYBODY, outcome="overall", aspects=["speed", "staff"])
    w, x = people["w"].to_numpy(), people.select("speed", "staff").to_numpy().T
    r = np.cov(x, aweights=w)[0, 1] / np.sqrt(np.prod(np.diag(np.cov(x, aweights=w))))
    assert two["vif"].to_list() == pytest.approx([1 / (1 - r**2)] * 2)


def test_quadrants_are_named_only_beyond_noise():
    rng = np.random.default_rng(20261120)
    n = 3000
    strong, weak, other = (rng.normal(size=n) for _ in range(3))
    scores = {"strong": 50 + 5 * strong, "weak": 80 + 5 * weak, "other": 65 + 5 * other}
    people = pl.DataFrame({"w": np.ones(n), **scores, "overall": 3 * strong + weak + 2 * other})
    choices = {"outcome": "overall", "aspects": ["strong", "weak", "other"]}
    many = compare_importance(people, EVERYBODY, **choices, scale="points")
    assert many["quadrant"].to_list() == ["improve", "possible_excess", None]
    noisy = people.head(6).with_columns(overall=pl.Series(rng.normal(size=6)))
    assert compare_importance(noisy, EVERYBODY, **choices)["quadrant"].to_list() == [None] * 3


@pytest.mark.parametrize(("x", "df"), [(2.0, np.inf), (9.0, np.inf), (5.0, 14.0), (20.0, 8.0)])
def test_tails_of_equal_weights_are_those_of_chi_square_and_f(x, df):
    expected = stats.chi2.sf(x / 2, 3) if np.isinf(df) else stats.f.sf(x / 6, 3, df)
    assert tail_by_series(x, [2.0] * 3, df) == pytest.approx(expected, rel=1e-9)
    assert tail_by_saddlepoint(x, [2.0] * 3, df) == pytest.approx(expected, rel=0.05)


def test_tail_of_unequal_weights_is_what_draws_say():
    # 400,000 draws with seed 20261120: one standard error is 0.0004
    rng = np.random.default_rng(20261120)
    draws = rng.chisquare(1, (400_000, 3)) @ [3.0, 1.0, 0.2] / (rng.chisquare(12, 400_000) / 12)
    assert tail_by_series(10.0, [3.0, 1.0, 0.2], 12) == pytest.approx((draws > 10).mean(), abs=0.0016)
