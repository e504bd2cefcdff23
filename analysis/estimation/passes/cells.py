"""The small table after the pass: (domain, stratum) pieces of groups, in order, and the domains they make."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from analysis.compiled import compiled
from analysis.design import SurveyDesign
from analysis.grouping.keys import Key
from analysis.grouping.scatter import Codes, Numbers, add_by_code

Index = NDArray[np.int64]


@dataclass(frozen=True)
class Cells:
    """``groups``: those with a domain, by domain, stratum and PSU; ``domain`` of each, from 0. ``pieces``: where
    (domain, stratum) begins among them; ``piece_domain``, ``piece_stratum``. ``domain_pieces``: where a domain
    begins among the pieces. ``labels``: domain, by.…"""

    groups: Index
    domain: Index
    pieces: Index
    piece_domain: Index
    piece_stratum: Index
    domain_pieces: Index
    labels: pl.DataFrame

    def add_pieces(self, values: Numbers) -> Numbers:
        """Sums over the groups of each piece; ``values`` of ``groups``."""
        return values if len(self.pieces) == len(self.groups) else np.add.reduceat(values, self.pieces)

    def add_domains(self, values: Numbers) -> Numbers:
        """Sums over the pieces of each domain."""
        return (
            values if len(self.domain_pieces) == len(self.pieces) else np.add.reduceat(values, self.domain_pieces)
        )


def make_strata(
    of: Mapping[str, Codes], people: Numbers, populations: Numbers | None, design: SurveyDesign
) -> pl.DataFrame | None:
    """stratum (its number), code (in its key), psus, population, by label; None where the reading of ``rows`` must
    say why. ``of``: the codes of every group; ``populations`` by code. METHODS 20.2."""
    stratum = of["stratum"] if "stratum" in of else np.zeros(len(people), np.int32)
    count = int(stratum.max()) + 1
    if "cluster" in of:
        pairs = np.unique((stratum.astype(np.int64) * (2**31) + of["cluster"])[people > 0])
        psus = np.bincount(pairs >> 31, minlength=count).astype(np.float64)
    else:
        psus = np.zeros(count)
        add_by_code(psus, stratum, people)
    population = np.full(count, np.nan) if populations is None else populations[:count]
    if populations is not None and (np.isinf(population).any() or (population < psus - 1e-9)[psus > 0].any()):
        return None
    if design.lonely == "fail" and (psus == 1).any():
        return None
    strata = pl.DataFrame({"code": np.arange(count), "psus": psus, "population": population})
    sampled = strata.filter(pl.col("psus") > 0).with_row_index("stratum")
    return sampled.with_columns(pl.col("psus").cast(pl.Int64), pl.col("population").fill_nan(None))


def make_cells(
    of: Mapping[str, Codes], keys: Mapping[str, Key], by: Sequence[str], people: Numbers, strata: pl.DataFrame
) -> Cells:
    """Cells of the groups that have rows and no null among ``by``; ``strata`` by ``make_strata``. METHODS 20.2."""
    is_kept = people > 0
    for name in by:
        if keys[name].has_nulls:
            is_kept &= of[name] < keys[name].size - 1
    kept = np.flatnonzero(is_kept)
    packed = np.zeros(len(kept), np.int64)
    room = 1
    for name in by:
        if room * keys[name].size >= 2**62:
            packed = np.unique(packed, return_inverse=True)[1].astype(np.int64)
            room = len(kept) + 1
        packed *= keys[name].size
        packed += of[name][kept]
        room *= keys[name].size
    stratum = of["stratum"][kept] if "stratum" in of else np.zeros(len(kept), np.int32)
    if (packed[1:] <= packed[:-1]).any():
        within: list[NDArray] = [of[name][kept] for name in ("cluster", "stratum") if name in of]
        order = np.lexsort([*within, packed])
        kept, packed, stratum = kept[order], packed[order], stratum[order]
    domain, pieces, domain_pieces = _part(packed, stratum)
    firsts = kept[pieces[domain_pieces]]
    labels = pl.DataFrame(
        [pl.Series("domain", np.arange(len(firsts)), dtype=pl.UInt32)]
        + [keys[name].name(of[name][firsts]).alias(name) for name in by]
    )
    if not by and not len(firsts):
        labels = pl.DataFrame({"domain": [0]}, schema={"domain": pl.UInt32})
    place = np.zeros(int(strata["code"].max()) + 1, np.int64)  # type: ignore[arg-type]
    place[strata["code"].to_numpy()] = np.arange(strata.height)
    return Cells(kept, domain, pieces, domain[pieces], place[stratum[pieces]], domain_pieces, labels)


@compiled
def _part(packed: Index, stratum: Codes) -> tuple[Index, Index, Index]:
    """Of groups in order: the domain of each, where a stratum of a domain begins, and where, among those
    beginnings, a domain does."""
    count, pieces, domains = len(packed), 0, 0
    domain, starts, firsts = np.empty(count, np.int64), np.empty(count, np.int64), np.empty(count, np.int64)
    for at in range(count):
        is_new = at == 0 or packed[at] != packed[at - 1]
        if is_new:
            firsts[domains] = pieces
            domains += 1
        if is_new or stratum[at] != stratum[at - 1]:
            starts[pieces] = at
            pieces += 1
        domain[at] = domains - 1
    return domain, starts[:pieces], firsts[:domains]
