"""SIPAS frameworks: criteria, scores, recipes, and which years may be compared."""

from dataclasses import replace
from datetime import date

import polars as pl
import pytest

from analysis.errors import OfficialError, UnknownParameter
from analysis.indices.official.breaks import compare_years, mark_series
from analysis.indices.official.frameworks import framework_on, load_framework, recipe_of
from analysis.indices.official.reading import load_method
from analysis.indices.official.score import score_framework
from survey_forms.loader import load_catalogue
from survey_forms.recipe import item_coefficients, recipe_nodes

GROUPS_2023 = {
    "policy_accountability": 80,
    "policy_participation": 81,
    "policy_quality": 82,
    "policy_results": 83,
    "service_access": 84,
    "service_procedure": 85,
    "service_staff": 86,
    "service_result": 87,
    "service_feedback": 88,
}


@pytest.mark.parametrize(
    ("version", "criteria", "contents", "groups"),
    [
        pytest.param("2017", 22, [], [4, 5, 6, 3, 4], id="2017"),
        pytest.param("2022", 33, [14, 19], [2, 2, 8, 2, 4, 4, 5, 3, 3], id="2022"),
        pytest.param("2023", 39, [23, 16], [2, 2, 9, 10, 3, 4, 3, 3, 3], id="2023"),
        pytest.param("2021", None, [], [None] * 5, id="2021: which two criteria were added is not known"),
    ],
)
def test_criteria_of_every_framework(version, criteria, contents, groups):
    framework = load_framework(version)
    nodes = list(framework.root.walk())
    assert framework.root.criteria == criteria
    assert [node.criteria for node in nodes if node.level == "content"] == contents
    assert [node.criteria for node in nodes if node.level == "group"] == groups
    if criteria is not None:
        assert framework.method.settle("criteria") == criteria
        assert framework.method.settle("group_sizes") == groups


@pytest.mark.parametrize(
    ("indices", "criteria", "groups", "contents"),
    [pytest.param(45, 33, 9, 2, id="2022"), pytest.param(51, 39, 9, 2, id="2023")],
)
def test_published_numbers_of_indices_are_those_of_the_tree(indices, criteria, groups, contents):
    framework = load_framework("2022" if indices == 45 else "2023")
    nodes = list(framework.root.walk())
    assert indices == framework.root.criteria + len(nodes) == criteria + groups + contents + 1


@pytest.mark.parametrize(
    ("day", "version"),
    [
        pytest.param(date(2017, 10, 10), "2017", id="first day"),
        pytest.param(date(2020, 12, 31), "2017", id="last day of 22 criteria"),
        pytest.param(date(2021, 1, 1), "2021", id="24 criteria"),
        pytest.param(date(2022, 6, 1), "2022", id="the break"),
        pytest.param(date(2026, 12, 31), "2023", id="last day in force"),
    ],
)
def test_framework_of_a_day(day, version):
    assert framework_on(day).method.version == version


@pytest.mark.parametrize("day", [date(2016, 1, 1), date(2027, 1, 1)])
def test_no_framework_is_made_up_outside_their_years(day):
    with pytest.raises(OfficialError, match="no SIPAS framework"):
        framework_on(day)


@pytest.mark.parametrize("version", ["2017", "2023"])
def test_framework_and_questionnaire_have_the_same_recipe(version):
    framework = load_framework(version)
    form = load_catalogue().get(*framework.form)
    recipe = recipe_of(framework, form)
    own, asked = recipe_nodes(recipe), recipe_nodes(form.recipe)
    assert own.keys() == asked.keys()
    assert all(own[node] == pytest.approx(asked[node]) for node in own)
    assert (recipe.measure, recipe.satisfied_from) == (form.recipe.measure, form.recipe.satisfied_from)
    # A form with the other reading of an unsettled choice is one replace away.
    other = replace(form, recipe=recipe_of(framework, form, measure="rescaled_mean"))
    assert other.recipe.measure.value == "rescaled_mean"


def test_equal_contents_as_another_recipe():
    framework = load_framework("2023")
    form = load_catalogue().get(*framework.form)
    root = recipe_of(framework, form, aggregation={"overall": "equal_groups"}).root
    parts = item_coefficients(root)
    policy = sum(part for item, part in parts.items() if item.startswith("q9_1"))
    assert policy == pytest.approx(0.5)
    assert sum(parts.values()) == pytest.approx(1)


def test_a_framework_of_another_questionnaire_is_refused():
    form = load_catalogue().get("sipas", "2017.1")
    with pytest.raises(OfficialError, match=r"questionnaire is sipas 2023\.1"):
        recipe_of(load_framework("2023"), form)
    with pytest.raises(OfficialError, match="none in the catalogue"):
        recipe_of(load_framework("2022"), form)


def test_scores_by_hand():
    # policy: (2·80 + 2·81 + 9·82 + 10·83)/23 = 1890/23 = 82.173913
    # service: (3·84 + 4·85 + 3·86 + 3·87 + 3·88)/16 = 1375/16 = 85.9375; overall: 3265/39 = 83.717949
    scored = score_framework(load_framework("2023"), GROUPS_2023)
    figures = dict(scored.select("node", "estimate_rounded").iter_rows())
    assert (figures["policy"], figures["service"], figures["overall"]) == ("82.17", "85.94", "83.72")
    assert scored["node"].to_list()[:2] == ["overall", "policy"]
    assert scored.filter(pl.col("is_given")).height == 9


