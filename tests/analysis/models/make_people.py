"""Invented responses in strata and clusters, with unequal weights: seeded."""

import numpy as np
import polars as pl


def make_people(n=120, *, seed=20261120):
    rng = np.random.default_rng(seed)
    mood = rng.normal(size=n)

    def level(pull):
        return np.clip(np.round(3.4 + pull * mood + rng.normal(scale=0.8, size=n)), 1, 5).astype(int)

    speed, staff, fees = level(0.6), level(0.7), level(0.8)
    overall = np.clip(np.round(0.6 * speed + 0.3 * staff + rng.normal(scale=0.7, size=n) + 0.4), 1, 5).astype(int)
    return pl.DataFrame(
        {
            "w": rng.uniform(0.5, 4.0, n),
            "province": np.repeat(["north", "middle", "south"], n // 3),
            "commune": np.arange(n) // 4,
            "speed": speed,
            "staff": staff,
            "fees": fees,
            "overall": overall,
            "pleased": overall >= 4,
            "visits": rng.poisson(2, n),
            "sex": np.where(rng.random(n) < 0.5, "f", "m"),
        }
    )
