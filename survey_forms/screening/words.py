"""The lists of words.yaml, read once."""

from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from survey_forms.screening.folding import fold_words

FILE = Path(__file__).with_name("words.yaml")


@dataclass(frozen=True)
class Words:
    """Sets of words; ``…_folded`` without diacritics. A pair or phrase is a tuple of its words."""

    titles: frozenset[str]
    titles_short: frozenset[str]
    roles: frozenset[tuple[str, ...]]
    links: frozenset[tuple[str, ...]]
    links_bare: frozenset[tuple[str, ...]]
    surnames: frozenset[str]
    surnames_folded: frozenset[str]
    middles: frozenset[str]
    middles_bare: frozenset[str]
    given: frozenset[str]
    given_folded: frozenset[str]
    not_names: frozenset[tuple[str, ...]]
    not_names_bare: frozenset[tuple[str, ...]]
    not_pairs: frozenset[tuple[str, ...]]
    not_pairs_written: frozenset[tuple[str, ...]]
    not_pairs_capital: frozenset[tuple[str, ...]]
    number_names: frozenset[str]
    not_people: frozenset[tuple[str, ...]]
    cues: frozenset[str]
    places_before: frozenset[str]
    place_words: frozenset[tuple[str, ...]]
    address_ends: frozenset[str]
    address_ends_folded: frozenset[str]


@cache
def load_words() -> Words:
    """Every list."""
    lists = {name: words.split() for name, words in yaml.safe_load(FILE.read_text(encoding="utf-8")).items()}
    known = {field.name: field.type for field in fields(Words)}
    sets: dict[str, Any] = {
        name: frozenset(words if known[name] == frozenset[str] else (tuple(word.split("-")) for word in words))
        for name, words in lists.items()
    }
    for name in ("surnames", "given", "address_ends"):
        sets[f"{name}_folded"] = frozenset(map(fold_words, lists[name]))
    return Words(**sets)
