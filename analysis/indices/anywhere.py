"""The responses of a month on an engine (Spark, or Polars lazily), counted and summed there; METHODS 20.3.

Only counts and sums come back: of cells, of cells by channel, and of domains.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import narwhals as nw
import polars as pl

from analysis.design import SurveyDesign
from analysis.errors import EngineError, ItemError
from analysis.estimation.composite import node_quantity
from analysis.estimation.finish import estimate_quantities
from analysis.estimation.passes.anywhere import reduce_domains_anywhere
from analysis.estimation.passes.engine import bring, keep, like, name_plainly
from analysis.estimation.rule import Rule
from analysis.indices.counted import EXCLUDED, FLAGGED, PARTIAL
from analysis.indices.measure import Figure
from analysis.indices.policy import IndexPolicy
from analysis.weighting.cells import NO_PROCEDURE

_LEVELS = 11  # no scale has more; above it a level is refused


@dataclass(frozen=True)
class EngineRows:
    """``frame``: unit, procedure ("" where none), channel, i0, i1, … (scores, null: no answer); once placed also
    cell, stratum, weight, population and is_pooled. ``items``: the names of i0, i1, …"""

    frame: nw.LazyFrame
    items: tuple[str, ...]


def read_anywhere(
    responses: nw.LazyFrame, scores: Mapping[str, pl.Expr], policy: IndexPolicy
) -> tuple[EngineRows, pl.DataFrame]:
    """The responses that count, measured; and the facts of the month, one row, as ``prepare`` reads them.

    ``responses``: columns of ``frames.RESPONSES`` and of the answers; dots in their names do no harm. Raises
    EngineError where the policy rakes, ItemError where a level is worth less than 0 or more than 100.
    METHODS 2, 10.5, 20.3, 22.8.
    """
    if policy.raking:
        raise EngineError(
            ["lề cân chỉnh (raking) chỉ tính được bằng Polars / raking needs Polars"],
            "Hãy bỏ --engine spark / Leave out --engine spark.",
        )
    plain, named = name_plainly(responses)
    partial = nw.col(named["completeness"]) == PARTIAL
    excluded = nw.col(named[EXCLUDED]) if EXCLUDED in named else nw.lit(False)
    marked = plain.select(
        nw.col(named[policy.unit_role]).alias("unit"),
        nw.col(named["procedure"]).fill_null(NO_PROCEDURE).alias("procedure"),
        nw.col(named["channel"]).alias("channel"),
        nw.col(named["is_demo"]).fill_null(False).alias("demo"),
        (nw.col(named["selection"]) == "self_selected").alias("by_themselves"),
        partial.alias("partial"),
        ((nw.col(named["completeness"]) == FLAGGED) & ~excluded).alias("flagged"),
        (~partial & excluded).alias("excluded"),
        (~partial & ~excluded).alias("counted"),
        *(
            _score(nw.col(named[item]), item, score).alias(f"i{k}")
            for k, (item, score) in enumerate(scores.items())
        ),
    )
    facts = _tell_facts(marked, list(scores))
    kept = ("unit", "procedure", "channel", *(f"i{k}" for k in range(len(scores))))
    return EngineRows(marked.filter(nw.col("counted")).select(*kept), tuple(scores)), facts


def count_cells_anywhere(rows: EngineRows) -> pl.DataFrame:
    """unit, procedure, n: the responses of every cell that has any. METHODS 2.1."""
    grouped = rows.frame.filter(~nw.col("unit").is_null()).group_by("unit", "procedure")
    return bring(grouped.agg(nw.len().alias("n"))).with_columns(pl.col("n").cast(pl.Int64))


def place_anywhere(rows: EngineRows, placed: pl.DataFrame) -> EngineRows:
    """``rows`` with what ``placed`` says of their cell; others left out. METHODS 20.3."""
    table = nw.from_native(
        like(placed.rename({"unit": "of_unit", "procedure": "of_procedure"}), rows.frame)
    ).lazy()
    joined = rows.frame.join(
        table, left_on=["unit", "procedure"], right_on=["of_unit", "of_procedure"], how="inner"
    )
    names = ("cell", "stratum", "weight", "population", "is_pooled", "channel")
    return EngineRows(keep(joined.select(*names, *(f"i{k}" for k in range(len(rows.items))))), rows.items)


def count_members_anywhere(rows: EngineRows, figures: Sequence[Figure]) -> pl.DataFrame:
    """One row per cell × channel: ``responses``, and those behind each figure. METHODS 10.1."""
    members = []
    for at, figure in enumerate(figures):
        asked = [f"i{rows.items.index(item)}" for item, part in figure.coefficients.items() if part > 0]
        answered = ~nw.col(asked[0]).is_null()
        for name in asked[1:]:
            answered = answered | ~nw.col(name).is_null()
        members.append(answered.cast(nw.Int64).sum().alias(f"n{at}"))
    counted = bring(rows.frame.group_by("cell", "channel").agg(nw.len().alias("responses"), *members))
    return counted.select(
        pl.col("cell").cast(pl.UInt32),
        "channel",
        pl.col("responses").cast(pl.Int64),
        *(pl.col(f"n{at}").cast(pl.Int64).alias(figure.key) for at, figure in enumerate(figures)),
    )


def estimate_anywhere_in(
    rows: EngineRows,
    design: SurveyDesign,
    figures: Sequence[Figure],
    numbers: Mapping[str, pl.DataFrame],
    policy: IndexPolicy,
    *,
    is_pooled: bool,
) -> Iterator[pl.DataFrame]:
    """For every kind of domain the estimates of all figures, as ``composite.estimate_in_domains`` gives them.

    ``numbers``: kind → key columns (cell, channel or none) and ``number kind``, the domain of each; keys it has
    not are in no domain. ``is_pooled``: only pooled responses answer, the others stay in the design.
    METHODS 3, 20.3.
    """
    frame = rows.frame
    for place, (kind, table) in enumerate(numbers.items()):
        keys = [column for column in table.columns if not column.startswith("number ")]
        if keys:
            short = table.rename({f"number {kind}": f"number_{place}"} | {key: f"of_{key}" for key in keys})
            beside = nw.from_native(like(short, frame)).lazy()
            frame = frame.join(beside, left_on=keys, right_on=[f"of_{key}" for key in keys], how="left")
    items = [f"i{k}" for k in range(len(rows.items))]
    if is_pooled:
        frame = frame.with_columns(nw.when(nw.col("is_pooled")).then(nw.col(item)).alias(item) for item in items)
    codes = {item: k for k, item in enumerate(rows.items)}
    quantities = [node_quantity(figure.key, figure.coefficients, codes) for figure in figures]
    rules = [
        Rule(policy.confidence, policy.estimated_interval(is_composite=figure.is_composite)) for figure in figures
    ]
    domains = [[f"number_{place}"] if table.width > 1 else [] for place, table in enumerate(numbers.values())]
    reduced = reduce_domains_anywhere(frame, design, items=items, quantities=quantities, domains=domains)
    for place, (kind, found) in enumerate(zip(numbers, reduced, strict=True)):
        table = estimate_quantities(found.read, design, quantities, rules, label="node", sums_of=found.sums)
        number = pl.col(f"number_{place}").cast(pl.UInt32).alias(f"number {kind}")
        yield table.with_columns(number).drop(f"number_{place}") if found.read.by else table


def _score(level: nw.Expr, item: str, score: pl.Expr) -> nw.Expr:
    """What a level is worth, asked of ``score`` level by level; null where there is none."""
    every = pl.DataFrame({item: pl.Series(range(-1, _LEVELS + 1), dtype=pl.Int8)})
    worth = every.select(item, score.cast(pl.Float64).alias(" worth")).rows()
    made, last = nw.lit(float(worth[0][1])), worth[0][1]
    for at, value in worth[1:]:
        if value != last:
            made, last = nw.when(level >= at).then(nw.lit(float(value))).otherwise(made), value
    refused = nw.when(level > _LEVELS).then(nw.lit(-1.0)).otherwise(made)
    return nw.when(~level.is_null()).then(refused)


def _tell_facts(marked: nw.LazyFrame, items: Sequence[str]) -> pl.DataFrame:
    counted = nw.col("counted")
    sums = {
        "responses": counted,
        "responses_without_unit": counted & nw.col("unit").is_null(),
        "by_themselves": counted & nw.col("by_themselves"),
        "demo": counted & nw.col("demo"),
        "responses_partial": nw.col("partial"),
        "responses_flagged": nw.col("flagged"),
        "responses_excluded": nw.col("excluded"),
    }
    sums |= {f"bad{k}": counted & ~nw.col(f"i{k}").is_between(0, 100) for k in range(len(items))}
    told = bring(marked.select(*(claim.cast(nw.Int64).sum().alias(name) for name, claim in sums.items())))
    told = told.with_columns(pl.all().fill_null(0).cast(pl.Int64))
    wrong = [
        f"item {item!r}: {told[f'bad{k}'].item()} of {told['responses'].item()} values are outside 0-100"
        for k, item in enumerate(items)
        if told[f"bad{k}"].item()
    ]
    if wrong:
        raise ItemError(wrong, "Measure the answers first (analysis.estimation.measures); null means no answer.")
    return told.select(
        "responses",
        "responses_without_unit",
        pl.when(pl.col("responses") > 0)
        .then(pl.col("by_themselves") / pl.col("responses"))
        .alias("self_selected_share"),
        (pl.col("demo") > 0).alias("is_demo"),
        "responses_partial",
        "responses_flagged",
        "responses_excluded",
    )
