"""The words of staff pages: both languages, the same places to fill."""

import re
from pathlib import Path

import pytest
import yaml

from api.staff.texts import CATALOGUE
from api.staff_access.words import WORDS

TEXTS = yaml.safe_load(CATALOGUE.read_text(encoding="utf-8"))


@pytest.mark.parametrize("key", TEXTS)
def test_every_text_is_there_in_both_languages_with_the_same_places_to_fill(key):
    wordings = TEXTS[key]
    assert set(wordings) == {"vi", "en"}
    assert all(wordings.values())
    assert set(re.findall(r"{(\w+)}", wordings["vi"])) == set(re.findall(r"{(\w+)}", wordings["en"]))


def test_the_frame_has_the_same_words_in_both_languages():
    assert set(WORDS["vi"]) == set(WORDS["en"])


def test_every_deed_that_is_written_down_is_told_in_words():
    sources = [file.read_text("utf-8") for file in (Path(__file__).parents[3] / "api").rglob("*.py")]
    deeds = {deed for source in sources for deed in re.findall(r'action="([a-z_]+\.[a-z_]+)"', source)}
    assert len(deeds) > 30
    assert [deed for deed in sorted(deeds) if f"action_{deed}" not in TEXTS] == []
