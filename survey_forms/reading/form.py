"""A whole form from its file, and its hash."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from survey_forms.form import Form, LegalBasis, OnIdle, Scale
from survey_forms.reading.checks import check_questions
from survey_forms.reading.field import VERSION, Field
from survey_forms.reading.questions import read_section
from survey_forms.reading.recipe import read_recipe
from survey_forms.reading.scales import describe_scale

REQUIRED = (
    "form",
    "version",
    "title",
    "intro",
    "thanks",
    "audience",
    "is_representative",
    "legal_basis",
    "sections",
)
AUDIENCES = ("citizen", "enterprise")
NO_DAY = date(1, 1, 1)  # stands in while problems are gathered; no form leaves with it


def read_form(root: Field, scales: Mapping[str, Scale]) -> Form:
    """The form in ``root``; only to be used when its source noted no problem."""
    taken = root.take(required=REQUIRED, optional=("index", "on_idle"))
    read = [read_section(entry, scales) for entry in taken["sections"].items(at_least=1)]
    sections = tuple(section for section, _ in read)
    _check_section_ids(taken["sections"], [section.id for section in sections])
    check_questions([pair for section, fields in read for pair in zip(section.questions, fields, strict=True)])
    audience = taken["audience"].string()
    if audience and audience not in AUDIENCES:
        taken["audience"].fail(f"một trong / one of {', '.join(AUDIENCES)}")
    form = Form(
        id=taken["form"].word(),
        version=taken["version"].word(VERSION),
        title=taken["title"].text(),
        intro=taken["intro"].text(),
        thanks=taken["thanks"].text(),
        audience=audience,
        is_representative=taken["is_representative"].boolean(),
        legal_basis=_read_legal_basis(taken["legal_basis"]),
        sections=sections,
        recipe=read_recipe(
            taken["index"], tuple(question for section in sections for question in section.questions)
        ),
        sha256="",
        on_idle=taken["on_idle"].choice(OnIdle) or OnIdle.PARTIAL,
    )
    return replace(form, sha256=hash_form(form, root.value))


def hash_form(form: Form, data: object) -> str:
    """sha256 of what the file says and of the scales it names.

    Of the data as read, not of the bytes (line ends, comments and the order of keys do not count) and not of
    the Form (a field that the code gains later must not change what was released).
    """
    scales = {question.scale.id: describe_scale(question.scale) for question in form.questions if question.scale}
    canonical = json.dumps(
        {"form": data, "scales": scales}, ensure_ascii=True, sort_keys=True, separators=(",", ":"), default=_plain
    )
    return hashlib.sha256(canonical.encode("ascii")).hexdigest()


def _read_legal_basis(field: Field) -> LegalBasis:
    taken = field.take(required=("document", "valid_from"), optional=("issued_on", "valid_to", "note"))
    valid_from, valid_to = taken["valid_from"].day(), taken["valid_to"].day()
    if taken["valid_from"].value is None:
        taken["valid_from"].fail("ngày / a date YYYY-MM-DD")
    if valid_from and valid_to and valid_to < valid_from:
        taken["valid_to"].fail(f"từ ngày / on or after {valid_from}")
    return LegalBasis(
        document=taken["document"].string(),
        issued_on=taken["issued_on"].day(),
        valid_from=valid_from or NO_DAY,
        valid_to=valid_to,
        note=taken["note"].optional_text(),
    )


def _check_section_ids(field: Field, ids: list[str]) -> None:
    for number, id in enumerate(ids):
        if id and id in ids[:number]:
            Field(field.source, f"{field.key}[{number}].id", id).fail("mã chưa dùng / an id not used")


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, date) else repr(value)
