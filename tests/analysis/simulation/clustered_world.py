"""People in communes in four strata, with a known truth, and samples of few communes drawn from them.

Communes (PSUs) differ from one another, so that people of one commune are alike; communes are drawn with
replacement, people inside them without. Two periods, of the same people.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from analysis.design import SurveyDesign

Real = NDArray[np.float64]
Whole = NDArray[np.int64]
STRATA, COMMUNES, ASKED = 4, 250, 8  # communes of a stratum; people asked in one
SMALLEST, LARGEST = 20, 80  # people in a commune
DESIGN = SurveyDesign("w", stratum="stratum", cluster="psu")
_TILT = (4.0, 0.0, -2.0, -6.0)  # of the strata, points
_CUTS = (45.0, 58.0, 70.0, 88.0)  # where the five levels end


@dataclass(frozen=True)
class Clustered:
    """``people``: everybody, sorted by commune; ``first`` and ``size``: of each commune's rows."""

    people: pl.DataFrame
    first: Whole
    size: Whole


def make_clustered(*, seed: int) -> Clustered:
    """commune, kind (a, b, c), age (years over 45, tens), online (of the commune), score (0-100), later (the score
    a period on), yes, level (1-5), minutes (skewed) and steps of everybody."""
    rng = np.random.default_rng(seed)
    size = rng.integers(SMALLEST, LARGEST + 1, STRATA * COMMUNES)
    of = np.repeat(np.arange(len(size)), size)
    people = len(of)
    online = rng.random(len(size)) < 0.4
    mood = rng.normal(0, 5, len(size))  # of 5² of about 5² + 13² in all: an intraclass correlation of 0.13
    age = rng.normal(0, 1.0, len(size))[of] * 0.5 + rng.normal(0, 1.3, people)
    kind = rng.choice(3, people, p=(0.5, 0.3, 0.2))
    steady = 72 + np.array(_TILT)[of // COMMUNES] - 2 * age + 4 * online[of] + np.array([0, 3, -3])[kind]
    person = rng.normal(0, 10, people)
    score = steady + mood[of] + person + rng.normal(0, 8, people)
    moved = 0.8 * mood + 0.6 * rng.normal(0, 5, len(size))
    later = steady + 1.5 + moved[of] + person + rng.normal(0, 8, people)
    minutes = np.exp(3 - (score - 72) / 40 + rng.normal(0, 0.6, people))
    return Clustered(
        pl.DataFrame(
            {
                "commune": of,
                "kind": np.array(["a", "b", "c"])[kind],
                "age": age,
                "online": online[of].astype(float),
                "score": score.clip(0, 100),
                "later": later.clip(0, 100),
                "yes": score >= _CUTS[2],
                "level": 1 + np.searchsorted(_CUTS, score),
                "minutes": np.round(minutes, 1),
                "steps": 1.0 + rng.poisson(minutes / 10),
            }
        ),
        np.concatenate([[0], np.cumsum(size)[:-1]]),
        size,
    )


def draw_communes(rng: np.random.Generator, *, samples: int, communes: int, kept: Whole | None = None) -> Whole:
    """samples × strata × ``communes`` drawn communes; the first of them those ``kept`` from another draw."""
    drawn = rng.integers(0, COMMUNES, (samples, STRATA, communes)) + COMMUNES * np.arange(STRATA)[None, :, None]
    if kept is not None:
        drawn[:, :, : kept.shape[2]] = kept
    return np.asarray(drawn)


def ask_people(rng: np.random.Generator, world: Clustered, drawn: Whole) -> tuple[Whole, pl.DataFrame]:
    """Rows of the people asked (drawn communes × people), and the sample: sample, stratum, psu, w and answers."""
    flat = drawn.ravel()
    keys = rng.random((len(flat), LARGEST))
    keys[np.arange(LARGEST)[None, :] >= world.size[flat][:, None]] = 2.0
    rows = world.first[flat][:, None] + np.argsort(keys, axis=1)[:, :ASKED]
    return rows, take(world, drawn, rows)


def take(world: Clustered, drawn: Whole, rows: Whole) -> pl.DataFrame:
    """The sample of given people."""
    _, strata, communes = drawn.shape
    psu = np.repeat(np.arange(drawn.size), ASKED)
    weight = COMMUNES / communes * world.size[drawn.ravel()] / ASKED
    return world.people[rows.ravel()].with_columns(
        pl.Series("sample", psu // (strata * communes)),
        pl.Series("stratum", psu // communes),
        pl.Series("psu", psu),
        pl.Series("w", np.repeat(weight, ASKED)),
    )
