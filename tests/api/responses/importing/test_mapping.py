"""A mapping file: read, or everything wrong with it at once."""

from pathlib import Path

import pytest

from api.errors import FileUnusable
from api.responses.importing import ResponseMapping, read_mapping
from survey_forms.loader import CATALOGUE, Catalogue, load_form, load_scales

HERE = Path(__file__).parent
FORMS = Catalogue([load_form(HERE / "form_all.yaml", load_scales(CATALOGUE / "scales.yaml"))])
SOUND = (HERE / "mapping_all.yaml").read_text(encoding="utf-8")


def read(folder: Path, content: str) -> ResponseMapping:
    path = folder / "mapping.yaml"
    path.write_text(content, encoding="utf-8")
    return read_mapping(path, FORMS)


def test_the_columns_a_file_must_have(tmp_path: Path):
    assert set(read(tmp_path, SOUND).columns) == {
        "sheet", "date", "unit", "procedure", "level", "paid", "trips", "visited", "sex", "reasons", "reason_text",
        "row_a", "row_b", "comment",
    }  # fmt: skip


def test_ids_depend_on_source_and_id_cells_only(tmp_path: Path):
    one, other = read(tmp_path, SOUND), read(tmp_path, SOUND.replace("source: trial", "source: trial-2"))
    assert one.response_id(("17",)) == one.response_id(("17",))
    assert len({one.response_id(("17",)), one.response_id(("18",)), other.response_id(("17",))}) == 3
    assert one.response_id(("1", "11")) != one.response_id(("11", "1"))
    # Stored data depend on it: this value never changes.
    assert str(one.response_id(("17",))) == "4513d4a4-5906-5fd3-a920-7c36261e6753"


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        pytest.param("source: trial\n", "", "source", id="no source"),
        pytest.param("form: kinds", "form: sipas", "form", id="unknown form"),
        pytest.param('version: "1"', 'version: "2"', "version", id="unknown version"),
        pytest.param("id: [sheet]", "id: []", "id", id="no id column"),
        pytest.param("constant: paper", "constant: fax", "channel.constant", id="unknown channel"),
        pytest.param("{constant: paper}", "{constant: paper, column: x}", "channel", id="column and constant"),
        pytest.param('"9": dont_know', '"9": refused', "missing.9", id="unknown missing reason"),
        pytest.param("  level: level\n", "", "answers", id="required question without column"),
        pytest.param("  trips: trips\n", "  strips: trips\n", "answers.strips", id="unknown question"),
        pytest.param("rows.a: row_a", "rows.z: row_a", "answers.rows.z", id="unknown row"),
        pytest.param("rows.a: row_a", "rows: row_a", "answers.rows", id="a table needs its rows"),
        pytest.param("Nữ: f", "Nữ: female", "answers.sex.values.Nữ", id="unknown option"),
        pytest.param('"1": true', '"1": maybe', "answers.paid.values.1", id="neither yes nor no"),
        pytest.param("comment: comment", "comment: {column: c, sep: x}", "answers.comment.sep", id="misspelt key"),
        pytest.param("comment: comment", "comment: {values: {}}", "answers.comment", id="no column"),
        pytest.param("submitted: date", "submitted: 5", "submitted", id="not a column"),
    ],
)
def test_a_problem_names_file_key_expected_and_got(tmp_path: Path, old: str, new: str, key: str):
    assert old in SOUND
    with pytest.raises(FileUnusable) as caught:
        read(tmp_path, SOUND.replace(old, new, 1))
    assert [problem["key"] for problem in caught.value.problems] == [key]
    (problem,) = caught.value.problems
    assert problem["file"].endswith("mapping.yaml")
    assert problem["expected"]
    assert problem["got"]


def test_all_problems_come_together(tmp_path: Path):
    wrong = SOUND.replace("constant: paper", "constant: fax").replace("Nữ: f", "Nữ: x").replace('"9": d', '"9": x')
    with pytest.raises(FileUnusable) as caught:
        read(tmp_path, wrong)
    assert {problem["key"] for problem in caught.value.problems} == {
        "channel.constant", "missing.9", "answers.sex.values.Nữ",
    }  # fmt: skip


@pytest.mark.parametrize("content", ["", "- a\n- b\n", "a: [", "source: *x\n"])
def test_what_is_no_mapping_is_unusable(tmp_path: Path, content: str):
    with pytest.raises(FileUnusable):
        read(tmp_path, content)


def test_ticks_choose_options_by_columns(tmp_path: Path):
    ticks = "reasons: {ticks: {r1: waiting, r2: fee}, ticked: ['Y']}"
    old = 'reasons: {column: reasons, separator: ",", values: {"1": waiting, "2": fee, "3": other}}'
    mapping = read(tmp_path, SOUND.replace(old, ticks))
    assert {"r1", "r2"} <= set(mapping.columns)
    (rule,) = (rule for rule in mapping.answers if rule.ticks)
    assert (dict(rule.ticks or {}), rule.ticked) == ({"r1": "waiting", "r2": "fee"}, frozenset({"Y"}))
