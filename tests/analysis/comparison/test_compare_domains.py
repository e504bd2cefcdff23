"""Domains compared: with the whole they are part of, a province, the others, a value, and all with all."""

import math

import numpy as np
import polars as pl
import pytest
from scipy import stats

from analysis.comparison import compare_domains, estimate_contrasts
from analysis.design import Stage, SurveyDesign
from analysis.designs.replicate import make_replicates
from analysis.errors import ComparisonError
from analysis.estimation.estimate import estimate_means
from analysis.estimation.joint import estimate_jointly
from analysis.weighting.calibrate import calibrate


def draw(seed: int = 3, rows: int = 400) -> pl.DataFrame:
    """Clusters in three strata; five units in two provinces, people of one cluster in several units."""
    rng = np.random.default_rng(seed)
    cluster = rng.integers(0, 30, rows)
    cluster[:30] = np.arange(30)
    unit = rng.choice(list("ABCDE"), rows, p=[0.3, 0.3, 0.2, 0.15, 0.05])
    frame = pl.DataFrame(
        {
            "w": rng.uniform(1, 5, rows),
            "h": cluster % 3,
            "c": cluster,
            "house": rng.integers(0, 3, rows),
            "unit": unit,
        }
    )
    good = rng.random(rows) < 0.6 + 0.05 * (cluster % 4)
    return frame.with_columns(
        pl.col("unit").replace_strict({"A": "P", "B": "P", "C": "Q", "D": "Q", "E": "Q"}).alias("province"),
        pl.Series("q1", np.where(rng.random(rows) < 0.1, np.nan, 100.0 * good)).fill_nan(None),
        pl.Series("q2", 100.0 * (rng.random(rows) < 0.5)),
        pl.lit(40).alias("N"),
        pl.lit(8).alias("M"),
        pl.Series("sex", rng.choice(["f", "m"], rows)),
    )


PLAIN = SurveyDesign("w", stratum="h", cluster="c", population="N")
TWO_STAGES = SurveyDesign("w", stratum="h", cluster="c", population="N", stages=(Stage("house", population="M"),))


def designs() -> dict[str, tuple[pl.DataFrame, SurveyDesign, object]]:
    met = calibrate(draw(), weight="w", counts={"sex": {"f": 800, "m": 700}})
    calibrated = SurveyDesign("weight_calibrated", stratum="h", cluster="c", population="N")
    return {
        "one stage": (draw(), PLAIN, None),
        "two stages": (draw(), TWO_STAGES, None),
        "replicates": (*make_replicates(draw(), PLAIN, kind="JKn", centre="estimate"), None),
        "calibrated": (met.frame, calibrated, met.calibration),
    }


@pytest.mark.parametrize("name", designs())
def test_every_kind_of_comparison_is_a_contrast_of_joint_estimates(name):
    sample, design, calibration = designs()[name]
    # The whole and the provinces as further items beside those of each unit, so that one matrix holds all.
    items = {unit: pl.when(pl.col("unit") == unit).then("q1") for unit in "ABCDE"}
    items |= {"whole": pl.col("q1"), "Q": pl.when(pl.col("province") == "Q").then("q1")}
    wide = sample.with_columns(**items)
    joint = estimate_jointly(wide, design, values=list(items), calibration=calibration)
    asked = {"item": "q1", "by": ["province", "unit"], "calibration": calibration, "df": "design"}
    for against, expression in {
        "whole": "A - whole",
        "mean of others": "A - (B + C + D + E)/4",
        "all pairs": "A - B",
    }.items():
        row = compare_domains(sample, design, against=against, **asked).row(0, named=True)
        expected = estimate_contrasts(joint, {"c": expression}).row(0, named=True)
        for column in ("estimate", "standard_error"):
            assert row[column] == pytest.approx(expected[column], rel=1e-8), (against, column)
    row = compare_domains(sample, design, against=["province"], **asked).row(4, named=True)
    expected = estimate_contrasts(joint, {"c": "E - Q"}).row(0, named=True)
    assert (row["unit"], row["against"]) == ("E", "Q")
    for column in ("estimate", "standard_error"):
        assert row[column] == pytest.approx(expected[column], rel=1e-8)
    assert row["figure"] - row["figure_against"] == pytest.approx(row["estimate"])


def test_pairs_by_hand():
    # z of A: -1/3, 0, 1/3, of B: 1/3, 0, -1/3; both sum to 0; v = 6/5·(4/9) = 8/15; df 6 − 1 = 5 at most,
    # Satterthwaite: each has v/2 and 2 df: v²/(2·(v/2)²/2) = 4. Random samples: 1/3 + 1/3, design effect 0.8.
    sample = pl.DataFrame({"w": [1.0] * 6, "unit": list("AAABBB"), "y": [1.0, 2.0, 3.0, 7.0, 6.0, 5.0]})
    row = compare_domains(sample, SurveyDesign("w"), item="y", by=["unit"], against="all pairs").row(0, named=True)
    assert row["standard_error"] ** 2 == pytest.approx(8 / 15)
    assert row["df"] == pytest.approx(4)
    assert row["high"] == pytest.approx(-4 + stats.t.ppf(0.975, 4) * math.sqrt(8 / 15))
    assert row["p_value"] == pytest.approx(2 * stats.t.sf(4 / math.sqrt(8 / 15), 4))
    assert row["design_effect"] == pytest.approx(0.8)
    assert (row["n"], row["n_against"], row["is_different"]) == (3, 3, True)


