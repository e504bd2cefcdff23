"""How often 95 % intervals hold the truth: ``python -m tests.analysis.simulation.coverage``."""

import argparse
import sys
from pathlib import Path

import numpy as np
import polars as pl

from analysis.design import SurveyDesign
from analysis.estimation.composite import estimate_composites
from tests.analysis.simulation.world import PART, World, draw_samples, make_world

DESIGN = SurveyDesign(weight="weight", stratum="stratum", population="population")
NODES = {"q1": {"q1": 1.0}, "index": PART}
INTERVALS = ("wilson", "beta", "xlogit", "t")


def measure_coverage(
    world: World, *, samples: int, seed: int, intervals: tuple[str, ...] = INTERVALS, at_once: int = 100
) -> pl.DataFrame:
    """Per interval × unit × node: intervals made, share that holds the truth, mean width, mean estimate."""
    parts = []
    for start in range(0, samples, at_once):
        frame = draw_samples(world, samples=min(at_once, samples - start), seed=seed + start)
        for interval in intervals:
            found = estimate_composites(frame, DESIGN, nodes=NODES, by=["place"], interval=interval)
            parts.append(_judge(found, world).with_columns(pl.lit(interval).alias("interval")))
    return (
        pl.concat(parts)
        .group_by("interval", "node", "share", "n")
        .agg(
            pl.col("made").sum(),
            pl.col("held").sum(),
            pl.col("width").sum() / pl.col("made").sum(),
            pl.col("bias").sum() / pl.col("made").sum(),
            pl.col("below").sum(),
            pl.col("above").sum(),
        )
        .with_columns((100 * pl.col("held") / pl.col("made")).alias("coverage"))
        .sort("interval", "node", "share", "n")
    )


def _judge(found: pl.DataFrame, world: World) -> pl.DataFrame:
    found = found.drop_nulls(["low", "high"])
    unit = found["place"].to_numpy() % len(world.unit_share)
    truth = world.truth[unit, (found["node"] == "index").to_numpy().astype(int)]
    judged = found.select("node", "estimate", "low", "high").with_columns(
        pl.Series("share", world.unit_share[unit]),
        pl.Series("n", world.unit_n[unit]),
        pl.Series("truth", truth),
    )
    slack = 1e-9
    return judged.group_by("node", "share", "n").agg(
        pl.len().alias("made"),
        pl.col("truth").is_between(pl.col("low") - slack, pl.col("high") + slack).sum().alias("held"),
        (pl.col("high") - pl.col("low")).sum().alias("width"),
        (pl.col("estimate") - pl.col("truth")).sum().alias("bias"),
        (pl.col("truth") < pl.col("low") - slack).sum().alias("below"),
        (pl.col("truth") > pl.col("high") + slack).sum().alias("above"),
    )


def average(coverage: pl.DataFrame, *by: str, smallest: int = 10) -> pl.DataFrame:
    """Coverage averaged over units of at least ``smallest`` responses, the published ones (METHODS 7.1)."""
    return (
        coverage.filter(pl.col("n") >= smallest)
        .group_by("interval", "node", *by)
        .agg((100 * pl.col("held").sum() / pl.col("made").sum()).alias("coverage"), pl.col("width").mean())
        .sort("interval", "node", *by)
    )


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--samples", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=20261120)
    parser.add_argument("--out", type=Path, help="CSV for the whole table")
    chosen = parser.parse_args(arguments)
    coverage = measure_coverage(make_world(seed=chosen.seed), samples=chosen.samples, seed=chosen.seed + 1)
    if chosen.out:
        coverage.write_csv(chosen.out)
    with pl.Config(
        tbl_rows=-1, tbl_cols=-1, float_precision=2, tbl_formatting="MARKDOWN", tbl_hide_dataframe_shape=True
    ):
        print(average(coverage))
        print(average(coverage, "share").pivot("share", index=["interval", "node"], values="coverage"))
        print(coverage.pivot("n", index=["node", "share", "interval"], values="coverage", sort_columns=False))


if __name__ == "__main__":
    np.seterr(all="raise", under="ignore")
    main(sys.argv[1:])
