"""The official methods as data: frozen, bilingual, honest about what is not known."""

import shutil

import pytest

from analysis.errors import OfficialError, UnknownParameter
from analysis.indices.official.method import Status, describe_parameters
from analysis.indices.official.reading import DATA, freeze_methods, list_methods, load_method, read_method
from survey_forms.errors import FormErrors

METHODS = list_methods()


def test_there_are_the_methods_that_are_documented():
    assert [f"{id} {version}" for id, version in METHODS] == [
        "decision_766 2022",
        "one_stop 2018",
        "papi 2011",
        "par_index 2012",
        "sipas 2017",
        "sipas 2021",
        "sipas 2022",
        "sipas 2023",
        "sipas comparability",
    ]


@pytest.fixture
def copied(tmp_path):
    return shutil.copytree(DATA, tmp_path / "data")


@pytest.mark.parametrize(("id", "version"), METHODS)
def test_a_frozen_method_that_changed_is_refused(copied, id, version):
    file = copied / id / f"{version}.yaml"
    text = file.read_text("utf-8")
    file.write_text("# a comment\n" + text, "utf-8")
    assert load_method(id, version, copied).sha256 == load_method(id, version).sha256, "comments do not count"
    load_method.cache_clear()
    file.write_text(text.replace("vi: ", "vi: Khác ", 1).replace('vi: Khác "', 'vi: "Khác ', 1), "utf-8")
    with pytest.raises(OfficialError, match="never changed"):
        load_method(id, version, copied)
    with pytest.raises(OfficialError, match="never changed"):
        freeze_methods(copied)


def test_every_method_is_frozen(copied):
    frozen = (copied / "released.yaml").read_text("utf-8")
    assert freeze_methods(copied) == ()
    assert (copied / "released.yaml").read_text("utf-8") == frozen
    (copied / "released.yaml").unlink()
    assert len(freeze_methods(copied)) == len(METHODS)
    assert (copied / "released.yaml").read_text("utf-8") == frozen


@pytest.mark.parametrize(("id", "version"), METHODS)
def test_every_text_is_in_both_languages(id, version):
    found = load_method(id, version)
    missing = []

    def walk(value, place):
        if isinstance(value, dict):
            if ("vi" in value) != ("en" in value):
                missing.append(place)
            for name, inner in value.items():
                walk(inner, f"{place}.{name}")
        elif isinstance(value, list):
            for at, inner in enumerate(value):
                walk(inner, f"{place}[{at}]")

    walk(dict(found.content), id)
    assert missing == []


@pytest.mark.parametrize(("id", "version"), METHODS)
def test_every_parameter_has_its_source_and_status(id, version):
    method = load_method(id, version)
    described = describe_parameters(method)
    assert described.height == len(method.parameters)
    assert described["source"].str.len_chars().min() is None or described["source"].str.len_chars().min() > 10


def test_what_no_text_settles_must_be_given():
    method = load_method("sipas", "2022")
    assert method.parameters["measure"].status is Status.UNKNOWN
    with pytest.raises(UnknownParameter, match=r"measure.*not settled.*Give measure yourself"):
        method.settle("measure")
    assert method.settle("measure", "rescaled_mean") == "rescaled_mean"


def test_all_that_is_wrong_with_a_file_is_told_at_once(copied):
    file = copied / "sipas" / "2022.yaml"
    text = file.read_text("utf-8")
    file.write_text(
        text.replace('status: inferred, source: "If the measure', 'status: perhaps, source: "If the measure')
        .replace('version: "2022"', 'version: "2024"')
        .replace("criteria: {value: 33, status: inferred", "criteria: {value: null, status: inferred"),
        "utf-8",
    )
    with pytest.raises(FormErrors) as caught:
        read_method(file)
    assert {problem.key for problem in caught.value.problems} == {
        "parameters.satisfied_from.status",
        "parameters.criteria.value",
        "(tệp / file)",
    }


def test_an_unknown_method_names_those_there_are():
    with pytest.raises(OfficialError, match="sipas 2023"):
        load_method("sipas", "2027")
