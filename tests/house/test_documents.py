"""The documents keep up with the code: settings and commands in README.md, formulas in METHODS.md."""

import importlib
import inspect
import pkgutil
import re
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from types import FunctionType

import pytest

import analysis
from api.settings import PREFIX, Settings
from tests.house.command_tree import is_group, walk_commands

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
NUMBER = r"\d+(?:\.\d+)?"
CITED = re.compile(rf"METHODS ({NUMBER}(?:(?:[-–]|, | and ){NUMBER})*)")
HEADINGS = frozenset(
    re.findall(rf"^#+ ({NUMBER})\b", (ROOT / "METHODS.md").read_text(encoding="utf-8"), re.MULTILINE)
)
CITING = ("api", "analysis", "survey_forms", "notebooks", "tests")


@pytest.mark.parametrize("setting", [PREFIX + field.name.upper() for field in fields(Settings)])
def test_the_readme_names_every_setting(setting: str):
    assert f"`{setting}`" in README


def test_the_readme_names_every_command():
    leaves = [" ".join(("hailong", *path)) for path, command in walk_commands() if not is_group(command)]
    assert len(leaves) > 12
    assert [leaf for leaf in leaves if f"`{leaf}" not in README] == []


def test_the_readme_names_only_folders_that_are_there():
    named = re.findall(r"^\| `([a-z_]+)/` \|", README, re.MULTILINE)
    assert len(named) > 4
    assert [name for name in named if not (ROOT / name).is_dir()] == []


def test_every_public_function_of_analysis_cites_the_method_it_follows():
    functions = list(_list_functions())
    uncited = [
        f"{found.__module__}.{found.__name__}" for found in functions if not _list_cited(found.__doc__ or "")
    ]
    assert len(functions) > 50
    assert uncited == []


def test_every_method_that_is_cited_has_its_heading():
    files = [
        file for folder in CITING for file in (ROOT / folder).rglob("*") if file.suffix in {".py", ".yaml", ".md"}
    ]
    wrong = [
        f"{file.relative_to(ROOT)}: METHODS {number}"
        for file in files
        for number in _list_cited(file.read_text(encoding="utf-8"))
        if number not in HEADINGS
    ]
    assert wrong == []


def _list_functions() -> Iterator[FunctionType]:
    for module in pkgutil.walk_packages(analysis.__path__, "analysis."):
        found = importlib.import_module(module.name)
        for name, function in inspect.getmembers(found, inspect.isfunction):
            if function.__module__ == found.__name__ and not name.startswith("_"):
                yield function


def _list_cited(text: str) -> list[str]:
    return [number for cited in CITED.findall(text) for number in re.findall(NUMBER, cited)]
