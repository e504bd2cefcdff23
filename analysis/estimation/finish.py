"""From variances to the rows people read: standard error, limits by the chosen rule, method and note."""

import operator
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import reduce

import numpy as np
import polars as pl

from analysis.design import SurveyDesign
from analysis.errors import EstimateError
from analysis.estimation.design_effect import REFERENCES, add_design_effect
from analysis.estimation.intervals import (
    INTERVALS,
    Limits,
    asin_limits,
    exact_limits,
    korn_graubard_limits,
    likelihood_limits,
    logit_limits,
    t_limits,
    wilson_limits,
)
from analysis.estimation.rows import Rows
from analysis.estimation.totals import Quantity, sum_strata
from analysis.estimation.variance import add_up_strata

_NAMES = {
    "t": "t",
    "wilson": "wilson",
    "beta": "korn-graubard",
    "beta_truncated": "korn-graubard truncated",
    "xlogit": "logit",
    "logit": "logit",
    "asin": "arcsine",
    "likelihood": "likelihood",
    "exact": "clopper-pearson on n_effective",
}
_SAME = 1e-12  # people who differ by less than this part of their mean have all said the same
_ZERO = 1e-10  # a standard error below this part of the estimate or the spread is rounding noise

_AT_ONCE = 1 << 18  # domains; smaller pieces cost more than the cache gives back

Revision = Callable[[Quantity, pl.DataFrame], pl.DataFrame]

ESTIMATE_COLUMNS = (
    "n",
    "n_effective",
    "sum_weights",
    "estimate",
    "standard_error",
    "low",
    "high",
    "confidence",
    "df",
    "design_effect",
    "method",
    "note",
)


@dataclass(frozen=True)
class Rule:
    """How limits are made: ``bounds`` of the estimate (None: none); ``df`` of the domain, of the design, or a
    number (infinite: normal quantiles)."""

    confidence: float = 0.95
    interval: str = "wilson"
    bounds: tuple[float, float] | None = (0.0, 100.0)
    clip: bool = True
    df: str | float = "domain"
    reference: str = "replace"

    def __post_init__(self) -> None:
        allowed = INTERVALS if self.bounds is not None else ("t",)
        problems = [
            f"{name} is {value!r}, known: {', '.join(map(str, known))}"
            for name, value, known in (
                ("interval", self.interval, allowed),
                ("df", self.df, ("domain", "design") if isinstance(self.df, str) else (self.df,)),
                ("design_effect", self.reference, REFERENCES),
            )
            if value not in known
        ]
        if not isinstance(self.df, str) and not self.df >= 1:
            problems.append(f"df is {self.df!r}, must be 1 or more")
        if not 0 < self.confidence < 1:
            problems.append(f"confidence is {self.confidence!r}, must lie between 0 and 1")
        if problems:
            raise EstimateError(problems, "Choose one of the known rules (METHODS 4).")


def estimate_quantities(
    read: Rows,
    design: SurveyDesign,
    quantities: Sequence[Quantity],
    rules: Rule | Sequence[Rule],
    *,
    label: str,
    revise: Revision | None = None,
    sums_of: Sequence[pl.DataFrame] | None = None,
) -> pl.DataFrame:
    """One row per domain × quantity: by columns, ``label``, ESTIMATE_COLUMNS; in that order. METHODS 3-5.

    ``rules``: one for all quantities, or one for each. ``sums_of``: the tables of ``totals.sum_strata`` where the
    pass over levels has made them (METHODS 20); then ``read`` needs no rows.
    ``revise`` may replace the column ``variance`` of the table with one row per domain (METHODS 3.7).
    """
    variances: list[list[pl.DataFrame]] = [[] for _ in quantities]
    for position, sums in sum_strata(read, quantities) if sums_of is None else enumerate(sums_of):
        variances[position].append(add_up_strata(sums, read.strata, lonely=design.lonely))
    revised = [
        (revise or _keep)(quantity, pl.concat(pieces))
        for quantity, pieces in zip(quantities, variances, strict=True)
    ]
    return finish_quantities(read, quantities, revised, rules, label=label)