def test_the_whole_compared_with_itself_is_exactly_nothing():
    sample = draw().with_columns(all=pl.lit("cả nước"))
    row = compare_domains(sample, PLAIN, item="q1", by=["all"]).row(0, named=True)
    assert (row["estimate"], row["standard_error"], row["low"], row["high"]) == (0, 0, 0, 0)
    assert (row["p_value"], row["is_different"]) == (1, False)


def test_a_unit_of_few_is_not_made_sure_by_a_large_whole():
    sample = pl.DataFrame({"w": 1.0, "unit": ["A"] * 5 + ["B"] * 995, "y": np.arange(1000) % 7 * 1.0})
    few = compare_domains(sample, SurveyDesign("w"), item="y", by=["unit"]).row(0, named=True)
    assert 4 <= few["df"] < 4.2
    design = compare_domains(sample, SurveyDesign("w"), item="y", by=["unit"], df="design").row(0, named=True)
    assert design["df"] == 999


def test_comparison_does_not_depend_on_weight_scale():
    one = compare_domains(draw(), PLAIN, item="q1", by=["unit"])
    ten = compare_domains(draw().with_columns(pl.col("w") * 10), PLAIN, item="q1", by=["unit"])
    for column in ("standard_error", "df", "p_value", "design_effect"):
        np.testing.assert_allclose(ten[column], one[column], rtol=1e-9)


def test_composites_are_compared_node_by_node():
    nodes = {"index": {"q1": 0.5, "q2": 0.5}, "q1": {"q1": 1.0}}
    found = compare_domains(draw(), PLAIN, nodes=nodes, by=["unit"], against="whole")
    item = compare_domains(draw(), PLAIN, item="q1", by=["unit"], against="whole")
    single = found.filter(pl.col("node") == "q1")
    np.testing.assert_allclose(single["standard_error"], item["standard_error"], rtol=1e-9)
    assert found["node"].to_list() == ["index", "q1"] * 5
    others = compare_domains(draw(), PLAIN, nodes=nodes, by=["unit"], against="mean of others")
    alone = compare_domains(draw(), PLAIN, nodes={"q1": {"q1": 1.0}}, by=["unit"], against="mean of others")
    np.testing.assert_allclose(
        others.filter(pl.col("node") == "q1")["standard_error"], alone["standard_error"], rtol=1e-9
    )


def test_a_fixed_value_has_no_error_of_its_own():
    found = compare_domains(draw(), PLAIN, item="q1", by=["unit"], against=80)
    alone = estimate_means(draw(), PLAIN, values=["q1"], by=["unit"])
    np.testing.assert_allclose(found["standard_error"], alone["standard_error"], rtol=1e-12)
    np.testing.assert_allclose(found["low"], alone["low"] - 80, rtol=1e-9)
    np.testing.assert_allclose(found["df"], alone["df"])


def test_log_ratios_and_ratios_agree_to_first_order():
    ratio = compare_domains(draw(), PLAIN, item="q1", by=["unit"], against="whole", statistic="ratio")
    log = compare_domains(draw(), PLAIN, item="q1", by=["unit"], against="whole", statistic="log_ratio")
    np.testing.assert_allclose(np.exp(log["estimate"]), ratio["estimate"])
    np.testing.assert_allclose(log["standard_error"] * ratio["estimate"], ratio["standard_error"])


def test_a_unanimous_unit_has_limits_and_is_never_called_different():
    sample = draw().with_columns(q1=pl.when(pl.col("unit") == "E").then(100.0).otherwise("q1"))
    found = compare_domains(sample, PLAIN, nodes={"q1": {"q1": 1.0}}, by=["unit"], against="whole")
    row = found.filter(pl.col("unit") == "E").row(0, named=True)
    assert row["low"] < row["estimate"] < row["high"]
    assert (row["p_value"], row["is_different"]) == (None, None)
    assert "no variance" in row["note"]


def test_a_census_is_exact():
    sample = draw().with_columns(N=pl.when(pl.col("h") == 0).then(10).otherwise(40))
    found = compare_domains(sample, PLAIN, nodes={"q2": {"q2": 1.0}}, by=["h"], against="all pairs")
    alone = estimate_means(sample, PLAIN, values=["q2"], by=["h"])
    assert found["standard_error"][0] == pytest.approx(alone["standard_error"][1])
    assert found["df"][0] == pytest.approx(alone["df"][1])


