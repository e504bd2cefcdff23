"""Any statistic: the same as the estimators where both know it, by replicates and by influence; and refusals."""

import numpy as np
import polars as pl
import pytest

from analysis.design import SurveyDesign
from analysis.designs.replicate import make_replicates
from analysis.errors import EstimateError
from analysis.estimation.calibrated import estimate_calibrated_ratios
from analysis.estimation.estimate import estimate_means, estimate_ratios
from analysis.estimation.quantile_rules import weighted_quantile
from analysis.models.any_statistic import estimate_statistic
from analysis.models.generalised import fit_model
from analysis.replicates import Replicates
from analysis.weighting.calibrate import calibrate
from tests.analysis.oracle import mismatches, read_case, read_data

CLUSTERED = SurveyDesign("pw", cluster="dnum")
BOTH = ("estimate", "standard_error", "low", "high", "df")


def ratio(rows, weight):
    return float(weight @ rows["api.stu"].to_numpy() / (weight @ rows["enroll"].to_numpy()))


def ratio_influence(rows, weight):
    y, x = rows["api.stu"].to_numpy(), rows["enroll"].to_numpy()
    return (y - ratio(rows, weight) * x) / (weight @ x)


def mean(rows, weight):
    return float(np.average(rows["api00"], weights=weight))


@pytest.mark.parametrize(("part", "centre"), [("jk1", "mean"), ("jk1_mse", "estimate")])
def test_a_ratio_made_again_with_every_replicate_is_that_of_r(part, centre):
    sample, design = make_replicates(read_data("apiclus1"), CLUSTERED, kind="JK1", centre=centre)
    found = estimate_statistic(sample, design, statistic=ratio, values=["api.stu", "enroll"])
    columns = {"est": "estimate", "se": "standard_error", "df": "df", "lo_t": "low", "hi_t": "high"}
    assert mismatches(found, read_case("p13_jackknife")[part]["ratio"], columns) == []
    assert "replicates JK1" in found["method"].item()
    assert found["design_effect"].item() is None


@pytest.mark.parametrize("where", [None, pl.col("stype") == "H"])
def test_a_ratio_by_its_influence_is_that_of_the_estimator(where):
    design = SurveyDesign("pw", stratum="stype", population="fpc")
    asked = {"where": where}
    found = estimate_statistic(
        read_data("apistrat"),
        design,
        statistic=ratio,
        influence=ratio_influence,
        values=["api.stu", "enroll"],
        **asked,
    )
    known = estimate_ratios(read_data("apistrat"), design, ratios={"r": ("api.stu", "enroll")}, **asked)
    for column in (*BOTH, "design_effect"):
        np.testing.assert_allclose(found[column], known[column], rtol=1e-9)


def test_several_figures_have_names_and_are_each_their_own():
    sample, design = make_replicates(read_data("apiclus1"), CLUSTERED, kind="JK1")

    def both(rows, weight):
        return {"mean": mean(rows, weight), "ratio": ratio(rows, weight)}

    found = estimate_statistic(sample, design, statistic=both, values=["api00", "api.stu", "enroll"])
    assert found["figure"].to_list() == ["mean", "ratio"]
    alone = estimate_means(sample, design, values=["api00"])
    for column in BOTH:
        assert found[column][0] == pytest.approx(alone[column][0], rel=1e-10)


def test_coefficients_of_a_model_agree_with_the_model():
    sample, design = make_replicates(read_data("apiclus1"), CLUSTERED, kind="JK1")

    def line(rows, weight):
        x, root = np.column_stack([np.ones(rows.height), rows["meals"]]), np.sqrt(weight)
        return np.linalg.lstsq(x * root[:, None], rows["api00"].to_numpy() * root, rcond=None)[0]

    found = estimate_statistic(sample, design, statistic=line, values=["api00", "meals"])
    model = fit_model(sample, design, outcome="api00", predictors=["meals"])
    for column in ("estimate", "standard_error"):
        np.testing.assert_allclose(found[column], model.coefficients[column], rtol=1e-9)


