"""Which picture stands beside a question, an option or a level on the easy-to-read pages; never without words."""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path

import yaml

from survey_forms.form import Question, QuestionType

FILE = Path(__file__).parent / "icons.yaml"
OF_TYPE = {
    QuestionType.SHORT_TEXT: "text",
    QuestionType.LONG_TEXT: "text",
}
OF_VALUE = {"true": "yes", "false": "no", "": "skip"}


def question_icon(question: Question) -> str:
    """The picture of ``question``: its own, else that of its type."""
    return _options().get(question.id) or OF_TYPE.get(question.type, question.type.value)


def option_icon(question: Question, value: str) -> str:
    """The picture of the option ``value`` of ``question``; empty where there is none."""
    if value in OF_VALUE or value in ("dont_know", "not_applicable"):
        return OF_VALUE.get(value, value)
    return _options().get(f"{question.id}.{value}") or _options().get(value, "")


def list_paths(names: Iterable[str]) -> dict[str, str]:
    """The drawings of ``names``, each once."""
    paths = _read_icons()["paths"]
    return {name: paths[name] for name in dict.fromkeys(names) if name}


def _options() -> Mapping[str, str]:
    return _read_icons()["options"]


@lru_cache(maxsize=1)
def _read_icons() -> Mapping[str, Mapping[str, str]]:
    icons: Mapping[str, Mapping[str, str]] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return icons
