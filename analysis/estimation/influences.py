"""What every row adds to every estimate, as sparse columns: the start of covariances and contrasts."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from scipy import sparse

from analysis.designs.drawn import Real, Whole
from analysis.designs.reading import Domains, Reading, find_domains
from analysis.estimation.designed import weigh_influence
from analysis.estimation.totals import Quantity


@dataclass(frozen=True)
class Influences:
    """Estimates as columns, domain by domain, in each the quantities.

    ``table``: by…, the label, n, estimate. Rows × estimates: ``totals`` (weight × influence), ``member``, and
    ``spread`` (√weight × spread × √(W/(n−1)): its products are the covariances of simple random sampling).
    ``inside``: rows of a domain. ``parts``: domains and the quantities' expressions over
    them, in the order of the estimates.
    """

    table: pl.DataFrame
    totals: sparse.csr_array
    spread: sparse.csr_array
    member: sparse.csr_array
    inside: np.ndarray
    parts: tuple[tuple[Domains, tuple[pl.Expr, ...]], ...]

    @property
    def is_member(self) -> np.ndarray:
        """Rows that belong to any of the estimates."""
        return np.asarray(self.member.sum(axis=1)).ravel() > 0


def find_influences(
    reading: Reading, by: Sequence[str], quantities: Sequence[Quantity], *, label: str
) -> Influences:
    """Every quantity in every domain that the combinations of ``by`` make. METHODS 3.2, 3.4."""
    domains, each = find_domains(reading, by), len(quantities)
    count, inside = domains.table.height, domains.domain >= 0
    rows, domain = np.flatnonzero(inside), domains.domain[inside]
    shape = (len(inside), count * each)
    kept: dict[str, list[sparse.csr_array]] = {"totals": [], "spread": [], "member": []}
    tables = []
    for j, quantity in enumerate(quantities):
        people = weigh_influence(domains, quantity).filter(pl.Series(inside))
        scale = _scale(domains, quantity)[domain]
        member = people["member"].to_numpy().astype(float)
        weight = people["weight"].to_numpy()
        n = np.asarray(np.bincount(domain, member, count), float)
        size = np.sqrt(np.bincount(domain, weight * member, count) / np.maximum(n - 1, 1))[domain]
        total = people["total"].fill_nan(0.0).to_numpy() * scale
        root = np.sqrt(weight) * people["spread"].fill_nan(0.0).to_numpy() * scale * size
        columns = domain * each + j
        for name, values in (("totals", total), ("spread", root), ("member", member)):
            kept[name].append(_columns(values, rows, columns, shape))
        tables.append(_tell(domains, quantity, n, label).with_columns(pl.lit(j).alias("position")))
    table = pl.concat(tables).sort("domain", "position").drop("domain", "position")
    return Influences(
        table.rename({key: key.removeprefix("by.") for key in domains.by}),
        inside=inside,
        parts=((domains, tuple(quantity.value for quantity in quantities)),),
        **{name: sparse.csr_array(sum(parts[1:], parts[0])) for name, parts in kept.items()},
    )


def join_influences(first: Influences, second: Influences) -> Influences:
    """The estimates of both, those of ``second`` behind; it has no columns ``first`` lacks. METHODS 3.2."""
    beside = {
        name: sparse.csr_array(sparse.hstack([getattr(first, name), getattr(second, name)]))
        for name in ("totals", "spread", "member")
    }
    return Influences(
        pl.concat([first.table, second.table], how="diagonal"),
        inside=first.inside | second.inside,
        parts=first.parts + second.parts,
        **beside,
    )


def _tell(domains: Domains, quantity: Quantity, n: Real, label: str) -> pl.DataFrame:
    return domains.table.select(
        "domain",
        *domains.by,
        pl.lit(quantity.name).alias(label),
        pl.Series("n", n.astype(np.int64)),
        quantity.value.cast(pl.Float64).alias("estimate"),
    )


def _scale(domains: Domains, quantity: Quantity) -> Real:
    return domains.table.select("domain", quantity.scale.cast(pl.Float64).alias("scale"))["scale"].to_numpy()


def _columns(values: Real, rows: Whole, columns: Whole, shape: tuple[int, int]) -> sparse.csr_array:
    kept = values != 0
    return sparse.csr_array((values[kept], (rows[kept], columns[kept])), shape=shape)
