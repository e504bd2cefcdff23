"""One stage of a selection: lists the units of every parent, gives them probabilities, draws main and reserve."""

import math
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from analysis.errors import SelectionError
from analysis.sampling.draw import draw
from analysis.sampling.frame_hash import read_rows
from analysis.sampling.frame_reading import STAGE_RESULTS, WANTED
from analysis.sampling.probabilities import share_sizes
from analysis.sampling.randomness import RandomStream
from analysis.sampling.size import round_up
from analysis.sampling.stage import Stage

SIZE, CERTAIN = " size", " certain"
SHOWN = 3  # parents named in an error

Positions = NDArray[np.int64]


@dataclass(frozen=True)
class Parent:
    """The units first…last−1 of a list belong to one parent, whose labels are ``labels`` in canonical JSON."""

    labels: str
    first: int
    last: int
    n: int

    @property
    def population(self) -> int:
        return self.last - self.first


def draw_stage(
    read: pl.DataFrame,
    stage: Stage,
    number: int,
    parents: list[str],
    seed: int | str,
    digest: str,
    *,
    is_last: bool,
) -> pl.DataFrame:
    """One row per unit drawn: its path, list, position and ``stage_<number>_…``.

    ``read`` holds the rows the stages above left, one for each unit where this stage ``is_last``; ``parents``
    are the columns of the strata and of the units above. METHODS 12.4, 12.5.
    """
    units = _list_units(read, stage, number, parents, is_last=is_last)
    groups = _group(units, stage, number, parents)
    sizes, certain = units[SIZE].to_numpy(), units[CERTAIN].to_numpy()
    _refuse_small(groups, certain, stage, is_first=number == 1)
    rows: list[tuple[object, ...]] = []
    for group in groups:
        within = slice(group.first, group.last)
        n = min(group.n, group.population)
        chances = share_sizes(sizes[within], n, certain[within])
        key = (seed, digest, number, group.labels)
        main = _draw_main(stage, chances, RandomStream(*key, "main"))
        spare = _draw_reserve(stage, sizes[within], main, RandomStream(*key, "reserve"))
        rows += [
            (group.first + int(k), "main", place, group.population, n, float(chances[k]))
            for place, k in enumerate(main, 1)
        ]
        rows += [
            (group.first + int(k), "reserve", place, group.population, n, None) for place, k in enumerate(spare, 1)
        ]
    names = [f"stage_{number}_{what}" for what in STAGE_RESULTS]
    types = [pl.Int64, pl.String, pl.Int64, pl.Int64, pl.Int64, pl.Float64]
    table = pl.DataFrame(
        rows, schema=dict(zip(("k", "list", "position", *names[:3]), types, strict=True)), orient="row"
    ).with_columns((pl.col(names[2]) == 1).alias(names[3]))
    return units.select(*parents, stage.unit)[table["k"].to_list()].hstack(table.drop("k"))


def _list_units(
    read: pl.DataFrame, stage: Stage, number: int, parents: list[str], *, is_last: bool
) -> pl.DataFrame:
    """One row per unit of this stage, sorted: parents, the stage's order, the unit's label."""
    path = [*parents, stage.unit]
    order = [name for name in stage.order if name not in path]
    size = pl.lit(1.0) if stage.size is None else pl.col(stage.size).cast(pl.Float64)
    sorting = [*parents, *stage.order, stage.unit]
    if is_last:  # nothing to sum over; grouping millions of single rows takes most of a minute
        certain = pl.lit(False) if stage.certainty is None else pl.col(stage.certainty)
        wanted = pl.col(WANTED.format(number))
        return read.select(*path, size.alias(SIZE), certain.alias(CERTAIN), wanted, *order).sort(sorting)
    certain = pl.lit(False) if stage.certainty is None else pl.col(stage.certainty).any()
    units = read.group_by(path).agg(
        size.alias(SIZE), certain.alias(CERTAIN), pl.col(WANTED.format(number)).first(), pl.col(order).min()
    )
    if stage.size is not None:
        # fsum is rounded once: neither row order nor platform moves a last digit.
        sums = [math.fsum(below) for below in units[SIZE].to_list()]
        units = units.with_columns(pl.Series(SIZE, sums, dtype=pl.Float64))
    return units.sort(sorting)


def _group(units: pl.DataFrame, stage: Stage, number: int, parents: list[str]) -> list[Parent]:
    if parents:
        ids = units.select(pl.struct(parents).rle_id()).to_series().to_numpy()
        starts = np.flatnonzero(np.diff(ids, prepend=-1)).tolist()
        labels = read_rows(units[starts], parents)
    else:
        starts, labels = [0], ["[]"]
    asked = units[WANTED.format(number)]
    return [
        Parent(
            label,
            first,
            last,
            int(asked[first]) if stage.fraction is None else round_up(stage.fraction * (last - first)),
        )
        for label, first, last in zip(labels, starts, [*starts[1:], units.height], strict=True)
    ]


def _draw_main(stage: Stage, chances: NDArray[np.float64], random: RandomStream) -> Positions:
    if not stage.shuffle:
        return draw(chances, stage.method, random)
    mixed = random.shuffle(len(chances))
    return mixed[draw(chances[mixed], stage.method, random)]


def _draw_reserve(stage: Stage, sizes: NDArray[np.float64], main: Positions, random: RandomStream) -> Positions:
    """By the same method from those not drawn, then in random order: the order in which to call them."""
    rest = np.setdiff1d(np.arange(len(sizes)), main)
    n = min(stage.reserve, len(rest))
    if n == 0:
        return rest[:0]
    chances = share_sizes(sizes[rest], n, np.zeros(len(rest), dtype=bool))
    spare = rest[_draw_main(stage, chances, random)]
    return spare[random.shuffle(n)]


def _refuse_small(groups: list[Parent], certain: NDArray[np.bool_], stage: Stage, *, is_first: bool) -> None:
    small = [group for group in groups if group.n > group.population] if is_first else []
    forced = [
        group for group in groups if certain[group.first : group.last].sum() > min(group.n, group.population)
    ]
    problems = []
    if small:
        named = ", ".join(f"{group.labels} {group.population} for {group.n}" for group in small[:SHOWN])
        problems.append(
            f"stage {stage.unit!r}: {len(small)} of {len(groups)} strata hold fewer units than n ({named})"
        )
    if forced:
        named = ", ".join(group.labels for group in forced[:SHOWN])
        problems.append(f"stage {stage.unit!r}: {len(forced)} parents have more certain units than n ({named})")
    if problems:
        raise SelectionError(problems, "Draw fewer there (allocate caps n at the population), or join strata.")
