"""Auxiliary columns of a calibration: levels of margins and numbers whose totals are known; METHODS 2.8."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from analysis.errors import WeightError

GRAND_TOTAL = "all"
CROSSED = " × "
_CELL = " cell"

SOURCES = ("population", "first_phase")
REGRESSIONS = ("start", "equal", "calibrated", "ten_sweeps")  # METHODS 3.7

Margin = str | tuple[str, ...]


@dataclass(frozen=True)
class Calibration:
    """Which totals a column of weights was made to meet: names only, so that standard errors can use it.

    Parameters
    ----------
    start, weight
        Columns: weights before and after. Both must be in the frame estimates are made from.
    counts
        Margins whose counts were met: a column, or a tuple of columns taken together.
    totals
        Number columns whose totals were met.
    population
        Whether the sum of all weights was met on its own (a margin in ``counts`` implies it).
    variance
        Column the change of a weight was made inversely proportional to; None: the same for all.
    alike
        Columns that name the clusters in which all factors are the same; none: every row by itself.
    regression
        Which regression on the auxiliaries standard errors use unless told otherwise: ``start``, ``equal``,
        ``calibrated`` or ``ten_sweeps``. METHODS 3.7.
    totals_of
        Whose totals were met: the ``population``'s, or those of the ``first_phase`` of a sample in two phases,
        which are estimates (METHODS 3.13).

    Notes
    -----
    ``calibrate`` makes one; for weights raked elsewhere write it by hand. Standard errors are silently wrong
    when it names margins the weights do not meet. METHODS 3.7.

    Examples
    --------
    >>> Calibration("pw", "raked", counts=["stype", "sch.wide"]).columns
    ('pw', 'raked', 'stype', 'sch.wide')
    """

    start: str
    weight: str
    counts: Sequence[Margin] = ()
    totals: Sequence[str] = ()
    population: bool = False
    variance: str | None = None
    alike: Sequence[str] = ()
    regression: str = "start"
    totals_of: str = "population"

    def __post_init__(self) -> None:
        if any(isinstance(named, str) for named in (self.counts, self.totals, self.alike)):
            raise WeightError(["counts, totals and alike are lists of columns"], "Write counts=['province'].")
        object.__setattr__(self, "counts", tuple(self.counts))
        object.__setattr__(self, "totals", tuple(self.totals))
        object.__setattr__(self, "alike", tuple(self.alike))
        if not (self.counts or self.totals or self.population):
            raise WeightError(["no margin was named"], "Name counts, totals or population.")
        wrong = [
            f"{name} is {value!r}, known: {', '.join(known)}"
            for name, value, known in (
                ("regression", self.regression, REGRESSIONS),
                ("totals_of", self.totals_of, SOURCES),
            )
            if value not in known
        ]
        if wrong:
            raise WeightError(wrong, "Choose one of them.")

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of a frame it needs."""
        crossed = (column for margin in self.counts for column in margin_columns(margin))
        further = () if self.variance is None else (self.variance,)
        return tuple(dict.fromkeys((self.start, self.weight, *crossed, *self.totals, *further, *self.alike)))


