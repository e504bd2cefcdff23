"""The definition of a linearised composite, slowly, domain by domain: what the fast pass must equal."""

from collections.abc import Mapping

import numpy as np
import polars as pl


def composite_by_definition(
    frame: pl.DataFrame, coefficients: Mapping[str, float], inside: np.ndarray
) -> tuple[float, float, float]:
    """Estimate, standard error and df of one domain; columns w, h (stratum), c (cluster), N (clusters)."""
    w = np.where(inside, frame["w"].to_numpy(), 0.0)
    values = {item: frame[item].to_numpy() for item in coefficients}
    present = {item: c for item, c in coefficients.items() if (~np.isnan(values[item]) & (w > 0)).any()}
    scale = sum(present.values())
    estimate, influence, member = 0.0, np.zeros(len(w)), np.zeros(len(w), bool)
    for item, c in present.items():
        y, answered = np.nan_to_num(values[item]), ~np.isnan(values[item])
        total = (w * answered).sum()
        mean = (w * answered * y).sum() / total
        estimate += c / scale * mean
        influence += c / scale * w * answered * (y - mean) / total
        member |= answered & (w > 0)
    variance, df = 0.0, 0
    for h in np.unique(frame["h"].to_numpy()):
        in_stratum = frame["h"].to_numpy() == h
        clusters = np.unique(frame["c"].to_numpy()[in_stratum])
        of = [in_stratum & (frame["c"].to_numpy() == c) for c in clusters]
        totals = np.array([influence[rows].sum() for rows in of])
        n, population = len(clusters), frame["N"].to_numpy()[in_stratum][0]
        if n > 1:
            variance += (1 - n / population) * n / (n - 1) * ((totals - totals.mean()) ** 2).sum()
        with_members = sum(member[rows].any() for rows in of)
        df += with_members - (with_members > 0)
    return estimate, float(np.sqrt(variance)), df


def random_sample(seed: int, *, high: float = 0.7, clusters_of: int = 3, rows: int = 240) -> pl.DataFrame:
    """A stratified clustered sample with three items of 0/100, missing answers and two keys."""
    rng = np.random.default_rng(seed)
    stratum = rng.integers(0, 4, rows)
    # at least two clusters per stratum, so that no stratum is lonely
    cluster = stratum * 100 + np.concatenate([np.tile([0, 1], 4), rng.integers(0, rows // clusters_of, rows - 8)])
    stratum[:8] = np.repeat(np.arange(4), 2)
    cluster[:8] = stratum[:8] * 100 + np.tile([0, 1], 4)
    frame = pl.DataFrame(
        {
            "w": rng.uniform(0.5, 30, rows),
            "h": stratum,
            "c": cluster,
            "unit": rng.choice(["A", "B", "C"], rows, p=[0.6, 0.37, 0.03]),
            "procedure": rng.integers(0, 5, rows),
            **{
                f"q{k}": np.where(rng.random(rows) < 0.15, np.nan, 100.0 * (rng.random(rows) < high))
                for k in range(1, 4)
            },
        }
    )
    sizes = frame.group_by("h").agg((pl.col("c").n_unique() * 1.7 + 1).alias("N"))
    return frame.join(sizes, on="h", maintain_order="left")
