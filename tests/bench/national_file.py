"""An invented national file: communes, procedures, strata, reception days, weights, 22 questions; seeded."""

from pathlib import Path

import numpy as np
import polars as pl

SEED = 20261120
UNITS, PROCEDURES, PROVINCES, QUESTIONS, DAYS = 3_321, 200, 34, 22, 6
CHUNK = 1_000_000
LEVELS = [-1.4, -0.5, 0.25, 1.25]


def write_national(folder: Path, rows: int) -> Path:
    """Parquet files of a million rows at most under ``folder``; those already there are kept."""
    folder.mkdir(parents=True, exist_ok=True)
    if sum(pl.scan_parquet(file).select(pl.len()).collect().item() for file in folder.glob("*.parquet")) == rows:
        return folder
    rng = np.random.default_rng(SEED)
    people = rng.lognormal(0, 1.0, UNITS)
    province = rng.choice(PROVINCES, UNITS, p=rng.dirichlet(np.full(PROVINCES, 6.0)))
    urban = rng.random(UNITS) < 0.35
    size = np.digitize(people, np.quantile(people, [1 / 3, 2 / 3]))
    stratum = np.unique((province * 2 + urban) * 3 + size, return_inverse=True)[1]
    zipf = 1 / np.arange(1, PROCEDURES + 1)
    unit_effect, procedure_effect = rng.normal(0, 0.35, UNITS), rng.normal(0, 0.3, PROCEDURES)
    day_effect = rng.normal(0, 0.25, UNITS * DAYS)
    for number, start in enumerate(range(0, rows, CHUNK)):
        drawn, count = np.random.default_rng([SEED, number]), min(CHUNK, rows - start)
        unit = drawn.choice(UNITS, count, p=(people + 0.3) / (people + 0.3).sum())
        procedure = drawn.choice(PROCEDURES, count, p=zipf / zipf.sum())
        day = unit * DAYS + drawn.integers(0, DAYS, count)
        opinion = 0.55 + unit_effect[unit] + procedure_effect[procedure] + day_effect[day]
        opinion = opinion + drawn.normal(0, 0.8, count)
        columns = {
            "unit": pl.Series(unit, dtype=pl.Int32),
            "province": pl.Series(province[unit], dtype=pl.Int8),
            "procedure": pl.Series(procedure, dtype=pl.Int16),
            "stratum": pl.Series(stratum[unit], dtype=pl.Int16),
            "psu": pl.Series(day, dtype=pl.Int32),
            # Far more than are ever drawn: responses of the stratum, and its reception days.
            "population": pl.Series(10_000_000 + 1_000 * stratum[unit], dtype=pl.Int32),
            "days": pl.Series(1_000 + stratum[unit], dtype=pl.Int32),
            "weight": np.round(np.where(urban[unit], 24.0, 11.0) * drawn.uniform(0.6, 1.6, count), 4),
            "month": pl.Series(drawn.integers(1, 13, count), dtype=pl.Int8),
            "sex": pl.Series(drawn.choice(2, count), dtype=pl.Int8),
            "age": pl.Series(drawn.choice(6, count), dtype=pl.Int8),
        }
        for k in range(QUESTIONS):
            level = np.digitize(opinion + drawn.normal(0.02 * (k - 11), 0.7, count), LEVELS) + 1
            answered = pl.Series(level, dtype=pl.Int8)
            columns[f"q{k + 1}"] = (
                answered.set(pl.Series(drawn.random(count) < 0.02 + 0.004 * k), None) if k else answered
            )
        pl.DataFrame(columns).write_parquet(folder / f"{number:04d}.parquet", compression="zstd")
    return folder
