"""Selection: the same seed and frame give the same sample; strata, stages, lists, refusals."""

import datetime
import json
import unicodedata

import numpy as np
import polars as pl
import pytest

from analysis.errors import FrameChanged, SelectionError
from analysis.sampling import Stage, allocate, hash_frame, repeat_sample, select_sample, select_stages
from analysis.sampling.randomness import RandomStream


def communes():
    return pl.DataFrame(
        {
            "commune": ["An Bình", "Ba Tơ", "Cẩm Lệ", "Đức Phổ", "Hội An", "Sơn Trà", "Tam Kỳ", "Thăng Bình"],
            "province": ["X", "X", "X", "X", "Y", "Y", "Y", "Y"],
            "transactions": [120, 35, 980, 240, 410, 75, 64, 300],
        }
    )


# Drawn on 2026-11-20 with hailong-sample-1, Linux x86-64. They must never change on any platform.
STORED = {
    "srs": ["An Bình", "Sơn Trà", "Tam Kỳ"],
    "systematic": ["An Bình", "Hội An", "Tam Kỳ"],
    "pps_systematic": ["Cẩm Lệ", "An Bình", "Thăng Bình"],
    "sampford": ["Cẩm Lệ", "An Bình", "Hội An"],
    "brewer": ["Cẩm Lệ", "Hội An", "Thăng Bình"],
    "max_entropy": ["Cẩm Lệ", "An Bình", "Thăng Bình"],
}


PINNED = [0.5094679826361876, 0.43042180322423196, 0.12201992257361483]


def test_random_numbers_are_pinned():
    stream = RandomStream(20261120, "0" * 64, 1, '["X"]', "main")
    assert [stream.one() for _ in range(3)] == PINNED
    again = RandomStream(20261120, "0" * 64, 1, '["X"]', "main")
    np.testing.assert_array_equal(again.take(3000)[:3], PINNED)
    in_parts = RandomStream(20261120, "0" * 64, 1, '["X"]', "main")
    parts = np.concatenate([in_parts.take(k) for k in (1, 14, 2, 1030, 1953)])
    whole = RandomStream(20261120, "0" * 64, 1, '["X"]', "main").take(3000)
    np.testing.assert_array_equal(parts, whole)
    assert 0 <= whole.min() < 0.01 < 0.99 < whole.max() < 1


@pytest.mark.parametrize("method", STORED)
def test_stored_samples_come_back_on_every_platform(method):
    size = None if method in ("srs", "systematic") else "transactions"
    sample = select_sample(communes(), unit="commune", n=3, method=method, size=size, seed=20261120)
    assert sample.units["commune"].to_list() == STORED[method]


def test_row_order_column_order_and_number_types_do_not_matter():
    frame = communes()
    sample = select_sample(frame, unit="commune", n=3, strata=["province"], seed=7)
    for same in (
        frame.sample(fraction=1, shuffle=True, seed=1),
        frame.select("transactions", "province", "commune"),
        frame.with_columns(pl.col("transactions").cast(pl.Float64)),
        frame.with_columns(pl.col("province").cast(pl.Categorical)),
        frame.with_columns(pl.col("commune").map_elements(lambda s: unicodedata.normalize("NFD", s), pl.String)),
    ):
        other = select_sample(same, unit="commune", n=3, strata=["province"], seed=7)
        assert hash_frame(same) == sample.frame_sha256
        assert other.sample_sha256 == sample.sample_sha256


@pytest.mark.parametrize("method", STORED)
def test_row_order_does_not_matter_to_any_method_even_where_sizes_are_summed(method):
    # Sevenths and elevenths: their sums differ in the last digit with the order of addition.
    frame = pl.DataFrame(
        [
            (province, commune, village, (commune * 3 + village + 1) / 7 + village / 11)
            for province in ("X", "Y")
            for commune in range(6)
            for village in range(5)
        ],
        schema=["province", "commune", "village", "people"],
        orient="row",
    )
    size = None if method in ("srs", "systematic") else "people"
    stages = [
        Stage("commune", 3, method=method, size=size),
        Stage("village", 2, method=method, size=size, reserve=2),
    ]
    first = select_stages(frame, stages, seed=20261130, strata=["province"])
    for seed in range(4):
        mixed = frame.sample(fraction=1, shuffle=True, seed=seed)
        assert select_stages(mixed, stages, seed=20261130, strata=["province"]).units.equals(first.units)


def test_another_seed_or_frame_gives_another_sample():
    frame = pl.DataFrame({"unit": range(1000), "phone": [0] * 1000})
    drawn = {select_sample(frame, unit="unit", n=20, seed=seed).sample_sha256 for seed in (1, 2, "1", "2", -1)}
    touched = frame.with_columns(pl.when(pl.col("unit") == 3).then(1).otherwise(pl.col("phone")).alias("phone"))
    drawn.add(select_sample(touched, unit="unit", n=20, seed=1).sample_sha256)
    assert len(drawn) == 6


