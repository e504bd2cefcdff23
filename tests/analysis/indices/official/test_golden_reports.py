"""Golden cases G13-G24, and G4, G6, G7 by the frameworks; G1-G12 and G14 stand in test_golden_sipas.py.

Not arithmetic, so not here: who is right where sources disagree (the rank gain of G13: 13 or 10 places), what an
option cut off was (G24: only that 720 remain is), and G25, the fifth factor of 2018, which nothing settles: it is
shown that two readings give two answers, and that the tree does not fill it in.
"""

from decimal import Decimal

import polars as pl
import pytest

from analysis.indices.counts import percent
from analysis.indices.official.frameworks import load_framework
from analysis.indices.official.one_stop import band_of
from analysis.indices.official.reading import load_method
from analysis.indices.official.score import score_framework
from analysis.quality.allowed import imply_parts
from analysis.quality.contradictions import find_contradictions
from analysis.rounding import subtract_rounded
from tests.analysis.quality.make_printed import make_printed


@pytest.mark.parametrize(
    ("version", "values", "expected"),
    [
        pytest.param("2022", {"policy": "79.72", "service": "80.43"}, "80.08", id="G4"),
        pytest.param("2023", {"policy": "83.84", "service": "84.09"}, "83.94", id="G6"),
        pytest.param(
            "2023",
            {
                "policy": "82.49",
                "service_access": "83.00",
                "service_procedure": "83.02",
                "service_staff": "83.12",
                "service_result": "83.03",
                "service_feedback": "82.27",
            },
            "82.66",
            id="G7",
        ),
    ],
)
def test_g4_g6_g7_the_frameworks_give_the_national_figures(version, values, expected):
    scored = score_framework(load_framework(version), values)
    assert scored.filter(pl.col("node") == "overall")["estimate_rounded"].item() == expected


def test_g6_equal_contents_contradict_the_figure_of_2024():
    frame = make_printed(
        ("overall", {"value": "83.94", "rule": "mean"}),
        ("policy", {"value": "83.84", "part_of": "overall"}),
        ("service", {"value": "84.09", "part_of": "overall"}),
    )
    assert find_contradictions(frame)["severity"].to_list() == ["impossible"]
    weighed = frame.with_columns(rule=pl.lit("weighted_mean"), weight=pl.Series([None, "23", "16"]))
    assert find_contradictions(weighed.with_columns(rule=pl.Series(["weighted_mean", None, None]))).is_empty()


def test_g13_khanh_hoa_2023_follows_from_2024_and_its_gain():
    assert subtract_rounded("83.66", "2.57") == Decimal("81.09")
    frame = make_printed(
        ("gain", {"value": "2.57", "rule": "difference"}),
        ("2024", {"value": "83.66", "part_of": "gain"}),
        ("2023", {"part_of": "gain", "weight": "-1"}),
    )
    assert imply_parts(frame)["middle"].item() == pytest.approx(81.09)


def test_g15_quotas_of_binh_duong_add_up():
    frame = make_printed(
        ("total", {"value": "24000", "rule": "sum", "is_exact": True}),
        ("province", {"value": "3200", "part_of": "total", "is_exact": True}),
        ("district", {"value": "5000", "part_of": "total", "is_exact": True, "rule": "sum"}),
        ("huyện", {"value": "500", "part_of": "district", "count": 4, "is_exact": True}),
        ("town", {"value": "600", "part_of": "district", "count": 5, "is_exact": True}),
        ("commune", {"value": "15800", "part_of": "total", "is_exact": True, "rule": "sum"}),
        ("xã", {"value": "150", "part_of": "commune", "count": 48, "is_exact": True}),
        ("phường", {"value": "200", "part_of": "commune", "count": 43, "is_exact": True}),
    )
    assert find_contradictions(frame).is_empty()


@pytest.mark.parametrize(
    ("points", "band"),
    [
        pytest.param(18, "excellent", id="all"),
        pytest.param(15, "excellent", id="exactly 15, which deployed code leaves without a class"),
        pytest.param(14.75, "good", id="below 15"),
        pytest.param(12, "good", id="exactly 12"),
        pytest.param(11.5, "fair", id="below 12"),
        pytest.param(9, "fair", id="exactly 9"),
        pytest.param(8.5, "average", id="below 9"),
        pytest.param(6, "average", id="exactly 6"),
        pytest.param(5.5, "weak", id="below 6"),
        pytest.param(0, "weak", id="nothing"),
    ],
)
def test_g16_bands_of_the_one_stop_sheet(points, band):
    assert band_of(points) == band


