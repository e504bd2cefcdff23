"""Raking: scale weights until they agree with several margins at once; METHODS 2.4."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from analysis.errors import WeightError
from analysis.grouping.groups import Groups, group_rows
from analysis.grouping.keys import Key, code_column
from analysis.grouping.scatter import Column, Numbers, add_by_code, blocks, in_halves, to_column

MARGINS = {
    "variable": pl.String,
    "level": pl.String,
    "target": pl.Float64,
    "before": pl.Float64,
    "after": pl.Float64,
}


_WEIGHT, _GROUP = " weight", " group"


class RakingRefused(WeightError):
    """Margins that these responses cannot meet: every problem, by variable and level."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__(problems, "Không cân chỉnh được, hãy sửa các lề / Cannot rake, mend these margins.")


class RakingDidNotConverge(WeightError):
    """The margin that is furthest off after the last round."""

    def __init__(self, variable: str, level: str, *, got: float, wanted: float, rounds: int) -> None:
        super().__init__(
            [
                f"sau {rounds} vòng lề {variable} = {level} vẫn là {got:.6g}, cần {wanted:.6g} / after {rounds} "
                f"rounds margin {variable} = {level} is {got:.6g}, wanted {wanted:.6g}"
            ],
            "Hãy gộp mức hoặc bỏ lề / Join levels or drop the margin.",
        )
        self.variable, self.level, self.got, self.wanted, self.rounds = variable, level, got, wanted, rounds


@dataclass(frozen=True)
class Raked:
    """``weights``: one per row of the frame, in its order. ``margins``: target, before and after of each level."""

    weights: pl.Series
    margins: pl.DataFrame
    rounds: int


def rake(
    frame: pl.DataFrame | pl.LazyFrame,
    *,
    weight: str,
    margins: Mapping[str, Mapping[str, float]],
    tolerance: float = 1e-10,
    max_rounds: int = 1000,
) -> Raked:
    """Weights whose sums by each level of each margin are the totals asked for.

    Parameters
    ----------
    frame
        One row per response; the margin columns (read as text) and ``weight`` > 0.
    weight
        Column of the weights to start from; they are kept in proportion inside each combination of levels.
    margins
        Column → level → total. All columns must add up to the same grand total.
    tolerance
        Largest relative difference left in any level; every margin is checked after the last round.

    Raises
    ------
    RakingRefused
        A column is absent or has nulls, a level has responses but no total or a total but no responses, a total
        is not positive, or grand totals differ.
    RakingDidNotConverge
        Names the level that is furthest off.

    Notes
    -----
    Standard errors that take raked weights as given are silently a little off (mostly too large).

    References
    ----------
    METHODS 2.4, 20.2; Deming and Stephan (1940), Annals of Mathematical Statistics 11.
    """
    names = list(margins)
    read, absent = _read(frame, weight, names)
    keys = {name: code_column(read[name]) for name in read.columns if name != _WEIGHT}
    groups = group_rows(read.height, keys)
    if groups is None:
        raise RakingRefused(["the margins have more than 134 million combinations of levels"])
    weights = to_column(read[_WEIGHT].fill_null(0.0) if read[_WEIGHT].null_count() else read[_WEIGHT])
    of_group, has_bad_weights = _add_up(weights, groups)
    combined = _list_groups(of_group, groups, keys)
    nulls = {name: read[name].null_count() for name in keys}
    _refuse_impossible(combined, weight, margins, absent, has_bad_weights, nulls)
    start = combined[_WEIGHT].to_numpy()
    sides = []
    for name in names:
        levels = sorted(margins[name])
        code = {level: index for index, level in enumerate(levels)}
        codes = combined[name].replace_strict(code, return_dtype=pl.Int64).to_numpy()
        sides.append((name, levels, codes, np.array([float(margins[name][level]) for level in levels])))
    factors = np.ones_like(start)
    rounds = 0
    while True:
        offs = [np.bincount(codes, start * factors) / targets - 1 for _, _, codes, targets in sides]
        if max(np.abs(off).max() for off in offs) <= tolerance:
            break
        if rounds == max_rounds:
            name, levels, codes, targets = sides[int(np.argmax([np.abs(off).max() for off in offs]))]
            sums = np.bincount(codes, start * factors)
            worst = int(np.argmax(np.abs(sums / targets - 1)))
            raise RakingDidNotConverge(
                name, levels[worst], got=float(sums[worst]), wanted=float(targets[worst]), rounds=rounds
            )
        for _, _, codes, targets in sides:
            factors *= (targets / np.bincount(codes, start * factors))[codes]
        rounds += 1
    table = pl.concat(
        pl.DataFrame(
            {
                "variable": [name] * len(levels),
                "level": levels,
                "target": targets,
                "before": np.bincount(codes, start),
                "after": np.bincount(codes, start * factors),
            },
            schema=MARGINS,
        )
        for name, levels, codes, targets in sides
    )
    of_group[combined[_GROUP].to_numpy()] = factors
    return Raked(_multiply(weights, groups, of_group), table, rounds)


