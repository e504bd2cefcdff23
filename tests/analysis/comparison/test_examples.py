"""The worked examples in the docstrings of comparisons, imputations and watching are true."""

import doctest
import importlib
import pkgutil

import pytest

import analysis.comparison
import analysis.monitoring

MODULES = [
    *(
        module.name
        for package in (analysis.comparison, analysis.monitoring)
        for module in pkgutil.iter_modules(package.__path__, f"{package.__name__}.")
    ),
    "analysis.estimation.imputations",
    "analysis.estimation.joint",
]


@pytest.mark.parametrize("name", MODULES)
def test_examples_are_true(name: str) -> None:
    assert doctest.testmod(importlib.import_module(name), optionflags=doctest.ELLIPSIS).failed == 0


def test_every_public_function_has_one() -> None:
    for package in (analysis.comparison, analysis.monitoring):
        assert all(">>>" in (getattr(package, name).__doc__ or "") for name in package.__all__)