@dataclass(frozen=True)
class Cells:
    """Rows that are alike in all auxiliaries, taken together. ``of_row``: the cell of every row; ``matrix``: one
    row per cell, one column per label; ``labels``: (variable, level or null)."""

    of_row: NDArray[np.int64]
    matrix: NDArray[np.float64]
    labels: tuple[tuple[str, str | None], ...]

    def add(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Sums of ``values``, one per row, in every cell."""
        return np.bincount(self.of_row, values, len(self.matrix)).astype(np.float64, copy=False)


def margin_columns(margin: Margin) -> tuple[str, ...]:
    """The columns a margin is crossed from. METHODS 2.8."""
    return (margin,) if isinstance(margin, str) else tuple(margin)


def margin_name(margin: Margin) -> str:
    """What a margin is called in messages: its columns joined. METHODS 2.8."""
    return CROSSED.join(margin_columns(margin))


def level_name(level: object) -> str:
    """A level as text, the way Polars writes it: True is true, ("No", 3) is No × 3. METHODS 2.8."""
    if isinstance(level, tuple):
        return CROSSED.join(level_name(part) for part in level)
    return str(level).lower() if isinstance(level, bool) else str(level)


def levels_of(frame: pl.DataFrame, margin: Margin) -> pl.Series:
    """The level of every row, as text; null where one of the columns is. METHODS 2.8."""
    texts = [pl.col(column).cast(pl.String) for column in margin_columns(margin)]
    return frame.select(pl.concat_str(texts, separator=CROSSED).alias(margin_name(margin))).to_series()


def read_cells(
    frame: pl.DataFrame,
    counts: Iterable[Margin],
    totals: Iterable[str],
    *,
    population: bool,
    apart: Sequence[str] = (),
) -> Cells:
    """Columns: an indicator of every level present (sorted), then the numbers, then ones if ``population``.

    Rows that differ in a column of ``apart`` are in different cells. Trusts that the columns are there and hold
    no nulls. METHODS 2.8.
    """
    counts, totals = list(counts), list(totals)
    crossed = [column for margin in counts for column in margin_columns(margin)]
    names = list(dict.fromkeys([*crossed, *totals, *apart]))
    alike, of_row = join_alike(frame, names)
    columns: list[NDArray[np.float64]] = []
    labels: list[tuple[str, str | None]] = []
    for margin in counts:
        levels = levels_of(alike, margin)
        present = levels.unique().sort()
        codes = levels.replace_strict(present, pl.int_range(len(present), eager=True)).to_numpy()
        indicators = np.zeros((alike.height, len(present)))
        indicators[np.arange(alike.height), codes] = 1.0
        columns.append(indicators)
        labels += [(margin_name(margin), level) for level in present]
    for name in totals:
        columns.append(alike[name].cast(pl.Float64).to_numpy()[:, None])
        labels.append((name, None))
    if population:
        columns.append(np.ones((alike.height, 1)))
        labels.append((GRAND_TOTAL, None))
    return Cells(of_row, np.hstack(columns), tuple(labels))


def join_clusters(
    frame: pl.DataFrame, cells: Cells, clusters: Sequence[str], weight: NDArray[np.float64]
) -> Cells:
    """``cells`` with one row per cluster: the mean of the auxiliaries there by ``weight``, 0 where that is 0.

    So every row of a cluster gets the same factor, and the totals met are the same. METHODS 2.8.
    """
    groups, of_row = join_alike(frame, clusters)
    sums = np.bincount(of_row, weight, groups.height)
    share = weight / np.where(sums > 0, sums, 1.0)[of_row]
    means = [np.bincount(of_row, share * column[cells.of_row], groups.height) for column in cells.matrix.T]
    return Cells(of_row, np.column_stack(means), cells.labels)


def read_variances(
    frame: pl.DataFrame, variance: str | None, clusters: Sequence[str], weight: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Per row what a change of its weight is measured against: ``variance``, in clusters its mean. METHODS 2.8."""
    if variance is None:
        return np.ones(frame.height)
    own = frame[variance].cast(pl.Float64).to_numpy()
    if not clusters:
        return own
    groups, of_row = join_alike(frame, clusters)
    sums = np.bincount(of_row, weight, groups.height)
    means = np.bincount(of_row, weight * own, groups.height) / np.where(sums > 0, sums, 1.0)
    return np.where(sums > 0, means, 1.0)[of_row]


def join_alike(frame: pl.DataFrame, names: Sequence[str]) -> tuple[pl.DataFrame, NDArray[np.int64]]:
    """One row per combination of ``names``, in order of appearance, and which one every row is. METHODS 2.8."""
    if not names:
        return pl.DataFrame({_CELL: [0]}), np.zeros(frame.height, dtype=np.int64)
    alike = frame.select(names).unique(maintain_order=True).with_row_index(_CELL)
    placed = frame.select(names).join(alike, on=names, how="left", maintain_order="left")
    return alike, placed[_CELL].cast(pl.Int64).to_numpy()


def name_problems(
    frame: pl.DataFrame,
    *,
    weights: Sequence[str],
    counts: Iterable[Margin],
    totals: Iterable[str],
    filled: Iterable[str] = (),
    negative: bool = False,
) -> list[str]:
    """What keeps columns from being read: absent, null, not a number, negative weight; each with its rows.

    ``filled``: columns of any kind that must be there without nulls. METHODS 2.8.
    """
    problems = []
    crossed = [column for margin in counts for column in margin_columns(margin)]
    for column in dict.fromkeys((*weights, *crossed, *totals, *filled)):
        if column not in frame.columns:
            problems.append(f"column {column!r} is missing")
        elif nulls := frame[column].null_count():
            problems.append(f"column {column!r}: {nulls} of {frame.height} rows are null")
    for column in dict.fromkeys((*weights, *totals)):
        if column not in frame.columns:
            continue
        if not (frame.schema[column].is_numeric() or frame.schema[column] == pl.Boolean):
            problems.append(f"column {column!r} is {frame.schema[column]}, not a number")
            continue
        values = frame[column].cast(pl.Float64)
        if odd := frame.height - values.null_count() - int(values.is_finite().sum()):
            problems.append(f"column {column!r}: {odd} of {frame.height} rows are not finite")
        below = int((values < 0).sum())
        if column in weights and below and not negative:
            problems.append(f"column {column!r}: {below} of {frame.height} weights are negative")
    return problems


def known_levels(counts: Mapping[Margin, Mapping[object, float]]) -> dict[Margin, dict[str, float]]:
    """``counts`` with every level as text. METHODS 2.8."""
    return {
        margin: {level_name(level): float(count) for level, count in levels.items()}
        for margin, levels in counts.items()
    }
