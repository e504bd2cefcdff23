"""Predictors as a matrix: numbers as they are, categories as differences from their first level."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from analysis.designs.drawn import Real
from analysis.errors import EstimateError

Predictor = str | tuple[str, ...]
INTERCEPT = "intercept"
_RANK = 1e-9
_CATEGORIES = (pl.String, pl.Boolean, pl.Enum, pl.Categorical)


Parts = tuple[tuple[str, str | None], ...]


@dataclass(frozen=True)
class Coding:
    """How columns become coefficients. ``parts``: of each one the columns multiplied, with the level that counts 1
    (None: the number itself); ``levels``: of every category, the reference first."""

    parts: tuple[Parts, ...]
    levels: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Encoded:
    """``matrix``: rows × coefficients; ``terms``, ``levels``: of each coefficient (level None: a number)."""

    matrix: Real
    terms: tuple[str, ...]
    levels: tuple[str | None, ...]
    coding: Coding


def name_term(predictor: Predictor) -> str:
    """The name of a predictor in results: ``a``, or ``a × b`` of an interaction. METHODS 19.2."""
    return predictor if isinstance(predictor, str) else " × ".join(predictor)


def list_columns(predictors: Sequence[Predictor]) -> list[str]:
    """The columns predictors are made of, each once. METHODS 19.2."""
    of = [(each,) if isinstance(each, str) else each for each in predictors]
    return list(dict.fromkeys(column for columns in of for column in columns))


def encode_predictors(values: pl.DataFrame, predictors: Sequence[Predictor], *, intercept: bool) -> Encoded:
    """Treatment coding: levels in order (of an Enum its own, else sorted), the first as reference.

    A tuple of columns is their interaction, and needs each of them beside it. Raises EstimateError for columns
    that follow from others. METHODS 19.2.
    """
    parts = {column: _encode_column(values[column]) for column in list_columns(predictors)}
    problems = [
        f"interaction {name_term(each)!r} without {column!r} on its own"
        for each in predictors
        if not isinstance(each, str)
        for column in each
        if column not in predictors
    ]
    names = [name_term(each) for each in predictors]
    problems += [f"predictor {name!r} is named twice" for name in sorted({n for n in names if names.count(n) > 1})]
    problems += [f"column {column!r} has one level only" for column, part in parts.items() if not part]
    problems += [
        f"column {column!r} is {values[column].dtype}: neither a number nor a category"
        for column in parts
        if not (values[column].dtype.is_numeric() or values[column].dtype in _CATEGORIES)
    ]
    if problems:
        raise EstimateError(
            problems,
            "Name every predictor once, with what its interactions are made of; make numbers or text of times.",
        )
    terms: list[tuple[str, Parts]] = [(INTERCEPT, ())] if intercept else []
    for each in predictors:
        made: list[Parts] = [()]
        for column in (each,) if isinstance(each, str) else each:
            made = [(*before, (column, level)) for before in made for level in parts[column]]
        terms += [(name_term(each), own) for own in made]
    if not terms:
        raise EstimateError(["neither predictors nor an intercept"], "Name at least one predictor.")
    known = {
        column: tuple(str(level) for level in _list_levels(values[column]))
        for column in parts
        if not values[column].dtype.is_numeric()
    }
    coding = Coding(tuple(own for _, own in terms), known)
    levels = tuple(" × ".join(level for _, level in own if level is not None) or None for _, own in terms)
    encoded = Encoded(code_rows(values, coding), tuple(term for term, _ in terms), levels, coding)
    _refuse_dependent(encoded)
    return encoded


def code_rows(values: pl.DataFrame, coding: Coding) -> Real:
    """Rows × coefficients of other rows, NaN where a column is null; EstimateError for levels the model does not
    know and columns that are not there. METHODS 19.2."""
    needed = list(dict.fromkeys(column for own in coding.parts for column, _ in own))
    present = [column for column in needed if column in values.columns]
    told = {
        column: {str(each): each for each in _list_levels(values[column])}
        for column in coding.levels
        if column in present
    }
    problems = [f"column {column!r} is missing" for column in needed if column not in present]
    problems += [
        f"column {column!r}: {level!r} is not a level of the model"
        for column, found in told.items()
        for level in found
        if level not in coding.levels[column]
    ]
    problems += [
        f"column {column!r} is {values[column].dtype}, in the model it is a number"
        for column in present
        if column not in coding.levels and not values[column].dtype.is_numeric()
    ]
    if problems:
        known = "; ".join(f"{column}: {', '.join(levels)}" for column, levels in coding.levels.items())
        raise EstimateError(problems, f"Give every predictor of the model{f' ({known})' if known else ''}.")

    def read(column: str, level: str | None) -> Real:
        own = values[column]
        if level is not None:
            own = (
                own == told[column][level]
                if level in told[column]
                else pl.select(pl.when(own.is_not_null()).then(pl.lit(0.0))).to_series()
            )
        return own.cast(pl.Float64).fill_null(np.nan).to_numpy()

    coded = np.ones((values.height, len(coding.parts)))
    for k, own in enumerate(coding.parts):
        for column, level in own:
            coded[:, k] *= read(column, level)
    return coded


def _encode_column(column: pl.Series) -> list[str | None]:
    return [None] if column.dtype.is_numeric() else [str(level) for level in _list_levels(column)[1:]]


def _list_levels(column: pl.Series) -> list[object]:
    return column.drop_nulls().unique().sort().to_list()


def _refuse_dependent(encoded: Encoded) -> None:
    length = np.sqrt((encoded.matrix**2).sum(axis=0))
    scaled = encoded.matrix / np.where(length > 0, length, 1.0)
    kept: list[int] = []
    basis = np.zeros((len(scaled), 0))
    problems = []
    for k in range(scaled.shape[1]):
        left = scaled[:, k]
        for _ in range(2):
            left = left - basis @ (basis.T @ left)
        size = float(np.sqrt(left @ left))
        if size > _RANK:
            basis = np.column_stack([basis, left / size])
            kept.append(k)
        else:
            level = "" if encoded.levels[k] is None else f" {encoded.levels[k]!r}"
            problems.append(f"{encoded.terms[k]!r}{level} follows from the predictors before it in the rows used")
    if problems:
        raise EstimateError(problems, "Leave it out, or join levels: its effect cannot be told from theirs.")
