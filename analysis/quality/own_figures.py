"""Our own released indices as printed figures, so that a release is held to what others are held to."""

from collections.abc import Iterator

import polars as pl

from analysis.frames import INDICES, check_frame
from analysis.quality.printed import PUBLISHED
from survey_forms.form import Aggregation, IndexNode, Recipe

DOMAIN = ("aggregate", "unit", "procedure", "channel")


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
    shown = indices.filter(
        pl.col("estimate_rounded").is_not_null() & ~pl.col("aggregate").eq_missing("mean_of_units")
    )
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
