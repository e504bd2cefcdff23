"""A finite population of transactions with a known truth, and stratified samples drawn from it again and again."""

from dataclasses import dataclass

import numpy as np
import polars as pl

ITEMS = tuple(f"q{number}" for number in range(1, 10))
PART = {item: 1 / len(ITEMS) for item in ITEMS}
SHARES = (50.0, 80.0, 90.0, 95.0, 99.0)
SIZES = (5, 10, 20, 50, 100, 200, 500)
_PROCEDURES = (0.5, 0.3, 0.2)  # their part of a unit's transactions
_TILT = (0.3, 0.0, -0.4)  # how much better or worse a procedure is, on the scale of the latent mood


@dataclass(frozen=True)
class World:
    """Every transaction of every unit: ``unit`` and ``stratum`` codes, ``answers`` (0, 100, NaN: no opinion).

    ``unit_share`` and ``unit_n``: what each unit was made for; ``stratum_n`` and ``stratum_population`` per
    stratum (unit × procedure); ``truth`` units × (q1, index).
    """

    stratum: np.ndarray
    answers: np.ndarray
    unit_share: np.ndarray
    unit_n: np.ndarray
    stratum_unit: np.ndarray
    stratum_n: np.ndarray
    stratum_population: np.ndarray
    truth: np.ndarray


def make_world(*, seed: int, shares: tuple[float, ...] = SHARES, sizes: tuple[int, ...] = SIZES) -> World:
    """One unit for each satisfied share and sample size; 3 procedures of unequal size and satisfaction.

    A person's answers hang together (a common mood), items differ in ease, 3-25 % have no opinion on an item.
    Samples are spread over procedures about by size, at least two each: 5 responses in a unit are 2 procedures.
    The population is about 8 times the sample, so the finite-population correction counts.
    """
    rng = np.random.default_rng(seed)
    strata, answers, unit_share, unit_n, owner, stratum_n, populations = [], [], [], [], [], [], []
    for share in shares:
        for n in sizes:
            parts = _PROCEDURES if n >= 10 else _PROCEDURES[:2]
            drawn = _split(n, parts)
            sizes_of_unit = np.array([round(8 * n * part / sum(parts)) + 4 for part in parts])
            mood, ease = _calibrate(rng, share, sizes_of_unit)
            for procedure, size in enumerate(sizes_of_unit):
                strata.append(np.full(size, len(owner)))
                answers.append(_answer(rng, mood[procedure], ease, size))
                owner.append(len(unit_share))
                stratum_n.append(drawn[procedure])
                populations.append(size)
            unit_share.append(share)
            unit_n.append(n)
    world_answers, world_strata = np.concatenate(answers), np.concatenate(strata)
    stratum_unit = np.array(owner)
    truth = np.array(
        [
            [np.nanmean(world_answers[inside, 0]), np.nanmean(world_answers[inside], axis=0).mean()]
            for inside in (stratum_unit[world_strata] == unit for unit in range(len(unit_share)))
        ]
    )
    return World(
        world_strata,
        world_answers,
        np.array(unit_share),
        np.array(unit_n),
        stratum_unit,
        np.array(stratum_n),
        np.array(populations),
        truth,
    )


def draw_samples(world: World, *, samples: int, seed: int) -> pl.DataFrame:
    """``samples`` simple random samples without replacement inside every stratum, one below the other.

    Columns: sample × unit as ``place``, sample × stratum as ``stratum``, weight, population, q1…q9.
    """
    rng = np.random.default_rng(seed)
    starts = np.concatenate([[0], np.cumsum(world.stratum_population)])
    chosen, which = [], []
    for sample in range(samples):
        order = np.lexsort((rng.random(len(world.stratum)), world.stratum))
        for stratum, n in enumerate(world.stratum_n):
            chosen.append(order[starts[stratum] : starts[stratum] + n])
        which.append(np.full(world.stratum_n.sum(), sample))
    rows, sample_of = np.concatenate(chosen), np.concatenate(which)
    stratum = world.stratum[rows]
    units = len(world.unit_share)
    columns = {
        "place": sample_of * units + world.stratum_unit[stratum],
        "stratum": sample_of * len(world.stratum_n) + stratum,
        "weight": (world.stratum_population / world.stratum_n)[stratum],
        "population": world.stratum_population[stratum].astype(float),
    }
    columns |= {item: world.answers[rows, index] for index, item in enumerate(ITEMS)}
    return pl.DataFrame(columns).with_columns(pl.col(ITEMS).fill_nan(None))


def _split(n: int, parts: tuple[float, ...]) -> list[int]:
    """``n`` over the parts by size, the rest to the first, at least two each."""
    least = [max(2, int(n * part / sum(parts))) for part in parts]
    return [n - sum(least[1:]), *least[1:]]


def _calibrate(rng: np.random.Generator, share: float, sizes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mood of each procedure and ease of each item such that about ``share`` % of answers are satisfied."""
    ease = rng.normal(0, 0.15, len(ITEMS))
    tilt = np.array(_TILT[: len(sizes)])
    people = rng.normal(0, 1, (4000, 1)) * 0.8 + rng.normal(0, 1, (4000, len(ITEMS))) * 0.6 + ease
    low, high = -5.0, 6.0
    for _ in range(40):
        middle = (low + high) / 2
        got = sum(size * (people + middle + lift > 0).mean() for size, lift in zip(sizes, tilt, strict=True))
        low, high = (middle, high) if got / sizes.sum() < share / 100 else (low, middle)
    return middle + tilt, ease


def _answer(rng: np.random.Generator, mood: float, ease: np.ndarray, size: int) -> np.ndarray:
    person = rng.normal(0, 0.8, (size, 1))
    answers = np.where(person + mood + ease + rng.normal(0, 0.6, (size, len(ITEMS))) > 0, 100.0, 0.0)
    unknown = rng.random(answers.shape) < np.where(np.arange(len(ITEMS)) >= 7, 0.25, 0.03)
    return np.where(unknown, np.nan, answers)
