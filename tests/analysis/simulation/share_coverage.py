"""How often each rule of section 4 holds a known share: ``python -m tests.analysis.simulation.share_coverage``.

Shares of 50, 90, 95 and 99 %, samples of 5 to 500 people, drawn at random, in two strata, in clusters or in both;
and an index of four items beside them. All samples of one size are one frame: each is a domain with strata of its
own.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.special import ndtr

from analysis.design import SurveyDesign
from analysis.estimation.composite import estimate_composites
from analysis.estimation.estimate import estimate_proportions
from tests.analysis.simulation.printed import print_tables

SHARES = (0.50, 0.90, 0.95, 0.99)
SIZES = (5, 10, 20, 50, 100, 200, 500)
DESIGNS = ("random", "strata", "clusters", "both")
INTERVALS = ("wilson", "beta", "beta_truncated", "exact", "logit", "likelihood", "asin", "t")
OF_INDEX = ("wilson", "beta", "logit", "t")
ITEMS = ("q1", "q2", "q3", "q4")
INDEX = {"index": dict.fromkeys(ITEMS, 0.25)}
CLUSTER, INTRACLASS = 5, 0.1  # people in a cluster; the correlation of two of them
LARGE_STRATUM = 0.7  # part of the people; half of the sample
ALIKE = 0.5  # correlation of what one person says to two items, on the normal scale
SEED = 20261120


def draw(design: str, share: float, n: int, *, samples: int, seed: int) -> tuple[pl.DataFrame, SurveyDesign]:
    """``samples`` samples of ``n`` people: sample, stratum, psu, w, yes, q1-q4 (0 or 100, a tenth null)."""
    random = np.random.default_rng([seed, DESIGNS.index(design), round(share * 100), n])
    sample = np.repeat(np.arange(samples), n)
    person = np.tile(np.arange(n), samples)
    is_clustered, is_stratified = design in ("clusters", "both"), design in ("strata", "both")
    drawn = person // CLUSTER if is_clustered else person
    in_small = (drawn % 2 == 1) if is_stratified else np.zeros(len(sample), bool)
    # 0.7·(share + 0.3·(1 − share)) + 0.3·(share − 0.7·(1 − share)) = share
    chance = share + (1 - share) * np.where(in_small, -0.7, 0.3) * is_stratified
    psu = sample * n + drawn
    if is_clustered:
        _, first, of_row = np.unique(psu, return_index=True, return_inverse=True)
        tight = (1 - INTRACLASS) / INTRACLASS
        of_psu = chance[first]
        chance = random.beta(of_psu * tight, (1 - of_psu) * tight)[of_row]
    in_sample = np.bincount(sample * 2 + in_small, minlength=2 * samples)[sample * 2 + in_small]
    part = np.where(in_small, 1 - LARGE_STRATUM, LARGE_STRATUM) if is_stratified else np.ones(len(sample))
    answers = _answer(chance, random)
    frame = pl.DataFrame(
        {
            "sample": sample,
            "stratum": sample * 2 + in_small,
            "psu": psu,
            "w": part / in_sample,
            "yes": random.random(len(sample)) < chance,
            **{item: answers[:, k] for k, item in enumerate(ITEMS)},
        }
    ).with_columns(pl.col(ITEMS).fill_nan(None))
    return frame, SurveyDesign("w", stratum="stratum", cluster="psu" if is_clustered else None)


def _answer(chance: NDArray[np.float64], random: np.random.Generator) -> NDArray[np.float64]:
    """Four items of the same share, alike within a person; NaN: not answered."""
    person = random.standard_normal((len(chance), 1))
    own = random.standard_normal((len(chance), len(ITEMS)))
    says = ndtr(np.sqrt(ALIKE) * person + np.sqrt(1 - ALIKE) * own) < chance[:, None]
    return np.where(random.random(says.shape) < 0.1, np.nan, 100.0 * says)


def cover(
    *,
    samples: int,
    seed: int,
    designs: Sequence[str] = DESIGNS,
    shares: Sequence[float] = SHARES,
    sizes: Sequence[int] = SIZES,
    intervals: Sequence[str] = INTERVALS,
    of_index: Sequence[str] = OF_INDEX,
    confidence: float = 0.95,
) -> pl.DataFrame:
    """Per design × share × n × figure × interval: intervals ``made``, those that ``held``, sum of widths."""
    parts = []
    for design in designs:
        for share in shares:
            for n in sizes:
                frame, names = draw(design, share, n, samples=samples, seed=seed)
                told = {"design": design, "share": round(100 * share), "n": n}
                for interval in intervals:
                    found = estimate_proportions(
                        frame, names, of="yes", by=["sample"], interval=interval, confidence=confidence
                    )
                    judged = _judge(found.filter(pl.col("level")), share)
                    parts.append(
                        judged.with_columns(figure=pl.lit("share"), interval=pl.lit(interval), **_lit(told))
                    )
                for interval in of_index:
                    found = estimate_composites(
                        frame, names, nodes=INDEX, by=["sample"], interval=interval, confidence=confidence
                    )
                    judged = _judge(found, 100 * share, width=100)
                    parts.append(
                        judged.with_columns(figure=pl.lit("index"), interval=pl.lit(interval), **_lit(told))
                    )
    return pl.concat(parts)


def _lit(told: dict[str, object]) -> dict[str, pl.Expr]:
    return {name: pl.lit(value) for name, value in told.items()}


def _judge(found: pl.DataFrame, truth: float, *, width: float = 1.0) -> pl.DataFrame:
    slack = 1e-9 * width
    return found.drop_nulls(["low", "high"]).select(
        pl.len().alias("made"),
        ((pl.col("low") - slack <= truth) & (truth <= pl.col("high") + slack)).sum().alias("held"),
        (100 / width * (pl.col("high") - pl.col("low"))).sum().alias("width"),
    )


def average(coverage: pl.DataFrame, *by: str, smallest: int = 10) -> pl.DataFrame:
    """Coverage in per cent and mean width in points, over samples of at least ``smallest`` people."""
    return (
        coverage.filter(pl.col("n") >= smallest)
        .group_by("figure", "interval", *by, maintain_order=True)
        .agg(
            (100 * pl.col("held").sum() / pl.col("made").sum()).alias("coverage"),
            (pl.col("width").sum() / pl.col("made").sum()).alias("width"),
        )
    )


def tabulate(coverage: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """The tables of ``share_coverage.md``."""
    each = coverage.with_columns((100 * pl.col("held") / pl.col("made")).alias("coverage"))
    shares, index = each.filter(figure="share"), each.filter(figure="index")
    of_share = average(coverage, "design", "share").filter(figure="share")
    return {
        "A share, samples of 10 or more": of_share.pivot("interval", index=["design", "share"], values="coverage"),
        "Mean width in points, samples of 10 or more": of_share.pivot(
            "interval", index=["design", "share"], values="width"
        ),
        "An index of four items, samples of 10 or more": average(coverage, "design", "share")
        .filter(figure="index")
        .pivot("interval", index=["design", "share"], values="coverage"),
        "A share, every size": shares.pivot("interval", index=["design", "share", "n"], values="coverage"),
        "An index, every size": index.pivot("interval", index=["design", "share", "n"], values="coverage"),
    }


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--samples", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--designs", nargs="+", choices=DESIGNS, default=DESIGNS[:3])
    parser.add_argument("--out", type=Path, help="Markdown for all tables")
    chosen = parser.parse_args(arguments)
    text = (
        f"# Coverage of 95 % intervals of shares and of an index: {chosen.samples} samples, seed {chosen.seed}\n\n"
        f"`python -m tests.analysis.simulation.share_coverage --samples {chosen.samples} "
        f"--designs {' '.join(chosen.designs)}`\n\n"
        "How many of 100 intervals held the truth, where one could be given. random: people drawn alike; strata:\n"
        f"two, {LARGE_STRATUM:.0%} and {1 - LARGE_STRATUM:.0%} of the people, half of the sample each; clusters:\n"
        f"of {CLUSTER} people, intraclass correlation {INTRACLASS}; both: such clusters in such strata. Index:\n"
        "four items, a tenth of the answers missing. Where answers agree or no degrees of freedom are left,\n"
        "every rule falls back on METHODS 4.5.\n"
    )
    print_tables(
        text, tabulate(cover(samples=chosen.samples, seed=chosen.seed, designs=chosen.designs)), chosen.out
    )


if __name__ == "__main__":
    main(sys.argv[1:])
