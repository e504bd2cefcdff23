"""A finished step in words."""

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from api.texts import read_texts

CATALOGUE = Path(__file__).with_name("texts.yaml")
load_texts = partial(read_texts, CATALOGUE)


def name_step(name: str, language: str) -> str:
    """What the step is called."""
    return load_texts(language).get(f"step_{name}", name)


def tell_counts(counts: Mapping[str, int], language: str) -> str:
    """``3 lời góp ý đã che, 1 có thông tin cá nhân``; what is zero is left out."""
    texts = load_texts(language)
    told = [
        f"{_write(count, language)} {texts.get(f'count_{name}', name)}" for name, count in counts.items() if count
    ]
    return ", ".join(told) or texts["nothing"]


def tell_step(step: Mapping[str, Any], language: str) -> str:
    """What came of it: its error, else its counts."""
    return str(step["error"][language]) if step["error"] else tell_counts(step["counts"], language)


def _write(count: int, language: str) -> str:
    return f"{count:,}".replace(",", ".") if language == "vi" else f"{count:,}"
