"""The worked examples in the docstrings of reports are true, and every public function has one."""

import doctest
import importlib
import pkgutil

import pytest

import analysis.reports

MODULES = [module.name for module in pkgutil.iter_modules(analysis.reports.__path__, "analysis.reports.")]


@pytest.mark.parametrize("name", MODULES)
def test_examples_are_true(name: str) -> None:
    assert doctest.testmod(importlib.import_module(name)).failed == 0


def test_every_public_function_has_one() -> None:
    for name in analysis.reports.__all__:
        if name.startswith(("draw_", "print_")):
            assert ">>>" in (getattr(analysis.reports, name).__doc__ or ""), name
