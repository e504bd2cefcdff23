"""Two phases: what the drawing of the first adds to the variance of a sample drawn from it; METHODS 3.13."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from analysis.design import SurveyDesign
from analysis.designs.drawn import Drawn, Real, Whole
from analysis.designs.places import code
from analysis.errors import DesignError

_TINY = 1e-9


@dataclass(frozen=True)
class Phases:
    """Per row: ``group``, its stratum of the first phase; ``stratum``, of the second; ``chance`` n_h/n_ah of being
    drawn there; ``scale`` (1 − chance)·n_h/(n_h − 1), 0 where it is alone. Per group: ``sampled`` n_g and
    ``factor`` (1 − n_g/N_g)·n_g/(n_g − 1). Per second stratum: ``units``, n_h."""

    group: Whole
    stratum: Whole
    chance: Real
    scale: Real
    sampled: Real
    factor: Real
    units: Whole


def read_phases(drawn: Drawn, placed: pl.DataFrame, design: SurveyDesign) -> Phases:
    """The first phase of ``design`` beside ``drawn``, its second; DesignError with what is wrong. METHODS 3.13."""
    phase = design.first_phase
    assert phase is not None
    named = [phase.sampled, *([] if phase.population is None else [phase.population])]
    _check_numbers(placed, named)
    if phase.stratum is not None and (nulls := placed[phase.stratum].null_count()):
        raise DesignError(
            [f"column {phase.stratum!r} (first phase): {nulls} of {placed.height} rows are null"],
            "Give every row its stratum of the first phase.",
        )
    group = np.zeros(placed.height, np.int64) if phase.stratum is None else code(placed[phase.stratum])
    first = np.unique(group, return_index=True)[1]
    stratum = drawn.stratum[drawn.unit]
    sampled, population = (
        np.full(len(first), np.inf) if name is None else placed[name].cast(pl.Float64).to_numpy()[first]
        for name in (phase.sampled, phase.population)
    )
    _check_sizes(placed, design, drawn, group, sampled, population)
    units = drawn.sampled
    chance = drawn.fraction[drawn.unit]
    n = units[stratum]
    scale = np.where(n > 1, (1 - chance) * n / np.maximum(n - 1, 1), 0.0)
    fraction = np.divide(sampled, population)
    factor = np.where(sampled > 1, (1 - fraction) * sampled / np.maximum(sampled - 1, 1), 1 - fraction)
    return Phases(group, stratum, chance, scale, sampled, factor, units)


def add_first_phase(variances: pl.DataFrame, phases: Phases, domain: Whole, total: Real) -> pl.DataFrame:
    """``variances`` of ``stages.add_up_stages``, those of the second phase, with what the first adds.

    ``domain``: per row, −1 for none; ``total``: weight × influence of the rows of domains. Per group, c the
    factor: c·{Σ t²·chance − [(Σ t)² − v₂]/n_g}, v₂ the second-phase variance of Σ t there: so the squares of the
    whole first phase are estimated without bias. METHODS 3.13.
    """
    inside = domain >= 0
    group, groups = phases.group[inside], len(phases.sampled)
    place = domain[inside] * groups + group
    size = variances.height * groups
    squares = np.bincount(place, total**2 * phases.chance[inside], size)
    sums = np.bincount(place, total, size)
    within = _second_phase(place, phases.stratum[inside], phases, total, phases.scale[inside], size)
    factor = np.tile(phases.factor, variances.height)
    added = factor * (squares - (sums**2 - within) / np.tile(phases.sampled, variances.height))
    touched = np.bincount(place, minlength=size).reshape(variances.height, groups) > 0
    is_whole = ~(touched & (phases.factor > _TINY)).any(axis=1)
    return variances.with_columns(
        pl.col("variance") + pl.Series(added.reshape(variances.height, groups).sum(axis=1)),
        pl.col("all_asked") & pl.Series(is_whole),
    ).with_columns(pl.col("variance").clip(lower_bound=0.0))


def _second_phase(place: Whole, stratum: Whole, phases: Phases, total: Real, scale: Real, size: int) -> Real:
    """Second-phase variance of the total of every place: a stratum's rows elsewhere count with 0."""
    strata = len(phases.units)
    keys, of_row = np.unique(place * strata + stratum, return_inverse=True)
    of_key, in_stratum = np.divmod(keys, strata)
    squares = np.bincount(of_row, scale * total**2, len(keys))
    scales = np.zeros(strata)
    scales[stratum] = scale
    sums = np.bincount(of_row, total, len(keys))
    each = squares - scales[in_stratum] * sums**2 / phases.units[in_stratum]
    return np.asarray(np.bincount(of_key, each, size), float)


def _check_numbers(placed: pl.DataFrame, columns: list[str]) -> None:
    problems = []
    for name in columns:
        if not placed[name].dtype.is_numeric():
            problems.append(f"column {name!r} (first phase) is {placed[name].dtype}, not numeric")
            continue
        sound = ((placed[name] > 0) & placed[name].is_finite()).fill_null(False)
        if bad := int((~sound).sum()):
            problems.append(f"column {name!r} (first phase): {bad} of {placed.height} rows are not above 0")
    if problems:
        raise DesignError(problems, "Every row names how many were drawn in its stratum of the first phase.")


def _check_sizes(
    placed: pl.DataFrame, design: SurveyDesign, drawn: Drawn, group: Whole, sampled: Real, population: Real
) -> None:
    phase, held = design.first_phase, design.population
    assert phase is not None
    assert held is not None
    problems = []
    for name, known in ((phase.sampled, sampled), (phase.population, population)):
        if name is None:
            continue
        varies = np.bincount(group, placed[name].cast(pl.Float64).to_numpy() != known[group]) > 0
        if varies.any():
            problems.append(f"column {name!r} (first phase): {int(varies.sum())} strata have more than one value")
    if (above := int((population < sampled - _TINY).sum())) and not problems:
        problems.append(f"column {phase.population!r}: {above} strata are smaller than their first phase")
    a_row = np.unique(drawn.stratum[drawn.unit], return_index=True)[1]
    drawn_from = float(placed[held].cast(pl.Float64).to_numpy()[a_row].sum())
    if not problems and abs(drawn_from - sampled.sum()) > 1e-6 * sampled.sum():
        problems.append(
            f"the strata of the second phase hold {drawn_from:g} of the {sampled.sum():g} of the first phase "
            f"(columns {held!r} and {phase.sampled!r})"
        )
    if problems:
        raise DesignError(
            problems,
            "Both phases count the same people: join a stratum nobody was interviewed in with another.",
        )
