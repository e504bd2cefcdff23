"""Lonely strata joined to their neighbours, for the variance only."""

from dataclasses import replace

import numpy as np
import polars as pl

from analysis.design import SurveyDesign
from analysis.designs.drawn import CENSUS, Drawn, find_lonely
from analysis.errors import DesignError


def collapse_lonely(drawn: Drawn, placed: pl.DataFrame, design: SurveyDesign) -> Drawn:
    """First stage with every lonely stratum joined to the next in order of label, the last to the one before.

    Strata that were taken whole stay alone. Populations of joined strata are added. METHODS 3.6.
    """
    if not find_lonely(drawn).any():
        return drawn
    groups: list[list[int]] = []
    is_open = False
    for stratum in _sampled_strata(drawn):
        if is_open:
            groups[-1].append(stratum)
        else:
            groups.append([stratum])
        is_open = int(drawn.sampled[groups[-1]].sum()) == 1
    if is_open and len(groups) == 1:
        raise DesignError(
            ["the sample has one stratum with one sampled PSU, and none to join it to"],
            "Choose another rule for lonely strata (METHODS 3.6).",
        )
    if is_open:
        last = groups.pop()
        groups[-1] += last
    return _join(drawn, groups, placed, design)


def _sampled_strata(drawn: Drawn) -> list[int]:
    """Strata that were not taken whole."""
    varies = np.bincount(drawn.stratum, drawn.correction, len(drawn.sampled)) > CENSUS
    return [int(stratum) for stratum in np.flatnonzero(varies)]


def _join(drawn: Drawn, groups: list[list[int]], placed: pl.DataFrame, design: SurveyDesign) -> Drawn:
    to = np.arange(len(drawn.sampled))
    for group in groups:
        to[group] = group[0]
    kept, joined = np.unique(to, return_inverse=True)
    stratum = joined[drawn.stratum]
    sampled = np.bincount(stratum)
    fraction = drawn.fraction
    if design.population is not None:
        a_row = drawn.first[np.unique(drawn.stratum, return_index=True)[1]]
        population = np.bincount(joined, placed[design.population].cast(pl.Float64).to_numpy()[a_row])
        several = np.bincount(joined)[stratum] > 1
        fraction = np.where(several, np.minimum(1.0, (sampled / population)[stratum]), fraction)
    correction = np.where(1 - fraction > CENSUS, 1 - fraction, 0.0)
    return replace(
        drawn,
        stratum=stratum,
        fraction=fraction,
        correction=correction,
        sampled=sampled,
        parent=np.zeros(len(kept), np.int64),
        label=[drawn.label[int(at)] for at in kept],
    )
