"""How often modelled intervals hold the truth: ``python -m tests.analysis.simulation.small_areas``."""

import argparse
import sys
from pathlib import Path

import numpy as np
import polars as pl

from analysis.small_area import fit_fay_herriot, fit_nested_error, smooth_variances
from tests.analysis.simulation.printed import print_tables

AREAS = (12, 30, 100)
BETWEEN = (0.0, 0.3, 1.0, 4.0)  # in sampling variances of the middle area
METHODS = ("reml", "ml", "moments", "positive", "bayes")
SAMPLING = (4.0, 2.0, 1.0, 0.7, 0.4)  # variances, area by area in turn


def measure_fay_herriot(
    *,
    samples: int,
    seed: int,
    areas: tuple[int, ...] = AREAS,
    between: tuple[float, ...] = BETWEEN,
    methods: tuple[str, ...] = METHODS,
) -> pl.DataFrame:
    """Per areas × between × method: coverage of 95 % intervals, what the MSE says over what it is, gain, zeros.

    A normal world: effects N(0, between), errors N(0, D) with D known, one covariate. ``error_ratio``: mean of
    the estimated MSE over the mean squared error found; ``gain``: that error over the direct figure's.
    """
    rows = []
    for m in areas:
        for variance in between:
            rng = np.random.default_rng([seed, m, round(10 * variance)])
            kept: dict[str, list[pl.DataFrame]] = {method: [] for method in methods}
            zeros = dict.fromkeys(methods, 0)
            for _ in range(samples):
                truth, frame = _draw_areas(rng, m, variance)
                for method in methods:
                    model = fit_fay_herriot(frame, area="area", covariates=["x"], method=method)
                    kept[method].append(_judge(model.areas, truth))
                    zeros[method] += model.between == 0
            for method in methods:
                found = _summarise(pl.concat(kept[method]))
                rows.append(
                    {"areas": m, "between": variance, "method": method, **found, "zeros": zeros[method] / samples}
                )
    return pl.DataFrame(rows)


def _draw_areas(rng: np.random.Generator, m: int, between: float) -> tuple[np.ndarray, pl.DataFrame]:
    x = np.linspace(-1, 1, m)
    sampling = np.resize(SAMPLING, m)
    truth = 80 + 3 * x + rng.normal(0, np.sqrt(between), m)
    direct = truth + rng.normal(0, np.sqrt(sampling))
    return truth, pl.DataFrame(
        {"area": np.arange(m), "x": x, "estimate": direct, "standard_error": np.sqrt(sampling)}
    )


def measure_cells(
    *, samples: int, seed: int, cells: int = 60, methods: tuple[str, ...] = ("reml", "bayes")
) -> pl.DataFrame:
    """The daily case: satisfied shares of cells of 2 to 30 responses, errors smoothed before the model.

    Per method × size of cell. Shares vary between cells around 85 (beta, standard deviation about 6 points).
    """
    rng = np.random.default_rng(seed)
    kept: dict[str, list[pl.DataFrame]] = {method: [] for method in methods}
    for _ in range(samples):
        n = rng.integers(2, 31, cells)
        truth = rng.beta(28, 5, cells)
        share = rng.binomial(n, truth) / n
        error = 100 * np.sqrt(share * (1 - share) / np.maximum(n - 1, 1))
        frame = pl.DataFrame({"area": np.arange(cells), "n": n, "estimate": 100 * share, "standard_error": error})
        smooth = smooth_variances(frame)
        for method in methods:
            model = fit_fay_herriot(
                smooth, area="area", standard_error="smoothed_standard_error", method=method, bounds=(0, 100)
            )
            kept[method].append(_judge(model.areas, 100 * truth).with_columns(_size(n)))
    return pl.DataFrame(
        [
            {"method": method, "n": size[0], **_summarise(part)}
            for method in methods
            for size, part in sorted(pl.concat(kept[method]).partition_by("n", as_dict=True).items())
        ]
    )


def _size(n: np.ndarray) -> pl.Series:
    return pl.Series("n", np.select([n < 5, n < 10, n < 20], ["02-04", "05-09", "10-19"], "20-30"))


def measure_nested(
    *, samples: int, seed: int, areas: int = 40, between: tuple[float, ...] = (0.0, 9.0, 64.0)
) -> pl.DataFrame:
    """Unit-level model in a world it describes: 2 to 15 responses of 20 to 200, one covariate, within 100."""
    rows = []
    for variance in between:
        rng = np.random.default_rng([seed, round(variance)])
        for method in ("reml", "ml"):
            kept = []
            for _ in range(samples):
                n = rng.integers(2, 16, areas)
                size = n + rng.integers(18, 186, areas)
                owner = np.repeat(np.arange(areas), size)
                x = rng.normal(0, 1, len(owner))
                y = 70 + 5 * x + rng.normal(0, np.sqrt(variance), areas)[owner] + rng.normal(0, 10, len(owner))
                everybody = pl.DataFrame({"area": owner, "x": x, "y": y})
                whole = everybody.group_by("area", maintain_order=True).agg(
                    pl.col("x", "y").mean(), pl.len().alias("size")
                )
                place = np.arange(len(owner)) - np.repeat(np.cumsum(size) - size, size)
                asked = everybody.filter(pl.Series(place < n[owner]))
                model = fit_nested_error(
                    asked, whole, area="area", value="y", covariates=["x"], population="size", method=method
                )
                kept.append(_judge(model.areas, whole["y"].to_numpy()))
            rows.append({"between": variance, "method": method, **_summarise(pl.concat(kept))})
    return pl.DataFrame(rows)


def _judge(areas: pl.DataFrame, truth: np.ndarray) -> pl.DataFrame:
    return areas.select(
        pl.lit(pl.Series(truth)).is_between("low", "high").alias("held"),
        "mse",
        ((pl.col("estimate") - pl.Series(truth)) ** 2).alias("squared"),
        ((pl.col("direct") - pl.Series(truth)) ** 2).alias("squared_direct"),
    )


def _summarise(judged: pl.DataFrame) -> dict[str, float]:
    return judged.select(
        (100 * pl.col("held").mean()).alias("coverage"),
        (pl.col("mse").mean() / pl.col("squared").mean()).alias("error_ratio"),
        (pl.col("squared").mean() / pl.col("squared_direct").mean()).alias("gain"),
    ).row(0, named=True)


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--samples", type=int, default=500)
    parser.add_argument("--seed", type=int, default=20261120)
    parser.add_argument("--out", type=Path, help="Markdown file for the tables")
    chosen = parser.parse_args(arguments)
    measured = {
        "Fay-Herriot, normal world": measure_fay_herriot(samples=chosen.samples, seed=chosen.seed),
        "Satisfied shares of cells of 2 to 30 responses": measure_cells(samples=chosen.samples, seed=chosen.seed),
        "Nested errors": measure_nested(samples=chosen.samples, seed=chosen.seed),
    }
    text = f"# Coverage of modelled 95 % intervals: {chosen.samples} samples, seed {chosen.seed}\n"
    print_tables(text, measured, chosen.out)


if __name__ == "__main__":
    main(sys.argv[1:])
