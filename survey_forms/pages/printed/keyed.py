"""What staff key in from a sheet: brought to one spelling, and turned into the fields of the form's page."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from survey_forms.errors import Problem
from survey_forms.form import Form
from survey_forms.pages.printed.codes import UNCLEAR, FieldKind, SheetField, list_fields
from survey_forms.questions.number import AMBIGUOUS
from survey_forms.questions.wording import show

_DAY = re.compile(r"(\d{1,2})[/.-]?(\d{2})[/.-]?(\d{4})")
_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_NUMBER = re.compile(r"-?\d{1,15}(?:[.,]\d{1,10})?")
_CAN_BE_UNCLEAR = (FieldKind.CODE, FieldKind.CODES, FieldKind.DATE)  # in the box of a number, 0 is a number


@dataclass(frozen=True)
class Keyed:
    """A sheet as it was keyed: ``values`` by field name in one spelling, blank boxes left out; every problem."""

    values: dict[str, str]
    problems: tuple[Problem, ...]


def read_keyed(form: Form, typed: Mapping[str, str]) -> Keyed:
    """Every field of ``typed`` in one spelling: ``3 1`` and ``13`` are the same, as are ``5/9/2026`` and
    ``05092026``. What cannot be keyed for its box is a problem and stays as it was typed."""
    values: dict[str, str] = {}
    problems: list[Problem] = []
    for field in list_fields(form):
        raw = typed.get(field.name, "").strip()
        if not raw:
            continue
        spelt = spell_keyed(field, raw)
        values[field.name] = raw if spelt is None else spelt
        if spelt is None:
            problems.append(_refuse(field, raw))
    return Keyed(values, tuple(problems))


def spell_keyed(field: SheetField, raw: str) -> str | None:
    """``raw`` in the one spelling of its kind; None when no such box can say that."""
    known = {code.keyed for code in field.codes}
    if field.kind is FieldKind.WORDS:
        return raw if raw in known else " ".join(unicodedata.normalize("NFC", raw).split())
    if field.kind in _CAN_BE_UNCLEAR and raw.strip(UNCLEAR) == "":
        return UNCLEAR
    if field.kind is FieldKind.CODE:
        code = raw.zfill(field.width)
        return code if code in known else None
    if field.kind is FieldKind.CODES:
        return _spell_codes(field, raw, known)
    if raw in known:
        return raw
    return _spell_day(raw) if field.kind is FieldKind.DATE else _spell_number(raw)


def to_pairs(form: Form, values: Mapping[str, str]) -> Iterable[tuple[str, str]]:
    """``values`` of ``read_keyed`` as the fields that the form's page would post; unclear boxes are no answer."""
    for field in list_fields(form):
        keyed = values.get(field.name)
        if keyed is None or (keyed == UNCLEAR and field.kind in _CAN_BE_UNCLEAR):
            continue
        meaning = {code.keyed: code.value for code in field.codes}
        if field.kind is FieldKind.CODES:
            yield from ((field.name, meaning[code]) for code in _split(field, keyed))
        else:
            yield field.name, meaning.get(keyed, keyed)


def keyed_number(field: SheetField, keyed: str | None) -> float:
    """What a keyed box adds to a control total: its level or number; 0 for blank, unclear or a reason."""
    if keyed is None:
        return 0.0
    meaning = {code.keyed: code.value for code in field.codes}.get(keyed, keyed)
    return float(meaning) if _NUMBER.fullmatch(meaning) else 0.0


def tell_keyed(field: SheetField, keyed: str | None, language: str) -> str:
    """``keyed`` with what it means: ``4 – Hài lòng``."""
    if not keyed:
        return ""
    texts = {code.keyed: code.text[language] for code in field.codes}
    codes = _split(field, keyed) if field.kind is FieldKind.CODES else [keyed]
    told = [texts[code] for code in codes if code in texts]
    return f"{keyed} – {'; '.join(told)}" if told else keyed


def _split(field: SheetField, keyed: str) -> list[str]:
    return [keyed[start : start + field.width] for start in range(0, len(keyed), field.width)]


def _spell_codes(field: SheetField, raw: str, known: set[str]) -> str | None:
    words = re.split(r"[\s,.;+]+", raw.strip(" ,.;+"))
    if field.width == 1 or (len(words) == 1 and len(raw) % field.width == 0):
        codes = _split(field, "".join(words))
    else:
        codes = [word.zfill(field.width) for word in words]
    if not set(codes) <= known or len(set(codes)) < len(codes):
        return None
    return "".join(sorted(codes))


def _spell_day(raw: str) -> str | None:
    found, iso = _DAY.fullmatch(raw), _ISO.fullmatch(raw)
    parts = iso.groups() if iso else found.groups()[::-1] if found else None
    try:
        return date(*(int(part) for part in parts)).isoformat() if parts else None
    except ValueError:  # 31/02/2026
        return None


def _spell_number(raw: str) -> str | None:
    if not _NUMBER.fullmatch(raw) or AMBIGUOUS.fullmatch(raw):
        return None
    return f"{float(raw.replace(',', '.')):.15g}"


def _refuse(field: SheetField, raw: str) -> Problem:
    got = show(raw)
    if field.codes and field.kind in (FieldKind.CODE, FieldKind.CODES):
        codes = ", ".join(code.keyed for code in field.codes)
        vi = f"Không có mã {got}; hãy gõ {codes}, hoặc {UNCLEAR} khi không rõ"
        en = f"There is no code {got}; type {codes}, or {UNCLEAR} where it is unclear"
    elif field.kind is FieldKind.DATE:
        vi = f"{got} không phải ngày; gõ 8 chữ số, ví dụ 05092026, hoặc {UNCLEAR} khi không rõ"
        en = f"{got} is no date; type 8 digits such as 05092026, or {UNCLEAR} where it is unclear"
    else:
        vi = f"{got} không phải số; hãy gõ chữ số, không dùng dấu chấm hàng nghìn"
        en = f"{got} is no number; type digits, without a mark for thousands"
    return Problem(field.question.id, "wrong_code", vi, en, field.part)