def finish_quantities(
    read: Rows,
    quantities: Sequence[Quantity],
    variances: Iterable[pl.DataFrame],
    rules: Rule | Sequence[Rule],
    *,
    label: str,
) -> pl.DataFrame:
    """``estimate_quantities`` from the variances on: a table of ``variance.add_up_strata``'s columns for each.

    METHODS 4, 5.
    """
    columns = (*read.by, label, *ESTIMATE_COLUMNS)
    of_quantity = [rules] * len(quantities) if isinstance(rules, Rule) else rules
    tables = [
        _finish_pieces(read, quantity, table, rule)
        .with_columns(pl.lit(quantity.name).alias(label))
        .select(columns)
        for quantity, rule, table in zip(quantities, of_quantity, variances, strict=True)
    ]
    # Every table has one row per domain in the same order: interleaving them is cheaper than a sort.
    if len(tables) == 1:
        return tables[0].rename({key: key.removeprefix("by.") for key in read.by})
    order = np.arange(len(tables) * read.domains.height).reshape(len(tables), -1).T.ravel()
    together = pl.concat(tables, rechunk=False)[order]
    return together.rename({key: key.removeprefix("by.") for key in read.by})


def _keep(_: Quantity, variances: pl.DataFrame) -> pl.DataFrame:
    return variances


def _finish_pieces(read: Rows, quantity: Quantity, variances: pl.DataFrame, rule: Rule) -> pl.DataFrame:
    """Every row is finished by itself: many in pieces, two at a time."""
    if read.domains.height <= _AT_ONCE or not read.domains["domain"].equals(variances["domain"]):
        return _finish(read, quantity, variances, rule)

    def finish(start: int) -> pl.DataFrame:
        piece = replace(read, domains=read.domains.slice(start, _AT_ONCE))
        return _finish(piece, quantity, variances.slice(start, _AT_ONCE), rule)

    with ThreadPoolExecutor(2) as threads:
        return pl.concat(threads.map(finish, range(0, read.domains.height, _AT_ONCE)))


def _finish(read: Rows, quantity: Quantity, variances: pl.DataFrame, rule: Rule) -> pl.DataFrame:
    domains = _join(
        read.domains.select(
            "domain",
            *read.by,
            quantity.value.alias("estimate"),
            quantity.scale.alias("scale"),
            *([] if quantity.remark is None else [quantity.remark.alias("remark")]),
        ),
        variances,
    )
    if rule.df == "design":
        domains = domains.with_columns(pl.lit(float(read.df_design)).alias("df"))
    domains = domains.with_columns(pl.col("df").alias("df_sample"))
    if not isinstance(rule.df, str):
        # Where the sample has no degrees of freedom there is no variance, whatever quantile is asked for.
        domains = domains.with_columns(pl.when(pl.col("df") >= 1).then(float(rule.df)).otherwise("df").alias("df"))
    domains = domains.with_columns(
        (pl.col("variance") * pl.col("scale") ** 2).alias("variance"),
        # spread is a deviation over W: times W² it is a variance of deviations, over W a mean
        (pl.col("spread2") * pl.col("scale") ** 2 * pl.col("weight")).alias("s2"),
    )
    answer = pl.col("estimate").abs() if quantity.spread is None else pl.col("estimate").abs() / pl.col("weight")
    domains = domains.with_columns(
        pl.when(pl.col("s2").sqrt() > _SAME * answer.fill_nan(0.0)).then("s2").otherwise(0.0)
    )
    noise = _ZERO * pl.max_horizontal(pl.col("estimate").abs(), pl.col("s2").sqrt())
    domains = domains.with_columns((pl.col("variance").sqrt() <= noise).fill_null(True).alias("is_certain"))
    domains = domains.with_columns(
        pl.when(pl.col("is_census") | pl.col("is_certain")).then(0.0).otherwise("variance").alias("variance")
    )
    return _add_limits(add_design_effect(domains, reference=rule.reference), rule)


