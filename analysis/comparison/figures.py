"""The figures to be compared, with their variances and the covariances a comparison needs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from analysis.comparison.finish import COMPARISON_COLUMNS
from analysis.design import SurveyDesign
from analysis.designs.drawn import Real, Whole
from analysis.designs.reading import Reading
from analysis.errors import ComparisonError
from analysis.estimation.asked import check_kinds, check_names
from analysis.estimation.composite import estimate_composites, node_quantity
from analysis.estimation.covary import Covariances, find_covariances
from analysis.estimation.estimate import estimate_means, mean_quantity
from analysis.estimation.influences import find_influences, join_influences
from analysis.estimation.inside import read_inside
from analysis.estimation.rows import BOUNDS
from analysis.estimation.totals import Quantity
from analysis.weighting.auxiliaries import Calibration

Frame = pl.DataFrame | pl.LazyFrame
_AT_ONCE = 256
_MADE = ("against", "figure", "figure_against", "n", "n_against", *COMPARISON_COLUMNS)


@dataclass(frozen=True)
class Asked:
    """What is compared: means of ``values``, or ``nodes`` on 0-100; ``label`` names the column that tells them."""

    design: SurveyDesign
    items: Mapping[str, pl.Expr]
    quantities: tuple[Quantity, ...]
    nodes: Mapping[str, Mapping[str, float]] | None
    values: tuple[str, ...]
    where: pl.Expr | None
    calibration: Calibration | Sequence[Calibration] | None
    regression: str | None
    confidence: float

    @property
    def label(self) -> str:
        return "value" if self.nodes is None else "node"

    @property
    def bounds(self) -> tuple[float, float] | None:
        return None if self.nodes is None else BOUNDS


def ask(
    design: SurveyDesign,
    *,
    item: str | None,
    nodes: Mapping[str, Mapping[str, float]] | None,
    where: pl.Expr | None,
    calibration: Calibration | Sequence[Calibration] | None,
    regression: str | None,
    confidence: float,
) -> Asked:
    """Refuses a question that names neither an item nor nodes, or both. METHODS 15.2."""
    if (item is None) == (nodes is None) or (nodes is not None and not nodes):
        raise ComparisonError(
            ["item and nodes: exactly one of them says what is compared"],
            "Name item='column' for the mean of a column, or nodes={name: {item: coefficient}} for indices.",
        )
    names = [item] if item is not None else list(dict.fromkeys(i for c in (nodes or {}).values() for i in c))
    items = {name: pl.col(name) for name in names}
    codes = {name: k for k, name in enumerate(names)}
    quantities = (
        (mean_quantity(names[0], 0),)
        if nodes is None
        else tuple(node_quantity(node, coefficients, codes) for node, coefficients in nodes.items())
    )
    values = () if item is None else (item,)
    return Asked(design, items, quantities, nodes, values, where, calibration, regression, confidence)


@dataclass(frozen=True)
class Figures:
    """One row per domain × quantity in ``table``: by…, label, n, estimate, low, high; arrays in its order."""

    table: pl.DataFrame
    variance: Real
    df: Real
    random: Real

    @property
    def estimate(self) -> Real:
        return self.table["estimate"].fill_null(float("nan")).to_numpy()

    @property
    def n(self) -> Whole:
        return self.table["n"].to_numpy()


def read_asked(frame: Frame, asked: Asked, keys: Sequence[str]) -> Reading:
    """The frame read for covariances; refuses names and kinds of columns that cannot be. METHODS 15.2."""
    check_names(keys, (), taken=_MADE, label=asked.label)
    check_kinds(frame, asked.design, asked.items, asked.where)
    return read_inside(frame, asked.design, items=asked.items, keys=keys, where=asked.where, bounds=asked.bounds)


def covary_figures(
    frame: Frame, reading: Reading, asked: Asked, by: Sequence[str], reference: Sequence[str] | None
) -> Covariances:
    """Covariances of the figures by ``by``, and behind them those by ``reference`` (None: none). METHODS 15.2."""
    influences = find_influences(reading, by, asked.quantities, label=asked.label)
    if reference is not None:
        behind = find_influences(reading, reference, asked.quantities, label=asked.label)
        influences = join_influences(influences, behind)
    return find_covariances(
        reading, influences, frame=frame, calibration=asked.calibration, regression=asked.regression
    )


def estimate_figures(frame: Frame, asked: Asked, by: Sequence[str], covariances: Covariances | None) -> Figures:
    """The figures by ``by`` with their variances: the published ones, or those of the calibrated sample.

    ``covariances`` of the same figures; a calibrated sample needs them, and where not all domains are compared
    they say which. METHODS 3.1-3.11, 4.
    """
    if asked.calibration is not None:
        assert covariances is not None
        return _from_covariances(covariances, by, asked)
    shared = {"by": by, "where": asked.where, "confidence": asked.confidence}
    if asked.nodes is not None:
        found = estimate_composites(frame, asked.design, nodes=asked.nodes, **shared)  # type: ignore[arg-type]
    else:
        found = estimate_means(frame, asked.design, values=asked.values, **shared)  # type: ignore[arg-type]
    if by and asked.where is not None and covariances is not None:
        # ``where`` may have left domains that nobody is in; covariances know none of those.
        found = found.join(
            covariances.influences.table.select(by).unique(), on=list(by), how="semi", maintain_order="left"
        )
    variance = found["standard_error"].fill_null(float("nan")).to_numpy() ** 2
    effect = found["design_effect"].fill_null(float("nan")).to_numpy()
    with np.errstate(invalid="ignore", divide="ignore"):
        random = np.where(effect > 0, variance / effect, np.nan)
    # A census has no variance and needs no degrees of freedom.
    df = pl.when(pl.col("method") == "census").then(np.inf).otherwise(pl.col("df")).fill_null(0.0).alias("df")
    degrees = found.select(df)["df"].to_numpy()
    return Figures(found.select(*by, asked.label, "n", "estimate", "low", "high"), variance, degrees, random)


def _from_covariances(covariances: Covariances, by: Sequence[str], asked: Asked) -> Figures:
    table = covariances.influences.table
    # Those by ``reference`` stand behind and lack the columns ``by``.
    count = covariances.influences.parts[0][0].table.height * len(asked.quantities)
    variance = np.empty(count)
    for start in range(0, count, _AT_ONCE):
        size = min(_AT_ONCE, count - start)
        unit = np.zeros((table.height, size))
        unit[start + np.arange(size), np.arange(size)] = 1.0
        variance[start : start + size] = covariances.of(unit)[start + np.arange(size), np.arange(size)]
    df = covariances.df_each()[:count]
    random = np.asarray(covariances.influences.spread.power(2).sum(axis=0)).ravel()[:count]
    none = pl.lit(None, pl.Float64)
    told = table.head(count).select(*by, asked.label, "n", "estimate", none.alias("low"), none.alias("high"))
    return Figures(told, np.maximum(variance, 0.0), df, random)
