"""The pass over the rows: from people to sums per (domain, stratum), PSU totals in between."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import polars as pl

from analysis.estimation.rows import Rows, find_starts

_NUMBERS_AT_ONCE = 24_000_000  # deviations held at a time; about 200 MB


@dataclass(frozen=True)
class Quantity:
    """What is estimated in every domain, in linearised form.

    ``value``: the estimate, over columns of ``Rows.domains``. ``influence``: what one unit of weight of a row
    adds to the estimate, over item deviations d{k} = (y − m{k}) / W{k}, items i{k} and the domain columns.
    ``spread``: the deviation whose weighted variance simple random sampling would have had, over W; None: the
    influence. ``items``: codes of the items it needs; a row with an answer to one of them is a member.
    ``scale``, over ``Rows.domains``: what influence and spread are multiplied by in the whole domain.
    ``remark``, over ``Rows.domains``: what readers of the row must know; null: nothing.
    """

    name: str
    items: tuple[int, ...]
    value: pl.Expr
    influence: pl.Expr
    spread: pl.Expr | None = None
    scale: pl.Expr = field(default_factory=lambda: pl.lit(1.0))
    remark: pl.Expr | None = None

    @property
    def columns(self) -> set[str]:
        """The columns influence and spread are made of."""
        made = [self.influence] if self.spread is None else [self.influence, self.spread]
        return {name for expression in made for name in expression.meta.root_names()}


def sum_strata(read: Rows, quantities: Sequence[Quantity]) -> Iterator[tuple[int, pl.DataFrame]]:
    """For every quantity, told by its position, one row per (domain, stratum), sorted.

    Columns: domain, stratum, people (rows of the domain), n, weight, weight2, spread2 (Σ w·spread²), psus
    (with members), rows (PSUs with rows of the domain), mean and variance (ddof 0) of the PSU totals of
    w·influence. A large sample comes in several pieces of whole domains, each with all quantities. METHODS 3.2.
    """
    for rows, domains in _pieces(read, quantities):
        places = _find_places(rows, has_clusters=read.has_clusters)
        deviations = deviate(rows, domains, quantities)
        for position, quantity in enumerate(quantities):
            yield position, _sum_quantity(quantity, deviations, places)


@dataclass(frozen=True)
class _Places:
    """Where the (domain, stratum) groups begin in the sorted rows and in the PSUs, and what all quantities share.

    ``psu_starts`` is None where every row is a PSU. ``psus``: PSUs of each group.
    """

    keys: pl.DataFrame
    starts: np.ndarray
    psu_starts: np.ndarray | None
    group_starts: np.ndarray
    people: np.ndarray
    psus: np.ndarray
    weight: np.ndarray
    weight2: np.ndarray


def _pieces(read: Rows, quantities: Sequence[Quantity]) -> Iterator[tuple[pl.DataFrame, pl.DataFrame]]:
    """Rows of whole domains, so many at a time that their deviations stay within bounds."""
    if read.rows.is_empty():
        yield read.rows, read.domains
        return
    width = len({k for quantity in quantities for k in quantity.items})
    least = -(-_NUMBERS_AT_ONCE // max(1, width))
    ends = np.append(find_starts(read.rows["domain"])[1:], read.rows.height)
    start = 0
    while start < read.rows.height:
        end = int(ends[min(int(np.searchsorted(ends, start + least)), len(ends) - 1)])
        first, last = (int(read.rows["domain"][at]) for at in (start, end - 1))
        yield read.rows.slice(start, end - start), read.domains.slice(first, last - first + 1)
        start = end


def _find_places(rows: pl.DataFrame, *, has_clusters: bool) -> _Places:
    weight = rows["weight"].to_numpy()
    starts = find_starts(rows["domain"], rows["stratum"])
    people = np.diff(starts, append=rows.height)
    if has_clusters:
        psu_starts = find_starts(rows["domain"], rows["stratum"], rows["cluster"])
        group_starts = np.searchsorted(psu_starts, starts)
        psus = np.diff(group_starts, append=len(psu_starts))
    else:
        psu_starts, group_starts, psus = None, starts, people
    return _Places(
        rows.select("domain", "stratum")[starts],
        starts,
        psu_starts,
        group_starts,
        people,
        psus,
        np.add.reduceat(weight, starts),
        np.add.reduceat(weight * weight, starts),
    )


def _sum_quantity(quantity: Quantity, deviations: pl.DataFrame, places: _Places) -> pl.DataFrame:
    spread = [] if quantity.spread is None else [quantity.spread.alias("spread")]
    people = deviations.select(is_member(quantity).alias("member"), quantity.influence.alias("influence"), *spread)
    weight, influence = deviations["weight"].to_numpy(), people["influence"].to_numpy()
    totals = weight * influence
    spread2 = totals * influence if quantity.spread is None else weight * people["spread"].to_numpy() ** 2
    sums = {"people": places.people, "rows": places.psus, "spread2": np.add.reduceat(spread2, places.starts)}
    if people["member"].all():
        sums |= {"n": places.people, "psus": places.psus, "weight": places.weight, "weight2": places.weight2}
    else:
        sums |= _sum_members(people["member"], deviations["weight"], places)
    if places.psu_starts is not None:
        totals = np.add.reduceat(totals, places.psu_starts)
    # Two passes, so that nothing cancels; in the order of the rows, so that the last digits are always the same.
    mean = np.add.reduceat(totals, places.group_starts) / places.psus
    squares = (totals - np.repeat(mean, places.psus)) ** 2
    sums |= {"mean": mean, "variance": np.add.reduceat(squares, places.group_starts) / places.psus}
    return places.keys.with_columns(pl.Series(name, sums[name], dtype=dtype) for name, dtype in _SUMS.items())


_SUMS = dict.fromkeys(("people", "rows", "n", "psus"), pl.Int64) | dict.fromkeys(
    ("weight", "weight2", "spread2", "mean", "variance"), pl.Float64
)


def _sum_members(member: pl.Series, weight: pl.Series, places: _Places) -> dict[str, np.ndarray]:
    counted = member.cast(pl.Int64)
    n = _add(counted, places.starts)
    psus = n
    if places.psu_starts is not None:
        has_members = (_add(counted, places.psu_starts) > 0).astype(np.int64)
        psus = np.add.reduceat(has_members, places.group_starts)
    of_members = weight * member
    return {
        "n": n,
        "psus": psus,
        "weight": _add(of_members, places.starts),
        "weight2": _add(weight * of_members, places.starts),
    }


def _add(values: pl.Series, starts: np.ndarray) -> np.ndarray:
    return np.asarray(np.add.reduceat(values.to_numpy(), starts))


def deviate(rows: pl.DataFrame, domains: pl.DataFrame, batch: Sequence[Quantity]) -> pl.DataFrame:
    """Rows with the deviations d{k} = (y − m{k}) / W{k} of the items ``batch`` needs, and its domain columns.

    ``domains``: those of the rows and no gap between them. METHODS 3.2.
    """
    at = rows["domain"] - domains["domain"].first()
    needed = sorted({k for quantity in batch for k in quantity.items})
    columns = [
        ((rows[f"i{k}"] - domains[f"m{k}"].gather(at)) / domains[f"W{k}"].gather(at)).fill_null(0.0).alias(f"d{k}")
        for k in needed
    ]
    used = {name for quantity in batch for name in quantity.columns}
    columns += [domains[name].gather(at) for name in sorted(used & set(domains.columns))]
    return rows.with_columns(columns)


def is_member(quantity: Quantity) -> pl.Expr:
    """Whether the row answered at least one item of the quantity. METHODS 3.5."""
    return pl.any_horizontal(pl.col(f"i{k}").is_not_null() for k in quantity.items)
