"""Predictors as a matrix: numbers as they are, categories as differences from their first level."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from analysis.designs.drawn import Real
from analysis.errors import EstimateError

Predictor = str | tuple[str, ...]
INTERCEPT = "intercept"
_RANK = 1e-9


@dataclass(frozen=True)
class Encoded:
    """``matrix``: rows × coefficients; ``terms``, ``levels``: of each coefficient (level None: a number)."""

    matrix: Real
    terms: tuple[str, ...]
    levels: tuple[str | None, ...]


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
    if problems:
        raise EstimateError(problems, "Name every predictor once, with what its interactions are made of.")
    columns: list[tuple[str, str | None, Real]] = []
    if intercept:
        columns.append((INTERCEPT, None, np.ones(values.height)))
    for each in predictors:
        made: list[tuple[str | None, Real]] = [(None, np.ones(values.height))]
        for column in (each,) if isinstance(each, str) else each:
            made = [(_join(left, level), before * own) for left, before in made for level, own in parts[column]]
        columns += [(name_term(each), level, column) for level, column in made]
    if not columns:
        raise EstimateError(["neither predictors nor an intercept"], "Name at least one predictor.")
    matrix = np.column_stack([column for _, _, column in columns])
    encoded = Encoded(matrix, tuple(term for term, _, _ in columns), tuple(level for _, level, _ in columns))
    _refuse_dependent(encoded)
    return encoded


def _encode_column(column: pl.Series) -> list[tuple[str | None, Real]]:
    if column.dtype.is_numeric():
        return [(None, column.cast(pl.Float64).to_numpy())]
    levels = column.unique().sort().to_list()
    return [(str(level), (column == level).cast(pl.Float64).to_numpy()) for level in levels[1:]]


def _join(left: str | None, right: str | None) -> str | None:
    return " × ".join(level for level in (left, right) if level is not None) or None


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
