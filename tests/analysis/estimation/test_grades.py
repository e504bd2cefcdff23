"""Grades of figures: every edge of the rules, and nothing unknown that passes."""

import polars as pl
import pytest

from analysis import SurveyDesign, estimate_composites, grade_estimates
from analysis.errors import EstimateError
from analysis.estimation.grades import MEANS, GradeRule


def figure(**given: float | None) -> pl.DataFrame:
    plain = {"estimate": 50.0, "standard_error": 2.0, "low": 46.0, "high": 54.0, "n": 400}
    return pl.DataFrame({**plain, "n_effective": 400.0, "df": 399.0, **given}, strict=False)


@pytest.mark.parametrize(
    ("given", "grade", "reason"),
    [
        pytest.param({}, "publish", None, id="exact"),
        pytest.param({"n": 30, "n_effective": 30.0, "df": 8.0}, "publish", None, id="just enough"),
        pytest.param({"n": 29}, "withhold", "too few answers", id="29 answers"),
        pytest.param({"n_effective": 29.9}, "withhold", "effective sample size", id="29.9 effective"),
        pytest.param({"n_effective": None}, "withhold", "effective sample size", id="effective n unknown"),
        pytest.param({"df": 7.0}, "with_care", "few degrees of freedom", id="7 df"),
        pytest.param({"low": 35.0, "high": 64.9}, "publish", None, id="width 29.9"),
        pytest.param({"low": 35.0, "high": 65.0}, "withhold", "interval too wide", id="width 30"),
        # 1.3 times the share: 5.2 for a share of 4
        pytest.param({"estimate": 4.0, "low": 2.0, "high": 7.3}, "withhold", "for the share", id="relative 1.33"),
        pytest.param({"estimate": 4.0, "low": 2.0, "high": 7.1}, "publish", None, id="relative 1.28"),
        pytest.param({"estimate": 1.0, "low": 0.0, "high": 5.0}, "publish", None, id="width 5 is fine"),
        pytest.param({"low": None, "high": None}, "withhold", "too wide", id="no limits"),
        pytest.param({"n": 12, "df": 3.0}, "withhold", "few degrees of freedom", id="every reason is told"),
    ],
)
def test_shares_are_graded_by_n_df_and_width(given, grade, reason):
    row = grade_estimates(figure(**given)).row(0, named=True)
    assert row["grade"] == grade
    assert row["grade_reason"] is None if reason is None else reason in row["grade_reason"]


@pytest.mark.parametrize(
    ("error", "grade"), [(8.25, "publish"), (8.3, "with_care"), (16.6, "with_care"), (16.7, "withhold")]
)
def test_means_are_graded_by_their_coefficient_of_variation(error, grade):
    # 8.25/50 = 0.165, 16.65/50 = 0.333
    assert grade_estimates(figure(standard_error=error), rule=MEANS)["grade"].item() == grade


def test_a_figure_of_0_has_no_coefficient_of_variation_and_is_withheld_by_it():
    row = grade_estimates(figure(estimate=0.0), rule=MEANS).row(0, named=True)
    assert (row["coefficient_of_variation"], row["grade"]) == (None, "withhold")


def test_an_office_has_its_own_rule_and_shares_may_be_of_1():
    of_one = figure(estimate=0.5, standard_error=0.02, low=0.4, high=0.6)
    assert grade_estimates(of_one, whole=1.0)["grade"].item() == "publish"
    own = GradeRule(n_least=500, width_most=0.1)
    told = grade_estimates(of_one, rule=own, whole=1.0)["grade_reason"].item()
    assert "too few answers" in told
    assert "interval too wide" in told


def test_the_grade_does_not_depend_on_the_scale_of_the_weights():
    sample = pl.DataFrame({"w": [1.0, 3.0] * 40, "q1": [100.0, 0.0, 100.0, 100.0] * 20, "unit": ["A", "B"] * 40})
    found = [
        grade_estimates(
            estimate_composites(
                sample.with_columns(pl.col("w") * scale),
                SurveyDesign("w"),
                nodes={"q1": {"q1": 1.0}},
                by=["unit"],
            )
        )
        for scale in (1.0, 1e6)
    ]
    shown = ["unit", "grade", "grade_reason"]
    assert found[0].select(shown).equals(found[1].select(shown))
    assert found[0]["coefficient_of_variation"].to_list() == pytest.approx(
        found[1]["coefficient_of_variation"].to_list()
    )


def test_what_is_no_table_of_figures_is_refused_by_its_columns():
    with pytest.raises(EstimateError, match="column 'n_effective' is missing"):
        grade_estimates(figure().drop("n_effective"))
    with pytest.raises(EstimateError, match="column 'grade' is there already"):
        grade_estimates(grade_estimates(figure()))
