"""The words of the pages of this feature, in one language at a time; the catalogue is texts.yaml beside."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import yaml

CATALOGUE = Path(__file__).with_name("texts.yaml")


@cache
def load_texts(language: str) -> Mapping[str, str]:
    """Every text by its key, in ``language``."""
    catalogue = yaml.safe_load(CATALOGUE.read_text(encoding="utf-8"))
    return {key: wordings[language] for key, wordings in catalogue.items()}
