"""How often intervals from few communes hold the truth: ``python -m tests.analysis.simulation.designed_coverage``.

Means, ratios, quantiles, differences of domains and periods, and coefficients of models, each from four strata of
2 to 15 communes of 8 people (clustered_world.py). ``z``: what 1.96 standard errors either way would have held;
``error``: the root mean square of the standard errors over the spread of the estimates.
"""

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import polars as pl

from analysis import (
    compare_domains,
    compare_periods,
    estimate_means,
    estimate_quantiles,
    estimate_ratios,
    make_replicates,
)
from analysis.errors import AnalysisError
from analysis.models.fitted import FittedModel
from analysis.models.generalised import fit_model
from analysis.models.ordinal import fit_ordinal
from tests.analysis.simulation.clustered_world import (
    DESIGN,
    Clustered,
    ask_people,
    draw_communes,
    make_clustered,
    take,
)
from tests.analysis.simulation.printed import print_tables

SEED = 20261120
FEW = (2, 5, 15)  # communes in each of four strata: 4, 16, 56 degrees of freedom
FEW_FOR_MODELS = (3, 5, 15)  # five coefficients leave none of 2
QUANTILES = (0.25, 0.5, 0.9)
LIMITS = ("t", "wilson", "beta")
PREDICTORS = ("age", "online", "kind")
MODELS = ("linear", "jackknife", "logistic", "ordinal")
_AT_ONCE = 200  # samples in one frame
_PAIRED_AT_ONCE = 50  # of two periods: all covariances between them are made
_KEYS = ["figure", "low", "high", "estimate", "standard_error", "truth"]


def measure_figures(*, samples: int, seed: int, communes: Sequence[int] = FEW) -> pl.DataFrame:
    """Mean score, minutes per step, quantiles of the minutes (by each rule for limits of the share)."""
    world = make_clustered(seed=seed)
    truth = _true_figures(world)
    parts = []
    for few in communes:
        rng = np.random.default_rng([seed, 1, few])
        for size in _portions(samples):
            frame = ask_people(rng, world, draw_communes(rng, samples=size, communes=few))[1]
            found = [
                estimate_means(frame, DESIGN, values=["score"], by=["sample"]).with_columns(figure=pl.lit("mean")),
                estimate_ratios(frame, DESIGN, ratios={"r": ("minutes", "steps")}, by=["sample"]).with_columns(
                    figure=pl.lit("ratio")
                ),
            ]
            for interval in LIMITS:
                quantiles = estimate_quantiles(
                    frame, DESIGN, values=["minutes"], quantiles=QUANTILES, by=["sample"], interval=interval
                )
                name = pl.format("quantile {}, {}", pl.col("quantile"), pl.lit(interval))
                found.append(quantiles.with_columns(name.alias("figure")))
            parts += [_keep(table, truth, few) for table in found]
    return summarise(pl.concat(parts))


def _true_figures(world: Clustered) -> dict[str, float]:
    people = world.people
    minutes = np.sort(people["minutes"].to_numpy())
    at = {q: float(minutes[int(np.ceil(q * len(minutes))) - 1]) for q in QUANTILES}
    return {
        "mean": float(people["score"].to_numpy().mean()),
        "ratio": float(minutes.sum()) / float(people["steps"].sum()),
        **{f"quantile {q}, {interval}": value for q, value in at.items() for interval in LIMITS},
    }


