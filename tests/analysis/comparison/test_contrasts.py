"""Expressions, p values for many comparisons, and contrasts that cannot be made."""

import numpy as np
import pytest

from analysis.comparison import adjust_p_values, estimate_contrasts
from analysis.comparison.expressions import differentiate, differentiate_callable
from analysis.design import SurveyDesign
from analysis.errors import ComparisonError
from analysis.estimation.joint import estimate_jointly
from tests.analysis.oracle import read_data

NAMES, AT = ["a", "b"], np.array([3.0, 2.0])


@pytest.mark.parametrize(
    ("expression", "value", "slope"),
    [
        pytest.param("a - b", 1, [1, -1], id="difference"),
        pytest.param("a*b/2", 3, [1, 1.5], id="product"),
        pytest.param("-(a^2)", -9, [-6, 0], id="power by R's sign"),
        pytest.param("a**b", 9, [6, 9 * np.log(3)], id="power of two estimates"),
        pytest.param("sqrt(a + 3*b)", 3, [1 / 6, 0.5], id="root"),
        pytest.param("exp(log(a))", 3, [1, 0], id="there and back"),
        pytest.param("7", 7, [0, 0], id="constant"),
    ],
)
def test_expressions_have_exact_slopes(expression, value, slope):
    found, slopes = differentiate(expression, NAMES, AT)
    assert found == pytest.approx(value)
    np.testing.assert_allclose(slopes, slope, atol=1e-12)


@pytest.mark.parametrize("expression", ["a / b", "log(a*b)", "a^3 - sqrt(b)"])
def test_numerical_slopes_agree_with_exact_ones(expression):
    exact = differentiate(expression, NAMES, AT)[1]
    found = differentiate_callable(lambda x: differentiate(expression, NAMES, x)[0], AT, np.array([0.1, 0.2]))[1]
    np.testing.assert_allclose(found, exact, rtol=1e-8)


@pytest.mark.parametrize(
    ("expression", "said"),
    [
        pytest.param("a +", "cannot be read", id="half a sum"),
        pytest.param("a - c - d", "'c' is not an estimate.*'d' is not an estimate", id="two unknown names"),
        pytest.param("log(a - 3)", "no value here", id="logarithm of zero"),
        pytest.param("a / (b - 2)", "no value here", id="division by zero"),
        pytest.param("__import__('os')", "not", id="not a language for programs"),
        pytest.param("a if b else 1", "is not known", id="no conditions"),
        pytest.param("log(a, b)", "is not known", id="no second argument"),
    ],
)
def test_expressions_that_mean_nothing_are_refused(expression, said):
    with pytest.raises(ComparisonError, match=said):
        differentiate(expression, NAMES, AT)


def test_all_wrong_contrasts_are_named_together():
    joint = estimate_jointly(read_data("apisrs"), SurveyDesign("pw"), values=["api00", "api99"])
    with pytest.raises(ComparisonError) as error:
        estimate_contrasts(joint, {"one": "api01 - api99", "two": [1, 2, 3], "three": {"x": 1.0}})
    assert len(error.value.problems) == 3


P = np.array([0.001, 0.2, 0.01, 0.04, np.nan])


@pytest.mark.parametrize(
    ("method", "adjusted"),
    [
        pytest.param("none", [0.001, 0.2, 0.01, 0.04], id="none"),
        pytest.param("bonferroni", [0.004, 0.8, 0.04, 0.16], id="times four"),
        # sorted: 0.001·4, 0.01·3, 0.04·2, 0.2·1
        pytest.param("holm", [0.004, 0.2, 0.03, 0.08], id="holm"),
        # sorted: 0.001·4/1, 0.01·4/2, 0.04·4/3, 0.2·4/4
        pytest.param("bh", [0.004, 0.2, 0.02, 0.16 / 3], id="benjamini-hochberg"),
    ],
)
def test_p_values_are_adjusted_and_unknown_ones_stay_unknown(method, adjusted):
    np.testing.assert_allclose(adjust_p_values(P, method), [*adjusted, np.nan])
