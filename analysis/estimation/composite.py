"""Composite indices: weighted sums of item means, with the covariance of items one person answered."""

import math
import operator
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import reduce

import polars as pl

from analysis.design import SurveyDesign
from analysis.designs.reading import read_designed
from analysis.errors import NodeError
from analysis.estimation.asked import check_kinds, check_names
from analysis.estimation.designed import estimate_designed
from analysis.estimation.finish import ESTIMATE_COLUMNS, estimate_quantities
from analysis.estimation.passes.levelled import estimate_levels
from analysis.estimation.passes.open import open_narrow
from analysis.estimation.rows import BOUNDS, place_rows, read_sample, restrict_items
from analysis.estimation.rule import Rule
from analysis.estimation.totals import Quantity
from analysis.grouping.names import Names, list_names


def estimate_composites(
    frame: pl.DataFrame | pl.LazyFrame,
    design: SurveyDesign,
    *,
    nodes: Mapping[str, Mapping[str, float]],
    by: Names,
    confidence: float = 0.95,
    interval: str | Mapping[str, str] = "wilson",
    where: pl.Expr | None = None,
    measures: Mapping[str, pl.Expr] | None = None,
    df: str | float = "domain",
    design_effect: str = "replace",
) -> pl.DataFrame:
    """Every node of an index in every domain, with standard error, interval, df and design effect.

    Parameters
    ----------
    frame
        One row per response of the whole sample; item columns already measured on 0-100; null = no answer.
        Leave nobody out beforehand: a filtered frame has other standard errors. Null in a ``by`` column: the
        response is in the design and in no domain.
    design
        How the responses came. Design columns hold no nulls.
    nodes
        Node → {item column: coefficient}; coefficients >= 0, sum 1.
    by
        Columns whose combinations are the domains; empty: the whole sample.
    interval
        ``wilson``, ``beta`` (Korn-Graubard; ``beta_truncated``: on n at most), ``logit`` (or ``xlogit``),
        ``asin``, ``likelihood``, ``exact`` (Clopper-Pearson) or ``t`` (cut to 0-100); or node → one of these.
        METHODS 4.
    where
        Claim about rows; others stay in the design and leave every domain.
    measures
        Item → what its column is worth on 0-100, for items not yet measured: ``share_satisfied("q1",
        satisfied_from=4)``. Columns of levels measured so are read once and stay small in memory. METHODS 20.
    df
        ``domain``: PSUs − strata that have members; ``design``: of the whole sample; or a number, infinite for
        normal quantiles.
    design_effect
        ``replace`` or ``finite``: against simple random sampling with or without replacement. METHODS 5.

    Returns
    -------
    pl.DataFrame
        One row per domain present × node: by…, node, n (persons with an answer to an item of the node),
        n_effective, sum_weights, estimate (0-100), standard_error, low, high, confidence, df, design_effect,
        method, note. Estimate and limits are null only where nobody answered. Items nobody in the domain
        answered are left out, the other coefficients rescaled, and the note names them.

    Raises
    ------
    DesignError, ItemError, NodeError, EstimateError
        Each with every problem of its kind.

    References
    ----------
    METHODS 3.2-3.6, 4, 5. Silently wrong when item non-response depends on the answer not given.

    Examples
    --------
    >>> sample = pl.DataFrame({"unit": ["A"] * 4, "w": [1.0] * 4, "q1": [100.0, 0.0, 100.0, 100.0]})
    >>> estimate_composites(sample, SurveyDesign("w"), nodes={"q1": {"q1": 1.0}}, by=["unit"])["estimate"].item()
    75.0
    """
    found = estimate_in_domains(
        frame,
        design,
        nodes=nodes,
        domains=[list_names(by)],
        confidence=confidence,
        interval=interval,
        where=where,
        measures=measures,
        df=df,
        design_effect=design_effect,
    )
    return next(iter(found))


