"""The demonstration population: every transaction of a month with the answers its applicant would give.

Because the whole population is known, so is the true index of every unit; the simulation of METHODS 11 draws its
samples from here. Nothing in it is observed: it is invented from a seed.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

SEED = 20261120
ITEMS = tuple(f"q{number}" for number in range(1, 10))
FILING_CHANNELS = ("in_person", "online", "postal")
_LEVEL_BOUNDS = (-1.9, -1.35, -0.75, 0.75)  # latent satisfaction → levels 1-5, most answers at 4 and 5
_ITEM_EASE = (0.15, 0.0, -0.1, 0.1, 0.2, 0.05, 0.25, -0.2, -0.05)


@dataclass(frozen=True)
class Place:
    """A unit of the demonstration and the procedures it settles."""

    unit: str
    procedures: tuple[str, ...]
    monthly_transactions: float


def make_places(
    communes: Sequence[str],
    centre: str,
    commune_procedures: Sequence[str],
    province_procedures: Sequence[str],
    *,
    seed: int = SEED,
) -> list[Place]:
    """Communes of very unequal size, and the provincial centre, the largest."""
    rng = np.random.default_rng([seed, 1])
    sizes = rng.lognormal(mean=5.6, sigma=0.7, size=len(communes))
    places = [
        Place(unit, tuple(commune_procedures), float(size)) for unit, size in zip(communes, sizes, strict=True)
    ]
    return [*places, Place(centre, tuple(province_procedures), float(sizes.max() * 1.5))]


def make_population(
    places: Sequence[Place], month: str, *, seed: int = SEED, share_of_month: float = 1.0
) -> pl.DataFrame:
    """One row per completed transaction of ``month``.

    Columns: unit, procedure, channel (how it was filed), q1…q9 and overall (level 1-5; null where the person
    would say "don't know"), trips (1-4), response_rate (chance that this person answers, that of the unit).
    ``share_of_month`` cuts the month short, for a month that is still running.
    """
    year, number = (int(part) for part in month.split("-"))
    rng = np.random.default_rng([seed, year, number])
    effects = np.random.default_rng([seed, 2])  # units and procedures keep their character over the months
    unit_effect = effects.normal(0.55, 0.45, len(places))
    unit_rate = effects.uniform(0.08, 0.30, len(places))
    parts = []
    for index, place in enumerate(places):
        shares = 1 / np.arange(1, len(place.procedures) + 1)
        counts = rng.poisson(place.monthly_transactions * share_of_month * shares / shares.sum())
        procedure_effect = np.random.default_rng([seed, 3]).normal(0, 0.3, 64)[: len(place.procedures)]
        which = np.repeat(np.arange(len(place.procedures)), counts)
        parts.append(_people(rng, place, which, unit_effect[index] + procedure_effect[which], unit_rate[index]))
    return pl.concat(parts)


def draw_respondents(population: pl.DataFrame, *, seed: int) -> pl.DataFrame:
    """The people who answer: a simple random sample inside every unit, at the rate of the unit."""
    lucky = pl.Series("lucky", np.random.default_rng([seed, 4]).random(population.height))
    return population.with_columns(lucky).filter(pl.col("lucky") < pl.col("response_rate")).drop("lucky")


def count_transactions(population: pl.DataFrame) -> pl.DataFrame:
    """Completed transactions per unit, procedure and channel: what the case system would report."""
    return (
        population.group_by("unit", "procedure", "channel")
        .agg(pl.len().alias("completed"))
        .sort("unit", "procedure", "channel")
    )


def true_shares(population: pl.DataFrame, by: Sequence[str]) -> pl.DataFrame:
    """The truth: share of levels 4-5 of each item among those with an opinion, and their mean, 0-100."""
    satisfied = [(pl.col(item) >= 4).mean().mul(100).alias(item) for item in ITEMS]
    grouped = (
        population.group_by(*by).agg(pl.len().alias("transactions"), *satisfied)
        if by
        else population.select(pl.len().alias("transactions"), *satisfied)
    )
    return grouped.with_columns(pl.mean_horizontal(ITEMS).alias("index"))


def _people(
    rng: np.random.Generator, place: Place, which: np.ndarray, level: np.ndarray, rate: float
) -> pl.DataFrame:
    size = len(which)
    person = level + rng.normal(0, 0.75, size)
    columns: dict[str, object] = {
        "unit": [place.unit] * size,
        "procedure": [place.procedures[index] for index in which],
        "channel": rng.choice(FILING_CHANNELS, size, p=(0.55, 0.4, 0.05)),
        "response_rate": np.full(size, rate),
    }
    for item, ease in zip(ITEMS, _ITEM_EASE, strict=True):
        levels = np.digitize(person + ease + rng.normal(0, 0.6, size), _LEVEL_BOUNDS) + 1
        unknown = rng.random(size) < (0.25 if item in ("q8", "q9") else 0.03)
        columns[item] = (
            pl.Series(levels, dtype=pl.Int8).set(pl.Series(unknown), None)
            if size
            else pl.Series([], dtype=pl.Int8)
        )
    columns["overall"] = pl.Series(
        np.digitize(person + rng.normal(0, 0.4, size), _LEVEL_BOUNDS) + 1, dtype=pl.Int8
    )
    columns["trips"] = pl.Series(1 + rng.binomial(3, 1 / (1 + np.exp(1.5 + person)), size), dtype=pl.Int8)
    return pl.DataFrame(columns)
