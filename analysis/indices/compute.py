"""The indices of one form version and month, from its responses to rows fit to be published; METHODS 10."""

from collections.abc import Sequence
from dataclasses import dataclass

import narwhals as nw
import polars as pl

from analysis.disclosure import find_small
from analysis.errors import AnalysisError
from analysis.frames import PROCEDURES, RESPONSES, TRANSACTIONS, UNITS, Column, check_frame
from analysis.indices.domains import KEYS, count_domains, estimate_domains
from analysis.indices.measure import Figure, list_figures, measure_items
from analysis.indices.policy import IndexPolicy
from analysis.indices.prepare import prepare_responses
from analysis.indices.publish import publish_indices
from analysis.indices.tell import tell_figures
from analysis.progress import Progress
from survey_forms.form import Form, Recipe


class FormWithoutIndex(AnalysisError):
    """A form that has no recipe: it is collected and counted, but makes no index."""

    def __init__(self, form: Form) -> None:
        super().__init__(
            [
                f"phiếu {form.id} {form.version} không có công thức chỉ số / form {form.id} {form.version} has no "
                "recipe"
            ],
            "Thêm mục 'index' vào tệp của phiếu hoặc bỏ phiếu ra / Give its file an 'index', or leave it out.",
        )
        self.form, self.version = form.id, form.version


@dataclass(frozen=True)
class IndexTables:
    """``indices`` by ``frames.INDICES``: the only one to be published.

    ``strata``, ``collapses``, ``weights_summary``, ``margins`` and ``withheld`` (figure, why: small or
    complementary, domain) are for those who compute: they give small counts away.
    """

    indices: pl.DataFrame
    strata: pl.DataFrame
    collapses: pl.DataFrame
    weights_summary: pl.DataFrame
    margins: pl.DataFrame
    withheld: pl.DataFrame


def compute_indices(
    responses: pl.LazyFrame | nw.LazyFrame,
    transactions: pl.DataFrame,
    form: Form,
    *,
    month: str,
    units: pl.DataFrame,
    procedures: pl.DataFrame,
    policy: IndexPolicy | None = None,
    progress: Progress | None = None,
) -> IndexTables:
    """Every node of the form's recipe for all, provinces, units, procedures, unit × procedure and channels.

    Parameters
    ----------
    responses
        One row per response of this form version and month (``frames.RESPONSES`` and the answer columns).
        Rows of other months are silently taken in. Of another engine (Spark): a Narwhals lazy frame; only counts
        and sums leave it, and figures agree to 10⁻⁹ relative.
    transactions
        ``frames.TRANSACTIONS``; other months than ``month`` are left out. None of the month: every response
        counts the same, and method and note say so.
    units, procedures
        Names, and the province of each unit. Codes they do not know stay without a name.
    policy
        Thresholds, interval, unit role, raking margins; None: the defaults.
    progress
        Called with what is being done, how much of it, out of how much.

    Returns
    -------
    IndexTables
        Estimates and limits are 0-100 points, ``response_rate`` responses per 100 transactions; rows sorted by
        level, code and domain. A province's row has the province in ``unit``; that of all units comes twice,
        pooled and (``method`` begins "mean of units") as the mean of the published units. Withheld figures are
        null and ``suppressed``. A unit with transactions and no responses has one row, n 0.

    Raises
    ------
    FrameError
        A frame breaks its contract.
    FormWithoutIndex
        The form has no recipe.
    EngineError
        The policy rakes, and the responses are on another engine.
    RakingRefused, RakingDidNotConverge
        The margins of the policy cannot be met.

    Notes
    -----
    Silently wrong for the population when those who answered differ from those who did not inside a stratum;
    weights cannot mend self-selection.

    References
    ----------
    METHODS 1-7, 10, 20.3.
    """
    policy = policy or IndexPolicy()
    if form.recipe is None:
        raise FormWithoutIndex(form)
    _check_frames(responses, transactions, units, procedures, form, form.recipe)
    of_month = transactions.filter(pl.col("month") == month)
    figures = list_figures(form.recipe)
    scores = measure_items(form, form.recipe)
    prepared = prepare_responses(responses, of_month, units, scores=scores, policy=policy)
    domains = count_domains(prepared, figures)
    told = tell_figures(domains, _withhold(domains, figures, policy), figures)
    shown = domains.filter((pl.col("responses") > 0) | (pl.col("kind") != "unit")).join(
        told.filter(~pl.col("suppressed")), on="domain", how="semi"
    )
    estimates = estimate_domains(prepared, shown, figures, policy, progress=progress)
    indices = publish_indices(
        told,
        estimates,
        domains,
        prepared,
        form,
        figures,
        month=month,
        units=units,
        procedures=procedures,
        policy=policy,
    )
    withheld = _explain(told, domains, policy)
    return IndexTables(indices, prepared.strata, prepared.collapses, prepared.summary, prepared.margins, withheld)


def _check_frames(
    responses: pl.LazyFrame | nw.LazyFrame,
    transactions: pl.DataFrame,
    units: pl.DataFrame,
    procedures: pl.DataFrame,
    form: Form,
    recipe: Recipe,
) -> None:
    items = {item: Column(pl.Int8, null=True) for item in measure_items(form, recipe)}
    if isinstance(responses, nw.LazyFrame):
        responses = pl.LazyFrame(schema=responses.collect_schema().to_polars())
    check_frame(responses, {**RESPONSES, **items}, f"responses to {form.id} {form.version}")
    check_frame(transactions, TRANSACTIONS, "transactions")
    check_frame(units, UNITS, "units")
    check_frame(procedures, PROCEDURES, "procedures")


def _withhold(domains: pl.DataFrame, figures: Sequence[Figure], policy: IndexPolicy) -> pl.DataFrame:
    """Whether each figure of each domain is withheld, judged by the responses behind it. METHODS 7."""
    tree = {figure.key: figure.children for figure in figures if figure.children}
    counts = domains.select(figure.key for figure in figures)
    return find_small(domains, counts, tree=tree, small_cell=policy.small_cell)


def _explain(told: pl.DataFrame, domains: pl.DataFrame, policy: IndexPolicy) -> pl.DataFrame:
    """Which figures are withheld, and why."""
    reason = pl.when(pl.col("n") < policy.small_cell).then(pl.lit("small")).otherwise(pl.lit("complementary"))
    withheld = told.filter("suppressed").select("figure", "domain", reason.alias("withheld"))
    keys = domains.select("domain", "kind", *KEYS)
    return withheld.join(keys, on="domain", how="left", maintain_order="left").drop("domain")
