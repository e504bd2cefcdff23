"""The covariance of weighted totals under a design as one linear map, cov(A, B) = Aᵀ·Q·B; METHODS 3.2, 3.8."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy import sparse

from analysis.design import SurveyDesign
from analysis.designs.drawn import CENSUS, Drawn, Real, Whole
from analysis.designs.pairs import pair_weights
from analysis.designs.phases import Phases, read_phases

Flags = NDArray[np.bool_]
Matrix: TypeAlias = Any  # rows × estimates: an array, or sparse.csr_array
Covary = Callable[[Real], Real]
Part = Callable[[Matrix], Covary]


@dataclass(frozen=True)
class CovarianceForm:
    """``parts``: one per stage; each takes rows × estimates of totals and gives X → Aᵀ·Q·A·X."""

    parts: tuple[Part, ...]

    def of(self, totals: Matrix) -> Covary:
        """Covariances of every estimate with combinations (estimates × m) of them. METHODS 3.2, 3.8."""
        made = [part(totals) for part in self.parts]

        def covary(combinations: Real) -> Real:
            empty = np.zeros((totals.shape[1], combinations.shape[1]))
            return np.asarray(sum((each(combinations) for each in made), empty))

        return covary


def find_form(
    stages: Sequence[Drawn], placed: pl.DataFrame, design: SurveyDesign, *, inside: Flags, member: Flags
) -> CovarianceForm:
    """Q of ``design``, lonely strata treated as for one domain, the rows ``inside``; ``member``: who answered.

    Its diagonal is what ``stages.add_up_stages`` and ``pairs.add_pairs`` give that domain. METHODS 3.6, 3.8-3.10.
    """
    if design.pps != "brewer":
        return CovarianceForm((_pair_part(stages[0], placed, design),))
    parts = [_stage_part(drawn, inside, member, design, number) for number, drawn in enumerate(stages, start=1)]
    if design.first_phase is not None:
        parts.append(_first_phase_part(read_phases(stages[0], placed, design)))
    return CovarianceForm(tuple(parts))


def _stage_part(drawn: Drawn, inside: Flags, member: Flags, design: SurveyDesign, number: int) -> Part:
    """r·n/(n−1)·Σ c·(a − centre)(b − centre) over the units of a stage."""
    units, strata = len(drawn.first), len(drawn.sampled)
    present = np.bincount(drawn.unit, inside, units) > 0
    rows_in = np.bincount(drawn.stratum, present, strata)
    has_members = np.bincount(drawn.stratum, np.bincount(drawn.unit, member, units) > 0, strata) > 0
    reach = drawn.reach[np.unique(drawn.stratum, return_index=True)[1]]
    varies = (np.bincount(drawn.stratum, drawn.correction, strata) > CENSUS) & (reach > 0)
    lonely = (drawn.sampled == 1) & varies & has_members
    if design.lonely_in_domains and number == 1 and design.lonely in ("adjust", "average"):
        lonely |= (rows_in == 1) & (drawn.sampled > 1) & varies & has_members
    factor = np.where(
        varies, reach * np.where(drawn.sampled > 1, drawn.sampled / np.maximum(drawn.sampled - 1, 1), 1), 0.0
    )
    if design.lonely in ("certainty", "average"):
        factor = np.where(lonely, 0.0, factor)
    if design.lonely == "average":
        regular = int(has_members.sum()) - int(lonely.sum())
        factor = factor * (has_members.sum() / regular if regular else 0.0)
    scale = factor[drawn.stratum] * drawn.correction
    centres = [_Centre(drawn.stratum, drawn.sampled.astype(float), np.ones(units, bool), scale)]
    if design.lonely == "adjust" and lonely.any():
        # Lonely strata are centred at the mean of all units of the strata touched in one unit of the stage before.
        alone, touched = lonely[drawn.stratum], rows_in > 0
        counted = np.bincount(drawn.parent, np.where(touched, drawn.sampled, 0)).astype(float)
        centres = [
            _Centre(drawn.stratum, drawn.sampled.astype(float), np.ones(units, bool), np.where(alone, 0.0, scale)),
            _Centre(drawn.parent[drawn.stratum], counted, touched[drawn.stratum], np.where(alone, scale, 0.0)),
        ]
    return _sum_parts(drawn, centres)


@dataclass(frozen=True)
class _Centre:
    """Per unit of a stage: ``place``, whether it is ``counted`` in the mean of its place, and ``scale``, what its
    square is worth. Per place: ``size``, the units its mean is over."""

    place: Whole
    size: Real
    counted: Flags
    scale: Real


def _sum_parts(drawn: Drawn, centres: Sequence[_Centre]) -> Part:
    units = len(drawn.first)

    def part(totals: Matrix) -> Covary:
        if units == totals.shape[0]:  # every row is a unit: nothing to add up, the units stand as the rows do
            made = [_multiply_out(_of_rows(centre, drawn.unit), totals) for centre in centres]
        else:
            added = _adder(drawn.unit, units) @ totals
            made = [_multiply_out(centre, added) for centre in centres]
        return lambda x: np.asarray(sum(each(x) for each in made))

    return part


def _of_rows(centre: _Centre, unit: Whole) -> _Centre:
    return _Centre(centre.place[unit], centre.size, centre.counted[unit], centre.scale[unit])


def _multiply_out(centre: _Centre, raw: Matrix) -> Covary:
    """X → (A − centre)ᵀ·S·(A − centre)·X as sums of A alone, which stays sparse, and of few means. METHODS 3.2."""
    places, size = len(centre.size), np.maximum(centre.size, 1.0)
    a = _take_off_large_means(centre, raw) if centre.counted.all() else raw
    weighted = _scale_rows(a, centre.scale)
    square = a.T @ weighted
    mean = _adder(centre.place, places, centre.counted / size[centre.place]) @ a
    around = _adder(centre.place, places) @ weighted
    scale = np.bincount(centre.place, centre.scale, places)[:, None]

    def covary(x: Real) -> Real:
        at_mean, at_around = np.asarray(mean @ x), np.asarray(around @ x)
        return np.asarray(square @ x - mean.T @ (at_around - scale * at_mean) - around.T @ at_mean)

    return covary


def _take_off_large_means(centre: _Centre, a: Matrix) -> Matrix:
    """``a`` less its mean in every place where more than half of the units have a total.

    That changes no deviation from the mean. Where fewer have one, the square of the mean is at most half of the
    mean square, and nothing cancels; where more have one, filling in the others at most doubles what is stored.
    """
    add = _adder(centre.place, len(centre.size))
    if not sparse.issparse(a):
        return np.asarray(a - ((add @ a) / np.maximum(centre.size, 1.0)[:, None])[centre.place])
    counted = a.copy()
    counted.data = counted.data + 1j  # the sum and the number of totals in one product
    sums = sparse.coo_array(add @ counted)
    place, column = sums.coords
    full = sums.data.imag > centre.size[place] / 2
    if not full.any():
        return a
    place, column = place[full], column[full]
    mean = sums.data.real[full] / centre.size[place]
    in_order = np.argsort(centre.place, kind="stable")
    starts = np.searchsorted(centre.place[in_order], np.arange(len(centre.size) + 1))
    length = np.diff(starts)[place]
    within = np.arange(length.sum()) - np.repeat(np.cumsum(length) - length, length)
    units = in_order[np.repeat(starts[place], length) + within]
    filled = sparse.csr_array((-np.repeat(mean, length), (units, np.repeat(column, length))), shape=a.shape)
    return sparse.csr_array(a + filled)


def _scale_rows(a: Matrix, scale: Real) -> Matrix:
    if not sparse.issparse(a):
        return np.asarray(a * scale[:, None])
    scaled = a.copy()
    scaled.data = scaled.data * np.repeat(scale, np.diff(scaled.indptr))
    return scaled


def _pair_part(drawn: Drawn, placed: pl.DataFrame, design: SurveyDesign) -> Part:
    blocks = pair_weights(drawn, placed, design)
    if design.pps == "yates_grundy":
        blocks = [(units, matrix - np.diag(matrix.sum(axis=1))) for units, matrix in blocks]

    def part(totals: Matrix) -> Covary:
        added = _adder(drawn.unit, len(drawn.first)) @ totals

        def covary(x: Real) -> Real:
            at = np.asarray(added @ x)
            out = np.zeros_like(at)
            for units, matrix in blocks:
                out[units] = matrix @ at[units]
            return np.asarray(added.T @ out)

        return covary

    return part


def _first_phase_part(phases: Phases) -> Part:
    """c·{t·chance − [Σ t − Q₂(t)]/n} in every stratum of the first phase, Q₂ of the second phase there."""
    group, stratum, units = phases.group, phases.stratum, phases.units
    factor, size = phases.factor[group][:, None], phases.sampled[group][:, None]
    chance, scale = phases.chance[:, None], phases.scale[:, None]
    adder = _adder(group, len(phases.sampled))
    pieces = np.unique(group * len(units) + stratum, return_inverse=True)[1]
    in_pieces = _adder(pieces, int(pieces.max(initial=-1)) + 1)

    def part(totals: Matrix) -> Covary:
        def covary(x: Real) -> Real:
            at = np.asarray(totals @ x)
            within = scale * (at - (in_pieces @ at)[pieces] / units[stratum][:, None])
            out = factor * (chance * at - ((adder @ at)[group] - within) / size)
            return np.asarray(totals.T @ out)

        return covary

    return part


def _adder(place: Whole, places: int, values: Real | None = None) -> sparse.csr_array:
    """Adds up the rows of each place, each times its value (None: 1)."""
    made = np.ones(len(place)) if values is None else values
    return sparse.csr_array((made, (place, np.arange(len(place)))), shape=(places, len(place)))
