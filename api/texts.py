"""Words of pages: a catalogue in YAML beside those who show it, every text in both languages."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import yaml


@cache
def read_texts(catalogue: Path, language: str) -> Mapping[str, str]:
    """Every text of ``catalogue`` by its key, in ``language``."""
    texts = yaml.safe_load(catalogue.read_text(encoding="utf-8"))
    return {key: wordings[language] for key, wordings in texts.items()}
