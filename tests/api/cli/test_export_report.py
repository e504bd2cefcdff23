"""What ``hailong export`` says of what it released, and with which exit code."""

from pathlib import Path

import polars as pl
import pytest

from api.cli.export import exit_code_of, summarise
from api.releases.contradictions import list_contradictions
from api.releases.service import ExportReport

NONE = list_contradictions([])
ROW = {
    "form": "one_stop",
    "version": "2026.1",
    "figure": "overall:overall (all)",
    "rule": "weighted_mean",
    "severity": "impossible",
    "printed": "1.00",
    "low": 80.0,
    "high": 80.02,
    "vi": "overall in là 1,00.",
    "en": "overall is printed as 1.00.",
}


def report(contradictions: pl.DataFrame, *, is_new: bool) -> ExportReport:
    changes = pl.DataFrame(schema={"table": pl.String, "change": pl.String})
    return ExportReport("2026-10", 2, Path("exports/2026-10/r2"), is_new, changes, contradictions)


@pytest.mark.parametrize("is_new", [True, False])
def test_contradictions_are_told_in_both_languages_with_what_to_do(is_new):
    many = report(pl.DataFrame([ROW] * 7, schema=NONE.schema), is_new=is_new)
    told = "\n".join(summarise(many))
    assert "7 figures of r2 contradict each other: do not quote them" in told
    assert "7 số của r2 mâu thuẫn với nhau: đừng trích dẫn" in told
    assert told.count("one_stop 2026.1, overall:overall (all)") == 5, "the first five are enough to look at"
    assert "overall in là 1,00." in told
    assert exit_code_of(many) == 3


@pytest.mark.parametrize("is_new", [True, False])
def test_a_release_that_agrees_with_itself_is_not_talked_about(is_new):
    sound = report(NONE, is_new=is_new)
    assert not any("contradict" in line for line in summarise(sound))
    assert exit_code_of(sound) == 0
