"""Intervals of unit indices over samples of the demonstration population, weighted as they are published.

``python -m tests.analysis.simulation.demonstration``
"""

import argparse
import sys

import polars as pl

from analysis.estimation.composite import estimate_composites
from analysis.frames import TRANSACTIONS, UNITS
from analysis.indices.policy import IndexPolicy
from analysis.indices.prepare import DESIGN, prepare_responses
from api.demo.population import (
    ITEMS,
    count_transactions,
    draw_respondents,
    make_places,
    make_population,
    true_shares,
)

PART = {item: 1 / len(ITEMS) for item in ITEMS}
_COMMUNES = tuple(f"x{number:03d}" for number in range(60))
_PROCEDURES = tuple(f"p{number}" for number in range(1, 9))


def measure_demonstration(
    *, samples: int, seed: int, intervals: tuple[str, ...] = ("wilson",), at_once: int = 25
) -> pl.DataFrame:
    """Per interval × node × class of n: intervals made and how many hold the truth of the unit."""
    places = make_places(_COMMUNES, "centre", _PROCEDURES, _PROCEDURES[:5])
    population = make_population(places, "2026-10").with_columns(
        (pl.col(item) >= 4).cast(pl.Float64) * 100 for item in ITEMS
    )
    truth = _read_truth(population)
    transactions = count_transactions(population)
    found = [
        _estimate(population, transactions, range(first, min(first + at_once, samples)), seed, intervals)
        for first in range(0, samples, at_once)
    ]
    judged = pl.concat(found).join(truth, on=["unit", "node"]).drop_nulls("low")
    is_held = pl.col("truth").is_between(pl.col("low") - 1e-9, pl.col("high") + 1e-9)
    size = pl.col("n").bin_intervals(
        [9, 19, 49, 99, 199], labels=["<10", "10-19", "20-49", "50-99", "100-199", "200+"], right_closed=True
    )
    return (
        judged.group_by("interval", "node", size.cast(pl.String).alias("n"))
        .agg(pl.len().alias("made"), is_held.sum().alias("held"))
        .with_columns((100 * pl.col("held") / pl.col("made")).alias("coverage"))
        .sort("interval", "node", "made")
    )


def _read_truth(population: pl.DataFrame) -> pl.DataFrame:
    satisfied = population.with_columns((pl.col(item) / 100 * 5).cast(pl.Int8) for item in ITEMS)
    shares = true_shares(satisfied, ["unit"])
    return shares.select("unit", "index", "q1").unpivot(index="unit", variable_name="node", value_name="truth")


def _estimate(
    population: pl.DataFrame, transactions: pl.DataFrame, samples: range, seed: int, intervals: tuple[str, ...]
) -> pl.DataFrame:
    """All samples of the batch at once: a sample's units are units of their own, in a province of their own."""
    drawn = [
        draw_respondents(population, seed=seed + sample).with_columns(
            pl.concat_str(pl.lit(f"{sample}/"), "unit").alias("unit_filed")
        )
        for sample in samples
    ]
    responses = pl.concat(drawn).with_columns(
        pl.lit("census").alias("selection"), pl.lit(True).alias("is_demo"), pl.lit("kiosk").alias("channel")
    )
    counted = pl.concat(
        transactions.with_columns(
            pl.concat_str(pl.lit(f"{sample}/"), "unit").alias("unit"),
            pl.lit("2026-10").alias("month"),
            pl.lit(True).alias("is_demo"),
        )
        for sample in samples
    ).select(pl.col(name).cast(column.dtype) for name, column in TRANSACTIONS.items())
    units = (
        counted.select("unit")
        .unique()
        .with_columns(
            pl.col("unit").alias("unit_name"),
            pl.lit("commune").alias("kind"),
            pl.col("unit").str.split("/").list.first().alias("province"),
        )
    )
    prepared = prepare_responses(
        responses.lazy(),
        counted,
        units.select(list(UNITS)),
        scores={item: pl.col(item) for item in ITEMS},
        policy=IndexPolicy(),
    )
    rows = prepared.rows.with_columns(prepared.cells["unit"].gather(prepared.rows["cell"]))
    nodes = {"index": PART, "q1": {"q1": 1.0}}
    return pl.concat(
        estimate_composites(rows, DESIGN, nodes=nodes, by=["unit"], interval=interval).select(
            pl.lit(interval).alias("interval"),
            pl.col("unit").str.split("/").list.last(),
            "node",
            "n",
            "low",
            "high",
        )
        for interval in intervals
    )


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--samples", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args(arguments)
    found = measure_demonstration(samples=chosen.samples, seed=chosen.seed, intervals=("wilson", "beta", "xlogit"))
    average = (
        found.filter(pl.col("n") != "<10")
        .group_by("interval", "node")
        .agg((100 * pl.col("held").sum() / pl.col("made").sum()).alias("coverage"), pl.col("made").sum())
    )
    with pl.Config(tbl_rows=-1, tbl_cols=-1, float_precision=2, tbl_formatting="MARKDOWN"):
        print(average.sort("interval", "node"))
        print(found)


if __name__ == "__main__":
    main(sys.argv[1:])
