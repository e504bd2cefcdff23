"""Places of the rows in the design: stage by stage the unit and stratum of each, and how the units were drawn."""

from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from analysis.design import Stage, SurveyDesign
from analysis.designs.collapse import collapse_lonely
from analysis.designs.drawn import CENSUS, Drawn, Real, Whole, find_lonely
from analysis.errors import DesignError

_TINY = 1e-9


def place_in_stages(placed: pl.DataFrame, design: SurveyDesign) -> tuple[Drawn, ...]:
    """Every stage of ``design``; ``placed`` has its columns, one row per response. Raises DesignError.

    METHODS 3.6, 3.8, 3.9.
    """
    certain = _read_certain(placed, design)
    first = Stage(design.cluster, design.stratum, design.population, design.probability)
    stages = [first, *design.stages]
    is_implied = certain is not None and not design.stages
    if is_implied:
        stages.append(Stage())
    _check_filled(placed, stages)
    above = np.zeros(placed.height, np.int64)
    reach = np.ones(1)
    drawn: list[Drawn] = []
    for number, stage in enumerate(stages, start=1):
        this = _draw(placed, stage, above, reach, number=number, certain=certain if number == 1 else None)
        if number == 1 and design.lonely == "collapse":
            this = collapse_lonely(this, placed, design)
        if design.lonely == "fail":
            _refuse_lonely(this, number)
        drawn.append(this)
        above, reach = this.unit, this.reach * this.fraction
        if is_implied and number == 1 and certain is not None:
            # Only the units taken for sure are known by their responses; the others by their totals.
            reach = np.where(certain[this.first], reach, 0.0)
    return tuple(drawn)


def code(*columns: pl.Series) -> Whole:
    """0, 1, … for the distinct combinations, in their order. METHODS 3.8."""
    frame = pl.DataFrame([column.alias(str(k)) for k, column in enumerate(columns)])
    return frame.select(pl.struct(pl.all()).rank("dense").cast(pl.Int64) - 1).to_series().to_numpy()


def _draw(
    placed: pl.DataFrame,
    stage: Stage,
    above: Whole,
    reach: Real,
    *,
    number: int,
    certain: NDArray[np.bool_] | None,
) -> Drawn:
    where = pl.Series(above)
    label = pl.Series(np.zeros(placed.height, np.int64)) if stage.stratum is None else placed[stage.stratum]
    own = pl.int_range(placed.height, eager=True) if stage.cluster is None else placed[stage.cluster]
    unit = code(where, label, own)
    row_stratum = code(where, label)
    if certain is not None:
        # A unit taken for sure is a stratum of its own.
        row_stratum = code(where, label, pl.Series(np.where(certain, unit, -1)))
    first = np.unique(unit, return_index=True)[1]
    stratum = row_stratum[first]
    sampled = np.bincount(stratum)
    first_of_stratum = np.unique(row_stratum, return_index=True)[1]
    fraction = _find_fraction(placed, stage, unit, first, stratum, sampled, number)
    if certain is not None:
        fraction = np.where(certain[first], 1.0, fraction)
    correction = np.where(1 - fraction > CENSUS, 1 - fraction, 0.0)
    return Drawn(
        unit,
        first,
        stratum,
        fraction,
        correction,
        reach[above[first]],
        sampled,
        above[first_of_stratum],
        [label[int(row)] for row in first_of_stratum],
    )


def _find_fraction(
    placed: pl.DataFrame, stage: Stage, unit: Whole, first: Whole, stratum: Whole, sampled: Whole, number: int
) -> Real:
    """Sampling fraction of every unit; 0 with replacement."""
    if stage.probability is not None:
        given = placed[stage.probability].cast(pl.Float64).to_numpy()
        varies = np.bincount(unit, given != given[first][unit]) > 0
        _refuse(stage.probability, number, {"units have more than one probability": varies})
        return given[first]
    if stage.population is None:
        return np.zeros(len(first))
    given = placed[stage.population].cast(pl.Float64).to_numpy()
    of_row = stratum[unit]
    population = np.zeros(len(sampled))
    population[of_row] = given
    varies = np.bincount(of_row, given != population[of_row], len(sampled)) > 0
    small = population < sampled - _TINY
    said = {"strata have more than one population": varies, "strata have a population below their sample": small}
    _refuse(stage.population, number, said)
    return np.minimum(1.0, sampled / population)[stratum]


def _refuse(column: str, number: int, said: dict[str, NDArray[np.bool_]]) -> None:
    problems = [
        f"column {column!r} (stage {number}): {int(bad.sum())} {what}" for what, bad in said.items() if bad.any()
    ]
    if problems:
        raise DesignError(problems, "Correct the column; it counts units of this stage (METHODS 3.3, 3.8, 3.10).")


def _check_filled(placed: pl.DataFrame, stages: Sequence[Stage]) -> None:
    problems = []
    for number, stage in enumerate(stages, start=1):
        for column in (stage.stratum, stage.cluster):
            if column is not None and (nulls := placed[column].null_count()):
                problems.append(f"column {column!r} (stage {number}): {nulls} of {placed.height} rows are null")
        for name, most in ((stage.population, np.inf), (stage.probability, 1.0)):
            if name is None:
                continue
            if not placed[name].dtype.is_numeric():
                problems.append(f"column {name!r} (stage {number}) is {placed[name].dtype}, not numeric")
                continue
            sound = (placed[name] > 0) & (placed[name] <= most + _TINY) & placed[name].is_finite()
            if bad := int((~sound.fill_null(False)).sum()):
                limits = "above 0" if most > 1 else "above 0 and at most 1"
                problems.append(
                    f"column {name!r} (stage {number}): {bad} of {placed.height} rows are not {limits}"
                )
    if problems:
        raise DesignError(problems, "Give every response a place in every stage, or leave it out before.")


def _read_certain(placed: pl.DataFrame, design: SurveyDesign) -> NDArray[np.bool_] | None:
    if design.certainty is None:
        return None
    flag = placed[design.certainty]
    if flag.dtype != pl.Boolean or flag.has_nulls():
        raise DesignError(
            [f"column {design.certainty!r} (certainty) is {flag.dtype} with {flag.null_count()} nulls"],
            "It says of every row whether its PSU was taken for sure: true or false.",
        )
    if design.cluster is not None:
        keys = [column for column in (design.stratum, design.cluster) if column is not None]
        mixed = placed.group_by(keys).agg(pl.col(design.certainty).n_unique().alias("n")).filter(pl.col("n") > 1)
        if mixed.height:
            raise DesignError(
                [f"column {design.certainty!r} (certainty): {mixed.height} PSUs are both certain and not"],
                "A PSU is taken for sure as a whole.",
            )
    return flag.to_numpy()


def _refuse_lonely(drawn: Drawn, number: int) -> None:
    lonely = find_lonely(drawn)
    if lonely.any():
        first = drawn.label[int(np.argmax(lonely))]
        raise DesignError(
            [f"{int(lonely.sum())} strata of stage {number} have one sampled unit only, first {first!r}"],
            "Choose another rule for lonely strata, or collapse them (METHODS 3.6).",
        )
