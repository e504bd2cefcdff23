"""How often intervals of 50, 90, 95 and 99 % hold: ``python -m tests.analysis.simulation.level_coverage``.

The samples of share_coverage.py, at other levels of confidence than 95 %.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import polars as pl

from tests.analysis.simulation.printed import print_tables
from tests.analysis.simulation.share_coverage import DESIGNS, SEED, average, cover

LEVELS = (0.50, 0.90, 0.95, 0.99)
SHARES, SIZES = (0.50, 0.90, 0.99), (20, 50, 200)
INTERVALS, OF_INDEX = ("wilson", "beta", "exact", "logit", "likelihood", "t"), ("wilson", "beta", "logit", "t")


def cover_levels(
    *,
    samples: int,
    seed: int,
    levels: Sequence[float] = LEVELS,
    designs: Sequence[str] = DESIGNS,
    shares: Sequence[float] = SHARES,
    intervals: Sequence[str] = INTERVALS,
    of_index: Sequence[str] = OF_INDEX,
) -> pl.DataFrame:
    """What ``share_coverage.cover`` gives, at every level (``confidence``, per cent)."""
    return pl.concat(
        cover(
            samples=samples,
            seed=seed,
            designs=designs,
            shares=shares,
            sizes=SIZES,
            intervals=intervals,
            of_index=of_index,
            confidence=level,
        ).with_columns(confidence=pl.lit(round(100 * level)))
        for level in levels
    )


def tabulate(coverage: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """Coverage by level over all samples, by level × design, and by level × share."""
    tables = {}
    for title, by in (("all samples", ()), ("by design", ("design",)), ("by share", ("share",))):
        averaged = average(coverage, "confidence", *by)
        for figure, name in (("share", "A share"), ("index", "An index of four items")):
            of_figure = averaged.filter(figure=figure)
            tables[f"{name}, {title}"] = of_figure.pivot(
                "interval", index=["confidence", *by], values="coverage"
            ).sort("confidence", *by, maintain_order=True)
    return tables


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--samples", type=int, default=500)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--out", type=Path, help="Markdown for all tables")
    chosen = parser.parse_args(arguments)
    text = (
        f"# Coverage at four levels of confidence: {chosen.samples} samples, seed {chosen.seed}\n\n"
        f"`python -m tests.analysis.simulation.level_coverage --samples {chosen.samples}`\n\n"
        "Shares of 50, 90 and 99 %, samples of 20, 50 and 200 people, the designs of share_coverage.md: how\n"
        "many of 100 intervals held the truth. Answers come in whole people, so that low levels cannot be\n"
        "met exactly.\n"
    )
    print_tables(text, tabulate(cover_levels(samples=chosen.samples, seed=chosen.seed)), chosen.out)


if __name__ == "__main__":
    main(sys.argv[1:])
