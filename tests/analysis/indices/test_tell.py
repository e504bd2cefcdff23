"""Figures that are told: the same as if every domain were estimated, and each withheld cell once."""

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from analysis.disclosure import mask_microdata
from analysis.estimation.composite import estimate_composites
from analysis.indices.compute import compute_indices
from analysis.indices.measure import list_figures, measure_items
from analysis.indices.policy import IndexPolicy
from analysis.indices.prepare import DESIGN, prepare_responses
from tests.analysis.make_frames import draw_responses, one_stop

FORM = one_stop()


def make_registry(responses: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Transactions (three per response), units in two provinces, procedures."""
    cells = responses.drop_nulls("procedure").group_by(unit="unit_filed", procedure="procedure").len("completed")
    transactions = cells.select(
        pl.lit("2026-10").alias("month"),
        "unit",
        "procedure",
        pl.lit("in_person").alias("channel"),
        pl.col("completed").cast(pl.Int64) * 3,
        pl.lit(False).alias("is_demo"),
    ).sort("unit", "procedure")
    units = transactions.select(
        "unit", unit_name="unit", kind=pl.lit("commune"), province=pl.col("unit").str.tail(1)
    ).unique()
    return transactions, units, transactions.select("procedure", procedure_name="procedure").unique()


def compute(responses: pl.DataFrame, policy: IndexPolicy | None = None) -> pl.DataFrame:
    transactions, units, procedures = make_registry(responses)
    return compute_indices(
        responses.lazy(), transactions, FORM, month="2026-10", units=units, procedures=procedures, policy=policy
    ).indices


@pytest.mark.parametrize(
    ("by", "kind"),
    [
        pytest.param(["unit", "procedure"], pl.col("unit", "procedure").is_not_null(), id="cells"),
        pytest.param(["unit"], pl.col("unit").is_not_null() & pl.col("procedure").is_null(), id="units"),
        pytest.param(["procedure"], pl.col("procedure").is_not_null() & pl.col("unit").is_null(), id="procedures"),
        pytest.param(["channel"], pl.col("channel").is_not_null(), id="channels"),
    ],
)
def test_published_figures_are_those_of_an_estimate_of_every_domain(by: list[str], kind: pl.Expr) -> None:
    responses = draw_responses(5_000)
    transactions, units, _ = make_registry(responses)
    scores = measure_items(FORM, FORM.recipe)
    prepared = prepare_responses(responses.lazy(), transactions, units, scores=scores, policy=IndexPolicy())
    rows = pl.concat(
        [prepared.rows, prepared.cells.select("unit", "procedure")[prepared.rows["cell"]]], how="horizontal"
    )
    figures = list_figures(FORM.recipe)
    nodes = {figure.key: figure.coefficients for figure in figures}
    interval = {figure.key: "beta" if figure.is_composite else "wilson" for figure in figures}
    every = estimate_composites(rows, DESIGN, nodes=nodes, by=by, interval=interval)
    policy = IndexPolicy(composite_interval="beta")  # the pooled interval of a domain depends on the others
    published = compute(responses, policy).filter(kind, pl.col("aggregate").is_null(), ~pl.col("suppressed"))
    named = published.with_columns(pl.format("{}:{}", "level", "code").alias("node"))
    names = [*by, "node", "n", "n_effective", "estimate", "standard_error", "low", "high", "df", "design_effect"]
    assert published.height > 10, "nothing was compared"
    assert_frame_equal(
        named.select(names),
        every.select(names).join(named.select(*by, "node"), on=[*by, "node"], how="semi"),
        check_row_order=False,
        rel_tol=1e-12,
    )


def test_below_a_withheld_index_of_a_cell_no_empty_row_is_told() -> None:
    indices = compute(draw_responses(900))
    cells = indices.filter(pl.col("unit").is_not_null() & pl.col("procedure").is_not_null())
    withheld = cells.filter("suppressed", level="overall").select("unit", "procedure")
    below = cells.filter(pl.col("level") != "overall").join(withheld, on=["unit", "procedure"])
    assert withheld.height > 0
    assert below.filter(pl.col("suppressed") | (pl.col("n") == 0)).is_empty()
    shown = cells.filter(~pl.col("suppressed"), level="overall").select("unit", "procedure")
    for (unit, procedure), rows in cells.join(shown, on=["unit", "procedure"]).group_by("unit", "procedure"):
        assert rows.height == len(list_figures(FORM.recipe)), (unit, procedure)


def test_a_withheld_row_does_not_tell_how_its_figure_would_have_been_made() -> None:
    # "census" would tell that everybody answered, an exact interval that all answers agree
    methods = compute(draw_responses(900)).filter("suppressed")["method"].unique().to_list()
    assert len(methods) == 1
    assert methods[0].endswith("; withheld")


def test_the_mask_of_the_responses_does_not_depend_on_the_rows_left_out() -> None:
    responses = draw_responses(900)
    indices = compute(responses)
    is_cell = pl.col("unit").is_not_null() & pl.col("procedure").is_not_null()
    closed = indices.filter(is_cell, "suppressed", level="overall")
    named = indices.select("level", "code").unique().filter(pl.col("level") != "overall")
    left_out = closed.drop("level", "code").join(named, how="cross").select(indices.columns)
    short = mask_microdata(responses, indices, FORM).collect()
    whole = mask_microdata(responses, pl.concat([indices, left_out]), FORM).collect()
    assert left_out.height > 0
    assert short.null_count().row(0) != responses.null_count().row(0)
    assert_frame_equal(whole, short)