def estimate_in_domains(
    frame: pl.DataFrame | pl.LazyFrame,
    design: SurveyDesign,
    *,
    nodes: Mapping[str, Mapping[str, float]],
    domains: Sequence[Sequence[str]],
    confidence: float = 0.95,
    interval: str | Mapping[str, str] = "wilson",
    where: pl.Expr | None = None,
    measures: Mapping[str, pl.Expr] | None = None,
    df: str | float = "domain",
    design_effect: str = "replace",
) -> Iterator[pl.DataFrame]:
    """``estimate_composites`` for each of several ``by``, reading the frame once; one table after the other.

    Shapes, nulls, errors and source as there; memory is that of one table. METHODS 3.2-3.6, 4, 5.
    """
    of_node = dict.fromkeys(nodes, interval) if isinstance(interval, str) else interval
    _check_nodes(nodes, of_node)
    for by in domains:
        check_names(by, nodes, taken=ESTIMATE_COLUMNS, label="node")
    rules = [Rule(confidence, of_node[node], BOUNDS, df=df, reference=design_effect) for node in nodes]
    items = list(dict.fromkeys(item for coefficients in nodes.values() for item in coefficients))
    measured = {item: (measures or {}).get(item, pl.col(item)) for item in items}
    check_kinds(frame, design, measured, where)
    columns = restrict_items(measured, where)
    keys = list(dict.fromkeys(column for by in domains for column in by))
    codes = {item: k for k, item in enumerate(items)}
    quantities = [node_quantity(node, coefficients, codes) for node, coefficients in nodes.items()]
    if not design.is_simple:
        designed = read_designed(frame, design, items=columns, keys=keys, bounds=BOUNDS)
        for by in domains:
            yield estimate_designed(designed, by, quantities, rules, label="node")
        return
    narrow = open_narrow(frame, design, items=measured, keys=keys, where=where, bounds=BOUNDS)
    sample = None
    for by in domains:
        found = None
        if narrow is not None:
            found = estimate_levels(narrow, design, by, quantities, items, rules, label="node")
        if found is not None:
            yield found
            continue
        sample = sample or read_sample(frame, design, items=columns, keys=keys, bounds=BOUNDS)
        yield estimate_quantities(place_rows(sample, by), design, quantities, rules, label="node")


def _check_nodes(nodes: Mapping[str, Mapping[str, float]], intervals: Mapping[str, str]) -> None:
    problems = [
        f"node {node!r}: coefficients {dict(coefficients)} must be >= 0 and sum to 1"
        for node, coefficients in nodes.items()
        if not all(math.isfinite(c) and c >= 0 for c in coefficients.values())
        or abs(sum(coefficients.values()) - 1) > 1e-9
    ]
    problems += [f"node {node!r} has no interval" for node in nodes if node not in intervals]
    if not nodes:
        problems.append("no nodes were asked for")
    if problems:
        raise NodeError(problems, "Divide the weights by their sum; a difference of nodes is not a node.")


def node_quantity(node: str, coefficients: Mapping[str, float], codes: Mapping[str, int]) -> Quantity:
    """A node in linearised form; ``codes``: item → its number among the items read. METHODS 3.4."""
    parts = {item: c for item, c in coefficients.items() if c > 0}
    if list(parts.values()) == [1.0]:  # plain columns: nothing to be computed for every domain
        (code,) = (codes[item] for item in parts)
        return Quantity(name=node, items=(code,), value=pl.col(f"m{code}"), influence=pl.col(f"d{code}"))
    present = {item: pl.col(f"m{codes[item]}").is_not_null() for item in parts}
    weight_present = _add(c * present[item].cast(pl.Float64) for item, c in parts.items())
    absent = pl.concat_str(
        *(pl.when(~present[item]).then(pl.lit(item)) for item in parts), separator=", ", ignore_nulls=True
    )
    remark = (
        pl.when((absent != "") & (weight_present > 0)).then(
            pl.lit("mục không có trả lời, đã chia lại trọng số / items without answers, weights rescaled: ")
            + absent
        )
        if len(parts) > 1
        else None
    )
    return Quantity(
        name=node,
        items=tuple(codes[item] for item in parts),
        value=pl.when(weight_present > 0).then(
            _add(c * pl.col(f"m{codes[item]}").fill_null(0.0) for item, c in parts.items()) / weight_present
        ),
        influence=_add(c * pl.col(f"d{codes[item]}") for item, c in parts.items()),
        scale=pl.when(weight_present > 0).then(1 / weight_present).otherwise(1.0),
        remark=remark,
    )


def _add(terms: Iterable[pl.Expr]) -> pl.Expr:
    """The sum, always in this order: ``pl.sum_horizontal`` adds in parallel, with other last digits each time."""
    return reduce(operator.add, terms)
