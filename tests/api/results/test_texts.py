import re
from pathlib import Path

import yaml

from api.results import texts as texts_module
from api.results.texts import CATALOGUE
from survey_forms.form import LANGUAGES

TEMPLATES = Path(texts_module.__file__).parents[1] / "templates"


def _catalogue() -> dict[str, dict[str, str]]:
    return yaml.safe_load(CATALOGUE.read_text(encoding="utf-8"))


def test_every_text_is_there_in_both_languages():
    assert {key for key, wordings in _catalogue().items() if sorted(wordings) != sorted(LANGUAGES)} == set()
    assert {key for key, wordings in _catalogue().items() if not all(map(str.strip, wordings.values()))} == set()


def test_both_languages_say_the_same_figures():
    def blanks(text: str) -> set[str]:
        return set(re.findall(r"{(\w+)}", text))

    differing = {key for key, wordings in _catalogue().items() if blanks(wordings["vi"]) != blanks(wordings["en"])}
    assert differing == set()


def test_no_text_is_left_over():
    folder = CATALOGUE.parent
    source = "".join(file.read_text() for file in [*folder.glob("*.py"), *TEMPLATES.glob("results*.html")])
    made = {match.split("{")[0] for match in re.findall(r"""texts\[f["']([a-z_]+_){""", source)} | {
        "channel_",
        "level_",
    }
    made |= {"table_", "reference_", "sort_"}
    unused = {key for key in _catalogue() if key not in source and not key.startswith(tuple(made))}
    assert unused == set()


def test_templates_hold_no_words_of_their_own():
    for template in TEMPLATES.glob("results*.html"):
        markup = re.sub(r"{%.*?%}|{{.*?}}|{#.*?#}|<[^>]*>", " ", template.read_text(encoding="utf-8"), flags=re.S)
        assert re.findall(r"[^\W\d_]{2,}", markup) == [], template.name


def test_templates_hold_no_inline_style_or_script():
    for template in TEMPLATES.glob("results*.html"):
        markup = template.read_text(encoding="utf-8")
        assert not re.search(r"\sstyle=|<style|\son\w+=|<script(?![^>]*\ssrc=)", markup), template.name
