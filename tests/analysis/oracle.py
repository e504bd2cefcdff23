"""Reads the cases of tests/oracles: numbers made by R survey, with the R code beside them."""

import json
import math
from pathlib import Path
from typing import Any

import polars as pl

from analysis import SurveyDesign

ORACLES = Path(__file__).parent.parent / "oracles"

# R's own designs of its schools: apistrat and apiclus1.
STRATIFIED = SurveyDesign("pw", stratum="stype", population="fpc")
CLUSTERED = SurveyDesign("pw", cluster="dnum", population="fpc")


def read_case(name: str) -> dict[str, Any]:
    """The expected numbers of one case."""
    return json.loads((ORACLES / f"{name}.json").read_text())["expected"]


def read_data(name: str) -> pl.DataFrame:
    return pl.read_csv(ORACLES / f"{name}.csv", null_values=[""], infer_schema_length=None)


def differ(found: float | None, expected: float | None, *, relative: float = 1e-8) -> bool:
    """Whether two figures differ by more than rounding; expected 0 means exactly 0 in exact arithmetic."""
    if found is None or expected is None:
        return found is not expected
    return not math.isclose(found, expected, rel_tol=relative, abs_tol=1e-12)


def mismatches(result: pl.DataFrame, expected: list[dict[str, Any]], columns: dict[str, str]) -> list[str]:
    """Every figure of ``expected`` that ``result``, row by row, does not give; ``columns``: theirs → ours."""
    assert result.height == len(expected)
    return [
        f"{row.get('name', position)} {theirs}: {found[ours]} for {row[theirs]}"
        for position, (found, row) in enumerate(zip(result.iter_rows(named=True), expected, strict=True))
        for theirs, ours in columns.items()
        if differ(found[ours], row[theirs])
    ]
