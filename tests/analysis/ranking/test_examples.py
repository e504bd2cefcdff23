"""The worked examples in the docstrings of small areas and ranks are true."""

import doctest
import importlib
import pkgutil

import pytest

import analysis.ranking
import analysis.small_area

MODULES = [
    module.name
    for package in (analysis.small_area, analysis.ranking)
    for module in pkgutil.iter_modules(package.__path__, f"{package.__name__}.")
]


@pytest.mark.parametrize("name", MODULES)
def test_examples_are_true(name: str) -> None:
    assert doctest.testmod(importlib.import_module(name)).failed == 0


def test_every_public_function_has_one() -> None:
    for package in (analysis.small_area, analysis.ranking):
        functions = [getattr(package, name) for name in package.__all__ if name[0].islower()]
        assert all(">>>" in (function.__doc__ or "") for function in functions)
