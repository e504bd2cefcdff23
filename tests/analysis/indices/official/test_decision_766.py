"""Decision 766: ratios by hand, and silence told wherever it counts."""

import polars as pl
import pytest

from analysis.errors import OfficialError
from analysis.indices.official.decision_766 import rate_decision_766
from analysis.indices.official.reading import load_method


def make_counts(**changed):
    counts = {
        "unit": ["A"],
        "received": [50],
        "on_time": [45],
        "answered": [40],
        "answered_not_satisfied": [4],
        "settled": [1000],
        "settled_not_satisfied": [10],
        "settled_rated": [40],
    }
    return pl.DataFrame({**counts, **changed})


def test_ratios_by_hand():
    rated = rate_decision_766(make_counts())
    assert rated["ratio"].to_list() == ["on_time", "handled", "settled"]
    assert rated["ratio_percent"].to_list() == pytest.approx([90, 90, 99])  # 45/50, 36/40, 990/1000
    assert rated["of"].to_list() == [50, 40, 1000]


def test_silence_is_told_in_both_languages_and_only_where_it_counts():
    rated = rate_decision_766(make_counts())
    assert rated["counts_silence"].to_list() == [False, True, True]
    assert rated["label_vi"].to_list()[1:] == ["im lặng được tính là hài lòng"] * 2
    assert rated["label_en"].to_list()[1:] == ["silence counts as satisfaction"] * 2
    assert "estimate" not in rated.columns


def test_those_who_spoke_stand_beside_those_who_did_not():
    settled = rate_decision_766(make_counts()).filter(pl.col("ratio") == "settled").row(0, named=True)
    assert (settled["rated"], settled["percent_of_rated"]) == (40, 75.0)  # (40 - 10)/40, against 99 with silence
    unknown = rate_decision_766(make_counts().drop("settled_rated")).row(2, named=True)
    assert (unknown["rated"], unknown["percent_of_rated"]) == (None, None)


def test_more_silence_makes_the_ratio_better_and_the_answers_no_different():
    few, many = (rate_decision_766(make_counts(settled=[settled])).row(2, named=True) for settled in (100, 100000))
    assert few["ratio_percent"] == 90
    assert many["ratio_percent"] == pytest.approx(99.99)
    assert few["percent_of_rated"] == many["percent_of_rated"] == 75


def test_points_need_a_target_nobody_stated():
    assert rate_decision_766(make_counts())["points"].null_count() == 3
    assert load_method("decision_766", "2022").parameters["target"].value is None
    with_target = rate_decision_766(make_counts(settled_not_satisfied=[40]), target=90)
    assert with_target["points"].to_list() == [None, None, 6.0]  # 96 of 90 is all of it
    below = rate_decision_766(make_counts(settled_not_satisfied=[40], settled=[50]), target=90)
    assert below["points"][2] == pytest.approx(20 / 90 * 6)


def test_points_of_the_other_ratios_need_their_maximum_and_target():
    parameters = load_method("decision_766", "2022").parameters
    assert [parameters[f"maximum_{name}"].value for name in ("on_time", "handled", "settled")] == [None, None, 6]
    given = {"maxima": {"on_time": 6, "handled": 6}, "target": {"on_time": 100, "handled": 95, "settled": 90}}
    rated = rate_decision_766(make_counts(), **given)
    # 45/50 of 6; 90/95 of 6; 99 of 90 is all of the 6 that the data give
    assert rated["points"].to_list() == pytest.approx([5.4, 90 / 95 * 6, 6])
    only_target = rate_decision_766(make_counts(), target={"on_time": 100, "settled": 90})
    assert only_target["points"].to_list() == [None, None, 6]
    assert rate_decision_766(make_counts(), target=90, maximum_settled=9)["points"].to_list() == [None, None, 9]


@pytest.mark.parametrize(
    ("given", "told"),
    [
        pytest.param({"target": 0}, "target of 'settled' is 0", id="no target"),
        pytest.param({"target": {"openness": 90}}, "target of 'openness', which is no ratio", id="another group"),
        pytest.param({"maxima": {"on_time": -6}}, "maximum of 'on_time' is -6", id="negative"),
        pytest.param({"maximum_settled": float("nan")}, "maximum of 'settled' is nan", id="no number"),
    ],
)
def test_maxima_and_targets_that_cannot_be_are_refused(given, told):
    with pytest.raises(OfficialError, match=told):
        rate_decision_766(make_counts(), **given)


def test_a_unit_without_dossiers_has_no_ratio():
    zero = make_counts(settled=[0], settled_not_satisfied=[0], settled_rated=[0])
    assert rate_decision_766(zero).row(2, named=True)["ratio_percent"] is None
    assert rate_decision_766(zero).row(2, named=True)["percent_of_rated"] is None


def test_units_keep_their_order():
    frame = pl.concat([make_counts(unit=["B"]), make_counts(unit=["A"])])
    assert rate_decision_766(frame)["unit"].to_list() == ["B"] * 3 + ["A"] * 3


def test_counts_that_cannot_be_are_told_together():
    with pytest.raises(OfficialError) as caught:
        rate_decision_766(make_counts(on_time=[51], settled_not_satisfied=[41], answered=[None]))
    told = "; ".join(caught.value.problems)
    for wanted in (
        "'on_time' is greater than 'received'",
        "than 'settled_rated'",
        "'answered' is null or negative",
    ):
        assert wanted in told
    with pytest.raises(OfficialError, match="'settled' is missing"):
        rate_decision_766(make_counts().drop("settled"))
