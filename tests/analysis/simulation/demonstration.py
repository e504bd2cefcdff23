"""Intervals of unit indices over samples of the demonstration population, weighted as they are published.

``python -m tests.analysis.simulation.demonstration --samples 1000 --seed 100001 --out …/results.md``

The population is that of ``hailong demo``: 56 communes and the centre of one province, the starter procedures, the
seed and the share of people who answer in each unit. Its answers are known, and with them the truth of every unit.
"""

import argparse
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import polars as pl

from analysis.estimation.composite import estimate_composites
from analysis.estimation.pooled_limits import pool_limits
from analysis.frames import TRANSACTIONS, UNITS
from analysis.indices.measure import list_figures
from analysis.indices.policy import POOLED_INTERVAL, IndexPolicy
from analysis.indices.prepare import DESIGN, prepare_responses
from api.demo.population import count_transactions, draw_respondents, make_places, make_population
from api.registry.import_procedures import STARTER
from survey_forms.loader import load_catalogue

FORM = load_catalogue().get("one_stop", "2026.1")
MONTH = "2026-10"
COMMUNES = 56  # of Cao Bằng
INTERVALS = ("wilson", "beta", "t")  # and wilson_pooled, made from the first
CLASSES = {"5-9": 9, "10-19": 19, "20-49": 49, "50+": 10**9}
_SLACK = 1e-9


def simulate(*, samples: int, seed: int, intervals: Sequence[str] = INTERVALS) -> pl.DataFrame:
    """One row per sample × unit × figure × interval: interval, figure, kind (item, composite), unit, n, truth,
    estimate, low, high."""
    population = _make_population()
    transactions = _count(population)
    scored = population.rename({"unit": "unit_filed"}).with_columns(
        (pl.col(item) >= 4).cast(pl.Float64) * 100 for item in _items()
    )
    truth = _read_truth(scored)
    found = [_estimate(scored, transactions, seed + sample, intervals) for sample in range(samples)]
    return pl.concat(found).join(truth, on=["unit", "figure"], how="left", maintain_order="left")


def cover(found: pl.DataFrame, *by: str | pl.Expr) -> pl.DataFrame:
    """How many intervals were made, how many of 100 held the truth, and how wide they were."""
    held = pl.col("truth").is_between(pl.col("low") - _SLACK, pl.col("high") + _SLACK)
    return (
        found.drop_nulls("low")
        .group_by("kind", "interval", *by, maintain_order=True)
        .agg(
            pl.len().alias("intervals"),
            (100 * held.mean()).alias("coverage"),
            (pl.col("high") - pl.col("low")).mean().alias("width"),
        )
    )


def published(found: pl.DataFrame) -> pl.DataFrame:
    """Those from ten responses or more, which alone are published (METHODS 7.1)."""
    return found.filter(pl.col("n") >= IndexPolicy().small_cell)


def as_published() -> pl.Expr:
    """The interval that the policy takes: for an item, and for a composite."""
    policy = IndexPolicy()
    return (
        pl.when(pl.col("kind") == "composite")
        .then(pl.col("interval") == policy.composite_interval)
        .otherwise(pl.col("interval") == policy.interval)
    )


def size_class() -> pl.Expr:
    """n as one of CLASSES."""
    *most, last = CLASSES
    size = pl.lit(last)
    for name in reversed(most):
        size = pl.when(pl.col("n") <= CLASSES[name]).then(pl.lit(name)).otherwise(size)
    return size.alias("n")


def _items() -> tuple[str, ...]:
    return tuple(dict.fromkeys(item for figure in list_figures(FORM.recipe) for item in figure.coefficients))


def _make_population() -> pl.DataFrame:
    procedures = pl.read_csv(STARTER, schema_overrides={"code": pl.String}).sort("code")
    of = {level: procedures.filter(level=level)["code"].to_list() for level in ("commune", "province")}
    places = make_places([f"x{number:03d}" for number in range(COMMUNES)], "centre", of["commune"], of["province"])
    return make_population(places, MONTH)


def _count(population: pl.DataFrame) -> pl.DataFrame:
    counted = count_transactions(population).with_columns(
        pl.lit(MONTH).alias("month"), pl.lit(True).alias("is_demo")
    )
    return counted.select(pl.col(name).cast(column.dtype) for name, column in TRANSACTIONS.items())


def _read_truth(scored: pl.DataFrame) -> pl.DataFrame:
    means = scored.group_by(pl.col("unit_filed").alias("unit")).agg(pl.col(_items()).mean())
    figures = {
        figure.key: sum((part * pl.col(item) for item, part in figure.coefficients.items()), pl.lit(0.0))
        for figure in list_figures(FORM.recipe)
    }
    return means.select("unit", **figures).unpivot(index="unit", variable_name="figure", value_name="truth")