def measure_domains(*, samples: int, seed: int, communes: Sequence[int] = FEW) -> pl.DataFrame:
    """Kinds of procedure, which every commune has: each against its whole, and all pairs."""
    world = make_clustered(seed=seed)
    mean = dict(world.people.group_by("kind").agg(pl.col("score").mean()).iter_rows())
    whole = float(world.people["score"].to_numpy().mean())
    truth = {f"{kind} − whole": mean[kind] - whole for kind in mean}
    truth |= {f"{a} − {b}": mean[a] - mean[b] for a in mean for b in mean if a < b}
    parts = []
    for few in communes:
        rng = np.random.default_rng([seed, 2, few])
        for size in _portions(samples):
            frame = ask_people(rng, world, draw_communes(rng, samples=size, communes=few))[1]
            beside = compare_domains(frame, DESIGN, item="score", by=["sample", "kind"], against=["sample"])
            parts.append(_keep(_name(beside, pl.lit("whole")), truth, few))
        for _ in range(samples // 2):
            frame = ask_people(rng, world, draw_communes(rng, samples=1, communes=few))[1]
            pairs = compare_domains(frame, DESIGN, item="score", by=["kind"], against="all pairs")
            parts.append(_keep(_name(pairs, pl.col("against")), truth, few))
    return summarise(pl.concat(parts))


def _name(table: pl.DataFrame, other: pl.Expr) -> pl.DataFrame:
    return table.with_columns(pl.format("{} − {}", "kind", other).alias("figure"))


def measure_periods(*, samples: int, seed: int, communes: Sequence[int] = FEW) -> pl.DataFrame:
    """Change of the mean: none, half or all of the communes (and their people) asked again; named, or not."""
    world = make_clustered(seed=seed)
    change = float((world.people["later"] - world.people["score"]).to_numpy().mean())
    parts = []
    for few in communes:
        for kept in (0, few // 2, few):
            rng = np.random.default_rng([seed, 3, few, kept])
            for size in _portions(samples, _PAIRED_AT_ONCE):
                drawn = draw_communes(rng, samples=size, communes=few)
                rows, before = ask_people(rng, world, drawn)
                again = draw_communes(rng, samples=size, communes=few, kept=drawn[:, :, :kept])
                rows_again, _ = ask_people(rng, world, again)
                is_kept = np.broadcast_to(np.arange(few) < kept, drawn.shape).ravel()
                rows_again[is_kept] = rows[is_kept]
                after = take(world, again, rows_again).with_columns(
                    pl.col("later").alias("score"),
                    pl.when(pl.Series(np.repeat(is_kept, rows.shape[1])))
                    .then("psu")
                    .otherwise(-1 - pl.col("psu")),
                )
                for shared in ("psu", None) if kept else (None,):
                    found = compare_periods(before, after, DESIGN, item="score", by=["sample"], shared=shared)
                    told = {0: "none", few: "all"}.get(kept, "half")
                    name = f"{told} again{'' if shared or not kept else ', not named'}"
                    parts.append(_keep(found.with_columns(figure=pl.lit(name)), {name: change}, few))
    return summarise(pl.concat(parts))


def measure_models(
    *, samples: int, seed: int, communes: Sequence[int] = FEW_FOR_MODELS, models: Sequence[str] = MODELS
) -> pl.DataFrame:
    """Coefficients of age (a person's), online (a commune's) and kind; the truth is the same fit of everybody.

    ``jackknife``: the linear model with errors of replicates, of few communes only.
    """
    world = make_clustered(seed=seed)
    everybody = world.people.with_columns(w=pl.lit(1.0), stratum=pl.lit(0), psu=pl.int_range(pl.len()))
    parts, refused = [], {}
    for model in models:
        fit = FITS[model]
        truth = {
            row["figure"]: row["estimate"] for row in _coefficients(fit(everybody), model).iter_rows(named=True)
        }
        for few in communes:
            if model == "jackknife" and few > 5:
                continue
            rng = np.random.default_rng([seed, 4, few])
            refused[model, few] = 0
            for _ in range(samples):
                frame = ask_people(rng, world, draw_communes(rng, samples=1, communes=few))[1]
                try:
                    fitted = fit(frame)
                except AnalysisError:
                    refused[model, few] += 1
                    continue
                parts.append(_keep(_coefficients(fitted, model), truth, few))
    counted = pl.DataFrame(
        [{"model": m, "communes": few, "refused": count} for (m, few), count in refused.items()]
    )
    found = summarise(pl.concat(parts)).with_columns(pl.col("figure").str.extract(r"^(\w+)").alias("model"))
    return found.join(counted, on=["model", "communes"], how="left", maintain_order="left").drop("model")


def _fit_linear(frame: pl.DataFrame) -> FittedModel:
    return fit_model(frame, DESIGN, outcome="score", predictors=PREDICTORS)


def _fit_jackknife(frame: pl.DataFrame) -> FittedModel:
    if frame["psu"].n_unique() == frame.height:  # everybody
        return _fit_linear(frame)
    replicated, design = make_replicates(frame, DESIGN, kind="JKn", centre="estimate")
    return fit_model(replicated, design, outcome="score", predictors=PREDICTORS)


def _fit_logistic(frame: pl.DataFrame) -> FittedModel:
    return fit_model(frame, DESIGN, outcome="yes", predictors=PREDICTORS, model="logistic")


def _fit_ordinal(frame: pl.DataFrame) -> FittedModel:
    return fit_ordinal(frame, DESIGN, outcome="level", predictors=PREDICTORS)


FITS: dict[str, Callable[[pl.DataFrame], FittedModel]] = {
    "linear": _fit_linear,
    "jackknife": _fit_jackknife,
    "logistic": _fit_logistic,
    "ordinal": _fit_ordinal,
}


def _coefficients(fitted: FittedModel, model: str) -> pl.DataFrame:
    slopes = fitted.coefficients.filter(~pl.col("term").is_in(["intercept", "threshold"]))
    level = pl.when(pl.col("level").is_null()).then(pl.lit("")).otherwise(pl.format(" {}", "level"))
    return slopes.with_columns(pl.format(model + ": {}{}", "term", level).alias("figure"))


def _portions(samples: int, at_once: int = _AT_ONCE) -> list[int]:
    return [min(at_once, samples - start) for start in range(0, samples, at_once)]


def _keep(table: pl.DataFrame, truth: dict[str, float], few: int) -> pl.DataFrame:
    known = pl.col("figure").replace_strict(truth, return_dtype=pl.Float64)
    return table.with_columns(known.alias("truth")).select(
        pl.lit(few).alias("communes"), "figure", *(pl.col(name).cast(pl.Float64) for name in _KEYS[1:])
    )


def summarise(found: pl.DataFrame) -> pl.DataFrame:
    """Per figure × communes: intervals ``asked`` for, of those made the part in per cent that held, and more."""
    truth, error = pl.col("truth"), pl.col("standard_error")
    has = pl.col("low").is_not_null() & pl.col("high").is_not_null()
    held = truth.is_between(pl.col("low"), pl.col("high"))
    by_z = (pl.col("estimate") - truth).abs() <= 1.959964 * error
    return (
        found.group_by("figure", "communes", maintain_order=True)
        .agg(
            pl.len().alias("asked"),
            (100 * has.mean()).alias("made"),
            (100 * held.filter(has).mean()).alias("coverage"),
            (100 * by_z.filter(error.is_not_null()).mean()).alias("z"),
            (error.pow(2).mean().sqrt() / pl.col("estimate").std()).alias("error"),
            ((pl.col("estimate").mean() - truth.first()) / pl.col("estimate").std()).alias("bias"),
        )
        .sort("figure", "communes")
    )


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--samples", type=int, default=600)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--out", type=Path, help="Markdown for all tables")
    chosen = parser.parse_args(arguments)
    asked = {"samples": chosen.samples, "seed": chosen.seed}
    measured = {
        "Means, ratios, quantiles": measure_figures(**asked),
        "Differences of domains": measure_domains(**asked),
        "Change between periods": measure_periods(**asked),
        "Models": measure_models(**asked),
    }
    text = (
        f"# 95 % intervals from few communes: {chosen.samples} samples, seed {chosen.seed}\n\n"
        f"`python -m tests.analysis.simulation.designed_coverage --samples {chosen.samples}`\n\n"
        "Four strata of so many communes of 8 people. made: of 100 intervals asked for; coverage: of 100 made\n"
        "those that held the truth; z: had 1.96 standard errors been taken; error: root mean square of the\n"
        "standard errors over the spread of the estimates; bias: in such spreads. refused: models that cannot\n"
        "be fitted, mostly because all communes drawn are online or none.\n"
    )
    print_tables(text, measured, chosen.out)


if __name__ == "__main__":
    main(sys.argv[1:])
