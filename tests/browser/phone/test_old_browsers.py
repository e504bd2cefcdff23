"""The scripts of the pages for people read in a browser of eight years ago: nothing newer than ES2017."""

import re

import pytest

from survey_forms.pages.render import read_asset

NEWER = {
    "optional chaining": r"\?\.[A-Za-z\[(]",
    "nullish": r"\?\?",
    "modules": r"^\s*(import|export)\b",
    "catch without a name": r"catch\s*\{",
    "object spread": r"\{\s*\.\.\.",
    "class fields": r"^\s*#\w+",
    "async iteration": r"for await",
    "assignment operators": r"(\|\||&&)=",
    "flat, fromEntries, at, replaceAll, allSettled": (
        r"\.(flat|flatMap|fromEntries|at|replaceAll|allSettled|matchAll|finally|structuredClone)\("
    ),
    "numeric separators": r"\d_\d",
}


@pytest.mark.parametrize("script", ["form.js", "widget.js"])
def test_a_script_uses_no_newer_syntax(script):
    code = re.sub(r"/\*.*?\*/|//[^\n]*|\"[^\"\n]*\"|'[^'\n]*'", "", read_asset(script)[0], flags=re.DOTALL)
    found = [name for name, pattern in NEWER.items() if re.search(pattern, code, re.MULTILINE)]
    assert found == []
