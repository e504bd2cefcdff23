"""Population covariances: R's variance, numpy's matrix, and what does not change them."""

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from analysis.design import SurveyDesign
from analysis.errors import EstimateError
from analysis.estimation.covariances import estimate_covariances
from analysis.estimation.variances import estimate_variances
from tests.analysis.oracle import differ, read_case, read_data

SRS = SurveyDesign("pw", population="fpc")
VALUES = ["api00", "api99", "enroll"]


def matrix(found, column="estimate"):
    made = np.zeros((3, 3))
    for row in found.iter_rows(named=True):
        i, j = VALUES.index(row["value"]), VALUES.index(row["other"])
        made[i, j] = made[j, i] = row[column]
    return made


def test_the_variance_on_the_diagonal_is_that_of_r():
    found = estimate_covariances(read_data("apisrs"), SRS, values=VALUES).row(0, named=True)
    expected = read_case("p01_srs_fpc")["var_api00"]
    assert (found["value"], found["other"]) == ("api00", "api00")
    assert not differ(found["estimate"], expected["est"])
    assert not differ(found["standard_error"], expected["se"])


def test_covariances_are_those_of_numpy_with_the_same_weights():
    sample = read_data("apistrat")
    found = estimate_covariances(sample, SurveyDesign("pw", stratum="stype"), values=VALUES)
    by_numpy = np.cov(sample.select(VALUES).to_numpy().T, aweights=sample["pw"], ddof=0) * 200 / 199
    np.testing.assert_allclose(matrix(found), by_numpy, rtol=1e-10)


def test_domains_are_each_their_own_and_agree_with_variances():
    sample, design = read_data("apiclus1"), SurveyDesign("pw", cluster="dnum")
    found = estimate_covariances(sample, design, values=VALUES, by=["stype"])
    alone = estimate_covariances(sample, design, values=VALUES, where=pl.col("stype") == "M")
    assert_frame_equal(found.filter(pl.col("stype") == "M").drop("stype"), alone, rel_tol=1e-11)
    variances = estimate_variances(sample, design, values=VALUES, by=["stype"])
    diagonal = found.filter(pl.col("value") == pl.col("other"))
    np.testing.assert_allclose(diagonal["standard_error"], variances["standard_error"], rtol=1e-10)


def test_rows_that_lack_one_value_count_for_none():
    sample = read_data("apisrs").with_columns(pl.when(pl.col("stype") != "H").then("enroll").alias("enroll"))
    found = estimate_covariances(sample, SRS, values=VALUES)
    kept = sample.filter(pl.col("enroll").is_not_null()).select(VALUES).to_numpy()
    np.testing.assert_allclose(matrix(found), np.cov(kept.T), rtol=1e-10)
    assert found["n"].unique().to_list() == [len(kept)]


@pytest.mark.parametrize("values", [["api00"], ["api00", "api00"]])
def test_too_few_values_are_refused(values):
    with pytest.raises(EstimateError, match="two columns"):
        estimate_covariances(read_data("apisrs"), SRS, values=values)
