"""The languages of the pages: words from catalogue files; what is missing stands in Vietnamese, marked as such."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import yaml

from survey_forms.form import Text
from survey_forms.pages.pseudo import ACCENTED, TURNED, disguise
from survey_forms.pages.said import Said

FOLDER = Path(__file__).parent / "languages"
REFERENCE = "vi"
PSEUDO = {ACCENTED: "ltr", TURNED: "rtl"}


@dataclass(frozen=True)
class Language:
    """``words`` are whole, with Vietnamese for the ``missing`` ones; ``spare`` are names that no page uses."""

    tag: str
    name: str
    direction: str
    words: Mapping[str, Said]
    missing: tuple[str, ...]
    spare: tuple[str, ...]

    @property
    def is_offered(self) -> bool:
        """Whether people are shown the way to it."""
        return not self.missing and self.tag not in PSEUDO

    def say(self, text: Text) -> Said:
        """``text`` of a questionnaire in this language, else in Vietnamese, marked as such."""
        if self.tag in text:
            return Said(text[self.tag])
        if self.tag in PSEUDO:
            return Said(disguise(text["en"], self.tag))
        return Said(text[REFERENCE], REFERENCE)


def find_language(tag: str) -> Language:
    """The language called ``tag``; Vietnamese for an unknown one."""
    return read_languages(FOLDER).get(tag) or read_languages(FOLDER)[REFERENCE]


def words_of(tag: str) -> Mapping[str, Said]:
    """The words of a language by their names."""
    return find_language(tag).words


def list_offered(folder: Path = FOLDER) -> tuple[Language, ...]:
    """The languages people are shown the way to, in the order of the list."""
    return tuple(language for language in read_languages(folder).values() if language.is_offered)


@lru_cache(maxsize=8)
def read_languages(folder: Path) -> Mapping[str, Language]:
    """Every language in ``folder``, and the two that nobody speaks."""
    listed = _read_yaml(folder / "languages.yaml")
    reference = _read_yaml(folder / f"{REFERENCE}.yaml")
    english = reference | _read_yaml(folder / "en.yaml")
    languages = {
        tag: _join(tag, entry["name"], entry["direction"], _read_yaml(folder / f"{tag}.yaml"), reference)
        for tag, entry in listed.items()
    }
    for tag, direction in PSEUDO.items():
        words = {name: disguise(text, tag) for name, text in english.items()}
        languages[tag] = _join(tag, tag, direction, words, reference)
    return languages


def _join(tag: str, name: str, direction: str, words: Mapping[str, str], reference: Mapping[str, str]) -> Language:
    missing = tuple(word for word in reference if not words.get(word))
    whole = {word: Said(words[word]) for word in reference if words.get(word)}
    return Language(
        tag=tag,
        name=name,
        direction=direction,
        words=whole | {word: Said(reference[word], REFERENCE) for word in missing},
        missing=missing,
        spare=tuple(word for word in words if word not in reference),
    )


def _read_yaml(file: Path) -> dict:
    return (yaml.safe_load(file.read_text(encoding="utf-8")) or {}) if file.exists() else {}
