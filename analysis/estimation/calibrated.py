"""Means, totals, ratios and proportions of calibrated samples, with standard errors that know what was fixed."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import polars as pl

from analysis.design import SurveyDesign
from analysis.errors import EstimateError
from analysis.estimation.estimate import SHARE_BOUNDS, mean_quantity, ratio_quantity, total_quantity
from analysis.estimation.finish import ESTIMATE_COLUMNS, Revision, Rule, estimate_quantities
from analysis.estimation.residuals import Step, read_steps, take_out
from analysis.estimation.rows import Rows, read_rows
from analysis.estimation.totals import Quantity, deviate, sum_strata
from analysis.estimation.variance import add_up_strata
from analysis.weighting.auxiliaries import Calibration

Frame = pl.DataFrame | pl.LazyFrame
VARIANCES = ("residual", "naive")
_ROW = " row"
_ONE = " one"
_NAIVE = " naive"
_WORTH_SAYING = 0.05  # METHODS 3.7
_NUMBERS_AT_ONCE = 8_000_000  # residuals held per step; about 60 MB


def estimate_calibrated_means(
    frame: Frame,
    design: SurveyDesign,
    calibration: Calibration | Sequence[Calibration],
    *,
    values: Sequence[str],
    by: Sequence[str] = (),
    where: pl.Expr | None = None,
    variance: str = "residual",
    regression: str = "start",
    confidence: float = 0.95,
    df: str | float = "domain",
    design_effect: str = "replace",
) -> pl.DataFrame:
    """Mean of every column of ``values`` in every domain after post-stratification, raking or calibration.

    Parameters
    ----------
    frame
        One row per response of the whole sample, with the weights before and after and the columns of the
        margins: ``calibrate(...).frame``, filtered nowhere. Nulls in ``values`` and ``by`` leave the domain.
    design
        How the responses came; ``weight`` names the final weights: the calibrated ones, or those after
        trimming them.
    calibration
        ``calibrate(...).calibration``, or several in the order they were made.
    variance
        ``residual``: of what the auxiliaries leave unexplained. ``naive``: as if the final weights were design
        weights; the same figures as ``estimate_means``.
    regression
        Weights of the regression on the auxiliaries: ``start`` (as R's calibrate and postStratify),
        ``equal`` (as R's rake; the same when the start weights are equal) or ``calibrated``.
    by, where, confidence, df, design_effect
        As in ``estimate_means``.

    Returns
    -------
    pl.DataFrame
        As ``estimate_means``: by…, value, n, n_effective, sum_weights, estimate, standard_error, low, high,
        confidence, df, design_effect, method, note. The note says when the naive standard error differs by more
        than 5 per cent. A total that the calibration fixed has standard error 0 and no limits.

    Raises
    ------
    WeightError, DesignError, ItemError, EstimateError
        Each with every problem of its kind.

    Notes
    -----
    Silently wrong when the totals met were themselves estimated (their own variance is not added), or when
    weights were made from answers that are estimated here.

    References
    ----------
    METHODS 3.7; Deville and Särndal (1992), JASA 87. Checked against R survey 4.5 (p09-p12).

    Examples
    --------
    >>> from analysis.weighting.calibrate import calibrate
    >>> sample = pl.DataFrame({"sex": ["f", "f", "m", "m"], "y": [1.0, 2.0, 5.0, 6.0], "w": [1.0] * 4})
    >>> met = calibrate(sample, weight="w", counts={"sex": {"f": 60, "m": 40}})
    >>> design = SurveyDesign(weight="weight_calibrated")
    >>> estimate_calibrated_means(met.frame, design, met.calibration, values=["y"])["standard_error"].item()
    0.2943...
    """
    rule = Rule(confidence, "t", None, df=df, reference=design_effect)
    items = {value: _within(pl.col(value), where) for value in values}
    quantities = [mean_quantity(value, k) for k, value in enumerate(values)]
    return _estimate(frame, design, calibration, items, quantities, by, rule, "value", variance, regression)


def estimate_calibrated_totals(
    frame: Frame,
    design: SurveyDesign,
    calibration: Calibration | Sequence[Calibration],
    *,
    values: Sequence[str],
    by: Sequence[str] = (),
    where: pl.Expr | None = None,
    variance: str = "residual",
    regression: str = "start",
    confidence: float = 0.95,
    df: str | float = "domain",
    design_effect: str = "replace",
) -> pl.DataFrame:
    """Total of every column of ``values`` in every domain; shape, choices and errors as
    ``estimate_calibrated_means``. Nulls count as 0, and make a total silently too small. METHODS 3.1, 3.7."""
    rule = Rule(confidence, "t", None, df=df, reference=design_effect)
    items = {value: _within(pl.col(value), where) for value in values}
    quantities = [total_quantity(value, k) for k, value in enumerate(values)]
    return _estimate(frame, design, calibration, items, quantities, by, rule, "value", variance, regression)


def estimate_calibrated_ratios(
    frame: Frame,
    design: SurveyDesign,
    calibration: Calibration | Sequence[Calibration],
    *,
    ratios: Mapping[str, tuple[str, str]],
    by: Sequence[str] = (),
    where: pl.Expr | None = None,
    variance: str = "residual",
    regression: str = "start",
    confidence: float = 0.95,
    df: str | float = "domain",
    design_effect: str = "replace",
) -> pl.DataFrame:
    """Ratio of two totals, name → (numerator, denominator); shape, choices and errors as
    ``estimate_calibrated_means``. Rows with a null in either leave the domain. METHODS 3.1, 3.7."""
    rule = Rule(confidence, "t", None, df=df, reference=design_effect)
    items: dict[str, pl.Expr] = {}
    quantities = []
    for name, (numerator, denominator) in ratios.items():
        both = pl.col(numerator).is_not_null() & pl.col(denominator).is_not_null()
        for column in (numerator, denominator):
            items[f"{name}.{len(items)}"] = _within(pl.when(both).then(pl.col(column)), where)
        quantities.append(ratio_quantity(name, len(items) - 2, len(items) - 1))
    return _estimate(frame, design, calibration, items, quantities, by, rule, "ratio", variance, regression)


def estimate_calibrated_proportions(
    frame: Frame,
    design: SurveyDesign,
    calibration: Calibration | Sequence[Calibration],
    *,
    of: str,
    by: Sequence[str] = (),
    where: pl.Expr | None = None,
    variance: str = "residual",
    regression: str = "start",
    confidence: float = 0.95,
    interval: str = "wilson",
    df: str | float = "domain",
    design_effect: str = "replace",
) -> pl.DataFrame:
    """Share (0-1) of every level of ``of`` in every domain; shape, choices and errors as
    ``estimate_calibrated_means`` with ``level`` for ``value``, intervals as ``estimate_proportions``.
    METHODS 1.1, 3.7, 4."""
    rule = Rule(confidence, interval, SHARE_BOUNDS, clip=False, df=df, reference=design_effect)
    levels = frame.lazy().select(pl.col(of).drop_nulls().unique().sort()).collect().to_series()
    items = {
        f"{of}={level}": _within(pl.when(pl.col(of).is_not_null()).then(pl.col(of) == level), where)
        for level in levels
    }
    quantities = [mean_quantity(str(k), k) for k in range(len(levels))]
    result = _estimate(frame, design, calibration, items, quantities, by, rule, "level", variance, regression)
    return result.with_columns(levels.gather(result["level"].cast(pl.UInt32)).alias("level"))


def _within(item: pl.Expr, where: pl.Expr | None) -> pl.Expr:
    return item if where is None else pl.when(where).then(item)


def _estimate(
    frame: Frame,
    design: SurveyDesign,
    calibration: Calibration | Sequence[Calibration],
    items: Mapping[str, pl.Expr],
    quantities: Sequence[Quantity],
    by: Sequence[str],
    rule: Rule,
    label: str,
    variance: str,
    regression: str,
) -> pl.DataFrame:
    problems = [f"by column {c!r} is also a column of the result" for c in by if c in {label, *ESTIMATE_COLUMNS}]
    problems += [] if quantities else ["nothing to estimate was named"]
    if variance not in VARIANCES:
        problems.append(f"variance is {variance!r}, known: {', '.join(VARIANCES)}")
    if problems:
        raise EstimateError(problems, "Name at least one column, and rename by columns before.")
    data = frame.lazy().with_row_index(_ROW).collect()
    calibrations = [calibration] if isinstance(calibration, Calibration) else list(calibration)
    steps = read_steps(data, calibrations, regression=regression)
    # The position of the row travels as one more item, so that linear values find their way back.
    read = read_rows(data, design, items={**items, _ROW: pl.col(_ROW)}, by=by)
    naive = estimate_quantities(read, design, quantities, rule, label=label)
    if variance == "naive":
        return naive
    revise = _residual_variances(data, read, design, steps, position=len(items))
    result = estimate_quantities(read, design, quantities, rule, label=label, revise=revise)
    return _remark(result, naive["standard_error"])


def _remark(result: pl.DataFrame, naive: pl.Series) -> pl.DataFrame:
    """Adds to the note what the calibration did to the standard error, and says so in the method."""
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
            pl.col("method").str.replace("linearised", "linearised, calibration residuals", literal=True),
        )
        .drop(_NAIVE)
    )


def _residual_variances(
    data: pl.DataFrame, read: Rows, design: SurveyDesign, steps: Sequence[Step], *, position: int
) -> Revision:
    """What replaces the column ``variance`` of a table with one row per domain. METHODS 3.7."""
    others = [column for column in (design.stratum, design.cluster, design.population) if column is not None]
    sample = data.select(*dict.fromkeys(others), pl.repeat(1.0, pl.len()).alias(_ONE))
    plain = replace(design, weight=_ONE)
    at_once = max(1, _NUMBERS_AT_ONCE // max(1, data.height))

    def revise(quantity: Quantity, variances: pl.DataFrame) -> pl.DataFrame:
        values = deviate(read.rows, read.domains, [quantity]).select(
            "domain",
            pl.col(f"i{position}").cast(pl.Int64).alias("row"),
            (pl.col("weight") * quantity.influence).alias("total"),
        )
        found = np.zeros(read.domains.height)
        for first in range(0, read.domains.height, at_once):
            size = min(at_once, read.domains.height - first)
            part = values.filter(pl.col("domain").is_between(first, first + size - 1))
            totals = np.zeros((data.height, size))
            totals[part["row"].to_numpy(), part["domain"].to_numpy().astype(np.int64) - first] = part["total"]
            found[first : first + size] = _variances_of_totals(sample, plain, take_out(totals, steps))
        of_domain = pl.DataFrame({"domain": read.domains["domain"], "variance": found})
        return variances.drop("variance").join(of_domain, on="domain", how="left", maintain_order="left")

    return revise


def _variances_of_totals(sample: pl.DataFrame, design: SurveyDesign, totals: np.ndarray) -> np.ndarray:
    """Design variance of the sum of every column, by the rules of the design itself. METHODS 3.2."""
    names = [f"residual {k}" for k in range(totals.shape[1])]
    frame = sample.with_columns(pl.Series(name, totals[:, k]) for k, name in enumerate(names))
    read = read_rows(frame, design, items={name: pl.col(name) for name in names}, by=())
    quantities = [total_quantity(name, k) for k, name in enumerate(names)]
    return np.array(
        [
            add_up_strata(sums, read.strata, lonely=design.lonely)["variance"].item()
            for _, sums in sum_strata(read, quantities)
        ]
    )
