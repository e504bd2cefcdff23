"""Random samples of random designs, as a frame, as our design and as that of ``svy``."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
import svy
from hypothesis import strategies as st

from analysis.design import SurveyDesign


@dataclass(frozen=True)
class Drawn:
    """``frame``: row, stratum, psu, w, population, domains group and sort, y, x, yes, missing (y with gaps)."""

    frame: pl.DataFrame
    has_population: bool
    has_clusters: bool

    @property
    def ours(self) -> SurveyDesign:
        population = "population" if self.has_population else None
        return SurveyDesign(
            "w", stratum="stratum", cluster="psu" if self.has_clusters else None, population=population
        )

    @property
    def theirs(self) -> svy.Sample:
        choices: dict[str, Any] = {"pop_size": "population"} if self.has_population else {}
        psu = "psu" if self.has_clusters else "row"
        return svy.Sample(self.frame, svy.Design(wgt="w", stratum="stratum", psu=psu, **choices))


def _draw(
    seed: int,
    strata: int,
    psus: int,
    size: int,
    groups: int,
    has_population: bool,
    has_clusters: bool,
    gaps: float,
) -> Drawn:
    """Between 2 and ``psus`` PSUs in every stratum, between 1 and ``size`` people in each."""
    random = np.random.default_rng(seed)
    sampled = random.integers(2, psus + 1, strata)
    stratum = np.repeat(np.arange(strata), sampled)
    people = random.integers(1, size + 1, len(stratum))
    row_stratum, row_psu = np.repeat(stratum, people), np.repeat(np.arange(len(stratum)), people)
    n = len(row_psu)
    # Populations count PSUs, or people where people are the PSUs; some strata are nearly taken whole.
    taken = sampled if has_clusters else np.bincount(row_stratum)
    population = taken + random.integers(1, 30, strata)
    x = random.uniform(1, 3, n)
    y = 2 * x + random.normal(0, 1, n) + random.normal(0, 0.5, len(stratum))[row_psu]
    frame = pl.DataFrame(
        {
            "row": np.arange(n),
            "stratum": row_stratum,
            "psu": row_psu,
            "w": random.uniform(0.5, 20, n),
            "population": population[row_stratum],
            "group": random.integers(0, groups, n),
            "sort": random.choice(["a", "b"], n),
            "y": y,
            "x": x,
            "yes": (random.random(n) < 0.7).astype(float),
            "missing": np.where(random.random(n) < gaps, np.nan, y),
        }
    ).with_columns(pl.col("missing").fill_nan(None))
    return Drawn(frame, has_population, has_clusters)


DRAWN = st.builds(
    _draw,
    seed=st.integers(0, 2**32 - 1),
    strata=st.integers(1, 6),
    psus=st.integers(2, 7),
    size=st.integers(1, 6),
    groups=st.integers(1, 4),
    has_population=st.booleans(),
    has_clusters=st.booleans(),
    gaps=st.sampled_from([0.0, 0.25]),
)

PAIRS = st.builds(
    _draw,
    seed=st.integers(0, 2**32 - 1),
    strata=st.integers(2, 6),
    psus=st.just(2),
    size=st.integers(1, 6),
    groups=st.integers(1, 3),
    has_population=st.just(False),
    has_clusters=st.just(True),
    gaps=st.just(0.0),
)


def differences(
    found: pl.DataFrame, theirs: pl.DataFrame, columns: dict[str, str], *, relative: float = 1e-8
) -> list[str]:
    """Every figure that differs; ``columns``: theirs → ours. Rows in which we have no degrees of freedom or a
    standard error of 0 are left out: there we fall back and ``svy`` says nothing (METHODS 4.5)."""
    assert found.height == theirs.height
    told = []
    for position, (our, their) in enumerate(
        zip(found.iter_rows(named=True), theirs.iter_rows(named=True), strict=True)
    ):
        if not our["n"] or our["df"] < 1 or our["standard_error"] == 0:
            continue
        told += [
            f"row {position} {theirs_name}: {our[ours_name]} for {their[theirs_name]}"
            for theirs_name, ours_name in columns.items()
            if not _is_same(our[ours_name], their[theirs_name], relative)
        ]
    return told


def _is_same(our: float | None, their: float | None, relative: float) -> bool:
    if our is None or their is None:
        return our is their
    return bool(np.isclose(our, their, rtol=relative, atol=1e-10, equal_nan=False))
