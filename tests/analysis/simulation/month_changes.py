"""How often ``find_changes`` errs and finds: ``python -m tests.analysis.simulation.month_changes``.

Satisfied shares of units from month to month, each from its own simple random sample, as the estimators give
them: standard error √(p(1−p)/(n−1)), n − 1 degrees of freedom. A unit keeps its own share, drawn around
that of its world.
"""

import argparse
import sys
from collections.abc import Sequence
from itertools import product
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from analysis.monitoring import find_changes
from tests.analysis.simulation.printed import print_tables
from tests.analysis.simulation.watch import bound_share

SHARES, SIZES, UNITS, MONTHS = (0.5, 0.9, 0.98), (10, 30, 100, 300), (34, 300), 12
SPREADS = {"own": None, "pooled": (0.0, 100.0)}
_TIGHT = 100.0  # of the beta distribution of units' shares: a standard deviation of 3 points at 90 %


def draw_months(
    rng: np.random.Generator, *, units: int, n: int, share: float, months: int = MONTHS, drop: float = 0.0
) -> pl.DataFrame:
    """unit, month, n, estimate, standard_error, df; one unit in ten loses ``drop`` in the last month."""
    own = rng.beta(share * _TIGHT, (1 - share) * _TIGHT, units)
    chance = np.repeat(own[:, None], months, axis=1)
    chance[: units // 10, -1] -= drop
    found = rng.binomial(n, chance.clip(0, 1)) / n
    return pl.DataFrame(
        {
            "unit": np.repeat(np.arange(units), months),
            "month": np.tile(np.arange(months), units),
            "n": np.full(units * months, n),
            "estimate": 100 * found.ravel(),
            "standard_error": 100 * np.sqrt(found * (1 - found) / (n - 1)).ravel(),
            "df": np.full(units * months, n - 1.0),
        }
    )


def measure_quiet(
    *,
    years: int,
    seed: int,
    shares: Sequence[float] = SHARES,
    sizes: Sequence[int] = SIZES,
    units: Sequence[int] = UNITS,
    against: int | str = 1,
) -> pl.DataFrame:
    """Nothing changes. Per spread × share × n × units: part of pairs tested, of tests of 5 % those that err
    (``each``), of months those with any error after Holm (with limits), of years of eleven such months."""
    rows = []
    for share in shares:
        for n in sizes:
            for count in units:
                rng = np.random.default_rng([seed, round(100 * share), n, count, int(against == "earlier")])
                series = [draw_months(rng, units=count, n=n, share=share) for _ in range(years)]
                for spread in SPREADS:
                    tested, erred, months = _test_years(series, spread, against)
                    low, high = bound_share(int(months.sum()), months.size)
                    rows.append(
                        {
                            "spread": spread,
                            "share": 100 * share,
                            "n": n,
                            "units": count,
                            "tested": 100 * tested / (months.size * count),
                            "each": 100 * erred / max(1, tested),
                            "any error": 100 * float(months.mean()),
                            "low": low,
                            "high": high,
                            "years with any": 100 * float(months.any(axis=1).mean()),
                        }
                    )
    return pl.DataFrame(rows).sort("spread", maintain_order=True)


def _test_years(
    series: Sequence[pl.DataFrame], spread: str, against: int | str
) -> tuple[int, int, NDArray[np.bool_]]:
    """Tests made, those of 5 % that err, and years × months with any error after Holm."""
    tested = erred = 0
    any_error = np.zeros((len(series), MONTHS - 1), bool)
    for year, whole in enumerate(series):
        for month in range(1, MONTHS):
            found = find_changes(
                whole.filter(pl.col("month") <= month),
                by=["unit"], period="month", against=against, latest_only=True, bounds=SPREADS[spread],
            )  # fmt: skip
            tested += int(found["p_value"].is_not_null().sum())
            erred += int((found["p_value"] <= 0.05).sum())
            any_error[year, month - 1] = found["is_different"].any()
    return tested, erred, any_error


def measure_change(
    *,
    months: int,
    seed: int,
    drops: Sequence[float] = (0.05, 0.1, 0.2),
    sizes: Sequence[int] = SIZES,
    units: int = 300,
) -> pl.DataFrame:
    """One unit in ten of 90 % drops. Per spread × drop × n × correction: of 100 that dropped those found, of the
    units called those that had not dropped (mean over months of the false part)."""
    rows = []
    for drop in drops:
        for n in sizes:
            rng = np.random.default_rng([seed, round(100 * drop), n])
            series = [draw_months(rng, units=units, n=n, share=0.9, months=2, drop=drop) for _ in range(months)]
            for spread, multiplicity in product(SPREADS, ("none", "holm", "bh")):
                found, false = [], []
                for frame in series:
                    made = find_changes(
                        frame, by=["unit"], period="month", multiplicity=multiplicity, bounds=SPREADS[spread]
                    )
                    called = made.filter("is_different")["unit"]
                    found.append(100 * (called < units // 10).sum() / (units // 10))
                    false.append(100 * (called >= units // 10).sum() / max(1, len(called)))
                rows.append(
                    {
                        "spread": spread,
                        "drop": 100 * drop,
                        "n": n,
                        "correction": multiplicity,
                        "found": float(np.mean(found)),
                        "false part": float(np.mean(false)),
                        "false_high": float(np.mean(false) + 2 * np.std(false) / np.sqrt(months)),
                    }
                )
    return pl.DataFrame(rows).sort("spread", maintain_order=True)


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--years", type=int, default=40)
    parser.add_argument("--seed", type=int, default=20261120)
    parser.add_argument("--out", type=Path, help="Markdown for all tables")
    chosen = parser.parse_args(arguments)
    measured = {
        "Nothing changes, against the month before": measure_quiet(years=chosen.years, seed=chosen.seed),
        "Nothing changes, against the mean of earlier months": measure_quiet(
            years=chosen.years, seed=chosen.seed, units=(34,), against="earlier"
        ),
        "One in ten of 300 units drops": measure_change(months=2 * chosen.years, seed=chosen.seed),
    }
    text = (
        f"# Monthly changes: {chosen.years} years of each world, seed {chosen.seed}\n\n"
        f"`python -m tests.analysis.simulation.month_changes --years {chosen.years}`\n\n"
        "tested: of 100 pairs those in which both months had a variance; each: of 100 tests of 5 % those\n"
        "that erred; any error: of 100 months those with any error after Holm, with limits of 95 %.\n"
        "spread: each figure's own, or that which both would have if nothing had changed (bounds of 0-100).\n"
    )
    print_tables(text, measured, chosen.out)


if __name__ == "__main__":
    main(sys.argv[1:])