def _join(domains: pl.DataFrame, variances: pl.DataFrame) -> pl.DataFrame:
    """The variance of every domain beside it; a domain nobody of which answered has zeros."""
    if domains["domain"].equals(variances["domain"]):
        return pl.concat([domains, variances.drop("domain")], how="horizontal").with_columns(
            pl.col("is_census") & (pl.col("n") > 0)
        )
    joined = domains.join(variances, on="domain", how="left", maintain_order="left")
    return joined.with_columns(
        *(pl.col(name).fill_null(0) for name in ("n", "psus", "lonely")),
        *(pl.col(name).fill_null(0.0) for name in ("weight", "weight2", "spread2", "variance", "df")),
        pl.col("is_census").fill_null(False) & (pl.col("n") > 0),
        pl.col("all_asked").fill_null(False),
    )


def _add_limits(domains: pl.DataFrame, rule: Rule) -> pl.DataFrame:
    """Adds standard_error, low, high, confidence, method and note. METHODS 4.1-4.5."""
    answered, census = pl.col("n") > 0, pl.col("is_census")
    fallback = answered & ~census & (pl.col("is_certain") | (pl.col("df") < 1))
    # A weighted mean of hundreds is 100.00000000000001 now and then.
    estimate = pl.col("estimate") if rule.bounds is None else pl.col("estimate").clip(*rule.bounds)
    domains = domains.with_columns(
        pl.when(answered).then(estimate).alias("estimate"),
        pl.when(answered).then(pl.col("variance").sqrt()).alias("standard_error"),
        fallback.alias("falls_back"),
        (answered & ~census & ~fallback).alias("is_regular"),
        pl.col("weight").alias("sum_weights"),
        pl.lit(rule.confidence).alias("confidence"),
    )
    low, high = _limits(domains, rule)
    domains = domains.with_columns(low=low, high=high)
    clipped = pl.lit(False)
    if rule.bounds is not None and rule.clip:
        clipped = (pl.col("low") < rule.bounds[0]) | (pl.col("high") > rule.bounds[1])
    domains = domains.with_columns(clipped.fill_null(False).alias("is_clipped"))
    if rule.bounds is not None and rule.clip:
        domains = domains.with_columns(pl.col("low", "high").clip(*rule.bounds))
    return domains.with_columns(
        pl.col("low", "high").fill_nan(None),
        _method(domains, rule),
        pl.when(answered).then("df").alias("df"),
        _note(domains),
    )


def _limits(domains: pl.DataFrame, rule: Rule) -> Limits:
    value = {
        name: domains[name].cast(pl.Float64).to_numpy()
        for name in ("estimate", "standard_error", "df", "df_sample", "n", "kish", "psus", "variance")
    }
    census, regular, fallback = (domains[name].to_numpy() for name in ("is_census", "is_regular", "falls_back"))
    low, high = np.full(domains.height, np.nan), np.full(domains.height, np.nan)
    low[census], high[census] = value["estimate"][census], value["estimate"][census]
    estimate, error, df = (value[name][regular] for name in ("estimate", "standard_error", "df"))
    if rule.bounds is None:
        low[regular], high[regular] = t_limits(estimate, error, df, rule.confidence)
        return low, high
    floor, width = rule.bounds[0], rule.bounds[1] - rule.bounds[0]
    share, error = np.clip((estimate - floor) / width, 0, 1), error / width
    # Korn and Graubard's ratio of quantiles is about the sample, whatever quantile others are asked to use.
    df = value["df_sample"][regular] if rule.interval.startswith("beta") else df
    found = _regular_limits(share, error, df, value["n"][regular], rule)
    share = np.clip((value["estimate"][fallback] - floor) / width, 0, 1)
    people = np.fmin(value["kish"][fallback], value["psus"][fallback])
    exact = exact_limits(share, people, rule.confidence)
    for limit, of_regular, of_fallback in zip((low, high), found, exact, strict=True):
        limit[regular], limit[fallback] = floor + width * of_regular, floor + width * of_fallback
    return low, high


