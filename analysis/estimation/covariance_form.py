"""The covariance of weighted totals under a design as one linear map, cov(A, B) = Aᵀ·Q·B; METHODS 3.2, 3.8."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy import sparse

from analysis.design import SurveyDesign
from analysis.designs.drawn import CENSUS, Drawn, Real, Whole
from analysis.designs.pairs import pair_weights
from analysis.designs.phases import Phases, read_phases

Flags = NDArray[np.bool_]
Step = Callable[[Real], Real]


@dataclass(frozen=True)
class CovarianceForm:
    """``unit``: per row, its finest unit of the design; ``times``: their totals T (units × columns) → Q·T."""

    unit: Whole
    units: int
    times: Step

    def add_rows(self, totals: Real | sparse.csr_array) -> Real | sparse.csr_array:
        """Rows × columns of totals added up in finest units; nothing below them counts."""
        return _adder(self.unit, self.units) @ totals


def find_form(
    stages: Sequence[Drawn], placed: pl.DataFrame, design: SurveyDesign, *, inside: Flags, member: Flags
) -> CovarianceForm:
    """Q of ``design``, lonely strata treated as for one domain, the rows ``inside``; ``member``: who answered.

    Its diagonal is what ``stages.add_up_stages`` and ``pairs.add_pairs`` give that domain. METHODS 3.6, 3.8-3.10.
    """
    finest = stages[-1]
    if design.pps != "brewer":
        steps = [_pair_step(stages[0], placed, design)]
    else:
        steps = [
            _within(drawn.unit[finest.first], len(drawn.first), _stage_step(drawn, inside, member, design, number))
            for number, drawn in enumerate(stages, start=1)
        ]

    if design.first_phase is not None:
        steps.append(_first_phase_step(read_phases(stages[0], placed, design), finest.unit))

    def times(totals: Real) -> Real:
        return np.asarray(sum((step(totals) for step in steps), np.zeros_like(totals)))

    return CovarianceForm(finest.unit, len(finest.first), times)


def _within(above: Whole, units: int, step: Step) -> Step:
    """``step`` of a stage's units, for totals of the finest units that lie in them."""
    adder = _adder(above, units)
    return lambda totals: step(adder @ totals)[above]


def _stage_step(drawn: Drawn, inside: Flags, member: Flags, design: SurveyDesign, number: int) -> Step:
    """r·n/(n−1)·Σ c·(a − centre)(b − centre), written so that it stands to the right of every a."""
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
    scale = (factor[drawn.stratum] * drawn.correction)[:, None]
    own = _Centre(drawn.stratum, drawn.sampled.astype(float), np.ones(units, bool))
    if design.lonely != "adjust" or not lonely.any():
        return lambda totals: own.take_off(scale * (totals - own.of(totals)))
    # Lonely strata are centred at the mean of all units of the strata touched in one unit of the stage before.
    touched = rows_in > 0
    counted = np.bincount(drawn.parent, np.where(touched, drawn.sampled, 0)).astype(float)
    grand = _Centre(drawn.parent[drawn.stratum], counted, touched[drawn.stratum])
    alone = lonely[drawn.stratum][:, None]

    def step(totals: Real) -> Real:
        regular = np.where(alone, 0.0, scale * (totals - own.of(totals)))
        from_grand = np.where(alone, scale * (totals - grand.of(totals)), 0.0)
        return own.take_off(regular) + grand.take_off(from_grand)

    return step


class _Centre:
    """The mean of the units ``counted`` in each place, as a map and its transpose."""

    def __init__(self, place: Whole, size: Real, counted: Flags) -> None:
        self._place, self._size, self._counted = place, np.maximum(size, 1.0)[:, None], counted[:, None]
        self._adder = _adder(place, len(size))

    def of(self, totals: Real) -> Real:
        return np.asarray(((self._adder @ np.where(self._counted, totals, 0.0)) / self._size)[self._place])

    def take_off(self, values: Real) -> Real:
        return np.asarray(
            values - np.where(self._counted, ((self._adder @ values) / self._size)[self._place], 0.0)
        )


def _pair_step(drawn: Drawn, placed: pl.DataFrame, design: SurveyDesign) -> Step:
    blocks = pair_weights(drawn, placed, design)
    if design.pps == "yates_grundy":
        blocks = [(units, matrix - np.diag(matrix.sum(axis=1))) for units, matrix in blocks]

    def step(totals: Real) -> Real:
        out = np.zeros_like(totals)
        for units, matrix in blocks:
            out[units] = matrix @ totals[units]
        return out

    return step


def _first_phase_step(phases: Phases, unit: Whole) -> Step:
    """c·{t·chance − [Σ t − Q₂(t)]/n} in every stratum of the first phase, Q₂ of the second phase there. Units are
    rows: ``unit`` says which."""
    row = np.argsort(unit)
    group, stratum, units = phases.group[row], phases.stratum[row], phases.units
    factor, size = phases.factor[group][:, None], phases.sampled[group][:, None]
    chance, scale = phases.chance[row][:, None], phases.scale[row][:, None]
    adder = _adder(group, len(phases.sampled))
    pieces = np.unique(group * len(units) + stratum, return_inverse=True)[1]
    in_pieces = _adder(pieces, int(pieces.max(initial=-1)) + 1)

    def step(totals: Real) -> Real:
        sums = (adder @ totals)[group]
        within = scale * (totals - (in_pieces @ totals)[pieces] / units[stratum][:, None])
        return np.asarray(factor * (chance * totals - (sums - within) / size))

    return step


def _adder(place: Whole, places: int) -> sparse.csr_array:
    return sparse.csr_array((np.ones(len(place)), (place, np.arange(len(place)))), shape=(places, len(place)))
