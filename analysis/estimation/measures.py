"""Measures: what one answer at level 1..k is worth on 0-100, so that the weighted mean of items is the index."""

import polars as pl

from analysis.errors import MeasureError


def share_satisfied(item: str, *, satisfied_from: int) -> pl.Expr:
    """100 where the level of ``item`` is ``satisfied_from`` or better, else 0; null stays null.

    Its weighted mean is the share of satisfied people in per cent. METHODS 1.1.
    """
    return (pl.col(item) >= satisfied_from).cast(pl.Float64) * 100


def rescale_mean(item: str, *, levels: int) -> pl.Expr:
    """100·k/levels for level k: worst answer 100/levels (20 of five levels), best 100; null stays null.

    Never reaches 0: two thirds "very dissatisfied" still show as 20 points each. METHODS 1.2.
    """
    return pl.col(item).cast(pl.Float64) * 100 / levels


def rescale_zero_based(item: str, *, levels: int) -> pl.Expr:
    """100·(k − 1)/(levels − 1) for level k: worst 0, best 100; null stays null. METHODS 1.3."""
    return (pl.col(item).cast(pl.Float64) - 1) * 100 / (levels - 1)


def measure_item(item: str, measure: str, *, levels: int, satisfied_from: int) -> pl.Expr:
    """``item`` (levels 1..``levels``, null = no answer) on 0-100 by the measure a recipe names.

    ``measure``: satisfied_share, rescaled_mean or zero_based_mean; anything else raises MeasureError, and so do
    fewer than two levels and a ``satisfied_from`` that is none of 2..levels.
    A level outside 1..levels is not looked for here: the estimators refuse what leaves 0-100. METHODS 1.1-1.3.

    >>> answers = pl.DataFrame({"q1": [5, 3, None]})
    >>> answers.select(measure_item("q1", "satisfied_share", levels=5, satisfied_from=4))["q1"].to_list()
    [100.0, 0.0, None]
    """
    problems = [f"item {item!r}: {levels} levels"] if levels < 2 else []
    if measure == "satisfied_share" and not problems and not 2 <= satisfied_from <= levels:
        problems.append(f"item {item!r}: satisfied_from is {satisfied_from}, levels are 1 to {levels}")
    if problems:
        raise MeasureError(problems, "Two levels at least, and not all of them satisfied.")
    if measure == "satisfied_share":
        return share_satisfied(item, satisfied_from=satisfied_from)
    if measure == "rescaled_mean":
        return rescale_mean(item, levels=levels)
    if measure == "zero_based_mean":
        return rescale_zero_based(item, levels=levels)
    raise MeasureError(
        [f"item {item!r}: measure {measure!r} is unknown"],
        "Known: satisfied_share, rescaled_mean, zero_based_mean.",
    )
