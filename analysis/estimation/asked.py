"""What a caller asked for, looked at before a row is read: names, claims, kinds of columns."""

from collections.abc import Iterable, Mapping, Sequence

import polars as pl

from analysis.design import SurveyDesign
from analysis.errors import DesignError, EstimateError, ItemError


def check_names(by: Sequence[str], made: Iterable[str], *, taken: Iterable[str], label: str) -> None:
    """Refuses domains and figures named twice, and domains named as a column of the result, which would be lost.

    ``made``: the names of the figures in the column ``label``. Raises EstimateError. METHODS 3.5.
    """
    problems = [f"by names column {column!r} {count} times" for column, count in _repeated(by)]
    problems += [f"{label} {name!r} is asked for {count} times" for name, count in _repeated(made)]
    held = {label, *taken}.intersection(by)
    problems += [f"by column {column!r} is also a column of the result" for column in sorted(held)]
    if problems:
        raise EstimateError(problems, "Name each once; rename the column before.")


def check_kinds(
    frame: pl.DataFrame | pl.LazyFrame, design: SurveyDesign, items: Mapping[str, pl.Expr], where: pl.Expr | None
) -> None:
    """Refuses a ``where`` that is no claim, items and design columns that are no numbers.

    Text that looks like numbers is refused too: it would be read here and fail on the first "n/a". Columns that
    are absent are left to the reading, which names them all. Raises EstimateError, DesignError, ItemError.
    METHODS 3.5.
    """
    lazy = frame.lazy()
    schema = lazy.collect_schema()
    if where is not None and _is_there(where, schema):
        kind = lazy.select(where).collect_schema().dtypes()[0]
        if kind not in (pl.Boolean, pl.Null):
            raise EstimateError(
                [f"where is {kind}, not a claim that holds or not"], "Write a comparison: pl.col('age') >= 18."
            )
    numbers = {"weight": design.weight}
    if design.population is not None:
        numbers["population"] = design.population
    wrong = [
        f"column {column!r} ({role}) is {schema[column]}, a number is needed"
        for role, column in numbers.items()
        if column in schema and not _is_number(schema[column])
    ]
    if wrong:
        raise DesignError(wrong, "Cast it before, and look at what does not become a number.")
    known = {name: item for name, item in items.items() if _is_there(item, schema)}
    kinds = lazy.select(item.alias(str(k)) for k, item in enumerate(known.values())).collect_schema().dtypes()
    wrong = [
        f"item {name!r} is {kind}, a number is needed"
        for name, kind in zip(known, kinds, strict=True)
        if not _is_number(kind)
    ]
    if wrong:
        raise ItemError(
            wrong,
            "Cast it before, durations by dt.total_minutes(); of levels estimate proportions.",
        )


def _is_there(expression: pl.Expr, schema: Mapping[str, pl.DataType]) -> bool:
    return set(expression.meta.root_names()) <= set(schema)


def _is_number(kind: pl.DataType) -> bool:
    return kind.is_numeric() or kind in (pl.Boolean, pl.Null)


def _repeated(names: Iterable[str]) -> list[tuple[str, int]]:
    counts: dict[str, int] = {}
    for name in names:
        counts[name] = counts.get(name, 0) + 1
    return [(name, count) for name, count in counts.items() if count > 1]
