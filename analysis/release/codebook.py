"""The description of a released folder: a Frictionless data package, every column told in both languages."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from analysis.errors import AnalysisError
from survey_forms.columns import AnswerColumn
from survey_forms.form import Form, Missing, Question, QuestionType, Text

MISSING_LABELS: Mapping[str, Text] = {
    Missing.DONT_KNOW: {"vi": "Không biết", "en": "Don't know"},
    Missing.NOT_APPLICABLE: {"vi": "Không áp dụng", "en": "Not applicable"},
}
ANSWER_FIELD_TYPES = {
    "level": "integer",
    "boolean": "boolean",
    "option": "string",
    "number": "number",
    "date": "date",
    "missing": "string",
}


@dataclass(frozen=True)
class Table:
    """One released table: its file, what it is, and its fields."""

    name: str
    file: str
    title: Text
    fields: Sequence[dict[str, Any]]


class UndescribedColumn(AnalysisError, LookupError):
    """A column that would be released without words."""

    def __init__(self, table: str, columns: Sequence[str]) -> None:
        super().__init__(
            [f"{table}: column {column!r} has no words" for column in columns],
            "Describe them in analysis/release/columns.yaml.",
        )
        self.table, self.columns = table, list(columns)


def describe_columns(table: str, columns: Sequence[str]) -> list[dict[str, Any]]:
    """Table Schema fields for the fixed ``columns`` of ``table``, in that order.

    Raises
    ------
    UndescribedColumn
        If columns.yaml has no words for some.

    References
    ----------
    METHODS 8.1.
    """
    known = _descriptions()[table]
    unknown = [name for name in columns if name not in known]
    if unknown:
        raise UndescribedColumn(table, unknown)
    return [_fixed_field(name, known[name]) for name in columns]


def describe_answers(form: Form, columns: Sequence[AnswerColumn], *, prefix: str) -> list[dict[str, Any]]:
    """Table Schema fields for answer ``columns`` of ``form``, their names after ``prefix``; METHODS 8.1."""
    return [_answer_field(form, column, prefix) for column in columns]


def describe_package(
    *,
    name: str,
    title: Text,
    description: Text,
    version: str,
    month: str,
    licence: Mapping[str, str],
    is_demonstration: bool,
    forms: Sequence[Mapping[str, Any]],
    resources: Sequence[Mapping[str, Any]],
) -> dict[str, Any]:
    """The ``datapackage.json`` of one revision; no time in it, so same data, same bytes. METHODS 8.1."""
    return {
        "profile": "data-package",
        "name": name,
        "title": title["vi"],
        "title_en": title["en"],
        "description": description["vi"],
        "description_en": description["en"],
        "version": version,
        "languages": ["vi", "en"],
        "licenses": [dict(licence)],
        "temporal_coverage": month,
        "is_demonstration": is_demonstration,
        "forms": [dict(form) for form in forms],
        "resources": [dict(resource) for resource in resources],
    }


def describe_table(table: Table, *, size: int, sha256: str, rows: int) -> dict[str, Any]:
    """The resource of one CSV table. METHODS 8.1."""
    return {
        "profile": "tabular-data-resource",
        "name": table.name,
        "path": table.file,
        "type": "table",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "title": table.title["vi"],
        "title_en": table.title["en"],
        "bytes": size,
        "hash": f"sha256:{sha256}",
        "rows": rows,
        "dialect": {"delimiter": ",", "lineTerminator": "\n", "quoteChar": '"', "doubleQuote": True},
        "schema": {"fields": list(table.fields), "missingValues": [""]},
    }


def describe_file(
    *, name: str, file: str, mediatype: str, title: Text, description: Text, size: int, sha256: str
) -> dict[str, Any]:
    """The resource of a file that repeats a table in another format. METHODS 8.1."""
    return {
        "profile": "data-resource",
        "name": name,
        "path": file,
        "type": "file",
        "mediatype": mediatype,
        "title": title["vi"],
        "title_en": title["en"],
        "description": description["vi"],
        "description_en": description["en"],
        "bytes": size,
        "hash": f"sha256:{sha256}",
    }


@cache
def _descriptions() -> dict[str, dict[str, dict[str, Any]]]:
    text = files("analysis.release").joinpath("columns.yaml").read_text(encoding="utf-8")
    return dict(yaml.safe_load(text))


def _fixed_field(name: str, told: Mapping[str, Any]) -> dict[str, Any]:
    field = _field(name, told["type"], title={"vi": name, "en": name}, description=told)
    constraints = {key: told[key] for key in ("pattern", "minimum", "maximum") if key in told}
    if "codes" in told:
        field["categories"] = [_category(code, words) for code, words in told["codes"].items()]
        constraints["enum"] = list(told["codes"])
    if constraints:
        field["constraints"] = constraints
    return field


def _answer_field(form: Form, column: AnswerColumn, prefix: str) -> dict[str, Any]:
    question = form.question(column.question)
    field = _field(
        prefix + column.name,
        ANSWER_FIELD_TYPES[column.kind],
        title=column.text,
        description={language: _asked(question, column, language) for language in ("vi", "en")},
    )
    categories = _answer_categories(question, column)
    if categories:
        field["categories"] = categories
    if column.kind == "level" and question.scale:
        field["constraints"] = {"minimum": 1, "maximum": question.scale.levels}
    elif categories:
        field["constraints"] = {"enum": [category["value"] for category in categories]}
    return field


def _asked(question: Question, column: AnswerColumn, language: str) -> str:
    words = [question.text[language]]
    if column.part is not None:
        parts = question.rows if question.type == QuestionType.MATRIX else question.options
        words += [part.text[language] for part in parts if part.id == column.part]
    if column.kind == "missing":
        words.append({"vi": "vì sao không có trả lời", "en": "why there is no answer"}[language])
    return ": ".join(words)


def _answer_categories(question: Question, column: AnswerColumn) -> list[dict[str, Any]]:
    if column.kind == "level" and question.scale:
        return [_category(level, label) for level, label in enumerate(question.scale.labels, 1)]
    if column.kind == "option":
        return [_category(option.id, option.text) for option in question.options]
    if column.kind == "missing":
        return [_category(str(reason), MISSING_LABELS[reason]) for reason in question.missing]
    return []


def _field(name: str, type: str, *, title: Text, description: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "name": name,
        "type": type,
        "title": title["vi"],
        "title_en": title["en"],
        "description": description["vi"],
        "description_en": description["en"],
    }


def _category(value: str | int, words: Text) -> dict[str, Any]:
    return {"value": value, "label": words["vi"], "label_en": words["en"]}
