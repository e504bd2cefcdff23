"""Standard errors of every statistic against its derivatives by the weights, and what must not change them."""

import numpy as np
import polars as pl
import pytest

from analysis.design import SurveyDesign
from analysis.designs.replicate import make_replicates
from analysis.errors import EstimateError, ItemError
from analysis.models.chi_square_test import chi_square_test
from analysis.models.drivers import estimate_drivers
from analysis.models.generalised import fit_model
from analysis.models.ordinal import fit_ordinal
from analysis.models.rank_test import rank_test
from analysis.models.reliability import describe_items, estimate_reliability
from analysis.models.t_test import t_test
from analysis.replicates import Replicates
from analysis.weighting.calibrate import calibrate
from tests.analysis.models.make_people import make_people

ASPECTS = ["speed", "staff", "fees"]
CLUSTERED = SurveyDesign("w", stratum="province", cluster="commune")


def fit(frame, design, **choices):
    return fit_model(frame, design, **choices).coefficients


def fit_levels(frame, design, **choices):
    return fit_ordinal(frame, design, outcome="overall", predictors=["speed", "sex"], **choices).coefficients


def drive(frame, design, **choices):
    return estimate_drivers(frame, design, outcome="overall", aspects=ASPECTS, controls=["sex"], **choices)


STATISTICS = [
    pytest.param(lambda f, d: fit(f, d, outcome="overall", predictors=["speed", "sex"]), id="linear"),
    pytest.param(lambda f, d: fit(f, d, outcome="pleased", predictors=["speed"], model="logistic"), id="logit"),
    pytest.param(lambda f, d: fit(f, d, outcome="visits", predictors=["sex"], model="poisson"), id="poisson"),
    # Of links other than the usual one the information is the expected one, as R's: 2 % off the derivative here.
    pytest.param(
        lambda f, d: fit(f, d, outcome="overall", predictors=["sex"], model="gamma", link="inverse"), id="gamma"
    ),
    pytest.param(fit_levels, id="ordinal"),
    pytest.param(lambda f, d: t_test(f, d, value="overall", by="sex"), id="t of two"),
    pytest.param(lambda f, d: t_test(f, d, value="overall"), id="t of one"),
    pytest.param(drive, id="drivers"),
    pytest.param(lambda f, d: drive(f, d, model="ordinal"), id="ordinal drivers"),
    pytest.param(lambda f, d: drive(f, d, scale="points"), id="drivers in points"),
    pytest.param(lambda f, d: estimate_reliability(f, d, items=ASPECTS), id="reliability"),
    pytest.param(lambda f, d: describe_items(f, d, items=ASPECTS), id="items"),
]


@pytest.mark.parametrize("estimate", STATISTICS)
def test_linearised_error_is_that_of_weights_moved_a_little(estimate):
    # v = n/(n − 1)·Σ(w·∂θ/∂w)², the derivative by one replicate per person whose weight is a little larger.
    people, move = make_people(60), 1e-5
    n = people.height
    weights = people["w"].to_numpy()[:, None] * (1 + move * np.eye(n))
    replicates = Replicates(
        tuple(f"r{k}" for k in range(n)), kind="other", scale=n / (n - 1) / move**2, centre="estimate", df=n - 1
    )
    moved = people.hstack(pl.DataFrame(weights, schema=list(replicates.columns)))
    found = estimate(people, SurveyDesign("w"))
    expected = estimate(moved, SurveyDesign("w", replicates=replicates))
    np.testing.assert_allclose(found["estimate"], expected["estimate"], rtol=1e-12)
    np.testing.assert_allclose(found["standard_error"], expected["standard_error"], rtol=1e-3)


@pytest.mark.parametrize("estimate", STATISTICS)
def test_scale_of_weights_and_order_of_rows_change_nothing(estimate):
    people = make_people()
    changed = people.sample(fraction=1.0, shuffle=True, seed=7).with_columns(pl.col("w") * 250)
    columns = ["estimate", "standard_error", "low", "high"]
    found, again = (estimate(frame, CLUSTERED).select(columns).to_numpy() for frame in (people, changed))
    np.testing.assert_allclose(found, again, rtol=1e-7)


FITTED = [each for each in STATISTICS if each.id in ("linear", "logit", "ordinal", "drivers", "ordinal drivers")]


