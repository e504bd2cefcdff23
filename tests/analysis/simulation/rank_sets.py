"""How often sets of ranks hold the truth: ``python -m tests.analysis.simulation.rank_sets``."""

import argparse
import sys
from pathlib import Path

import numpy as np
import polars as pl

from analysis.ranking import estimate_top_probabilities, rank_units
from analysis.small_area import fit_fay_herriot
from tests.analysis.simulation.printed import print_tables

WORLDS = ("equal", "spread", "two groups", "ladder")
SMALL, MIDDLE, LARGE = 5, 34, 150  # units; of 150 classes of standard error are used


def make_truth(world: str, units: int) -> np.ndarray:
    """True figures: all the same; spread up to 3 points either way; two groups 6 apart; steps of 5."""
    place = np.arange(units)
    return {
        "equal": np.full(units, 80.0),
        "spread": 80 + 3 * np.sin(7.0 * place),
        "two groups": 80.0 + 6 * (place % 2),
        "ladder": 5.0 * place,
    }[world]


def measure_rank_sets(
    *,
    samples: int,
    seed: int,
    worlds: tuple[str, ...] = WORLDS,
    units: tuple[int, ...] = (SMALL, MIDDLE),
    draws: int = 1000,
) -> pl.DataFrame:
    """Per world × number of units × kind: samples in which all sets held at once, sets that held, mean width.

    Standard errors from 0.5 to 2.5 points. Kinds: ``joint`` and ``each`` with known errors; ``df`` and
    ``df ignored`` with errors estimated from 6 to 20 degrees of freedom.
    """
    rows = []
    for world in worlds:
        for p in units:
            truth, error = make_truth(world, p), np.linspace(0.5, 2.5, p)[np.argsort(np.sin(3.0 * np.arange(p)))]
            rng = np.random.default_rng([seed, p, WORLDS.index(world)])
            found: dict[str, list[tuple[bool, float, float]]] = {}
            for sample in range(samples):
                for kind, frame, options in _draw(rng, truth, error):
                    units_found = rank_units(frame, unit="unit", draws=draws, seed=sample, **options).units
                    found.setdefault(kind, []).append(judge_sets(units_found, truth))
            rows += [
                {
                    "world": world,
                    "units": p,
                    "kind": kind,
                    "all_held": 100 * float(np.mean([all_held for all_held, _, _ in judged])),
                    "sets_held": 100 * float(np.mean([part for _, part, _ in judged])),
                    "width": float(np.mean([width for _, _, width in judged])),
                }
                for kind, judged in found.items()
            ]
    return pl.DataFrame(rows)


def _draw(rng: np.random.Generator, truth: np.ndarray, error: np.ndarray) -> list[tuple[str, pl.DataFrame, dict]]:
    p = len(truth)
    estimate = truth + rng.normal(0, error)
    df = rng.integers(6, 21, p)
    reported = error * np.sqrt(rng.chisquare(df) / df)
    known = pl.DataFrame({"unit": np.arange(p), "estimate": estimate, "standard_error": error})
    estimated = known.with_columns(pl.Series("standard_error", reported), pl.Series("df", df))
    kinds = [("joint", known, {}), ("df", estimated, {"df": "df"}), ("df ignored", estimated, {})]
    return kinds + ([("each", known, {"joint": False})] if p <= 100 else [])


def judge_sets(units: pl.DataFrame, truth: np.ndarray) -> tuple[bool, float, float]:
    """Whether all sets hold all ranks the truth allows (ties allow several), the part that does, mean width."""
    best = 1 + (truth[None, :] > truth[:, None]).sum(axis=1)
    last = len(truth) - (truth[None, :] < truth[:, None]).sum(axis=1)
    low, high = units["rank_low"].to_numpy(), units["rank_high"].to_numpy()
    held = (low <= best) & (last <= high)
    return bool(held.all()), float(held.mean()), float((high - low + 1).mean())


def measure_top_probabilities(*, samples: int, seed: int, units: int = 34, k: int = 5) -> pl.DataFrame:
    """Of units said to be among the top k with a probability around p, how many are: modelled and direct figures.

    True figures are drawn anew in every sample, as large a spread as the errors.
    """
    rng = np.random.default_rng(seed)
    parts = []
    for sample in range(samples):
        error = rng.uniform(1, 3, units)
        truth = 80 + rng.normal(0, 2, units)
        direct = pl.DataFrame(
            {"unit": np.arange(units), "estimate": truth + rng.normal(0, error), "standard_error": error}
        )
        is_top = pl.Series("is_top", truth >= np.sort(truth)[-k])
        for kind, frame in (
            ("direct", direct),
            ("modelled", fit_fay_herriot(direct, area="unit", method="bayes").areas),
        ):
            judged = estimate_top_probabilities(frame, unit="unit", k=k, draws=500, seed=sample)
            parts.append(judged.select(pl.lit(kind).alias("figures"), "probability_top", is_top))
    probability = pl.col("probability_top")
    said = pl.when(probability < 0.05).then(pl.lit("0-5 %")).when(probability < 0.2).then(pl.lit("5-20 %"))
    said = said.when(probability < 0.5).then(pl.lit("20-50 %")).when(probability < 0.8).then(pl.lit("50-80 %"))
    return (
        pl.concat(parts)
        .with_columns(said.otherwise(pl.lit("80-100 %")).alias("said"))
        .group_by("figures", "said")
        .agg(
            pl.len().alias("units"),
            (100 * pl.col("probability_top").mean()).alias("mean_said"),
            (100 * pl.col("is_top").mean()).alias("were_top"),
        )
        .sort("figures", "mean_said")
    )


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--samples", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=20261120)
    parser.add_argument("--out", type=Path, help="Markdown file for the tables")
    chosen = parser.parse_args(arguments)
    runs = (
        (WORLDS, SMALL, 5 * chosen.samples, 1000),
        (WORLDS, MIDDLE, chosen.samples, 1000),
        (("equal", "spread"), LARGE, chosen.samples // 4, 500),
    )
    sets = [
        measure_rank_sets(samples=samples, seed=chosen.seed, worlds=worlds, units=(units,), draws=draws)
        for worlds, units, samples, draws in runs
    ]
    measured = {
        "Sets of 95 %": pl.concat(sets),
        "Among the top 5 of 34, said and true": measure_top_probabilities(
            samples=chosen.samples, seed=chosen.seed
        ),
    }
    text = f"# Sets of ranks: {chosen.samples} samples of {MIDDLE} units, {5 * chosen.samples} of {SMALL}, "
    text += f"{chosen.samples // 4} of {LARGE}; seed {chosen.seed}\n"
    print_tables(text, measured, chosen.out)


if __name__ == "__main__":
    main(sys.argv[1:])
