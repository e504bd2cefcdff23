"""How often sets of ranks of shares hold: ``python -m tests.analysis.simulation.rank_answers``.

rank_sets.py has normal figures. Here standard errors come from the answers themselves.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from analysis.ranking import rank_units
from analysis.small_area import smooth_variances
from tests.analysis.simulation.printed import print_tables
from tests.analysis.simulation.rank_sets import judge_sets
from tests.analysis.simulation.watch import bound_share

UNITS, SHARES, SIZES = 34, (0.5, 0.9, 0.97), (30, 100, 300)
Real = NDArray[np.float64]


def measure_answer_ranks(
    *,
    samples: int,
    seed: int,
    shares: Sequence[float] = SHARES,
    sizes: Sequence[int] = SIZES,
    spreads: Sequence[str] = ("equal", "spread"),
    draws: int = 1000,
) -> pl.DataFrame:
    """Per world × n × errors: samples in which all sets held, with limits of 95 %, and their mean width.

    ``equal``: all units have the share; ``spread``: drawn around it. Errors: ``own`` with n − 1 df (a unit whose
    answers agree has no figure), ``smoothed`` over all units (METHODS 13.1).
    """
    rows = []
    for spread in spreads:
        for share in shares:
            for n in sizes:
                rng = np.random.default_rng([seed, round(100 * share), n, len(spread)])
                judged: dict[str, list[tuple[bool, float, float]]] = {"own": [], "smoothed": []}
                for sample in range(samples):
                    truth = (
                        np.full(UNITS, share)
                        if spread == "equal"
                        else rng.beta(100 * share, 100 - 100 * share, UNITS)
                    )
                    for kind, frame in _ask(rng, truth, n).items():
                        found = rank_units(
                            frame, unit="unit", df="df" if kind == "own" else None, draws=draws, seed=sample
                        )
                        judged[kind].append(judge_sets(found.units, truth))
                for kind, each in judged.items():
                    held = sum(all_held for all_held, _, _ in each)
                    low, high = bound_share(held, samples)
                    rows.append(
                        {
                            "units": spread,
                            "share": 100 * share,
                            "n": n,
                            "errors": kind,
                            "all_held": 100 * held / samples,
                            "low": low,
                            "high": high,
                            "width": float(np.mean([width for _, _, width in each])),
                        }
                    )
    return pl.DataFrame(rows)


def _ask(rng: np.random.Generator, truth: Real, n: int) -> dict[str, pl.DataFrame]:
    found = rng.binomial(n, truth) / n
    error = 100 * np.sqrt(found * (1 - found) / (n - 1))
    frame = pl.DataFrame(
        {
            "unit": np.arange(UNITS),
            "n": np.full(UNITS, n),
            "estimate": 100 * found,
            "standard_error": error,
            "df": np.full(UNITS, n - 1.0),
        }
    )
    agree = pl.col("standard_error") == 0
    own = frame.with_columns(pl.when(~agree).then(pl.col("estimate", "standard_error")))
    smoothed = smooth_variances(frame).with_columns(standard_error="smoothed_standard_error")
    return {"own": own, "smoothed": smoothed}


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--samples", type=int, default=200)
    parser.add_argument("--seed", type=int, default=20261120)
    parser.add_argument("--out", type=Path, help="Markdown for the table")
    chosen = parser.parse_args(arguments)
    text = (
        f"# Sets of ranks of shares: {chosen.samples} samples of {UNITS} units, seed {chosen.seed}\n\n"
        f"`python -m tests.analysis.simulation.rank_answers --samples {chosen.samples}`\n"
    )
    table = measure_answer_ranks(samples=chosen.samples, seed=chosen.seed)
    print_tables(text, {"All sets of 95 % at once": table}, chosen.out)


if __name__ == "__main__":
    main(sys.argv[1:])
