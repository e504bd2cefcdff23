"""Groups of units that cannot be told apart: who shares a letter is alike; METHODS 14.3."""

import numpy as np
import polars as pl

from analysis.errors import RankError
from analysis.ranking.confidence_sets import Ranking

MOST = 500  # units; above, groups are too many to be read or found


def group_alike(ranking: Ranking) -> pl.DataFrame:
    """Every largest group of units of which no two are told apart, best group first.

    Returns
    -------
    pl.DataFrame
        One row per group × unit: ``group`` (1 …), the unit column, its rank. A unit may stand in several groups:
        two units share a group exactly when they are not told apart. Units without a figure stand in none.

    Raises
    ------
    RankError
        More than 500 units, or so jagged a pattern that there are more than 20 groups a unit.

    Notes
    -----
    A group is no proof that its units are equal: they may differ by less than the sample can show.

    References
    ----------
    METHODS 14.3; Piepho (2004), an algorithm for a letter-based representation of all pairwise comparisons.

    Examples
    --------
    >>> from analysis.ranking import rank_units
    >>> units = pl.DataFrame({"unit": list("ABC"), "estimate": [90.0, 70.0, 69.0], "standard_error": [2.0] * 3})
    >>> group_alike(rank_units(units, unit="unit")).select("group", "unit").rows()
    [(1, 'A'), (2, 'B'), (2, 'C')]
    """
    units = ranking.units.with_row_index("place of a unit").filter(pl.col("rank").is_not_null())
    if units.height > MOST:
        raise RankError([f"{units.height} units, {MOST} at most"], "Group within provinces, or read the tiers.")
    units = units.sort("rank", "place of a unit")
    places = units["place of a unit"].to_numpy()
    apart = ranking.is_better[np.ix_(places, places)]
    groups = _split_and_absorb(apart | apart.T)
    rows = [
        (number, unit)
        for number, members in enumerate(groups, start=1)
        for unit in range(len(places))
        if members >> unit & 1
    ]
    chosen = units[[unit for _, unit in rows]]
    return chosen.select(pl.Series("group", [number for number, _ in rows], dtype=pl.Int64), ranking.unit, "rank")


def _split_and_absorb(apart: np.ndarray) -> list[int]:
    """Sets of units as bits: each pair told apart splits the sets that hold both; subsets are absorbed."""
    size = len(apart)
    groups = [(1 << size) - 1]
    pairs = [(j, k) for j in range(size) for k in range(j + 1, size) if apart[j, k]]
    for j, k in sorted(pairs, key=lambda pair: pair[0] - pair[1]):  # the furthest first: fewer sets on the way
        both = 1 << j | 1 << k
        torn = [members for members in groups if members & both == both]
        groups = [members for members in groups if members & both != both]
        for members in torn:
            for half in (members & ~(1 << j), members & ~(1 << k)):
                if not any(half & ~other == 0 for other in groups):
                    groups = [other for other in groups if other & ~half] + [half]
        if len(groups) > 20 * size:
            raise RankError([f"more than {20 * size} groups"], "Read the tiers, or compare fewer units.")
    return sorted(groups, key=lambda members: [unit for unit in range(size) if members >> unit & 1])
