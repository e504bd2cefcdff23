"""Our own released indices as printed figures, so that a release is held to what others are held to."""

from collections.abc import Iterator

import polars as pl

from analysis.frames import INDICES, check_frame
from analysis.quality.contradictions import find_contradictions
from analysis.quality.printed import PUBLISHED
from survey_forms.form import Aggregation, IndexNode, Recipe

DOMAIN = ("aggregate", "unit", "procedure", "channel")
HALF = 0.005  # of the second decimal, to which released figures are rounded  (METHODS 6)
NOISE = 1e-9


def check_indices(indices: pl.DataFrame, recipe: Recipe) -> pl.DataFrame:
    """The contradictions of a released month: what ``find_contradictions`` says of ``print_indices``.

    Parameters
    ----------
    indices, recipe
        As for ``print_indices``; millions of rows take seconds, since sums are screened by columns and only
        domains in which one fails are read figure by figure.

    Returns
    -------
    DataFrame
        As ``find_contradictions``. Empty: the figures agree with each other, which is no proof of truth.

    Raises
    ------
    FrameError
        When ``indices`` breaks its contract.

    References
    ----------
    METHODS 18.10, 3.4, 1.4.
    """
    check_frame(indices, INDICES, "indices")
    shown = _shown(indices)
    nodes = [node for node in recipe.root.walk() if node.children]
    failing = pl.concat([_outside_interval(shown), *(_off_their_parts(shown, node) for node in nodes)])
    wanted = shown.join(failing.unique(), on=DOMAIN, how="semi", nulls_equal=True, maintain_order="left")
    return find_contradictions(print_indices(wanted, recipe))


def _outside_interval(shown: pl.DataFrame) -> pl.DataFrame:
    value, low, high = (
        pl.col(name).cast(pl.Float64) for name in ("estimate_rounded", "low_rounded", "high_rounded")
    )
    misses = (low > value + HALF - NOISE) | (high < value - HALF + NOISE)
    return shown.filter(misses).select(DOMAIN)


def _off_their_parts(shown: pl.DataFrame, node: IndexNode) -> pl.DataFrame:
    """Domains that hold ``node`` and all below it, where it is further from their mean than rounding explains."""
    total = sum(_weigh(node, child) for child in node.children)
    names = [(node.level, node.id), *((child.level, child.id) for child in node.children)]
    shares = [-1.0, *(_weigh(node, child) / total for child in node.children)]
    parts = pl.DataFrame(
        {"level": [level for level, _ in names], "code": [code for _, code in names], "share": shares},
        schema={"level": pl.String, "code": pl.String, "share": pl.Float64},
    )
    off = (pl.col("share") * pl.col("estimate_rounded").cast(pl.Float64)).sum()
    return (
        shown.join(parts, on=["level", "code"])
        .group_by(DOMAIN)
        .agg(off.alias("off"), pl.len().alias("held"))
        .filter(pl.col("held") == len(names), pl.col("off").abs() > 2 * HALF - NOISE)
        .select(DOMAIN)
    )


def print_indices(indices: pl.DataFrame, recipe: Recipe) -> pl.DataFrame:
    """The figures of a released month as ``contradictions.find_contradictions`` reads them.

    Parameters
    ----------
    indices
        Rows of one form version and month, by the contract INDICES; rows without estimate_rounded are left out.
    recipe
        Of that form version: every node is the weighted mean of the nodes below it, also with answers left out,
        since each item has its own denominator (METHODS 3.4). A node of which a part is withheld is not checked
        against the rest, but against its interval.

    Returns
    -------
    DataFrame
        Columns of ``printed.PUBLISHED``; figure is "level:code" with the domain behind it. The printed interval is
        its bounds. Means of units are left out: each unit has its own items there.

    Raises
    ------
    FrameError
        When ``indices`` breaks its contract.

    References
    ----------
    METHODS 18.10, 3.4, 1.4.
    """
    check_frame(indices, INDICES, "indices")
    shown = _shown(indices)
    rows: list[dict[str, object]] = []
    for keys, domain in shown.group_by(DOMAIN, maintain_order=True):
        name = ", ".join(str(key) for key in keys if key is not None) or "all"
        held = {(row["level"], row["code"]): row for row in domain.iter_rows(named=True)}
        rows += _print_node(recipe.root, None, None, held, name)
        rows += [
            _print_row(row, f"asked_overall:{row['code']} ({name})")
            for (level, _), row in held.items()
            if level == "asked_overall"
        ]
    schema = {name: dtype for name, (dtype, _) in PUBLISHED.items()}
    return pl.DataFrame([{name: row.get(name) for name in schema} for row in rows], schema=schema)


def _shown(indices: pl.DataFrame) -> pl.DataFrame:
    is_mean = pl.col("aggregate").eq_missing("mean_of_units")
    return indices.filter(pl.col("estimate_rounded").is_not_null() & ~is_mean)


def _print_node(
    node: IndexNode,
    whole: str | None,
    weight: float | None,
    held: dict[tuple[str, str], dict[str, object]],
    name: str,
) -> Iterator[dict[str, object]]:
    row = held.get((node.level, node.id))
    figure = f"{node.level}:{node.id} ({name})"
    is_complete = row is not None and all((child.level, child.id) in held for child in node.children)
    if row is not None:
        own = {"part_of": whole, "weight": None if weight is None else repr(weight)}
        ruled = {"rule": "weighted_mean"} if is_complete and node.children else {}
        yield _print_row(row, figure) | own | ruled
    for child in node.children:
        yield from _print_node(child, figure if is_complete else None, _weigh(node, child), held, name)


def _print_row(row: dict[str, object], figure: str) -> dict[str, object]:
    return {
        "figure": figure,
        "value": row["estimate_rounded"],
        "low": row["low_rounded"],
        "high": row["high_rounded"],
    }


def _weigh(node: IndexNode, child: IndexNode) -> float:
    if node.aggregation is Aggregation.FIXED_WEIGHTS:
        return child.weight
    if node.aggregation is Aggregation.EQUAL_GROUPS:
        return 1.0
    return float(sum(below.item is not None for below in child.walk()))