def test_g17_groups_of_decision_766_add_up_to_100():
    groups = load_method("decision_766", "2022").settle("groups")
    assert sorted(groups.values()) == [18, 18, 20, 22, 22]
    assert sum(groups.values()) == 100
    split = load_method("decision_766", "2022").settle("online_split")
    assert sum(split.values()) == groups["online_services"]


def test_g18_a_province_below_the_reported_minimum():
    frame = make_printed(
        ("lowest 2021", {"value": "85.54", "rule": "smallest"}),
        ("Khánh Hòa", {"value": "84.4", "part_of": "lowest 2021"}),
        ("the others", {"low": "0", "high": "100", "count": 62, "part_of": "lowest 2021"}),
    )
    (finding,) = find_contradictions(frame).rows(named=True)
    assert (finding["figure"], finding["rule"], finding["severity"]) == ("lowest 2021", "smallest", "impossible")
    assert finding["high"] == pytest.approx(84.45)  # 84.4 of one decimal
    assert "85,54" in finding["vi"]
    assert "84,4" in finding["vi"]


KHANH_HOA_2025 = (
    ("above 90", {"low": "90", "high": "100", "count": 8, "part_of": "departments"}),
    ("last", {"value": "84.91", "part_of": "departments"}),
    ("between", {"low": "84.91", "high": "90", "count": 3, "part_of": "departments"}),
)


def test_g19_a_mean_below_what_its_parts_allow():
    frame = make_printed(("departments", {"value": "85.08", "rule": "mean"}), *KHANH_HOA_2025)
    (finding,) = find_contradictions(frame).rows(named=True)
    assert finding["severity"] == "impossible"
    assert finding["low"] == pytest.approx(88.30, abs=0.005)  # (8·90 + 4·84.91)/12


def test_g19_the_other_edition_is_possible_and_the_two_disagree():
    frame = make_printed(("departments", {"value": "89.08", "rule": "mean"}), *KHANH_HOA_2025)
    assert find_contradictions(frame).is_empty()
    editions = make_printed(
        ("one edition", {"value": "89.08", "rule": "same"}),
        ("another", {"value": "85.08", "part_of": "one edition"}),
    )
    assert find_contradictions(editions).select("rule", "severity").row(0) == ("same", "impossible")


def test_g20_the_other_two_bodies_average_86_025():
    frame = make_printed(
        ("vertical", {"value": "86.46", "rule": "mean"}),
        ("police", {"value": "87.33", "part_of": "vertical"}),
        ("others", {"part_of": "vertical", "count": 2}),
    )
    implied = imply_parts(frame).row(0, named=True)
    assert implied["middle"] == pytest.approx(86.025)
    assert implied["low"] == pytest.approx(86.025 - 0.01)  # (3·0.005 + 0.005)/2
    assert implied["high"] == pytest.approx(86.025 + 0.01)


@pytest.mark.parametrize(
    ("mean", "severities"),
    [
        pytest.param("89.18", [], id="as printed: the 31 others average 77.7 to 88.3"),
        pytest.param("95.16", [], id="33 at 100 and 31 at 90: the most there can be"),
        pytest.param("95.18", ["impossible"], id="more than there can be"),
        pytest.param("46.40", ["suspicious"], id="33 at 90 and 31 at 0 are 46.406, digits cut off"),
        pytest.param("46.39", ["impossible"], id="less than there can be"),
    ],
)
def test_g20_communes_of_which_33_of_64_are_above_90(mean, severities):
    frame = make_printed(
        ("communes", {"value": mean, "rule": "mean"}),
        ("above 90", {"low": "90", "high": "100", "count": 33, "part_of": "communes"}),
        ("others", {"low": "0", "high": "90", "count": 31, "part_of": "communes"}),
    )
    assert find_contradictions(frame)["severity"].to_list() == severities


@pytest.mark.parametrize(
    ("done", "parts", "printed"),
    [
        pytest.param(257141, (124907, 102770, 19852), ("48.6", "40.0", "7.7"), id="levels 1-2"),
        pytest.param(61827, (43434, 11795, 4331), ("70.3", "19.1", "7.0"), id="level 3"),
        pytest.param(1611, (952, 388, 268), ("59.1", "24.1", "16.6"), id="level 4"),
        pytest.param(2643, (1856, 736), ("70.2", "27.8"), id="online"),
    ],
)
def test_g21_shares_of_hue_are_of_what_was_done(done, parts, printed):
    assert tuple(str(percent(part, done, 1)) for part in parts) == printed


