"""Catalogues of words: vi and en whole, the same places in each, others ready to be filled in."""

import re
from string import Formatter

import pytest

from survey_forms.pages.languages import FOLDER, PSEUDO, find_language, list_offered, read_languages
from survey_forms.pages.pseudo import ACCENTED, TURNED, disguise
from survey_forms.pages.said import Said

LANGUAGES = read_languages(FOLDER)


def places(text):
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_only_languages_with_every_word_are_offered():
    assert [language.tag for language in list_offered()] == ["vi", "en"]
    assert set(LANGUAGES) == {"vi", "en", "tyz", "blt", "hmn", "km", "cjm", *PSEUDO}


@pytest.mark.parametrize("tag", LANGUAGES)
def test_a_word_has_the_same_places_in_every_language(tag):
    different = [
        word for word, text in LANGUAGES["vi"].words.items() if places(text) != places(LANGUAGES[tag].words[word])
    ]
    assert different == []
    assert LANGUAGES[tag].spare == ()


def test_what_is_missing_stands_in_vietnamese_and_is_marked():
    khmer = find_language("km")
    assert khmer.words["send"].__html__() == '<span lang="vi" dir="ltr">Gửi ý kiến</span>'
    assert find_language("vi").words["send"].__html__() == "Gửi ý kiến"
    assert khmer.say({"vi": "<b>", "en": "x"}).__html__() == '<span lang="vi" dir="ltr">&lt;b&gt;</span>'


def test_a_language_of_its_own_folder_counts_what_is_missing_and_spare(tmp_path):
    (tmp_path / "languages.yaml").write_text("vi: {name: V, direction: ltr}\nkm: {name: K, direction: ltr}\n")
    (tmp_path / "vi.yaml").write_text("a: A\nb: B\n")
    (tmp_path / "km.yaml").write_text("a: Ka\nold: x\n")
    khmer = read_languages(tmp_path)["km"]
    assert (khmer.missing, khmer.spare, khmer.is_offered) == (("b",), ("old",), False)
    assert [str(word) for word in khmer.words.values()] == ["Ka", "B"]


def test_places_survive_the_languages_nobody_speaks():
    assert disguise("Chọn {count} mục", ACCENTED).count("{count}") == 1
    assert disguise("Chọn {count} mục", TURNED) == "\u202eChọn \u202c{count}\u202e mục\u202c"


def test_a_wording_filled_in_stays_in_its_language():
    assert Said("{n} mục", "vi").format(n=3).__html__() == '<span lang="vi" dir="ltr">3 mục</span>'


def test_the_style_sheet_knows_no_left_and_right():
    style = re.sub(r"/\*.*?\*/", "", (FOLDER.parent / "form.css").read_text(encoding="utf-8"), flags=re.DOTALL)
    assert (
        re.findall(
            r"(?:margin|padding|border)-(?:left|right)|text-align: (?:left|right)|\b(?:left|right): ", style
        )
        == []
    )
