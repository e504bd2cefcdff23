"""Reads a sampling frame for selection: refuses what nothing can be drawn from, puts labels into one form."""

from collections.abc import Sequence

import polars as pl

from analysis.errors import SelectionError
from analysis.sampling.stage import Stage

RESULTS = ("list", "position", "inclusion_probability", "design_weight")
STAGE_RESULTS = ("population", "n", "probability", "certainty")
ROW, WANTED = " row", " n{}"  # names no caller's column has


def read_frame(frame: pl.DataFrame, stages: Sequence[Stage], strata: Sequence[str]) -> pl.DataFrame:
    """The frame with labels in NFC, a row number and one column of sample sizes per stage; checked.

    METHODS 12.6.
    """
    _refuse_shape(frame, stages, strata)
    path = [*strata, *(stage.unit for stage in stages)]
    _refuse_rows(frame, stages, path)
    labels = list(dict.fromkeys([*path, *(name for stage in stages for name in stage.order)]))
    read = frame.with_columns(_label(frame, name) for name in labels).with_row_index(ROW)
    _refuse_duplicates(read, path)
    for number, stage in enumerate(stages, 1):
        parents = path[: len(strata) + number - 1]
        read = _with_wanted(read, stage, parents, WANTED.format(number))
    return read


def _label(frame: pl.DataFrame, name: str) -> pl.Expr:
    dtype = frame.schema[name]
    if dtype in (pl.Categorical, pl.Enum, pl.String):
        return pl.col(name).cast(pl.String).str.normalize("NFC")
    return pl.col(name)


def _with_wanted(read: pl.DataFrame, stage: Stage, parents: list[str], name: str) -> pl.DataFrame:
    if isinstance(stage.n, pl.DataFrame):
        return _join_sizes(read, stage, stage.n, parents, name)
    if isinstance(stage.n, str):
        read = read.with_columns(pl.col(stage.n).alias(name))
        _refuse_sizes(read, stage, name)
        odd = read.group_by(parents or pl.lit(0)).agg(pl.col(name).n_unique() > 1)[name].sum()
        if odd:
            raise SelectionError(
                [f"stage {stage.unit!r}: column {stage.n!r} has two values inside {odd} parents"],
                "Give one sample size per stratum or upper unit.",
            )
        return read.with_columns(pl.col(name).cast(pl.Int64))
    return read.with_columns(pl.lit(stage.n, dtype=pl.Int64).alias(name))


def _join_sizes(
    read: pl.DataFrame, stage: Stage, sizes: pl.DataFrame, parents: list[str], name: str
) -> pl.DataFrame:
    keys = [column for column in sizes.columns if column in parents]
    if not keys and sizes.height != 1:
        raise SelectionError(
            [f"stage {stage.unit!r}: the {sizes.height} rows of n name no stratum or upper unit"],
            f"Give it the columns {', '.join(parents) or '(none: one row)'}.",
        )
    sizes = sizes.select(*(_like(sizes, key, read.schema[key]) for key in keys), pl.col("n").alias(name))
    if not keys:
        return read.with_columns(pl.lit(sizes[name].item(), dtype=pl.Int64).alias(name))
    problems = []
    if twice := sizes.height - sizes.unique(keys).height:
        problems.append(f"{twice} rows of n name a parent again")
    if unknown := sizes.join(read, on=keys, how="anti").height:
        problems.append(f"{unknown} rows of n name parents by {', '.join(keys)} that are not in the frame")
    if lost := read.join(sizes, on=keys, how="anti").select(keys).unique().height:
        problems.append(f"{lost} parents by {', '.join(keys)} have no row in n")
    if problems:
        raise SelectionError(
            [f"stage {stage.unit!r}: {problem}" for problem in problems], "Give every stratum one row."
        )
    joined = read.join(sizes, on=keys, how="left", maintain_order="left")
    _refuse_sizes(joined, stage, name)
    return joined.with_columns(pl.col(name).cast(pl.Int64))


def _like(sizes: pl.DataFrame, key: str, dtype: pl.DataType) -> pl.Expr:
    """A label of ``sizes`` in the type it has in the frame; dates come back from JSON as text."""
    if sizes.schema[key] == pl.String and isinstance(dtype, (pl.Date, pl.Datetime)):
        return pl.col(key).str.strptime(dtype)
    return _label(sizes, key).cast(dtype)


def _refuse_sizes(read: pl.DataFrame, stage: Stage, name: str) -> None:
    if not read.schema[name].is_numeric():
        raise SelectionError([f"stage {stage.unit!r}: n is {read.schema[name]}, not a number"], "Cast it.")
    value = pl.col(name)
    wrong = read.filter(value.is_null() | (value < 1) | (value != value.floor())).height
    if wrong:
        raise SelectionError(
            [f"stage {stage.unit!r}: n is null, below 1 or not whole for {wrong} rows of the frame"],
            "Give at least 1, or leave out of the frame what shall not be drawn: it is then not represented.",
        )


def _refuse_shape(frame: pl.DataFrame, stages: Sequence[Stage], strata: Sequence[str]) -> None:
    problems = []
    if not frame.height:
        problems.append("the frame has 0 rows")
    if not stages:
        problems.append("no stage is given")
    named = dict.fromkeys([*strata, *(name for stage in stages for name in stage.columns)])
    problems += [f"column {name!r} is missing" for name in named if name not in frame.columns]
    path = [*strata, *(stage.unit for stage in stages)]
    problems += [f"column {name!r} stands for two levels" for name in dict.fromkeys(path) if path.count(name) > 1]
    problems += [
        f"stage {stage.unit!r} has a reserve of {stage.reserve}, only the last stage may"
        for stage in stages[:-1]
        if stage.reserve
    ]
    made = {*RESULTS, *(f"stage_{i + 1}_{what}" for i in range(len(stages)) for what in STAGE_RESULTS)}
    problems += [f"column {name!r} is also a column of the result" for name in frame.columns if name in made]
    for stage in stages:
        if stage.size in frame.columns and not frame.schema[stage.size].is_numeric():
            problems.append(f"column {stage.size!r} is {frame.schema[stage.size]}, not a number")
        if stage.certainty in frame.columns and frame.schema[stage.certainty] != pl.Boolean:
            problems.append(f"column {stage.certainty!r} is {frame.schema[stage.certainty]}, not Boolean")
    if problems:
        raise SelectionError(problems, "Mend the frame or the stages.")


def _refuse_rows(frame: pl.DataFrame, stages: Sequence[Stage], path: Sequence[str]) -> None:
    problems = []
    named = dict.fromkeys([*path, *(name for stage in stages for name in stage.columns)])
    for name in named:
        if nulls := frame[name].null_count():
            problems.append(f"column {name!r} is null in {nulls} of {frame.height} rows")
    for name in dict.fromkeys(stage.size for stage in stages if stage.size is not None):
        value = pl.col(name).cast(pl.Float64)
        if wrong := frame.filter(~value.is_finite() | (value <= 0)).height:
            problems.append(f"size {name!r} is not above 0 in {wrong} of {frame.height} rows")
    if problems:
        raise SelectionError(problems, "Mend these rows or leave them out: what has no chance is not represented.")


def _refuse_duplicates(read: pl.DataFrame, path: list[str]) -> None:
    twice = read.height - read.unique(path).height
    if twice:
        raise SelectionError(
            [f"{twice} of {read.height} rows name a unit by {', '.join(path)} that is there already"],
            "Keep one row for each unit of the last stage.",
        )
