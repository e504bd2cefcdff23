"""Linearised variance of every domain, stage by stage."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from analysis.design import SurveyDesign
from analysis.designs.drawn import CENSUS, Drawn, Real, Whole


@dataclass(frozen=True)
class Cells:
    """One stage seen by domains. Per row of a domain: ``of_row``, its (domain, unit) cell. Per cell: ``unit``,
    ``group``. Per group, (domain, stratum): ``domain``, ``stratum``, ``units`` (with rows of the domain)."""

    of_row: Whole
    unit: Whole
    group: Whole
    domain: Whole
    stratum: Whole
    units: Whole


def find_cells(drawn: Drawn, domain: Whole) -> Cells:
    """``domain``: per row, −1 for none. METHODS 3.8."""
    inside = domain >= 0
    keys, of_row = np.unique(domain[inside] * len(drawn.first) + drawn.unit[inside], return_inverse=True)
    of_cell, unit = np.divmod(keys, max(1, len(drawn.first)))
    groups, group = np.unique(of_cell * len(drawn.sampled) + drawn.stratum[unit], return_inverse=True)
    of_group, stratum = np.divmod(groups, max(1, len(drawn.sampled)))
    return Cells(of_row, unit, group, of_group, stratum, np.bincount(group, minlength=len(groups)))


def add_up_stages(
    stages: Sequence[Drawn],
    cells: Sequence[Cells],
    total: Real,
    member: Whole,
    design: SurveyDesign,
    count: int,
) -> pl.DataFrame:
    """variance, psus, df, all_asked and lonely of each of ``count`` domains.

    ``total``: weight × influence of the rows of domains; ``member``: 1 where the row belongs to the quantity.
    Stage s adds Σ reach·n/(n−1)·Σ correction·(t − t̄)², zeros for units without rows of the domain.
    METHODS 3.6, 3.8.
    """
    variance, lonely = np.zeros(count), np.zeros(count, np.int64)
    all_asked = np.ones(count, bool)
    for number, (drawn, cell) in enumerate(zip(stages, cells, strict=True), start=1):
        added, alone, varies = _add_stage(drawn, cell, total, member, design, number, count)
        variance += added
        lonely += alone
        all_asked &= ~varies
    psus, strata = _count_psus(stages, cells, member, design, count)
    return pl.DataFrame(
        {
            "domain": np.arange(count),
            "variance": variance,
            "psus": psus,
            "df": (psus - strata).astype(float),
            "all_asked": all_asked,
            "lonely": lonely,
        }
    )


def _add_stage(
    drawn: Drawn, cells: Cells, total: Real, member: Whole, design: SurveyDesign, number: int, count: int
) -> tuple[Real, Whole, NDArray[np.bool_]]:
    groups = len(cells.domain)
    t = add_up(cells.of_row, total, len(cells.unit))
    has_members = np.bincount(cells.group, np.bincount(cells.of_row, member, len(cells.unit)), groups) > 0
    sampled: Whole = drawn.sampled[cells.stratum]
    correction = drawn.correction[cells.unit]
    whole = np.bincount(drawn.stratum, drawn.correction, len(drawn.sampled))[cells.stratum]
    reach = drawn.reach[np.unique(drawn.stratum, return_index=True)[1]][cells.stratum]
    absent = np.maximum(whole - np.bincount(cells.group, correction, groups), 0.0)
    varies = (whole > CENSUS) & (reach > 0)
    is_lonely = (sampled == 1) & varies & has_members
    if design.lonely_in_domains and number == 1:
        is_lonely |= (cells.units == 1) & (sampled > 1) & varies & has_members
        is_lonely &= (sampled == 1) | (design.lonely in ("adjust", "average"))
    centre = np.bincount(cells.group, t, groups) / sampled
    if design.lonely == "adjust":
        centre = np.where(is_lonely, _grand_mean(drawn, cells, t, sampled, count), centre)
    squares = add_up(cells.group, correction * (t - centre[cells.group]) ** 2, groups)
    # Units without rows of the domain have the total 0.
    squares = squares + absent * centre**2
    squares = squares * reach * np.where(sampled > 1, sampled / np.maximum(sampled - 1, 1), 1.0)
    if design.lonely in ("certainty", "average"):
        squares = np.where(is_lonely, 0.0, squares)
    added = add_up(cells.domain, np.where(varies, squares, 0.0), count)
    alone = np.bincount(cells.domain, is_lonely, count)
    if design.lonely == "average":
        strata = np.bincount(cells.domain, has_members, count)
        usable = strata > alone
        added = np.where(usable, added * strata / np.where(usable, strata - alone, 1), 0.0)
    touched = np.bincount(cells.domain, varies & (cells.units > 0), count) > 0
    return added, alone.astype(np.int64), touched


def add_up(place: Whole, values: Real, count: int) -> Real:
    """Sum of the values of each place, in the order of the rows. METHODS 3.8."""
    return np.asarray(np.bincount(place, values, count), float)


def _grand_mean(drawn: Drawn, cells: Cells, t: Real, sampled: Whole, count: int) -> Real:
    """Mean total of the sampled units of the strata the domain touches, inside one unit of the stage before."""
    key = cells.domain * (int(drawn.parent.max(initial=0)) + 1) + drawn.parent[cells.stratum]
    of, place = np.unique(key, return_inverse=True)
    sums = np.bincount(place[cells.group], t, len(of))
    return np.asarray((sums / np.bincount(place, sampled, len(of)))[place])


def _count_psus(
    stages: Sequence[Drawn], cells: Sequence[Cells], member: Whole, design: SurveyDesign, count: int
) -> tuple[Whole, Whole]:
    """PSUs and strata with members; inside a PSU taken for sure (3.9) the units of the next stage are the PSUs."""
    psus = np.zeros(count, np.int64)
    strata = np.zeros(count, np.int64)
    counted = np.ones(len(stages[0].first), bool)
    if design.certainty is not None:
        counted = ~is_sure(stages[0])
    for number in (0, 1) if design.certainty is not None else (0,):
        drawn, cell = stages[number], cells[number]
        if number == 1:
            counted = is_sure(stages[0])[drawn.parent][drawn.stratum]
        present = np.bincount(cell.of_row, member, len(cell.unit)) > 0
        present &= counted[cell.unit]
        psus += np.bincount(cell.domain[cell.group], present, count).astype(np.int64)
        with_members = np.bincount(cell.group, present, len(cell.domain)) > 0
        strata += np.bincount(cell.domain, with_members, count).astype(np.int64)
    return psus, strata


def is_sure(drawn: Drawn) -> np.ndarray:
    """Units of the first stage that are strata of their own because they were taken for sure. METHODS 3.9."""
    return np.asarray((drawn.sampled[drawn.stratum] == 1) & (drawn.correction == 0))
