"""Every error of analysis stands under AnalysisError and tells what was wrong and what to do."""

import importlib
import inspect
import pkgutil

import pytest

import analysis
from analysis.design import SurveyDesign
from analysis.errors import AnalysisError, DesignError, WeightError
from analysis.frames import FrameError
from analysis.release.codebook import UndescribedColumn
from analysis.release.reading import UnknownRelease
from analysis.replicates import Replicates
from analysis.weighting.rake import RakingDidNotConverge, RakingRefused


def _list_errors() -> set[type]:
    modules = [
        importlib.import_module(each.name) for each in pkgutil.walk_packages(analysis.__path__, "analysis.")
    ]
    found = {each for module in modules for _, each in inspect.getmembers(module, inspect.isclass)}
    return {
        each
        for each in found
        if issubclass(each, Exception)
        and each.__module__.startswith("analysis.")
        and not each.__name__.startswith("_")  # never leaves its file
    }


def test_every_error_of_analysis_has_the_one_base():
    errors = _list_errors()
    assert len(errors) > 15
    assert {each.__name__ for each in errors if not issubclass(each, AnalysisError)} == set()


def test_the_tree_at_the_top_of_the_file_names_every_error():
    tree = importlib.import_module("analysis.errors").__doc__ or ""
    assert [each.__name__ for each in _list_errors() if each.__name__ not in tree] == []


@pytest.mark.parametrize(
    ("error", "problems", "remedy"),
    [
        (FrameError("units", ["column 'name' is missing"]), ("units: column 'name' is missing",), "contract"),
        (UnknownRelease("2026-10", 3, ["r1", "r2"]), ("2026-10/r3 is not released",), "Known: r1, r2."),
        (UndescribedColumn("units", ["moon"]), ("units: column 'moon' has no words",), "columns.yaml"),
        (RakingRefused(["sex: no such column"]), ("sex: no such column",), "mend these margins"),
    ],
)
def test_an_error_carries_problems_and_ends_with_what_to_do(error, problems, remedy):
    assert error.problems == problems
    assert remedy in error.remedy
    assert str(error).endswith(error.remedy)


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: SurveyDesign("w", lonely="leave", pps="madow"), ("lonely is 'leave'", "pps is 'madow'")),
        (lambda: Replicates(("a",), "BRR", fay=2), ("replicates has 1 columns", "fay is 2")),
    ],
    ids=["design", "replicates"],
)
def test_a_design_that_contradicts_itself_is_told_all_of_it_with_what_to_do(make, said: tuple[str, ...]):
    with pytest.raises(DesignError) as refused:
        make()
    assert all(any(each in problem for problem in refused.value.problems) for each in said)
    assert "METHODS 3" in refused.value.remedy


def test_errors_of_raking_are_errors_of_weights():
    assert issubclass(RakingRefused, WeightError)
    assert issubclass(RakingDidNotConverge, WeightError)
