"""Modelled figures moved to a total, and nested errors in worlds they do not describe.

``python -m tests.analysis.simulation.modelled_worlds``; small_areas.py has the worlds that the models describe.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from analysis.small_area import benchmark_areas, fit_fay_herriot, fit_nested_error
from analysis.small_area.benchmark import RULES
from tests.analysis.simulation.printed import print_tables
from tests.analysis.simulation.small_areas import SAMPLING

Real = NDArray[np.float64]
TOTALS = ("true", "of the direct figures")
NESTED = (
    "as described, 40 areas",
    "as described, 12 areas",
    "answers of 0 or 100 around 85",
    "answers of 0 or 100 around 97",
    "three of forty areas far off",
    "spread of answers from 5 to 20",
    "the dissatisfied answer more",
)
_EFFECT, _WITHIN = 5.0, 10.0  # standard deviations of areas and inside them


def measure_benchmarked(
    *, samples: int, seed: int, areas: int = 30, methods: Sequence[str] = ("reml", "bayes")
) -> pl.DataFrame:
    """Per world × method × total × rule: coverage of 95 % intervals, MSE said over found, gain over direct
    figures, and how far the sum stands from the true one, in points (root mean square).

    ``described``: large areas are as good as others; ``large ones better``: they are, and the model is not told.
    """
    rows = []
    for world in ("described", "large ones better"):
        rng = np.random.default_rng([seed, len(world)])
        kept: dict[tuple[str, str, str], list[pl.DataFrame]] = {}
        off: dict[tuple[str, str, str], list[float]] = {}
        for _ in range(samples):
            size = rng.lognormal(0, 1, areas)
            lift = 2.0 * np.log(size) if world != "described" else 0.0
            truth = 80 + lift + rng.normal(0, 1, areas)
            sampling = np.resize(SAMPLING, areas)
            direct = truth + rng.normal(0, np.sqrt(sampling))
            frame = pl.DataFrame(
                {"area": np.arange(areas), "estimate": direct, "standard_error": np.sqrt(sampling)}
            )
            part = size / size.sum()
            for method in methods:
                found = fit_fay_herriot(frame, area="area", method=method).areas.with_columns(size=pl.Series(size))
                made = {("none", "none"): found}
                for total in TOTALS:
                    for rule in RULES:
                        goal = float(part @ truth) if total == "true" else None
                        made[total, rule] = benchmark_areas(found, share="size", total=goal, rule=rule)
                for (total, rule), table in made.items():
                    key = (method, total, rule)
                    kept.setdefault(key, []).append(judge(table, truth))
                    off.setdefault(key, []).append(float(part @ (table["estimate"].to_numpy() - truth)))
        rows += [
            {
                "world": world, "method": method, "total": total, "rule": rule,
                **summarise(pl.concat(tables)),
                "whole off by": float(np.sqrt(np.mean(np.square(off[method, total, rule])))),
            }
            for (method, total, rule), tables in kept.items()
        ]  # fmt: skip
    return pl.DataFrame(rows)


def measure_nested_worlds(*, samples: int, seed: int, worlds: Sequence[str] = NESTED) -> pl.DataFrame:
    """Per world, areas asked (2 to 15 of 20 to 200) and areas of nobody (one in ten): as above."""
    rows = []
    for world in worlds:
        rng = np.random.default_rng([seed, NESTED.index(world)])
        kept: dict[str, list[pl.DataFrame]] = {"asked": [], "nobody asked": []}
        for _ in range(samples):
            asked, whole, truth = _draw_people(rng, world)
            bounds = (0.0, 100.0) if "0 or 100" in world else None
            model = fit_nested_error(
                asked, whole, area="area", value="y", covariates=["x"], population="size", bounds=bounds
            )
            judged = judge(model.areas, truth)
            is_asked = pl.Series(model.areas["n"] > 0)
            kept["asked"].append(judged.filter(is_asked))
            kept["nobody asked"].append(judged.filter(~is_asked))
        rows += [{"world": world, "areas": who, **summarise(pl.concat(tables))} for who, tables in kept.items()]
    return pl.DataFrame(rows)


def _draw_people(rng: np.random.Generator, world: str) -> tuple[pl.DataFrame, pl.DataFrame, Real]:
    """Responses, population means with sizes, true means: one area in ten has no response."""
    areas = 12 if "12 areas" in world else 40
    n = rng.integers(2, 16, areas)
    n[::10] = 0
    size = n + rng.integers(18, 186, areas)
    owner = np.repeat(np.arange(areas), size)
    x = rng.normal(0, 1, len(owner))
    effect = rng.normal(0, _EFFECT, areas)
    if world == "three of forty areas far off":
        effect[1:4] -= 8 * _EFFECT
    within = rng.uniform(5, 20, areas)[owner] if "spread" in world else _WITHIN
    y = 70 + 5 * x + effect[owner] + rng.normal(0, within, len(owner))
    if "0 or 100" in world:
        middle, tight = (0.85, 20) if "85" in world else (0.97, 40)
        of_area = rng.beta(middle * tight, (1 - middle) * tight, areas)[owner]
        chance = 1 / (1 + (1 - of_area) / of_area * np.exp(-0.3 * x))
        y = 100.0 * (rng.random(len(owner)) < chance)
    whole = pl.DataFrame({"area": owner, "x": x, "y": y})
    means = whole.group_by("area", maintain_order=True).agg(pl.col("x", "y").mean(), pl.len().alias("size"))
    order = rng.random(len(owner))
    if world == "the dissatisfied answer more":
        order = order ** np.where(y < means["y"].to_numpy()[owner], 2.0, 1.0)  # drawn first where small
    place = pl.DataFrame({"area": owner, "order": order}).select(pl.col("order").rank("ordinal").over("area"))
    asked = whole.filter(place.to_series() <= pl.Series(n[owner]))
    return asked, means, means["y"].to_numpy()


def judge(areas: pl.DataFrame, truth: Real) -> pl.DataFrame:
    """held, mse, squared (error), squared_direct of every area."""
    known = pl.lit(pl.Series(truth))
    return areas.select(
        known.is_between("low", "high").alias("held"),
        "mse",
        ((pl.col("estimate") - known) ** 2).alias("squared"),
        ((pl.col("direct") - known) ** 2).alias("squared_direct"),
    )


def summarise(judged: pl.DataFrame) -> dict[str, float | None]:
    """coverage (per cent), error_ratio (MSE said over found), gain (squared error over the direct figure's)."""
    return judged.select(
        (100 * pl.col("held").mean()).alias("coverage"),
        (pl.col("mse").mean() / pl.col("squared").mean()).alias("error_ratio"),
        (pl.col("squared").mean() / pl.col("squared_direct").mean()).alias("gain"),
    ).row(0, named=True)


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--samples", type=int, default=200)
    parser.add_argument("--seed", type=int, default=20261120)
    parser.add_argument("--out", type=Path, help="Markdown file for the tables")
    chosen = parser.parse_args(arguments)
    asked = {"samples": chosen.samples, "seed": chosen.seed}
    measured = {
        "Moved to a total, 30 areas": measure_benchmarked(**asked),
        "Nested errors": measure_nested_worlds(**asked),
    }
    text = f"# Modelled 95 % intervals, moved and misdescribed: {chosen.samples} samples, seed {chosen.seed}\n\n"
    text += f"`python -m tests.analysis.simulation.modelled_worlds --samples {chosen.samples}`\n"
    print_tables(text, measured, chosen.out)


if __name__ == "__main__":
    main(sys.argv[1:])
