"""Nothing withheld in the indices can be had from the released rows, strata and collapses."""

import polars as pl
import pytest

from analysis.indices.compute import IndexTables, compute_indices
from analysis.indices.policy import IndexPolicy
from analysis.release.microdata import ReleasedResponses, release_responses
from analysis.release.tables import FormMonth, Registry, build_tables
from survey_forms.loader import load_catalogue
from tests.analysis.make_frames import draw_responses

FORM = load_catalogue().get("one_stop", "2026.1")


@pytest.fixture(scope="module")
def registry() -> Registry:
    cells = draw_responses(900).drop_nulls("procedure").group_by(unit="unit_filed", procedure="procedure").len("n")
    transactions = cells.select(
        pl.lit("2026-10").alias("month"),
        "unit",
        "procedure",
        pl.lit("in_person").alias("channel"),
        (pl.col("n").cast(pl.Int64) * 3 + 1).alias("completed"),
        pl.lit(False).alias("is_demo"),
    ).sort("unit", "procedure")
    units = transactions.select("unit", unit_name="unit", kind=pl.lit("commune"), province=pl.lit("01")).unique()
    return Registry(transactions, units, transactions.select("procedure", procedure_name="procedure").unique())


@pytest.fixture(scope="module")
def computed(registry: Registry) -> IndexTables:
    return compute_indices(
        _snapshot(),
        registry.transactions,
        FORM,
        month="2026-10",
        units=registry.units,
        procedures=registry.procedures,
    )


@pytest.fixture(scope="module")
def released(registry: Registry, computed: IndexTables) -> ReleasedResponses:
    return release_responses(
        _snapshot(),
        FORM,
        indices=computed.indices,
        transactions=registry.transactions,
        units=registry.units,
        policy=IndexPolicy(),
        prefix="one_stop.",
    )


def test_every_response_is_there_once(released: ReleasedResponses):
    assert released.rows.height == 900


def test_no_row_of_a_withheld_cell_names_its_unit_and_procedure(
    released: ReleasedResponses, computed: IndexTables
):
    withheld = computed.indices.filter("suppressed", level="overall", code=FORM.recipe.root.id).drop_nulls(  # type: ignore[union-attr]
        ["unit", "procedure"]
    )
    assert withheld.height > 5
    assert released.rows.join(withheld, on=["unit", "procedure"], how="semi").is_empty()


def test_a_weight_is_shown_only_where_its_stratum_has_no_masked_row(
    released: ReleasedResponses, computed: IndexTables
):
    """Else transactions / weight, less the responses that can be seen, would be the withheld count."""
    shown = released.rows.drop_nulls("weight")
    assert 0 < shown.height < released.rows.height
    assert shown.select(pl.col("unit", "procedure", "stratum").null_count()).row(0) == (0, 0, 0)
    by_stratum = shown.group_by("stratum").len("seen").join(computed.strata, on="stratum")
    assert (by_stratum["seen"] == by_stratum["n"]).all()


def test_strata_do_not_tell_the_count_of_a_masked_cell(released: ReleasedResponses):
    shown = set(released.rows["stratum"].drop_nulls())
    told = released.strata.filter(pl.col("n").is_not_null())
    assert set(told["stratum"]) == shown
    hidden = released.strata.filter("suppressed")
    assert hidden.select(pl.col("n", "weight").drop_nulls().len()).row(0) == (0, 0)


def test_collapses_do_not_tell_none_from_few(registry: Registry, computed: IndexTables):
    part = FormMonth(FORM, _snapshot(), computed)
    tables = {one.table.name: one.frame for one in build_tables([part], registry, IndexPolicy())}
    assert computed.collapses.height > 0
    assert "n" not in tables["collapses"].columns
    assert set(tables["collapses"]["reason"]) <= {
        "not_represented",
        "not_pooled",
        "next_smallest",
        "too_small",
    }


def _snapshot() -> pl.LazyFrame:
    absent = {f"q{item}#missing": pl.lit(None, pl.String) for item in (1, 2, 6, 8, 9)}
    return draw_responses(900).lazy().with_columns(**absent)
