"""The words of the results page, in one language at a time; the catalogue is texts.yaml beside."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import yaml

CATALOGUE = Path(__file__).with_name("texts.yaml")


@cache
def load_texts(lang: str) -> Mapping[str, str]:
    """Every text by its key, in ``lang``."""
    catalogue = yaml.safe_load(CATALOGUE.read_text(encoding="utf-8"))
    return {key: wordings[lang] for key, wordings in catalogue.items()}
