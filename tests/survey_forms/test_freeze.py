"""A released form keeps its content; the hash says so."""

import hashlib
from datetime import date
from pathlib import Path

import pytest

from survey_forms.errors import FormErrors, UnknownForm
from survey_forms.loader import freeze_form, load_catalogue, load_form
from tests.survey_forms.making import HEAD, SCALES, form_yaml, load_text


@pytest.fixture
def catalogue(tmp_path: Path) -> Path:
    (tmp_path / "scales.yaml").write_text(SCALES, "utf-8")
    write(tmp_path, "1")
    return tmp_path


def write(folder: Path, version: str, *, form: str = "tiny", valid: str = "valid_from: 2026-01-01") -> Path:
    path = folder / form / f"{version}.yaml"
    path.parent.mkdir(exist_ok=True)
    head = HEAD.replace('version: "1"', f'version: "{version}"').replace("form: tiny", f"form: {form}")
    path.write_text(form_yaml(head=head.replace("valid_from: 2026-01-01", valid)), "utf-8")
    return path


CANONICAL = (
    '{"form":{"audience":"citizen","form":"tiny","intro":{"en":"Hello","vi":"Xin ch\\u00e0o"},'
    '"is_representative":true,"legal_basis":{"document":"1/Q\\u0110","valid_from":"2026-01-01"},"sections":[{"id":"all",'
    '"questions":[{"id":"q1","scale":"five","text":{"en":"One","vi":"M\\u1ed9t"},"type":"rating"}],"title":{"en":"General","vi":"Chung"}}],'
    '"thanks":{"en":"Thank you","vi":"C\\u1ea3m \\u01a1n"},"title":{"en":"Tiny form",'
    '"vi":"Phi\\u1ebfu nh\\u1ecf"},"version":"1"},"scales":{"five":{"id":"five",'
    '"labels":[{"en":"1","vi":"1"},{"en":"2","vi":"2"},'
    '{"en":"3","vi":"3"},{"en":"4","vi":"4"},{"en":"5","vi":"5"}],"style":"buttons"}}}'
)


def test_the_hash_is_that_of_the_canonical_json_of_the_form_and_its_scales():
    assert load_text(form_yaml()).sha256 == hashlib.sha256(CANONICAL.encode("ascii")).hexdigest()


def test_the_hash_does_not_see_comments_order_or_line_ends():
    text = form_yaml()
    rewritten = "# a comment\r\n" + text.replace(
        "{vi: Xin chào, en: Hello}", '{en: "Hello", vi: Xin chào}'
    ).replace("\n", "\r\n")
    assert load_text(rewritten).sha256 == load_text(text).sha256


@pytest.mark.parametrize(
    ("text", "scales"),
    [
        pytest.param(form_yaml().replace("Hello", "Hello!"), SCALES, id="a letter of the form"),
        pytest.param(form_yaml(), SCALES.replace('vi: "4"', "vi: Bốn"), id="a label of its scale"),
        pytest.param(form_yaml(), SCALES.replace("buttons", "stars"), id="the look of its scale"),
    ],
)
def test_the_hash_changes_with(text: str, scales: str):
    assert load_text(text, scales=scales).sha256 != load_text(form_yaml()).sha256


def test_the_hash_does_not_see_a_scale_the_form_does_not_use():
    assert load_text(form_yaml(), scales=SCALES.replace("Kém", "Tệ")).sha256 == load_text(form_yaml()).sha256


def test_a_frozen_form_loads_and_freezing_it_again_changes_nothing(catalogue: Path):
    form = freeze_form(catalogue / "tiny" / "1.yaml")
    frozen = (catalogue / "released.yaml").read_bytes()
    assert f"'1': {form.sha256}".encode() in frozen
    assert freeze_form(catalogue / "tiny" / "1.yaml") == form
    assert (catalogue / "released.yaml").read_bytes() == frozen
    assert load_catalogue(catalogue).forms == (form,)