def test_hash_of_the_frame_by_hand():
    # sha256 of '["n","unit"]\n[1,"A"]\n[null,"Đ"]'
    frame = pl.DataFrame({"unit": ["Đ", "A"], "n": [None, 1]})
    assert hash_frame(frame) == "3a9edbcf5872a3d8475c4c5f1d86222ced5344aee535691582b1229e9dc94a1c"


def test_hash_sees_every_change():
    frame = pl.DataFrame({"unit": ["A", "B"], "day": [datetime.date(2026, 1, 1)] * 2, "x": [0.1, None]})
    others = [
        frame.with_columns(x=pl.Series([0.1, 0.0])),
        frame.with_columns(x=pl.Series([0.1 + 1e-18, None])),
        frame.with_columns(day=pl.lit(datetime.date(2026, 1, 2))),
        frame.rename({"x": "y"}),
        frame.head(1),
        pl.concat([frame, frame.head(1)]),
    ]
    hashes = {hash_frame(other) for other in others}
    assert len(hashes | {hash_frame(frame)}) == 6  # 0.1 + 1e-18 is 0.1
    with pytest.raises(SelectionError, match="'x' is List"):
        hash_frame(pl.DataFrame({"x": [[1]]}))


def test_a_record_draws_the_same_sample_again():
    frame = communes().with_columns(day=pl.lit(datetime.date(2026, 1, 1)))
    sizes = pl.DataFrame(
        {"province": ["X", "Y"], "day": [datetime.date(2026, 1, 1)] * 2, "n": [1, 3], "more": [0, 0]}
    )
    sample = select_sample(
        frame, unit="commune", n=sizes, strata=["province", "day"], seed="xổ số 20/11", reserve=2
    )
    record = json.loads(json.dumps(sample.record()))
    assert (record["main"], record["reserve"]) == (4, 3)  # Y has one left
    again = repeat_sample(frame.reverse(), record)
    assert again.units.equals(sample.units)
    with pytest.raises(FrameChanged, match="frame of 7 rows has sha256"):
        repeat_sample(frame.head(7), record)
    with pytest.raises(FrameChanged, match="altered"):
        repeat_sample(frame, record | {"seed": "xổ số 21/11"})
    with pytest.raises(FrameChanged, match="another"):
        repeat_sample(frame, record | {"algorithm": "another"})


def test_a_stratum_is_drawn_apart_from_the_others():
    frame = communes()
    few = pl.DataFrame({"province": ["X", "Y"], "n": [1, 1]})
    many = pl.DataFrame({"province": ["X", "Y"], "n": [1, 4]})
    one, other = (select_sample(frame, unit="commune", n=n, strata=["province"], seed=3) for n in (few, many))
    assert one.units.filter(province="X").equals(other.units.filter(province="X"))


def test_allocation_goes_straight_into_the_draw():
    frame = pl.DataFrame({"dossier": range(500), "unit": ["A"] * 450 + ["B"] * 45 + ["C"] * 5})
    strata = frame.group_by("unit").len("population").sort("unit")
    sample = select_sample(frame, unit="dossier", n=allocate(strata, n=50, minimum=4), strata=["unit"], seed=11)
    assert sample.units.group_by("unit").len().sort("unit")["len"].to_list() == [42, 4, 4]
    assert sample.units["design_weight"].sum() == pytest.approx(500)
    assert sample.units.group_by("unit").agg(pl.col("stage_1_population").first()).sort("unit")[
        "stage_1_population"
    ].to_list() == [450, 45, 5]


def test_systematic_samples_are_spread_over_the_order():
    frame = pl.DataFrame({"unit": range(100), "rank": [k * 37 % 100 for k in range(100)]})
    ranks = select_sample(frame, unit="unit", n=10, method="systematic", order=["rank"], seed=4).units["rank"]
    assert ranks.diff().drop_nulls().to_list() == [10] * 9
    mixed = select_sample(frame, unit="unit", n=10, method="systematic", shuffle=True, seed=4).units["rank"]
    assert mixed.sort().diff().drop_nulls().n_unique() > 1


def test_certain_units_are_always_there_and_count():
    frame = communes().with_columns(capital=pl.col("commune") == "Tam Kỳ")
    for seed in range(20):
        sample = select_sample(frame, unit="commune", n=2, certainty="capital", seed=seed)
        assert sample.units.height == 2
        row = sample.units.row(by_predicate=pl.col("commune") == "Tam Kỳ", named=True)
        assert (row["stage_1_certainty"], row["design_weight"]) == (True, 1.0)
        assert sample.units["inclusion_probability"].sort().to_list() == [1 / 7, 1.0]