def test_scoring_is_the_recipe_on_group_values():
    framework = load_framework("2023")
    form = load_catalogue().get(*framework.form)
    parts = item_coefficients(recipe_of(framework, form).root)
    group_of = {item: node.id for node in framework.root.walk() for item in node.items}
    by_items = sum(part * GROUPS_2023[group_of[item]] for item, part in parts.items())
    scored = score_framework(framework, GROUPS_2023)
    assert scored.filter(pl.col("node") == "overall")["estimate"].item() == pytest.approx(by_items)


def test_a_figure_is_no_surer_than_the_rule_behind_it():
    framework = load_framework("2022")
    contents = score_framework(framework, {"policy": 80, "service": 80})
    groups = score_framework(framework, {node.id: 80 for node in framework.root.walk() if node.level == "group"})
    for scored, status in ((contents, "inferred"), (groups, "unknown")):
        assert scored.filter(pl.col("node") == "overall")["status"].item() == status
    assert groups["estimate"].unique().to_list() == [80.0], "equal parts give themselves under every rule"


def test_2021_needs_what_is_not_known():
    framework = load_framework("2021")
    factors = {"access": 80, "procedures": 85, "staff": 90, "result": 85, "feedback": 80}
    with pytest.raises(UnknownParameter, match=r"criteria of feedback is not known.*criteria=\{"):
        score_framework(framework, factors)
    sizes = {"access": 5, "procedures": 5, "staff": 6, "result": 3, "feedback": 5}
    # (5·80 + 5·85 + 6·90 + 3·85 + 5·80)/24 = 2020/24
    by_items = score_framework(framework, factors, criteria=sizes)
    assert by_items["estimate_rounded"][0] == "84.17"
    equal = score_framework(framework, factors, aggregation={"overall": "equal_groups"})
    assert equal.select("estimate_rounded", "status").row(0) == ("84.00", "unknown")


def test_fixed_weights_replace_a_rule():
    framework = load_framework("2023")
    values = {"policy": "83.84", "service": "84.09"}
    weights = {"overall": {"policy": 60, "service": 40}}
    scored = score_framework(framework, values, aggregation={"overall": "fixed_weights"}, weights=weights)
    assert scored["estimate_rounded"][0] == "83.94"
    with pytest.raises(OfficialError, match="no weight for service"):
        score_framework(
            framework, values, aggregation={"overall": "fixed_weights"}, weights={"overall": {"policy": 60}}
        )


def test_wrong_values_are_told_together():
    with pytest.raises(OfficialError) as caught:
        score_framework(load_framework("2023"), {"policy": 101, "service": -1}, aggregation={"overall": "median"})
    assert len(caught.value.problems) == 3
    with pytest.raises(OfficialError, match="no node 'politics'"):
        score_framework(load_framework("2023"), {"politics": 80})


@pytest.mark.parametrize(
    ("before", "after", "of", "within", "may_trend", "reasons"),
    [
        pytest.param(2018, 2020, "overall", None, True, 0, id="one series"),
        pytest.param(2020, 2021, "overall", None, True, 1, id="2021 with a note"),
        pytest.param(2021, 2022, "overall", None, False, 1, id="the break of 2022"),
        pytest.param(2017, 2024, "overall", None, False, 3, id="over all breaks"),
        pytest.param(2022, 2023, "overall", None, True, 1, id="2023 with a note, as reports do"),
        pytest.param(2022, 2023, "group", "service_access", False, 2, id="a group that lost a criterion"),
        pytest.param(2022, 2023, "group", "service_result", True, 1, id="a group that kept its criteria"),
        pytest.param(2023, 2024, "group", "service_access", True, 0, id="inside 1001/QĐ-BNV"),
        pytest.param(2024, 2026, "overall", None, False, 1, id="units of 2025"),
    ],
)
def test_years_of_sipas(before, after, of, within, may_trend, reasons):
    found = compare_years(load_method("sipas", "comparability"), before, after, of=of, within=within)
    assert (found.may_trend, len(found.reasons)) == (may_trend, reasons)


def test_the_country_goes_on_where_units_end():
    sipas = load_method("sipas", "comparability")
    assert compare_years(sipas, 2024, 2026, of="overall", of_units=False).may_trend
    with pytest.raises(OfficialError, match="earlier year first"):
        compare_years(sipas, 2024, 2024, of="overall")


def test_a_series_is_cut_where_the_method_changed():
    frame = pl.DataFrame({"year": [2024, 2020, 2021, 2022, 2022], "estimate": [83.94, 85.48, 87.16, 80.08, 80.0]})
    marked = mark_series(frame, load_method("sipas", "comparability"), year="year", of="overall")
    assert marked["series"].to_list() == [2, 1, 1, 2, 2]
    assert marked["estimate"].to_list() == frame["estimate"].to_list(), "rows stay where they were"
    assert marked["break_en"][1] is None
    assert "questionnaire and formula" in marked["break_en"][3]
