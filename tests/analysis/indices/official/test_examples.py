"""The worked examples in the docstrings of official indices and of contradictions are true."""

import doctest
import importlib
import pkgutil

import pytest

import analysis.indices.official
import analysis.quality

OURS = ("printed", "allowed", "contradictions", "sentences")
MODULES = [f"analysis.quality.{name}" for name in OURS] + [
    module.name
    for module in pkgutil.iter_modules(analysis.indices.official.__path__, "analysis.indices.official.")
]


@pytest.mark.parametrize("name", MODULES)
def test_examples_are_true(name: str) -> None:
    assert doctest.testmod(importlib.import_module(name)).failed == 0