def _regular_limits(share: np.ndarray, error: np.ndarray, df: np.ndarray, n: np.ndarray, rule: Rule) -> Limits:
    effective = share * (1 - share) / error**2
    if rule.interval == "t":
        return t_limits(share, error, df, rule.confidence)
    if rule.interval == "wilson":
        return wilson_limits(share, effective, df, rule.confidence)
    if rule.interval in ("beta", "beta_truncated"):
        truncated = rule.interval == "beta_truncated"
        return korn_graubard_limits(share, effective, np.maximum(n, 2), df, rule.confidence, truncated=truncated)
    if rule.interval == "asin":
        return asin_limits(share, error, df, rule.confidence)
    if rule.interval == "likelihood":
        return likelihood_limits(share, effective, np.maximum(n, 2), df, rule.confidence)
    if rule.interval == "exact":
        return exact_limits(share, effective, rule.confidence)
    return logit_limits(share, error, df, rule.confidence)


def _method(domains: pl.DataFrame, rule: Rule) -> pl.Series:
    fallback = "no interval" if rule.bounds is None else "clopper-pearson on n_effective"
    words = [
        f"linearised; {fallback}",
        f"linearised; {_NAMES[rule.interval]}; t(df)",
        "census",
        "none",
    ]
    which = (
        pl.when(pl.col("n") == 0).then(3).when("is_census").then(2).otherwise(pl.col("is_regular").cast(pl.Int32))
    )
    return _word(domains, which, words, "method")


def _word(domains: pl.DataFrame, which: pl.Expr, words: Sequence[str | None], name: str) -> pl.Series:
    """The word each row is given by its number; quicker than choosing among words row by row."""
    return pl.Series(name, words, pl.String).gather(domains.select(which.cast(pl.UInt32)).to_series())


def _note(domains: pl.DataFrame) -> pl.Series:
    """What a reader must know about the row; Vietnamese / English, several joined by a bar."""
    said = [
        (pl.col("n") == 0, "không có trả lời / no answers"),
        (pl.col("is_census"), "hỏi toàn bộ tổng thể, không có sai số chọn mẫu / census: no sampling error"),
        (
            pl.col("falls_back") & (pl.col("df") < 1) & ~pl.col("all_asked"),
            "không có bậc tự do để ước lượng phương sai / no degrees of freedom for a variance",
        ),
        (
            pl.col("falls_back") & pl.col("all_asked"),
            "hỏi toàn bộ nhưng không phải ai cũng trả lời / everybody was asked, not everybody answered",
        ),
        (
            pl.col("falls_back") & pl.col("is_certain") & (pl.col("df") >= 1) & ~pl.col("all_asked"),
            "các trả lời như nhau, phương sai tuyến tính bằng 0 / answers do not differ: linearised variance is 0",
        ),
        (pl.col("is_clipped"), "giới hạn được cắt về khoảng cho phép / limits cut to the possible range"),
        (
            (pl.col("lonely") > 0) & ~pl.col("is_census"),
            "tầng chỉ có một đơn vị mẫu / stratum with one sampled unit",
        ),
    ]
    which = reduce(operator.add, (holds.cast(pl.UInt8) * 2**k for k, (holds, _) in enumerate(said)))
    words = [
        " | ".join(text for k, (_, text) in enumerate(said) if number >> k & 1) or None
        for number in range(2 ** len(said))
    ]
    note = _word(domains, which, words, "note")
    if "remark" not in domains.columns:
        return note
    remarked = pl.concat_str(note, pl.col("remark"), separator=" | ", ignore_nulls=True)
    return domains.select(pl.when(remarked != "").then(remarked).alias("note")).to_series()
