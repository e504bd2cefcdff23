"""Every public name says where its formula stands and shows a worked example, and every example is true."""

import doctest
import importlib
import inspect
import pkgutil
import re
from pathlib import Path

import pytest

import analysis
import analysis.reports

ROOT = Path(analysis.__file__).parents[1]
MODULES = ["analysis", *(each.name for each in pkgutil.walk_packages(analysis.__path__, "analysis."))]
FACE = {name: getattr(analysis, name) for name in analysis.__all__ if name != "AnalysisError"}
PICTURES = {name: getattr(analysis.reports, name) for name in analysis.reports.__all__ if name[0].islower()}
HEADINGS = set(re.findall(r"^#{2,3} (\d+(?:\.\d+)?)\b", (ROOT / "METHODS.md").read_text(encoding="utf-8"), re.M))


def cited(words: str) -> set[str]:
    """The numbers behind METHODS in a docstring; 3.8-3.11 names both ends."""
    found = re.findall(r"METHODS ((?:\d+(?:\.\d+)?(?:, |-| and )?)+)", words)
    return {number for each in found for number in re.findall(r"\d+(?:\.\d+)?", each)}


@pytest.mark.parametrize("name", MODULES)
def test_examples_of_a_module_are_true(name: str):
    module = importlib.import_module(name)
    assert doctest.testmod(module, optionflags=doctest.ELLIPSIS).failed == 0


@pytest.mark.parametrize("name", [*FACE, *PICTURES])
def test_every_public_name_shows_a_worked_example(name: str):
    assert ">>>" in (inspect.getdoc((FACE | PICTURES)[name]) or "")


@pytest.mark.parametrize("name", [*FACE, *PICTURES])
def test_every_public_name_cites_methods_that_are_there(name: str):
    numbers = cited(inspect.getdoc((FACE | PICTURES)[name]) or "")
    assert numbers
    assert numbers <= HEADINGS