def test_a_released_form_that_changed_is_refused_until_it_is_put_back(catalogue: Path):
    path = catalogue / "tiny" / "1.yaml"
    before = path.read_text("utf-8")
    form = freeze_form(path)
    path.write_text(before.replace("Hello", "Hi"), "utf-8")
    with pytest.raises(FormErrors) as caught:
        load_catalogue(catalogue)
    (problem,) = caught.value.problems
    assert (problem.file, problem.key) == (str(path), "sha256")
    assert form.sha256 in problem.expected
    with pytest.raises(FormErrors, match="make a new version"):
        freeze_form(path)
    path.write_text(before, "utf-8")
    assert load_catalogue(catalogue).forms == (form,)


def test_a_released_form_is_refused_when_its_scale_changed(catalogue: Path):
    freeze_form(catalogue / "tiny" / "1.yaml")
    (catalogue / "scales.yaml").write_text(SCALES.replace('en: "5"', "en: Five"), "utf-8")
    with pytest.raises(FormErrors, match="sha256"):
        load_catalogue(catalogue)


def test_a_released_form_whose_file_is_gone_is_refused(catalogue: Path):
    path = catalogue / "tiny" / "1.yaml"
    freeze_form(path)
    path.unlink()
    with pytest.raises(FormErrors, match="no file"):
        load_catalogue(catalogue)


def test_a_draft_may_change(catalogue: Path):
    freeze_form(catalogue / "tiny" / "1.yaml")
    draft = write(catalogue, "2")
    draft.write_text(draft.read_text("utf-8").replace("Hello", "Hi"), "utf-8")
    assert [form.version for form in load_catalogue(catalogue).forms] == ["1", "2"]


def test_a_file_stands_where_its_form_and_version_say(catalogue: Path):
    path = catalogue / "tiny" / "1.yaml"
    path.rename(catalogue / "tiny" / "2.yaml")
    with pytest.raises(FormErrors, match=r"tiny/1\.yaml"):
        load_catalogue(catalogue)
    with pytest.raises(FormErrors, match=r"tiny/1\.yaml"):
        freeze_form(catalogue / "tiny" / "2.yaml")


def test_problems_of_all_files_come_together(catalogue: Path):
    for version in ("2", "3"):
        path = write(catalogue, version)
        path.write_text(path.read_text("utf-8").replace("audience: citizen", "audience: cat"), "utf-8")
    with pytest.raises(FormErrors) as caught:
        load_catalogue(catalogue)
    assert [Path(problem.file).name for problem in caught.value.problems] == ["2.yaml", "3.yaml"]


def test_a_version_there_is_not_names_those_there_are(catalogue: Path):
    write(catalogue, "1.9")
    write(catalogue, "1.10")
    write(catalogue, "1", form="other")
    loaded = load_catalogue(catalogue)
    with pytest.raises(UnknownForm) as no_version:
        loaded.get("tiny", "7")
    assert no_version.value.known == ["1", "1.9", "1.10"]
    with pytest.raises(UnknownForm) as no_form:
        loaded.get("huge", "1")
    assert no_form.value.known == ["other", "tiny"]
    assert loaded.get("tiny", "1.9") == load_form(catalogue / "tiny" / "1.9.yaml")


@pytest.mark.parametrize(
    ("day", "version"),
    [
        pytest.param(date(2026, 1, 1), "1", id="first day"),
        pytest.param(date(2026, 6, 30), "1", id="last day before the next"),
        pytest.param(date(2026, 7, 1), "2", id="first day of the next"),
        pytest.param(date(2026, 12, 31), "2", id="last day of the next"),
        pytest.param(date(2027, 1, 1), "1", id="the next has ended, the first has not"),
    ],
)
def test_the_current_version_is_the_one_that_became_valid_last(catalogue: Path, day: date, version: str):
    write(catalogue, "2", valid="valid_from: 2026-07-01, valid_to: 2026-12-31")
    assert load_catalogue(catalogue).current("tiny", day).version == version


def test_before_its_first_day_a_form_is_unknown(catalogue: Path):
    with pytest.raises(UnknownForm) as caught:
        load_catalogue(catalogue).current("tiny", date(2025, 12, 31))
    assert caught.value.known == ["1"]