def test_max_t_over_all_pairs_is_the_studentised_range():
    rng = np.random.default_rng(1)
    rows = 4000
    sample = pl.DataFrame({"w": 1.0, "unit": np.repeat(list("ABCDE"), rows), "y": rng.normal(0, 1, 5 * rows)})
    found = compare_domains(
        sample, SurveyDesign("w"), item="y", by=["unit"], against="all pairs", multiplicity="max_t", draws=100_000
    )
    t = (found["estimate"] / found["standard_error"]).abs().to_numpy()
    tukey = stats.studentized_range.sf(t * math.sqrt(2), 5, np.inf)
    np.testing.assert_allclose(found["p_adjusted"], tukey, atol=0.01)
    half = (found["high"] - found["estimate"]) / found["standard_error"]
    np.testing.assert_allclose(half, stats.studentized_range.ppf(0.95, 5, np.inf) / math.sqrt(2), rtol=0.01)


def test_simultaneous_limits_are_wider_and_max_t_narrower_than_bonferroni():
    def width(multiplicity: str) -> float:
        found = compare_domains(
            draw(), PLAIN, item="q1", by=["unit"], against="all pairs", multiplicity=multiplicity
        )
        return float((found["high"] - found["low"]).mean())

    assert width("none") < width("max_t") < width("bonferroni")
    assert width("holm") == width("bonferroni")


def test_against_the_whole_many_domains_need_no_matrix():
    rng = np.random.default_rng(2)
    units = np.arange(9000) % 1500
    sample = pl.DataFrame({"w": 1.0, "unit": units, "y": rng.normal(0, 1, 9000)})
    found = compare_domains(sample, SurveyDesign("w"), item="y", by=["unit"], multiplicity="bh")
    assert found.height == 1500
    assert found["is_different"].sum() <= 2
    with pytest.raises(ComparisonError, match="all pairs of 1500"):
        compare_domains(sample, SurveyDesign("w"), item="y", by=["unit"], against="all pairs")


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        pytest.param({"item": None}, "exactly one", id="nothing is compared"),
        pytest.param({"by": []}, "no columns", id="no domains"),
        pytest.param({"against": "rest"}, "against is 'rest'", id="unknown reference"),
        pytest.param({"against": ["h"]}, "'h' is not in by", id="coarser column not in by"),
        pytest.param({"statistic": "odds"}, "statistic is 'odds'", id="unknown statistic"),
        pytest.param({"multiplicity": "tukey"}, "multiplicity is 'tukey'", id="unknown correction"),
        pytest.param({"df": "psu"}, "df is 'psu'", id="unknown df"),
        pytest.param({"confidence": 95}, "between 0 and 1", id="confidence in per cent"),
    ],
)
def test_what_cannot_be_compared_is_refused_by_name(asked, said):
    with pytest.raises(ComparisonError, match=said):
        compare_domains(draw(), PLAIN, **({"item": "q1", "by": ["unit"]} | asked))


def test_one_domain_has_no_others():
    with pytest.raises(ComparisonError, match="no others"):
        compare_domains(draw().with_columns(one=1), PLAIN, item="q1", by=["one"], against="mean of others")


def test_ratio_of_figures_at_zero_is_refused():
    sample = draw().with_columns(q1=pl.when(pl.col("unit") == "E").then(0.0).otherwise("q1"))
    with pytest.raises(ComparisonError, match="0 or less"):
        compare_domains(sample, PLAIN, item="q1", by=["unit"], statistic="ratio")


def test_two_domains_of_one_psu_each_that_happen_to_agree_are_not_the_same():
    people = pl.DataFrame(
        {"w": 1.0, "c": [1] * 3 + [2] * 3, "unit": ["A"] * 3 + ["B"] * 3, "y": [0.0, 1.0, 1.0] * 2}
    )
    row = compare_domains(people, SurveyDesign("w", cluster="c"), item="y", by="unit", against="all pairs").row(
        0, named=True
    )
    assert (row["estimate"], row["low"], row["high"], row["p_value"], row["is_different"]) == (0, *[None] * 4)
    assert "no variance" in row["note"]


def test_a_domain_that_is_the_whole_is_the_same_also_where_all_agree():
    people = pl.DataFrame({"w": [1.0] * 4, "unit": ["A"] * 4, "y": [5.0] * 4})
    row = compare_domains(people, SurveyDesign("w"), item="y", by="unit").row(0, named=True)
    assert (row["estimate"], row["standard_error"], row["low"], row["high"]) == (0, 0, 0, 0)


def test_one_coarser_column_need_not_be_a_list():
    people = pl.DataFrame({"w": 1.0, "province": list("PPPPQQQQ"), "unit": list("AABBCCDD"), "y": range(8)})
    one, several = (
        compare_domains(people, SurveyDesign("w"), item="y", by=["province", "unit"], against=against)
        for against in ("province", ["province"])
    )
    assert one.equals(several)