@pytest.mark.parametrize("estimate", FITTED)
@pytest.mark.parametrize("far", [pl.col("speed") + 1e6, pl.col("speed") / 365 + 2026])
def test_a_predictor_far_from_zero_loses_no_digits(estimate, far):
    # decimal years: the equations of the raw column would keep 4 digits of t, or not settle
    people = make_people()
    near, moved = (estimate(f, CLUSTERED) for f in (people, people.with_columns(far.alias("speed"))))
    kept = pl.col("term" if "term" in near.columns else "aspect").is_in(["speed", "sex", "staff"])
    tests = [frame.filter(kept).select(pl.col("estimate") / pl.col("standard_error")) for frame in (near, moved)]
    np.testing.assert_allclose(tests[0], tests[1], rtol=1e-9)


@pytest.mark.parametrize("estimate", STATISTICS)
def test_jackknife_is_near_the_linearised_error(estimate):
    people = make_people(180)
    repeated, design = make_replicates(people, CLUSTERED, kind="JKn")
    linear, jackknife = estimate(people, CLUSTERED), estimate(repeated, design)
    np.testing.assert_allclose(linear["estimate"], jackknife["estimate"], rtol=1e-12)
    np.testing.assert_allclose(linear["standard_error"], jackknife["standard_error"], rtol=0.2)
    assert linear["df"].to_list() == jackknife["df"].to_list()


def test_rows_left_out_stay_in_the_design():
    people = make_people()
    asked = people.with_columns(pl.when(pl.col("commune") % 3 > 0).then("overall").alias("overall"))
    by_null = fit(asked, CLUSTERED, outcome="overall", predictors=["speed"])
    by_where = fit(people, CLUSTERED, outcome="overall", predictors=["speed"], where=pl.col("commune") % 3 > 0)
    assert by_null.equals(by_where)
    lonely = people.filter(pl.col("commune") % 3 > 0)
    filtered = fit(lonely, CLUSTERED, outcome="overall", predictors=["speed"])
    assert by_null["df"].to_list() == filtered["df"].to_list()
    assert by_null["standard_error"][0] != filtered["standard_error"][0]


def test_calibrated_weights_are_credited_to_the_error():
    people = make_people()
    met = calibrate(people, weight="w", totals={"speed": 900.0}, counts={"sex": {"f": 140.0, "m": 130.0}})
    design = SurveyDesign("weight_calibrated", stratum="province", cluster="commune")
    known = t_test(met.frame, design, value="speed", calibration=met.calibration)
    naive = t_test(met.frame, design, value="speed")
    # Its total and the count of people are both fixed: nothing of the mean is left to chance.
    assert known["standard_error"].item() == 0
    assert known["p_value"].item() is None
    assert naive["standard_error"].item() > 0


def test_two_means_by_hand():
    # means 85 and 65; v = 4/3·Σz², z = ±5/2 four times, times 1: 4/3·25
    people = pl.DataFrame({"w": [1.0] * 4, "sex": ["f", "f", "m", "m"], "score": [80.0, 90.0, 60.0, 70.0]})
    row = t_test(people, SurveyDesign("w"), value="score", by="sex").row(0, named=True)
    assert row["estimate"] == -20.0
    assert row["standard_error"] ** 2 == pytest.approx(4 / 3 * 25)


def test_rank_test_with_middle_ranks_does_not_depend_on_the_order_of_rows():
    people = make_people()
    shuffled = people.sample(fraction=1.0, shuffle=True, seed=3)
    first, second = (
        rank_test(f, CLUSTERED, value="overall", by="sex")["statistic"].item() for f in (people, shuffled)
    )
    assert first == pytest.approx(second, rel=1e-9)


@pytest.mark.parametrize("statistic", ["F", "chi_square", "wald", "adjusted_wald", "saddlepoint", "exact"])
def test_rows_and_columns_of_a_table_may_change_places(statistic):
    people = make_people()
    one = chi_square_test(people, CLUSTERED, rows="sex", columns="overall", statistic=statistic)
    other = chi_square_test(people, CLUSTERED, rows="overall", columns="sex", statistic=statistic)
    assert one["p_value"].item() == pytest.approx(other["p_value"].item(), rel=1e-9)