def test_reserve_has_no_weight_and_is_nobody_of_the_main_list():
    sample = select_sample(
        communes(), unit="commune", n=3, reserve=9, method="sampford", size="transactions", seed=2
    )
    assert sample.units.height == 8
    assert sample.reserve["design_weight"].null_count() == 5
    assert sample.reserve["position"].to_list() == [1, 2, 3, 4, 5]
    assert set(sample.main["commune"]).isdisjoint(sample.reserve["commune"])


def country():
    """Design of 2024 (G23): 63 provinces; 2 of them give 6 districts, the others 3; 6 villages each."""
    rows = [
        (province, f"H{district}", f"thôn {village}", 6 if province < 2 else 3, 6)
        for province in range(63)
        for district in range(8)
        for village in range(7)
    ]
    return pl.DataFrame(rows, schema=["province", "district", "village", "districts", "villages"], orient="row")


def test_structure_of_sipas_2024():
    stages = [Stage("district", "districts"), Stage("village", "villages")]
    units = select_stages(country(), stages, seed=2024, strata=["province"]).units
    assert units.select("province", "district").unique().height == 195  # 61×3 + 2×6
    assert units.height == 1170  # 195 × 6
    assert units.filter(pl.col("province") == 0)["design_weight"].to_list() == pytest.approx([8 / 6 * 7 / 6] * 36)
    assert units["design_weight"].sum() == pytest.approx(63 * 8 * 7)
    # Hà Nội: 2,700 people in 6 districts are 450 each, 75 per village
    assert (2700 / 6, 2700 / 36) == (450, 75)


def test_a_fraction_of_the_provinces_of_each_region():
    # the guidance of 2013-2015 drew 20-30 % of the provinces in 7 regions
    frame = pl.DataFrame({"province": range(63), "region": [k % 7 for k in range(63)]})
    sample = select_sample(frame, unit="province", fraction=0.2, strata=["region"], seed=2015)
    assert sample.units.group_by("region").len()["len"].to_list() == [2] * 7  # 9 · 0.2 = 1.8


def test_small_clusters_below_the_first_stage_are_taken_whole():
    frame = pl.DataFrame({"cluster": ["a", "a", "b", "b", "b", "b"], "person": [1, 2, 1, 2, 3, 4]})
    units = select_stages(frame, [Stage("cluster", 2), Stage("person", 3)], seed=1).units
    assert units.filter(cluster="a")["stage_2_certainty"].to_list() == [True, True]
    assert units.filter(cluster="b")["stage_2_probability"].to_list() == [0.75] * 3
    assert units["stage_2_n"].to_list() == [2, 2, 3, 3, 3]


@pytest.mark.parametrize(
    ("change", "call", "says"),
    [
        pytest.param({}, {"n": 9}, r"1 of 1 strata hold fewer units than n \(\[\] 8 for 9\)", id="too few"),
        pytest.param({"commune": "A"}, {"n": 2}, "7 of 8 rows name a unit by commune", id="twice"),
        pytest.param({"commune": None}, {"n": 2}, "'commune' is null in 8 of 8 rows", id="nulls"),
        pytest.param(
            {"transactions": 0},
            {"n": 2, "method": "brewer", "size": "transactions"},
            "not above 0 in 8",
            id="size 0",
        ),
        pytest.param({}, {"n": 2, "strata": ["region"]}, "'region' is missing", id="absent"),
        pytest.param({}, {"n": 2, "method": "sampford"}, "PPS needs a size", id="no size"),
        pytest.param({}, {}, "exactly one of n and fraction", id="no n"),
        pytest.param({}, {"n": 2.5}, "n is 2.5, not a whole number", id="half a unit"),
        pytest.param({}, {"n": True}, "n is True, not a whole number", id="true is no number"),
        pytest.param(
            {}, {"n": "transactions", "strata": ["province"]}, "two values inside 2 parents", id="n varies"
        ),
        pytest.param({"position": 1}, {"n": 2}, "'position' is also a column of the result", id="taken"),
        pytest.param(
            {},
            {"n": pl.DataFrame({"province": ["X", "Z"], "n": [1, 1]}), "strata": ["province"]},
            "1 rows of n name parents.*1 parents by province have no row",
            id="allocation of other strata",
        ),
        pytest.param(
            {},
            {"n": pl.DataFrame({"province": ["X", "Y"], "n": [1, 0]}), "strata": ["province"]},
            "n is null, below 1 or not whole for 4 rows",
            id="nobody",
        ),
        pytest.param({}, {"n": 2, "seed": 1.5}, "seed is 1.5", id="seed"),
        pytest.param({"all": True}, {"n": 2, "certainty": "all"}, "more certain units than n", id="certain"),
    ],
)
def test_what_cannot_be_drawn_is_refused_by_name(change, call, says):
    frame = communes().with_columns(pl.lit(value).alias(name) for name, value in change.items())
    with pytest.raises(SelectionError, match=says):
        select_sample(frame, **{"unit": "commune", "seed": 1} | call)