def _estimate(
    scored: pl.DataFrame, transactions: pl.DataFrame, seed: int, intervals: Sequence[str]
) -> pl.DataFrame:
    """One sample, weighted and estimated as a month of the product is."""
    responses = draw_respondents(scored, seed=seed).with_columns(
        pl.lit("invited").alias("selection"),
        pl.lit(True).alias("is_demo"),
        pl.lit("qr").alias("channel"),
        pl.lit("complete").alias("completeness"),
    )
    units = transactions.select(pl.col("unit").unique()).with_columns(
        pl.col("unit").alias("unit_name"), pl.lit("commune").alias("kind"), pl.lit("04").alias("province")
    )
    prepared = prepare_responses(
        responses.lazy(),
        transactions,
        units.select(list(UNITS)),
        scores={item: pl.col(item) for item in _items()},
        policy=IndexPolicy(),
    )
    rows = prepared.rows.with_columns(prepared.cells["unit"].gather(prepared.rows["cell"]))
    return _estimate_figures(rows, intervals)


def _estimate_figures(rows: pl.DataFrame, intervals: Sequence[str]) -> pl.DataFrame:
    """Every figure by every interval, in one reading: a node for each pair."""
    figures = {figure.key: figure for figure in list_figures(FORM.recipe)}
    nodes: dict[str, Mapping[str, float]] = {
        f"{interval} {key}": figure.coefficients for key, figure in figures.items() for interval in intervals
    }
    found = estimate_composites(
        rows, DESIGN, nodes=nodes, by=["unit"], interval={node: node.split(" ")[0] for node in nodes}
    )
    named = pl.col("node").str.split_exact(" ", 1).struct.rename_fields(["interval", "figure"])
    composites = [key for key, figure in figures.items() if figure.is_composite]
    is_composite = pl.col("figure").is_in(composites)
    told = found.with_columns(named).unnest("node")
    told = told.with_columns(
        pl.when(is_composite).then(pl.lit("composite")).otherwise(pl.lit("item")).alias("kind")
    )
    plain = told.filter(interval="wilson")
    # As published: over units of 10 responses or more. Smaller ones as if the threshold were 5.
    pooled = [pool_limits(plain.filter(pl.col("n") >= least), over=["figure"]) for least in (10, 5)]
    both = [pooled[0], pooled[1].filter(pl.col("n") < 10)]
    made = pl.concat([told, *(part.with_columns(interval=pl.lit(POOLED_INTERVAL)) for part in both)])
    return made.select("interval", "figure", "kind", "unit", "n", "estimate", "low", "high")


def write_results(found: pl.DataFrame, *, samples: int, seed: int) -> str:
    """The tables of results.md."""
    index = found.filter(pl.col("figure") == list_figures(FORM.recipe)[0].key)
    chosen = found.filter(as_published(), pl.col("n") >= 5)
    order = ("kind", pl.col("n").str.extract(r"(\d+)").cast(pl.Int32))
    near_100 = pl.col("truth") >= 93
    parts = {
        "As published": cover(published(chosen)).sort("kind"),
        "As published, units whose true share is 93 % or more": cover(published(chosen).filter(near_100)).sort(
            "kind"
        ),
        "As published, by n (5-9 are withheld)": cover(chosen, size_class()).sort(order),
        "As published, by figure": cover(published(chosen), "figure").sort("kind", "figure"),
        "The overall index, as published, by n": cover(
            index.filter(as_published(), pl.col("n") >= 5), size_class()
        ).sort(order),
        "The overall index by interval": cover(published(index)).sort("interval"),
        "The overall index by interval, true share 93 % or more": cover(published(index).filter(near_100)).sort(
            "interval"
        ),
        "The overall index by interval, 10-19 responses": cover(published(index).filter(pl.col("n") < 20)).sort(
            "interval"
        ),
        "All unit figures by interval": cover(published(found)).sort("kind", "interval"),
    }
    lines = [
        "# Coverage of 95 % intervals in the demonstration population",
        "",
        f"`python -m tests.analysis.simulation.demonstration --samples {samples} --seed {seed}`",
        "",
        f"{samples} samples of {COMMUNES} communes and a centre, form {FORM.id} {FORM.version}, {MONTH}: how many",
        "of 100 intervals held the truth of the unit, and how wide they were in points. Units of 10 responses or",
        "more unless their number is told.",
    ]
    for title, table in parts.items():
        lines += ["", f"## {title}", "", *_markdown(table)]
    return "\n".join(lines) + "\n"


def _markdown(table: pl.DataFrame) -> list[str]:
    rows = [[f"{cell:.2f}" if isinstance(cell, float) else str(cell) for cell in row] for row in table.rows()]
    head = [table.columns, ["---"] * table.width]
    return [f"| {' | '.join(row)} |" for row in (*head, *rows)]


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--samples", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, help="file for the tables; otherwise they are printed")
    chosen = parser.parse_args(arguments)
    found = simulate(samples=chosen.samples, seed=chosen.seed)
    told = write_results(found, samples=chosen.samples, seed=chosen.seed)
    if chosen.out:
        chosen.out.write_text(told, encoding="utf-8")
    else:
        print(told)


if __name__ == "__main__":
    main(sys.argv[1:])