@pytest.mark.parametrize("statistic", ["F", "wald", "adjusted_wald", "saddlepoint", "exact"])
def test_a_table_without_an_estimated_denominator_is_that_of_very_many_psus(statistic):
    asked = {"rows": "sex", "columns": "overall", "statistic": statistic}
    many, endless = (
        chi_square_test(make_people(), CLUSTERED, **asked, df=df)["p_value"].item() for df in (1e7, np.inf)
    )
    assert endless == pytest.approx(many, rel=1e-4)
    own = chi_square_test(make_people(), CLUSTERED, **asked)
    assert own.equals(chi_square_test(make_people(), CLUSTERED, **asked, df=27))  # 30 communes, 3 provinces
    assert own["p_value"].item() > endless


def test_a_level_in_which_everybody_agrees_is_named():
    # statsmodels stops at a coefficient of 37 there and calls it settled
    people = make_people().with_columns(office=(pl.col("commune") % 4).cast(pl.String))
    told = people.with_columns(pl.col("pleased") | (pl.col("office") == "3"))
    with pytest.raises(EstimateError, match="'office' alone tells outcomes apart"):
        fit_model(told, CLUSTERED, outcome="pleased", predictors=["office"], model="logistic")


def test_what_cannot_be_modelled_is_named():
    people = make_people().with_columns(
        double=pl.col("speed") * 2, told=pl.when("pleased").then(pl.lit("a")).otherwise(pl.lit("b"))
    )
    with pytest.raises(EstimateError, match="'double' follows from the predictors before it"):
        fit_model(people, CLUSTERED, outcome="overall", predictors=["speed", "double"])
    with pytest.raises(EstimateError, match="'told' alone tells outcomes apart"):
        fit_model(people, CLUSTERED, outcome="pleased", predictors=["told"], model="logistic")
    with pytest.raises(EstimateError, match="outside 0-1"):
        fit_model(people, CLUSTERED, outcome="overall", model="logistic")
    with pytest.raises(ItemError, match="nowhere"):
        fit_model(people, CLUSTERED, outcome="overall", predictors=["nowhere"])
    with pytest.raises(EstimateError, match="text with 2 levels; their order is not known"):
        fit_ordinal(people, CLUSTERED, outcome="told", predictors=["speed"])
    with pytest.raises(EstimateError, match="one answer in all"):
        estimate_reliability(people.with_columns(same=pl.lit(4)), CLUSTERED, items=["speed", "same"])


def test_a_table_of_empty_cells_is_refused():
    twice = make_people().filter(pl.col("overall") > 2).with_columns(again=pl.col("overall"))
    with pytest.raises(EstimateError, match="3 of 9 cells of the table are filled: too few for a test of 4"):
        chi_square_test(twice, CLUSTERED, rows="overall", columns="again")


def test_what_is_no_number_or_has_no_order_is_told_with_its_column():
    people = make_people().with_columns(
        day=pl.date(2026, 11, 1), level=pl.col("overall").cast(pl.String).cast(pl.Enum(list("12345")))
    )
    with pytest.raises(ItemError, match=r"outcome 'sex' is String in 120 of 120 rows, not numbers\. Make numbers"):
        fit_model(people, CLUSTERED, outcome="sex", predictors=["speed"])
    with pytest.raises(ItemError, match=r"(?s)'sex' is String.*'level' is Enum"):
        estimate_reliability(people, CLUSTERED, items=["sex", "level"])
    with pytest.raises(ItemError, match="value is String in 120 of 120 rows"):
        t_test(people, CLUSTERED, value=pl.col("sex"))
    with pytest.raises(EstimateError, match="'day' is Date: neither a number nor a category"):
        fit_model(people, CLUSTERED, outcome="overall", predictors=["speed", "day"])
    with pytest.raises(EstimateError, match="value 'sex' is text with 2 levels in 120 rows"):
        rank_test(people, CLUSTERED, value="sex", by="province")
    with pytest.raises(EstimateError, match="0 of 120 rows have all of outcome 'overall', 'none'"):
        fit_model(people.with_columns(none=None), CLUSTERED, outcome="overall", predictors=["none"])
    by_number, by_level = (
        rank_test(people, CLUSTERED, value=v, by="sex")["p_value"].item() for v in ("overall", "level")
    )
    assert by_number == by_level
