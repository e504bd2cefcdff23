"""Reads and checks what a generalised linear model is fitted to."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from analysis.design import SurveyDesign
from analysis.designs.drawn import Real
from analysis.errors import EstimateError
from analysis.models.encode import Encoded, Predictor, encode_predictors, list_columns
from analysis.models.families import Family, find_family
from analysis.models.sampled import Calibrated, Frame, Sampled, name_role, read_sampled


@dataclass(frozen=True)
class ModelRows:
    """Of the rows used: ``y`` the outcome, ``encoded`` the predictors, ``offset`` (0 without one)."""

    sample: Sampled
    family: Family
    y: Real
    encoded: Encoded
    offset: Real


def read_model_rows(
    frame: Frame,
    design: SurveyDesign,
    *,
    outcome: str | pl.Expr,
    predictors: Sequence[Predictor],
    model: str,
    link: str | None,
    offset: str | pl.Expr | None,
    intercept: bool,
    where: pl.Expr | None,
    calibration: Calibrated,
) -> ModelRows:
    """The rows where outcome, predictors and offset are filled; EstimateError for outcomes outside the family's
    range and predictors that follow from others. METHODS 19.2."""
    family = find_family(model, link)
    numbers = {name_role("outcome", outcome): pl.col(outcome) if isinstance(outcome, str) else outcome}
    if offset is not None:
        numbers[name_role("offset", offset)] = pl.col(offset) if isinstance(offset, str) else offset
    columns = numbers | {name: pl.col(name) for name in list_columns(predictors)}
    sample = read_sampled(frame, design, columns, where=where, calibration=calibration, numbers=numbers)
    y = sample.values[name_role("outcome", outcome)].to_numpy()
    _refuse_outcomes(y, family)
    encoded = encode_predictors(sample.values, predictors, intercept=intercept)
    start = np.zeros(sample.n) if offset is None else sample.values[name_role("offset", offset)].to_numpy()
    return ModelRows(sample, family, y, encoded, start)


def refuse_unsettled(rows: ModelRows) -> EstimateError:
    """Names the predictors behind coefficients that run away. METHODS 19.2."""
    x, y = rows.encoded.matrix, rows.y
    told = [term for k, term in enumerate(rows.encoded.terms) if _separates(x[:, k], y)]
    cause = f"{', '.join(map(repr, told))} alone tells outcomes apart" if told else "together predictors tell all"
    return EstimateError(
        [f"the {rows.family.name} model does not settle: {cause}"],
        "Join levels, or leave out what predicts the outcome perfectly.",
    )


def _refuse_outcomes(y: Real, family: Family) -> None:
    low, high = family.bounds
    problems = []
    if bad := int(((y < low) | (y > high)).sum()):
        problems.append(f"outcome: {bad} of {len(y)} values are outside {low:g}-{high:g}")
    if family.name == "gamma" and (zeros := int((y == 0).sum())):
        problems.append(f"outcome: {zeros} of {len(y)} values are 0")
    if not problems and y.min() == y.max():
        problems.append(f"outcome: all {len(y)} values are {y[0]:g}")
    if problems:
        raise EstimateError(problems, f"A {family.name} model needs outcomes that differ, within its range.")


def _separates(column: Real, y: Real) -> bool:
    values = np.unique(column)
    if len(values) == 2:
        return any(len(np.unique(y[column == value])) == 1 for value in values)
    outcomes = np.unique(y)
    return (
        len(outcomes) == 2
        and len(values) > 2
        and (
            column[y == outcomes[0]].max() <= column[y == outcomes[1]].min()
            or column[y == outcomes[1]].max() <= column[y == outcomes[0]].min()
        )
    )
