"""The worked examples in the docstrings of the weighting functions give what they print."""

import doctest
import importlib

import pytest

MODULES = [
    "analysis.estimation.calibrated",
    "analysis.weighting.auxiliaries",
    "analysis.weighting.base",
    "analysis.weighting.calibrate",
    "analysis.weighting.describe",
    "analysis.weighting.nonresponse",
    "analysis.weighting.propensity",
    "analysis.weighting.trim",
]


@pytest.mark.parametrize("name", MODULES)
def test_examples_give_what_they_print(name):
    tried = doctest.testmod(importlib.import_module(name), optionflags=doctest.ELLIPSIS)
    assert tried.attempted > 0
    assert tried.failed == 0
