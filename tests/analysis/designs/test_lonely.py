"""Lonely strata in random designs, also inside domains, against the rules written out for one stage."""

import math

import numpy as np
import polars as pl
import pytest

from analysis.design import SurveyDesign
from analysis.estimation.estimate import estimate_means, estimate_ratios, estimate_totals
from analysis.estimation.quantiles import estimate_quantiles


def written_out(t, unit, stratum, population, here, *, rule, in_domains):
    """Strata with rows of the domain; PSUs without rows count with 0; ``here``: the rows of the domain."""
    strata = np.unique(stratum[here])
    sampled = {h: len(np.unique(unit[stratum == h])) for h in strata}
    seen = {h: len(np.unique(unit[here & (stratum == h)])) for h in strata}
    lonely = {
        h: sampled[h] == 1 or (in_domains and seen[h] == 1 and rule in ("adjust", "average")) for h in strata
    }
    grand = t[here].sum() / sum(sampled.values())
    variance = 0.0
    for h in strata:
        if lonely[h] and rule != "adjust":
            continue
        rows, n = here & (stratum == h), sampled[h]
        totals = np.array([t[rows & (unit == u)].sum() for u in np.unique(unit[rows])])
        centre = grand if lonely[h] else totals.sum() / n
        squares = ((totals - centre) ** 2).sum() + (n - len(totals)) * centre**2
        variance += (1 - n / population[stratum == h][0]) * n / max(n - 1, 1) * squares
    alone = sum(lonely.values())
    if rule == "average" and alone:
        return variance * len(strata) / (len(strata) - alone) if len(strata) > alone else 0.0
    return variance


def draw(seed):
    """One to four PSUs in every stratum, none taken whole."""
    rng = np.random.default_rng(seed)
    strata = int(rng.integers(2, 6))
    psus = rng.integers(1, 5, strata)
    of_psu = np.repeat(np.arange(strata), psus)
    people = rng.integers(1, 5, len(of_psu))
    n = int(people.sum())
    x = rng.uniform(1, 3, n)
    return pl.DataFrame(
        {
            "h": np.repeat(of_psu, people),
            "c": np.repeat(np.arange(len(of_psu)), people),
            "N": (psus + rng.integers(1, 6, strata))[np.repeat(of_psu, people)],
            "w": rng.uniform(1, 9, n),
            "x": x,
            "y": 2 * x + rng.normal(0, 1, n),
            "d": rng.choice(list("abc"), n),
        }
    )


@pytest.mark.parametrize("in_domains", [False, True])
@pytest.mark.parametrize("rule", ["adjust", "average", "certainty"])
def test_means_ratios_and_totals_of_domains_follow_the_rule(rule, in_domains):
    for seed in range(15):
        sample = draw(seed)
        design = SurveyDesign(
            "w", stratum="h", cluster="c", population="N", lonely=rule, lonely_in_domains=in_domains
        )
        w, x, y, unit, stratum, population = (sample[c].to_numpy() for c in ("w", "x", "y", "c", "h", "N"))
        asked = {"by": ["d"]}
        for kind, found in (
            ("mean", estimate_means(sample, design, values=["y"], **asked)),
            ("ratio", estimate_ratios(sample, design, ratios={"r": ("y", "x")}, **asked)),
            ("total", estimate_totals(sample, design, values=["y"], **asked)),
        ):
            for d, estimate, error in found.select("d", "estimate", "standard_error").rows():
                here = (sample["d"] == d).to_numpy()
                z = {
                    "mean": (y - estimate) / w[here].sum(),
                    "ratio": (y - estimate * x) / (w[here] @ x[here]),
                    "total": y,
                }[kind]
                t = np.where(here, w * z, 0.0)
                expected = written_out(t, unit, stratum, population, here, rule=rule, in_domains=in_domains)
                assert error == pytest.approx(math.sqrt(expected), rel=1e-9, abs=1e-12), (seed, kind, d)


@pytest.mark.parametrize("rule", ["adjust", "average", "certainty"])
def test_quantiles_take_their_limits_from_shares_under_the_same_rule(rule):
    sample = draw(3)
    design = SurveyDesign("w", stratum="h", cluster="c", lonely=rule, lonely_in_domains=True)
    found = estimate_quantiles(sample, design, values=["y"], quantiles=[0.5], by=["d"])
    for d, median, effective in found.select("d", "estimate", "n_effective").rows():
        below = sample.with_columns(below=(pl.col("y") <= median).cast(pl.Float64))
        share = estimate_means(below, design, values=["below"], by=["d"]).filter(d=d)
        assert effective == pytest.approx(share["n_effective"].item(), rel=1e-10)