def test_the_scale_of_the_weights_does_not_matter():
    asked = {"statistic": ratio, "influence": ratio_influence, "values": ["api.stu", "enroll"]}
    sample = read_data("apiclus1")
    one = estimate_statistic(sample, CLUSTERED, **asked)
    other = estimate_statistic(sample.with_columns(pl.col("pw") * 37), CLUSTERED, **asked)
    for column in BOTH:
        assert one[column].item() == pytest.approx(other[column].item(), rel=1e-11)


def test_what_cannot_be_done_is_said():
    sample = read_data("apiclus1")
    with pytest.raises(EstimateError, match="no replicates, and no influence"):
        estimate_statistic(sample, CLUSTERED, statistic=mean, values=["api00"])
    with pytest.raises(EstimateError, match=r"influence has shape \(2,\); 183 rows"):
        estimate_statistic(sample, CLUSTERED, statistic=mean, values=["api00"], influence=lambda *_: np.ones(2))
    endless = {"statistic": lambda *_: float("nan"), "influence": lambda rows, _: np.ones(rows.height)}
    with pytest.raises(EstimateError, match="figure '0' is nan"):
        estimate_statistic(sample, CLUSTERED, **endless, values=["api00"])
    with pytest.raises(EstimateError, match="not a finite number: 0"):
        estimate_statistic(sample, CLUSTERED, **endless, values=["api00"], by=["stype"])
    unspread = {"statistic": mean, "influence": lambda rows, _: np.full(rows.height, np.inf)}
    with pytest.raises(EstimateError, match="influence has values that are not finite"):
        estimate_statistic(sample, CLUSTERED, **unspread, values=["api00"])
    made, design = make_replicates(sample, CLUSTERED, kind="JK1")
    many = iter(range(1, 99))
    with pytest.raises(EstimateError, match="2 figures for a replicate, 1 for the sample"):
        estimate_statistic(made, design, statistic=lambda *_: [1.0] * next(many), values=["api00"])


def test_a_median_from_bootstrap_replicates_is_that_of_every_replicate():
    # R's svyquantile(interval.type="quantile") of replicate designs: the quantile itself, made again with each
    sample, columns = read_data("apiclus1_boot50"), [f"bw{r}" for r in range(1, 51)]
    design = SurveyDesign("pw", replicates=Replicates(columns))

    def median(rows, weight):
        kept = weight > 0
        return weighted_quantile(rows["api00"].to_numpy()[kept], weight[kept], np.array([0.5]), "math")[0]

    found = estimate_statistic(sample, design, statistic=median, values=["api00"]).row(0, named=True)
    again = []
    for column in columns:
        ordered = sample.sort("api00").with_columns(pl.col(column).cum_sum() / pl.col(column).sum())
        again.append(ordered.filter(pl.col(column) >= 0.5 - 1e-12)["api00"][0])
    assert found["standard_error"] == pytest.approx(np.std(again, ddof=1))
    assert found["df"] == 14


def ratio_and_mean(rows, weight):
    return {"ratio": ratio(rows, weight), "mean": float(np.average(rows["enroll"], weights=weight))}


def influence_of_both(rows, weight):
    x = rows["enroll"].to_numpy()
    return np.column_stack([ratio_influence(rows, weight), (x - np.average(x, weights=weight)) / weight.sum()])


MADE = {"statistic": ratio_and_mean, "influence": influence_of_both, "values": ["api.stu", "enroll"]}


@pytest.mark.parametrize("kind", ["linearised", "calibrated", "replicates"])
def test_domains_are_those_of_the_estimators(kind):
    sample = read_data("apistrat")
    design = SurveyDesign("pw", stratum="stype", population="fpc")
    asked = {"by": ["stype", "sch.wide", "comp.imp"], "where": pl.col("api99") > 500}
    ratios = {"ratio": ("api.stu", "enroll")}
    credited = {}
    if kind == "calibrated":
        met = calibrate(sample, weight="pw", counts={"stype": {"E": 4421.0, "H": 755.0, "M": 1018.0}}, totals={})
        sample, design = met.frame, SurveyDesign("weight_calibrated", stratum="stype", population="fpc")
        known = estimate_calibrated_ratios(sample, design, met.calibration, ratios=ratios, **asked)
        credited = {"calibration": met.calibration}
    else:
        if kind == "replicates":
            sample, design = make_replicates(sample, SurveyDesign("pw", stratum="stype"), kind="JKn")
        known = estimate_ratios(sample, design, ratios=ratios, **asked)
    found = estimate_statistic(sample, design, **MADE, **asked, **credited)
    assert found.columns[:4] == [*asked["by"], "figure"]
    found = found.filter(figure="ratio")
    assert found.select(asked["by"]).equals(known.select(asked["by"]))
    assert found["n"].to_list() == known["n"].to_list()
    for column in (*BOTH, "sum_weights"):
        np.testing.assert_allclose(
            found[column].cast(pl.Float64).fill_null(-1), known[column].fill_null(-1), rtol=1e-8, atol=1e-12
        )


