"""Reads what a model or test needs from a frame: the rows it uses, and all rows for the design."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import polars as pl
from numpy.typing import NDArray

from analysis.design import SurveyDesign
from analysis.designs.drawn import Real
from analysis.designs.reading import check_columns, check_weights
from analysis.errors import EstimateError, ItemError
from analysis.estimation.residuals import Step, read_steps
from analysis.weighting.auxiliaries import Calibration

Frame = pl.DataFrame | pl.LazyFrame
Calibrated = Calibration | Sequence[Calibration] | None


@dataclass(frozen=True)
class Sampled:
    """``placed``: the design columns, every row. ``weight``: of every row. ``used``: rows the model is about.
    ``values``: what was asked for, of the used rows, without nulls. ``steps``: calibrations to be credited.
    ``keys``: the columns that make domains, every row."""

    design: SurveyDesign
    placed: pl.DataFrame
    weight: Real
    used: NDArray[np.bool_]
    values: pl.DataFrame
    steps: tuple[Step, ...]
    keys: pl.DataFrame = field(default_factory=pl.DataFrame)

    @property
    def n(self) -> int:
        return self.values.height

    @property
    def weight_used(self) -> Real:
        return self.weight[self.used]


def read_sampled(
    frame: Frame,
    design: SurveyDesign,
    columns: Mapping[str, pl.Expr],
    *,
    where: pl.Expr | None = None,
    calibration: Calibrated = None,
    keys: Sequence[str] = (),
    numbers: Collection[str] = (),
) -> Sampled:
    """The rows where every one of ``columns`` is filled, ``where`` holds and the weight is above 0.

    The others stay in the design (METHODS 3.5). ``numbers``: those that must be numbers (Boolean: 0 and 1), and
    come as Float64. Raises DesignError, ItemError and EstimateError. METHODS 19.1.
    """
    lazy = frame.lazy()
    check_columns(lazy, (*design.columns, *keys), columns)
    asked = pl.lit(True) if where is None else where
    data = lazy.collect()
    placed = data.select(design.columns)
    check_weights(placed, [design.weight])
    found = data.select(*(made.alias(name) for name, made in columns.items()), asked.alias(_ASKED))
    found = _read_numbers(found, numbers)
    _refuse_endless(found)
    weight = placed[design.weight].cast(pl.Float64).to_numpy()
    filled = found.select(pl.all_horizontal(pl.exclude(_ASKED).is_not_null()) & pl.col(_ASKED).fill_null(False))
    used = filled.to_series().to_numpy() & (weight > 0)
    if used.sum() < 2:
        raise EstimateError(
            [f"{int(used.sum())} of {data.height} rows have all of {', '.join(map(_name, columns))}"],
            "A model needs at least two rows with every column filled and a weight above 0.",
        )
    values = found.filter(pl.Series(used)).drop(_ASKED)
    return Sampled(design, placed, weight, used, values, _read_steps(data, design, calibration), data.select(keys))


_ASKED = " asked"


def name_role(role: str, column: str | pl.Expr) -> str:
    """A key for what a column, or an expression, is there for; it begins with a space, to be no column's name.

    METHODS 19.1.
    """
    return f" {role} {column!r}" if isinstance(column, str) else f" {role}"


def _name(role: str) -> str:
    """A column's name or a role, for errors."""
    return role.strip() if role.startswith(" ") else repr(role)


def _read_numbers(found: pl.DataFrame, numbers: Collection[str]) -> pl.DataFrame:
    schema = found.schema
    problems = [
        f"{_name(name)} is {schema[name]} in {found[name].count()} of {found.height} rows, not numbers"
        for name in numbers
        if not (schema[name].is_numeric() or schema[name] in (pl.Boolean, pl.Null))
    ]
    if problems:
        raise ItemError(
            problems, "Make numbers of it first, such as levels 1-5, or a claim that is true or false."
        )
    return found.with_columns(pl.col(name).cast(pl.Float64) for name in numbers)


def _refuse_endless(found: pl.DataFrame) -> None:
    floats = [name for name, dtype in found.schema.items() if dtype.is_float()]
    problems = [
        f"{_name(name)}: {bad} of {found.height} values are not finite"
        for name in floats
        if (bad := int((~found[name].is_finite()).sum()))
    ]
    if problems:
        raise ItemError(problems, "Make them null (no answer) or correct them.")


def _read_steps(data: pl.DataFrame, design: SurveyDesign, calibration: Calibrated) -> tuple[Step, ...]:
    if calibration is None:
        return ()
    if design.replicates is not None:
        raise EstimateError(
            ["the design has replicate weights, which know about a calibration only if each was calibrated"],
            "Calibrate every column of replicate weights, or leave replicates out.",
        )
    calibrations = [calibration] if isinstance(calibration, Calibration) else list(calibration)
    return read_steps(data, calibrations, regression=None)
