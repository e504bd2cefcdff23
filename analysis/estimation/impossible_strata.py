"""Strata that no sample can have: told by column, how many, the first of them and its numbers."""

import polars as pl

from analysis.design import SurveyDesign

_TINY = 1e-9


def list_impossible(strata: pl.DataFrame, design: SurveyDesign) -> list[str]:
    """Problems of ``strata``: stratum, psus (sampled), population and the largest value it has there (null: none).

    METHODS 3.3, 3.6.
    """
    kinds = (
        ("have more than one value of {population}", pl.col("population") != pl.col("largest"), "largest"),
        (
            "have a population {population} smaller than their sample",
            pl.col("population") < pl.col("psus") - _TINY,
            "psus",
        ),
        ("have one sampled PSU only", (pl.col("psus") == 1) & (design.lonely == "fail"), None),
    )
    problems = []
    for said, claim, beside in kinds:
        bad = strata.filter(claim)
        if bad.is_empty():
            continue
        first = bad.row(0, named=True)
        numbers = "" if beside is None else f": {first['population']:g} and {first[beside]:g}"
        what = said.format(population=repr(design.population))
        problems.append(f"{bad.height} of {strata.height} strata {what}, first {first['stratum']!r}{numbers}")
    return problems