def _read(frame: pl.DataFrame | pl.LazyFrame, weight: str, names: Sequence[str]) -> tuple[pl.DataFrame, list[str]]:
    """The weights and those margin columns that are there, in one reading; and those that are not."""
    schema = frame.collect_schema()
    absent = [name for name in names if name not in schema]
    there = [pl.col(name) for name in names if name not in absent]
    return frame.lazy().select(pl.col(weight).cast(pl.Float64).alias(_WEIGHT), *there).collect(), absent


def _add_up(weights: Column, groups: Groups) -> tuple[Numbers, bool]:
    """Sums of weights by group, and whether one is not above 0."""

    def work(start: int, stop: int) -> list[Numbers]:
        sums, bad = np.zeros(groups.size), np.zeros(1)
        for at, end in blocks(start, stop):
            piece = weights.cut(at, end)
            bad += not piece.min() > 0
            add_by_code(sums, groups.codes[at:end], piece)
        return [sums, bad]

    sums, bad = in_halves(len(groups.codes), work)
    return sums, bool(bad[0])


def _list_groups(sums: Numbers, groups: Groups, keys: Mapping[str, Key]) -> pl.DataFrame:
    """One row per combination of levels that has rows: its number, levels as text, and weight; sorted."""
    present = np.flatnonzero(sums)
    levels = [
        keys[name].labels.gather(groups.of[name][present].astype(np.uint32)).cast(pl.String).alias(name)
        for name in keys
    ]
    table = pl.DataFrame([pl.Series(_GROUP, present), pl.Series(_WEIGHT, sums[present]), *levels])
    return table.sort(list(keys)) if keys else table


def _multiply(weights: Column, groups: Groups, factors: Numbers) -> pl.Series:
    raked = np.empty(len(groups.codes))

    def work(start: int, stop: int) -> list[Numbers]:
        for at, end in blocks(start, stop):
            np.multiply(weights.cut(at, end), factors[groups.codes[at:end]], out=raked[at:end])
        return []

    in_halves(len(raked), work)
    return pl.Series("weight", raked)


def _refuse_impossible(
    combined: pl.DataFrame,
    weight: str,
    margins: Mapping[str, Mapping[str, float]],
    absent: Sequence[str],
    has_bad_weights: bool,
    nulls: Mapping[str, int],
) -> None:
    problems = []
    for name, totals in margins.items():
        if name in absent:
            problems.append(f"{name}: no such column")
            continue
        if nulls[name]:
            problems.append(f"{name}: {nulls[name]} responses without a level")
        present = set(combined[name].drop_nulls())
        problems += [f"{name} = {level}: responses but no total" for level in sorted(present - set(totals))]
        problems += [f"{name} = {level}: a total but no responses" for level in sorted(set(totals) - present)]
        problems += [
            f"{name} = {level}: total {total} is not positive" for level, total in totals.items() if total <= 0
        ]
    grand = {name: float(sum(totals.values())) for name, totals in margins.items()}
    if grand and max(grand.values()) - min(grand.values()) > 1e-6 * max(grand.values()):
        problems.append("grand totals differ: " + ", ".join(f"{name} {total:g}" for name, total in grand.items()))
    if not margins:
        problems.append("no margins given")
    if has_bad_weights:
        problems.append(f"{weight}: weights must be above 0")
    if problems:
        raise RakingRefused(problems)
