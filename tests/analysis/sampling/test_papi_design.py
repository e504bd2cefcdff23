"""The sample of PAPI: seats forced in, PPS among the others, 207 districts, 414 communes, 828 villages."""

import polars as pl
import pytest

from analysis.sampling import Stage, margin_for_share, select_sample, select_stages

CLASSES = {"small": (57, 3, 192), "medium": (4, 6, 384), "large": (2, 6, 576)}  # provinces, districts, interviews


@pytest.fixture(scope="module")
def villages() -> pl.DataFrame:
    rows = []
    province = 0
    for provinces, districts, _ in CLASSES.values():
        for _ in range(provinces):
            rows += [
                (province, districts, d, d == 4, c, c == 1, v, v == 0, 100 + 37 * d + 11 * c + 3 * v)
                for d in range(8 if districts == 3 else 14)
                for c in range(5)
                for v in range(4)
            ]
            province += 1
    names = ["province", "districts", "district", "capital", "commune", "seat", "village", "office", "people"]
    return pl.DataFrame(rows, schema=names, orient="row")


@pytest.fixture(scope="module")
def drawn(villages: pl.DataFrame) -> pl.DataFrame:
    stages = [
        Stage("district", "districts", method="sampford", size="people", certainty="capital"),
        Stage("commune", 2, method="sampford", size="people", certainty="seat"),
        Stage("village", 2, method="sampford", size="people", certainty="office"),
    ]
    return select_stages(villages, stages, seed=2011, strata=["province"]).units


def test_its_numbers_are_those_published(drawn):
    path = ["province", "district", "commune", "village"]
    assert [drawn.select(path[:depth]).n_unique() for depth in (1, 2, 3, 4)] == [63, 207, 414, 828]
    for provinces, districts, interviews in CLASSES.values():
        each = 24 if interviews == 576 else 16
        assert districts * 2 * 2 * each == interviews
        assert provinces >= 1
    assert sum(provinces * interviews for provinces, _, interviews in CLASSES.values()) == 13_632


def test_every_seat_is_there_and_half_of_the_villages_are_seats(drawn):
    assert drawn.filter("capital").select("province").n_unique() == 63
    assert drawn.filter("seat").select("province", "district").n_unique() == 207
    assert drawn.filter("office").height == 414


def test_weights_are_one_over_the_product_of_the_stages_with_pps_among_those_not_forced(villages, drawn):
    sizes = villages.group_by("province", "district").agg(pl.col("people").sum(), pl.col("capital").first())
    others = sizes.filter(~pl.col("capital")).group_by("province").agg(pl.col("people").sum().alias("others"))
    found = (
        drawn.unique(["province", "district"]).join(sizes, on=["province", "district"]).join(others, on="province")
    )
    # π = m·x/Σx over the districts not forced in; m = 2 or 5
    chance = (
        pl.when("capital")
        .then(1.0)
        .otherwise((pl.col("districts") - 1) * pl.col("people_right") / pl.col("others"))
    )
    expected = found.select(chance).to_series().to_list()
    assert found["stage_1_probability"].to_list() == pytest.approx(expected, rel=1e-12)
    product = drawn.select(
        pl.col("stage_1_probability") * pl.col("stage_2_probability") * pl.col("stage_3_probability")
    )
    assert drawn["design_weight"].to_list() == pytest.approx((1 / product.to_series()).to_list(), rel=1e-12)
    # Not self-weighting: the village of the office in the seat of the capital stands for itself alone.
    assert drawn.filter(pl.col("capital") & pl.col("seat") & pl.col("office"))[
        "design_weight"
    ].unique().to_list() == [1]
    assert drawn["design_weight"].max() > 30


@pytest.mark.parametrize(("main", "reserve"), [(20, 10), (30, 15)])
def test_respondents_come_from_a_roster_with_replacements_in_order(main, reserve):
    roster = pl.DataFrame({"person": range(140)})
    sample = select_sample(roster, unit="person", n=main, reserve=reserve, seed="thôn 1")
    assert (sample.main.height, sample.reserve.height) == (main, reserve)
    assert sample.reserve["position"].to_list() == list(range(1, reserve + 1))
    assert sample.main["inclusion_probability"].unique().to_list() == [main / 140]


def test_a_commune_of_100_interviews_is_known_to_ten_points():
    # 1.96·√(1.5·0.8·0.2/100) = 9.6 points
    assert 100 * margin_for_share(100, share=0.8, design_effect=1.5) == pytest.approx(9.6, abs=0.01)