@pytest.mark.parametrize(
    ("total", "done", "still_open", "parts", "remainder"),
    [
        pytest.param(268763, 257141, 11622, (124907, 102770, 19852), 9612, id="levels 1-2"),
        pytest.param(68544, 61827, 6717, (43434, 11795, 4331), 2267, id="level 3"),
        pytest.param(1665, 1611, 54, (952, 388, 268), 3, id="level 4"),
    ],
)
def test_g21_the_parts_leave_a_remainder(total, done, still_open, parts, remainder):
    rows = [
        (f"part {at}", {"value": str(part), "part_of": "done", "is_exact": True}) for at, part in enumerate(parts)
    ]
    frame = make_printed(
        ("total", {"value": str(total), "rule": "sum", "is_exact": True}),
        ("done", {"value": str(done), "part_of": "total", "rule": "sum", "is_exact": True}),
        ("open", {"value": str(still_open), "part_of": "total", "is_exact": True}),
        *rows,
    )
    assert find_contradictions(frame).select("figure", "severity").rows() == [("done", "impossible")]
    completed = pl.concat([frame, make_printed(("neither", {"part_of": "done", "low": "0"}))])
    assert find_contradictions(completed).is_empty()
    assert imply_parts(completed).select("low", "high", "middle").row(0) == (remainder,) * 3


def test_g22_police_ministry_in_2019():
    assert subtract_rounded("96.45", "9.76") == Decimal("86.69")


def test_g23_the_design_of_2024():
    exact = {"is_exact": True}
    frame = make_printed(
        ("districts", {"value": "195", "rule": "sum", **exact}),
        ("of a province", {"value": "3", "count": 61, "part_of": "districts", **exact}),
        ("of a large city", {"value": "6", "count": 2, "part_of": "districts", **exact}),
        ("villages", {"value": "1170", "rule": "sum", **exact}),
        ("of a district", {"value": "6", "count": 195, "part_of": "villages", **exact}),
        ("Hà Nội", {"value": "2700", "rule": "sum", **exact}),
        ("of its district", {"count": 6, "part_of": "Hà Nội"}),
    )
    assert find_contradictions(frame).is_empty()
    assert imply_parts(frame).filter(pl.col("part_of") == "Hà Nội")["middle"].item() == 450


def test_g24_what_remains_of_the_plan_of_khanh_hoa():
    exact = {"is_exact": True}
    listed = [1220, 2660, 1350, 540, 1660]
    frame = make_printed(
        ("plan", {"value": "24270", "rule": "difference", **exact}),
        ("first", {"value": "24670", "part_of": "plan", **exact}),
        ("taken out", {"value": "400", "part_of": "plan", "weight": "-1", **exact}),
        ("Sở Nội vụ", {"value": "8150", "rule": "sum", **exact}),
        *[(f"item {at}", {"value": str(item), "part_of": "Sở Nội vụ", **exact}) for at, item in enumerate(listed)],
        ("cut off", {"part_of": "Sở Nội vụ", "low": "0"}),
    )
    assert sum(listed) == 7430
    assert find_contradictions(frame).is_empty()
    assert imply_parts(frame)["middle"].item() == 720


def test_g25_the_fifth_factor_of_2018_depends_on_a_rule_nobody_stated():
    factors = [("access", "80.62"), ("procedures", "86.40"), ("staff", "85.10"), ("result", "88.13")]
    known = dict(factors)
    scored = score_framework(load_framework("2017"), known)
    assert scored["node"].to_list() == ["access", "procedures", "staff", "result"], "no overall is made up"

    def imply(*weights):
        rows = [
            (name, {"value": value, "part_of": "overall", "weight": weight})
            for (name, value), weight in zip(factors, weights, strict=False)
        ]
        overall = ("overall", {"value": "82.99", "rule": "weighted_mean"})
        frame = make_printed(overall, *rows, ("feedback", {"part_of": "overall", "weight": weights[-1]}))
        return round(imply_parts(frame)["middle"].item(), 2)

    assert imply("4", "5", "6", "3", "4") == 74.08
    assert imply("1", "1", "1", "1", "1") == 74.70
