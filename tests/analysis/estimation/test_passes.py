"""The pass over levels: equal to the slow definition and to the pass over rows, on designs drawn at random."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from analysis.design import SurveyDesign
from analysis.errors import DesignError, ItemError
from analysis.estimation.composite import estimate_composites, node_quantity
from analysis.estimation.estimate import estimate_means, estimate_proportions, estimate_totals
from analysis.estimation.finish import estimate_quantities
from analysis.estimation.measures import share_satisfied
from analysis.estimation.passes.levelled import estimate_levels
from analysis.estimation.passes.open import open_narrow
from analysis.estimation.passes.pieces import Pieces
from analysis.estimation.rows import BOUNDS, read_rows
from analysis.estimation.rule import Rule
from analysis.grouping.keys import code_column
from tests.analysis.estimation.make_samples import DESIGNS, ITEMS, NODES, by_rows, samples
from tests.analysis.naive import composite_by_definition


def by_levels(frame, design, by, where=None, at_once=3, **held):
    quantities = [node_quantity(node, of, {f"q{k}": k - 1 for k in (1, 2, 3)}) for node, of in NODES.items()]
    narrow = open_narrow(frame, design, items=ITEMS, keys=by, where=where, bounds=BOUNDS, **held)
    assert narrow is not None
    found = estimate_levels(narrow, design, by, quantities, list(ITEMS), Rule(), label="node", at_once=at_once)
    if found is None:  # nobody is in a domain: an empty table, which the pass over rows makes
        expected = by_rows(frame, design, by, where)
        assert expected.is_empty()
        return expected
    return found


@settings(max_examples=150, deadline=None, derandomize=True, database=None)
@given(samples(), st.sampled_from(DESIGNS), st.sampled_from([[], ["unit"], ["procedure", "unit"]]), st.booleans())
def test_pass_over_levels_equals_the_pass_over_rows(frame, design, by, is_part):
    where = pl.col("unit") != "Xã A" if is_part else None
    found, expected = by_levels(frame, design, by, where), by_rows(frame, design, by, where)
    assert_frame_equal(found, expected, rel_tol=1e-8, abs_tol=1e-9)


@settings(max_examples=100, deadline=None, derandomize=True, database=None)
@given(
    samples(),
    st.sampled_from(DESIGNS),
    st.sampled_from([[], ["unit"], ["procedure", "unit"]]),
    st.booleans(),
    st.sampled_from([7_000, 12_000]),
)
def test_pieces_of_a_sample_add_up_to_the_pass_over_rows(frame, design, by, is_part, held_bytes):
    where = pl.col("unit") != "Xã A" if is_part else None
    found = by_levels(frame, design, by, where, held_bytes=held_bytes)
    assert_frame_equal(found, by_rows(frame, design, by, where), rel_tol=1e-8, abs_tol=1e-9)


def test_samples_too_long_to_be_held_are_read_in_pieces(tmp_path):
    rng = np.random.default_rng(20261120)
    files = []
    for number in range(3):
        rows = 2_000 + number
        piece = pl.DataFrame(
            {
                "w": rng.uniform(1, 9, rows),
                "h": rng.integers(10 * number, 10 * number + 12, rows),  # strata that other files do not have
                "N": 1e6,
                "unit": rng.choice(["Đông Hà", "An Bình", f"Xã {number}"], rows),
                "procedure": pl.Series(rng.integers(0, 9, rows)).set(pl.Series(rng.random(rows) < 0.1), None),
                **{f"q{k}": 100.0 * (rng.random(rows) < 0.8) for k in (1, 2, 3)},
            }
        )
        files.append(piece)
        piece.write_parquet(tmp_path / f"{number}.parquet", row_group_size=700)
    design, by = SurveyDesign("w", stratum="h", population="N"), ["procedure", "unit"]
    lazy = pl.scan_parquet(tmp_path / "*.parquet")
    opened = open_narrow(lazy, design, items=ITEMS, keys=by, bounds=BOUNDS, held_bytes=50_000)
    assert isinstance(opened, Pieces)
    assert sum(1 for _ in opened.read()) > 3
    found = by_levels(lazy, design, by, held_bytes=50_000)
    assert_frame_equal(found, by_rows(pl.concat(files), design, by), rel_tol=1e-8, abs_tol=1e-9)


@pytest.mark.parametrize("by", [["procedure", "unit"], ["unit"], ["procedure"]])
@pytest.mark.parametrize("design", DESIGNS)
def test_domains_in_parts_are_those_of_all_at_once(design, by):
    rng = np.random.default_rng(7)
    stratum = rng.integers(0, 4, 3_000)
    frame = pl.DataFrame(
        {
            "w": rng.uniform(1, 9, 3_000),
            "h": stratum,
            "c": stratum * 100 + rng.integers(0, 9, 3_000),
            "N": 40.0 + 2_000 * (design.cluster is None),
            "unit": rng.integers(0, 5, 3_000),
            "procedure": pl.Series(rng.integers(0, 400, 3_000)).set(pl.Series(rng.random(3_000) < 0.05), None),
            "q1": rng.choice([0.0, 50.0, 100.0], 3_000),
        }
    )
    sample = open_narrow(frame, design, items={"q1": pl.col("q1")}, keys=by, bounds=BOUNDS)
    assert sample is not None
    quantities = [node_quantity("q1", {"q1": 1.0}, {"q1": 0})]
    found = [
        estimate_levels(sample, design, by, quantities, ["q1"], Rule(), label="node", at_once=at_once)
        for at_once in (10, 100, 1_000_000)
    ]
    assert found[0] is not None
    for other in found[1:]:
        assert_frame_equal(found[0], other)
    read = read_rows(frame, design, items={"q1": pl.col("q1")}, by=by, bounds=BOUNDS)
    expected = estimate_quantities(read, design, quantities, Rule(), label="node")
    assert_frame_equal(found[0], expected, rel_tol=1e-9, abs_tol=1e-9)


def test_one_key_of_very_many_labels_makes_as_many_domains():
    answers = pl.int_range(60_000, eager=True)
    frame = pl.DataFrame({"unit": answers % 20_000, "w": 1.0, "q1": 100.0 * (answers % 3 > 0)})
    found = estimate_composites(frame, SurveyDesign("w"), nodes={"q1": {"q1": 1.0}}, by=["unit"])
    assert found["n"].to_list() == [3] * 20_000
    expected = frame.group_by("unit", maintain_order=True).agg(pl.col("q1").mean())["q1"]
    assert found["estimate"].to_list() == pytest.approx(expected.to_list())


def test_a_population_that_differs_between_pieces_is_no_design():
    frame = pl.DataFrame({"w": [1.0] * 400, "N": [500.0] * 399 + [600.0], "y": [0.0, 100.0] * 200})
    design = SurveyDesign("w", population="N")
    pieces = open_narrow(frame, design, items={"y": pl.col("y")}, keys=[], held_bytes=1_000)
    quantities = [node_quantity("y", {"y": 1.0}, {"y": 0})]
    assert isinstance(pieces, Pieces)
    assert estimate_levels(pieces, design, [], quantities, ["y"], Rule(), label="node") is None


@settings(max_examples=60, deadline=None, derandomize=True, database=None)
@given(samples())
def test_pass_over_levels_equals_the_definition(frame):
    design = SurveyDesign("w", stratum="h", cluster="c", population="N")
    found = by_levels(frame, design, ["unit"])
    as_numbers = frame.with_columns(pl.col("^q.$").fill_null(float("nan")))
    strata = frame.group_by("h").agg(pl.col("c").n_unique().alias("psus"))
    lonely = (strata["psus"] == 1).any()
    for row in found.filter(pl.col("n") > 0).iter_rows(named=True):
        inside = (frame["unit"] == row["unit"]).to_numpy()
        estimate, error, df = composite_by_definition(as_numbers, NODES[row["node"]], inside)
        assert row["estimate"] == pytest.approx(estimate, rel=1e-9, abs=1e-9)
        assert row["df"] == df
        if not lonely:
            assert row["standard_error"] == pytest.approx(error, rel=1e-7, abs=1e-7)


def test_numbers_of_strata_that_nobody_has_are_no_strata():
    frame = pl.DataFrame({"w": [1.0] * 6, "h": [1, 1, 1, 7, 7, 7], "y": [0.0, 1.0, 1.0, 0.0, 0.0, 1.0]})
    found = estimate_means(frame, SurveyDesign("w", stratum="h"), values=["y"], df="design")
    assert found["df"].item() == 4.0  # 6 responses − 2 strata


def test_two_strata_by_hand():
    # stratum a: 100, 0 of 10; stratum b: 100, 100, 0 of 30; weights 5 and 10, mean (5·100 + 20·100)/40 = 62.5
    # z = (y − 62.5)/40; a: 5z = ±(4.6875, −7.8125), variance (0.8)·2·Σ(t−t̄)² = 0.8·2·2·6.25² = 125
    # b: 10z = 9.375, 9.375, −15.625, squares about 1.041667: 2·8.3333² + 16.6667² = 416.6667; ·0.9·3/2 = 562.5
    frame = pl.DataFrame(
        {
            "h": ["a", "a", "b", "b", "b"],
            "w": [5.0, 5.0, 10.0, 10.0, 10.0],
            "N": [10, 10, 30, 30, 30],
            "q": pl.Series([4, 1, 5, 4, 3], dtype=pl.Int8),
        }
    )
    design = SurveyDesign("w", stratum="h", population="N")
    row = estimate_composites(
        frame, design, nodes={"q": {"q": 1.0}}, by=[], measures={"q": share_satisfied("q", satisfied_from=4)}
    ).row(0, named=True)
    assert row["estimate"] == pytest.approx(62.5, rel=1e-14)
    assert row["standard_error"] == pytest.approx((125 + 562.5) ** 0.5, rel=1e-12)


def test_large_frames_are_split_in_two_and_give_the_same_bits_each_time():
    rng = np.random.default_rng(20261120)
    rows = 450_000
    frame = pl.DataFrame(
        {
            "w": rng.uniform(1, 9, rows),
            "h": rng.integers(0, 30, rows),
            "unit": rng.integers(0, 300, rows).astype(np.int32),
            "procedure": rng.integers(0, 900, rows).astype(np.int16),
            **{f"q{k}": 100.0 * (rng.random(rows) < 0.8) for k in (1, 2, 3)},
        }
    )
    runs = [by_levels(frame.lazy(), SurveyDesign("w", stratum="h"), ["unit", "procedure"]) for _ in range(2)]
    assert runs[0].equals(runs[1])
    expected = by_rows(frame, SurveyDesign("w", stratum="h"), ["unit", "procedure"])
    assert_frame_equal(runs[0], expected, rel_tol=1e-7, abs_tol=1e-7)


def test_levels_measured_by_an_expression_are_the_measured_column():
    rng = np.random.default_rng(3)
    levels = pl.Series(rng.integers(1, 6, 500), dtype=pl.Int8).set(pl.Series(rng.random(500) < 0.2), None)
    frame = pl.DataFrame({"w": rng.uniform(1, 2, 500), "unit": rng.integers(0, 9, 500), "q": levels})
    measure = share_satisfied("q", satisfied_from=4)
    found = estimate_composites(
        frame, SurveyDesign("w"), nodes={"q": {"q": 1.0}}, by=["unit"], measures={"q": measure}
    )
    measured = frame.with_columns(q=measure)
    expected = estimate_composites(measured, SurveyDesign("w"), nodes={"q": {"q": 1.0}}, by=["unit"])
    assert_frame_equal(found, expected, rel_tol=1e-12)


@pytest.mark.parametrize(
    "item",
    [
        pytest.param(pl.col("q") - pl.col("q").mean(), id="mean of the others"),
        pytest.param(pl.col("q").rank(), id="rank"),
        pytest.param(pl.col("q").shift(1), id="neighbour"),
        pytest.param(pl.col("q").cum_sum(), id="sum so far"),
        pytest.param(pl.col("q").fill_null(strategy="forward"), id="filled from above"),
        pytest.param(pl.col("q").is_first_distinct(), id="seen before"),
    ],
)
def test_items_that_depend_on_other_rows_are_not_asked_level_by_level(item):
    rng = np.random.default_rng(5)
    frame = pl.DataFrame({"w": [1.0] * 300, "q": pl.Series(rng.integers(1, 6, 300), dtype=pl.Int8)})
    found = estimate_composites(
        frame,
        SurveyDesign("w"),
        nodes={"x": {"x": 1.0}},
        by=[],
        measures={"x": item.cast(pl.Float64).clip(0, 100)},
    )
    values = frame.select(item.cast(pl.Float64).clip(0, 100)).to_series().drop_nulls()
    assert found["estimate"].item() == pytest.approx(values.mean())


def test_totals_of_equal_amounts_are_known_exactly_where_everybody_has_the_same():
    # A census of weights: the total of a constant has no variance, and rounding must not make one up.
    frame = pl.DataFrame({"w": [3.1] * 7 + [0.7] * 9, "h": [1] * 7 + [2] * 9, "y": [0.1] * 16})
    row = estimate_totals(frame, SurveyDesign("w", stratum="h"), values=["y"]).row(0, named=True)
    assert row["standard_error"] == pytest.approx(0.0, abs=1e-12)


def test_values_missed_by_the_first_rows_are_not_lost():
    frame = pl.DataFrame({"w": [1.0] * 4_000, "y": [0.0] * 3_000 + [100.0] * 1_000})
    assert estimate_means(frame.lazy(), SurveyDesign("w"), values=["y"])["estimate"].item() == 25.0


def test_problems_are_told_as_by_the_pass_over_rows():
    frame = pl.DataFrame({"w": [1.0, -1.0], "h": [1, 1], "N": [3, 4], "y": [0.0, 200.0]})
    with pytest.raises(DesignError, match="1 of 2 rows are null, negative"):
        estimate_means(frame, SurveyDesign("w"), values=["y"])
    with pytest.raises(DesignError, match="more than one value of 'N'"):
        estimate_means(frame.with_columns(w=1.0), SurveyDesign("w", stratum="h", population="N"), values=["y"])
    with pytest.raises(ItemError, match="1 of 2 values are outside 0-100"):
        estimate_composites(frame.with_columns(w=1.0), SurveyDesign("w"), nodes={"y": {"y": 1.0}}, by=[])
    with pytest.raises(DesignError, match="'x' is missing"):
        estimate_means(frame, SurveyDesign("x"), values=["y"])


def test_proportions_of_text_levels_by_text_keys():
    frame = pl.DataFrame(
        {
            "w": [1.0, 2.0, 1.0, 4.0],
            "xã": ["Đông Hà", "An Bình", None, "Đông Hà"],
            "kênh": ["ki-ốt", "QR", "QR", "QR"],
        }
    )
    found = estimate_proportions(frame, SurveyDesign("w"), of="kênh", by=["xã"])
    assert found.select("xã", "level", "estimate").rows() == [
        ("An Bình", "QR", 1.0),
        ("An Bình", "ki-ốt", 0.0),
        ("Đông Hà", "QR", 0.8),
        ("Đông Hà", "ki-ốt", 0.2),
    ]


@pytest.mark.parametrize(
    "values",
    [
        pytest.param([3, None, -2, 3], id="whole numbers"),
        pytest.param([10**15, None, -(10**15), 7], id="far apart"),
        pytest.param(["b", None, "á", "b"], id="text"),
        pytest.param([0.5, None, -1.5, 0.5], id="numbers"),
        pytest.param([True, None, False, True], id="claims"),
    ],
)
def test_codes_of_a_key_are_in_the_order_of_its_labels(values):
    column = pl.Series("k", values)
    key = code_column(column)
    codes = key.codes(0, len(column))
    assert key.labels.gather(codes.astype(np.uint32)).to_list() == values
    assert key.has_nulls
    kept = [(code, value) for code, value in zip(codes.tolist(), values, strict=True) if value is not None]
    assert [value for _, value in sorted(kept)] == sorted(value for _, value in kept)
