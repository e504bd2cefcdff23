"""Credits estimates with what a calibration fixed: variances from residuals, and a note where that matters."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np
import polars as pl

from analysis.design import SurveyDesign
from analysis.errors import EstimateError
from analysis.estimation.estimate import estimate_items, estimate_totals
from analysis.estimation.finish import Revision, estimate_quantities
from analysis.estimation.replicate_factors import factor_replicates
from analysis.estimation.residuals import Step, read_steps, take_out
from analysis.estimation.rows import Rows, read_rows
from analysis.estimation.rule import Rule
from analysis.estimation.totals import Quantity, deviate
from analysis.weighting.auxiliaries import Calibration, join_alike

VARIANCES = ("residual", "naive")
Estimator = Callable[[pl.DataFrame, SurveyDesign], pl.DataFrame]

_ROW = " row"
_ONE = " one"
_NAIVE = " naive"
_WORTH_SAYING = 0.05  # METHODS 3.7
_NUMBERS_AT_ONCE = 8_000_000  # residuals held per step; about 60 MB


def credit_calibration(
    frame: pl.DataFrame | pl.LazyFrame,
    design: SurveyDesign,
    calibration: Calibration | Sequence[Calibration],
    items: Mapping[str, pl.Expr],
    quantities: Sequence[Quantity],
    by: Sequence[str],
    rule: Rule,
    label: str,
    *,
    variance: str,
    regression: str | None,
    naively: Estimator | None = None,
) -> pl.DataFrame:
    """One row per domain × quantity, variances from residuals or (``variance`` naive) as the design gives them.

    ``naively``: what estimates the same rows with the final weights as design weights; None: ``estimate_items``.
    METHODS 3.7.
    """
    if variance not in VARIANCES:
        raise EstimateError([f"variance is {variance!r}, known: {', '.join(VARIANCES)}"], "Choose one of them.")
    data = frame.lazy().with_row_index(_ROW).collect()
    calibrations = [calibration] if isinstance(calibration, Calibration) else list(calibration)
    if design.replicates is not None:
        data, design = factor_replicates(data, design, calibrations)
    naive = (
        estimate_items(data, design, items, quantities, by, rule, label)
        if naively is None
        else naively(data, design)
    )
    if variance == "naive":
        return naive
    steps = read_steps(data, calibrations, regression=regression, may_be_of_first_phase=True)
    of_first_phase = calibrations[0].totals_of == "first_phase"
    if of_first_phase and design.first_phase is None:
        raise EstimateError(
            ["the weights meet totals of a first phase, and the design names none"],
            "Say SurveyDesign(first_phase=FirstPhase(...)) (METHODS 3.13).",
        )
    first = design
    if not design.is_simple:
        # n, weights and spread come from the fast pass; the variance and its df are those of the whole design.
        first, rule = SurveyDesign(design.weight, design.stratum, design.cluster), replace(rule, df="domain")
    # The position of the row travels as one more item, so that linear values find their way back.
    read = read_rows(data, first, items={**items, _ROW: pl.col(_ROW)}, by=by)
    revise = _residual_variances(data, read, design, steps, position=len(items), of_first_phase=of_first_phase)
    degrees = {id(quantity): naive["df"].gather_every(len(quantities), j) for j, quantity in enumerate(quantities)}

    def revise_both(quantity: Quantity, variances: pl.DataFrame) -> pl.DataFrame:
        revised = revise(quantity, variances)
        return revised if design.is_simple else revised.with_columns(degrees[id(quantity)].fill_null(0.0))

    result = estimate_quantities(read, first, quantities, rule, label=label, revise=revise_both)
    return _remark(result, naive["standard_error"], naive["method"])


def _remark(result: pl.DataFrame, naive: pl.Series, method: pl.Series) -> pl.DataFrame:
    """Adds to the note what the calibration did to the standard error, and says so in the method."""
    how = method.str.split("; ").list.first()
    known, taken = pl.col("standard_error"), pl.col(_NAIVE)
    is_fixed = (known == 0) & (taken > 0)
    change = taken / known - 1
    sign = pl.when(change > 0).then(pl.lit("+")).otherwise(pl.lit(""))
    said = (
        pl.when(is_fixed)
        .then(pl.lit("tổng đã biết, cố định bởi cân chỉnh / fixed by the calibration: no sampling variance left"))
        .when((known > 0) & (change.abs() > _WORTH_SAYING))
        .then(
            pl.format(
                "sai số chuẩn nếu bỏ qua cân chỉnh / standard error without the calibration: {}{} %",
                sign,
                (100 * change).round(0).cast(pl.Int64),
            )
        )
    )
    kept = pl.when(~is_fixed | is_fixed.is_null()).then("note")
    note = pl.concat_str(kept, said, separator=" | ", ignore_nulls=True)
    return (
        result.with_columns(naive.alias(_NAIVE))
        .with_columns(
            pl.when(note != "").then(note).alias("note"),
            pl.when(pl.col("method").str.starts_with("linearised"))
            .then(
                pl.concat_str(
                    how, pl.lit(", calibration residuals"), pl.col("method").str.slice(len("linearised"))
                )
            )
            .otherwise("method")
            .alias("method"),
        )
        .drop(_NAIVE)
    )


def _residual_variances(
    data: pl.DataFrame,
    read: Rows,
    design: SurveyDesign,
    steps: Sequence[Step],
    *,
    position: int,
    of_first_phase: bool,
) -> Revision:
    """What replaces the column ``variance`` of a table with one row per domain. METHODS 3.7."""
    plain = replace(design, weight=_ONE)
    sample = data.select(*(c for c in plain.columns if c != _ONE), pl.repeat(1.0, pl.len()).alias(_ONE))
    psus, psu_of_row = sample, None
    if design.is_simple and design.cluster is not None:
        # Nothing below the PSU counts in one stage, so that its residuals may be added up before.
        keys = [column for column in (design.stratum, design.cluster) if column is not None]
        _, psu_of_row = join_alike(sample, keys)
        psus = sample.unique(keys, keep="first", maintain_order=True)
    at_once = max(1, _NUMBERS_AT_ONCE // max(1, data.height))

    def revise(quantity: Quantity, variances: pl.DataFrame) -> pl.DataFrame:
        values = deviate(read.rows, read.domains, [quantity]).select(
            "domain",
            pl.col(f"i{position}").cast(pl.Int64).alias("row"),
            (pl.col("weight") * quantity.influence).fill_null(0.0).fill_nan(0.0).alias("total"),
        )
        found = np.zeros(read.domains.height)
        for first in range(0, read.domains.height, at_once):
            size = min(at_once, read.domains.height - first)
            part = values.filter(pl.col("domain").is_between(first, first + size - 1))
            totals = np.zeros((data.height, size))
            totals[part["row"].to_numpy(), part["domain"].to_numpy().astype(np.int64) - first] = part["total"]
            residuals = _add_rows(take_out(totals, steps), psu_of_row, psus.height)
            found[first : first + size] = (
                _variances_of_second_phase(psus, plain, totals, residuals)
                if of_first_phase
                else _variances_of_totals(psus, plain, residuals)
            )
        of_domain = pl.DataFrame({"domain": read.domains["domain"], "variance": found})
        return variances.drop("variance").join(of_domain, on="domain", how="left", maintain_order="left")

    return revise


def _variances_of_second_phase(
    sample: pl.DataFrame, design: SurveyDesign, totals: np.ndarray, residuals: np.ndarray
) -> np.ndarray:
    """What was fixed is fixed in the second phase only; in the first the totals themselves vary. METHODS 3.13."""
    second = replace(design, first_phase=None)
    both, taken, left = (
        _variances_of_totals(sample, plan, values)
        for plan, values in ((design, totals), (second, totals), (second, residuals))
    )
    return np.asarray(np.maximum(both - taken + left, 0.0))


def _add_rows(totals: np.ndarray, psu_of_row: np.ndarray | None, psus: int) -> np.ndarray:
    if psu_of_row is None:
        return totals
    return np.column_stack([np.bincount(psu_of_row, column, psus) for column in totals.T])


def _variances_of_totals(sample: pl.DataFrame, design: SurveyDesign, totals: np.ndarray) -> np.ndarray:
    """Design variance of the sum of every column, by the rules of the design itself. METHODS 3.2, 3.8-3.11."""
    names = [f"residual {k}" for k in range(totals.shape[1])]
    frame = sample.with_columns(pl.Series(name, totals[:, k]) for k, name in enumerate(names))
    errors: np.ndarray = estimate_totals(frame, design, values=names)["standard_error"].to_numpy()
    return errors**2