@pytest.mark.parametrize("kind", ["linearised", "replicates"])
def test_a_domain_is_what_where_gives(kind):
    sample, design = read_data("apiclus1"), CLUSTERED
    if kind == "replicates":
        sample, design = make_replicates(sample, CLUSTERED, kind="JK1")
    split = estimate_statistic(sample, design, **MADE, by=["stype"])
    for level in ("E", "H", "M"):
        alone = estimate_statistic(sample, design, **MADE, where=pl.col("stype") == level)
        own = split.filter(stype=level).drop("stype")
        assert own.select("figure", "n", "method").equals(alone.select("figure", "n", "method"))
        for column in BOTH:
            np.testing.assert_allclose(own[column], alone[column], rtol=1e-10)


def invert(rows, weight):
    """A slope: raises where all have the same x."""
    x = np.column_stack([np.ones(rows.height), rows["x"]])
    return np.linalg.solve((x * weight[:, None]).T @ x, (x * weight[:, None]).T @ rows["y"].to_numpy())[1]


def test_a_domain_that_fails_or_has_nobody_keeps_its_row_and_spares_the_others():
    people = pl.DataFrame(
        {
            "w": [1.0, 2.0, 1.0, 1.0, 2.0, 2.0, 1.0, 1.0, 0.0],
            "place": ["a", "a", "a", "a", "b", "b", "c", None, "d"],
            "x": [1.0, 2.0, 4.0, 5.0, 2.0, 2.0, 1.0, 4.0, 2.0],
            "y": [1.0, 3.0, 3.0, 6.0, 1.0, 5.0, None, 4.0, 2.0],
        }
    )
    made, design = make_replicates(people, SurveyDesign("w"), kind="JK1")
    found = estimate_statistic(made, design, statistic=invert, values=["x", "y"], by=["place"])
    assert found["place"].to_list() == ["a", "b", "c"]  # nobody of "d" has a weight
    assert found["n"].to_list() == [4, 2, 0]
    assert found["estimate"].is_null().to_list() == [False, True, True]
    assert found["standard_error"].is_null().to_list() == [False, True, True]
    assert found["note"].to_list() == [
        None,
        "không tính được / cannot be made: Singular matrix",
        "không có trả lời / no answers",
    ]
    assert found["df"].to_list()[2] is None
    with pytest.raises(np.linalg.LinAlgError):  # without domains nothing is left to tell
        estimate_statistic(made, design, statistic=invert, values=["x", "y"], where=pl.col("place") == "b")


def test_a_domain_without_rows_is_empty_by_influence_too():
    people = read_data("apiclus1").with_columns(pl.when(pl.col("stype") != "M").then("enroll").alias("enroll"))
    found = estimate_statistic(people, CLUSTERED, **MADE, by=["stype"])
    empty = found.filter(stype="M")
    assert empty.select("n", "estimate", "standard_error", "df", "method").unique().row(0) == (
        0,
        None,
        None,
        None,
        "none",
    )
    assert empty["note"].unique().to_list() == ["không có trả lời / no answers"]
    assert found.filter(pl.col("stype") != "M")["note"].null_count() == 4


def test_figures_of_one_domain_that_others_do_not_have_are_refused():
    sample, design = make_replicates(read_data("apiclus1"), CLUSTERED, kind="JK1")

    def shares(rows, weight):
        return {
            level: float(weight @ (rows["stype"] == level).to_numpy()) for level in rows["stype"].unique().sort()
        }

    with pytest.raises(EstimateError, match="the statistic gave H in 1 domains, E in another"):
        estimate_statistic(
            sample, design, statistic=shares, values=["stype"], by=["stype"], where=pl.col("stype") != "M"
        )
