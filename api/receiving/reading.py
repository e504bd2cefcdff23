"""From a submission to the row that will be stored: every problem together, nothing written."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from api.clock import local_day, month_of
from api.errors import Malformed, NotThere
from api.receiving.coarse import coarsen
from api.receiving.device_clock import judge_clock
from api.receiving.known_codes import KnownCodes
from api.receiving.submission import (
    PUBLIC_CHANNELS,
    Channel,
    Completeness,
    OptionOrder,
    ReadyResponse,
    Selection,
    Submission,
)
from survey_forms.answers import Answers, read_answers
from survey_forms.errors import AnswersInvalid, UnknownForm
from survey_forms.form import LANGUAGES, MORE_LANGUAGES, Form
from survey_forms.loader import Catalogue

PROBLEMS_MAX = 50  # of a thousand problems a person reads a few; the reply stays small

_CODE_TEXTS = {
    "unknown_unit": ("Không có đơn vị {value}", "There is no unit {value}"),
    "unit_not_valid_on_day": (
        "Đơn vị {value} không hoạt động ngày {day_vi}",
        "Unit {value} did not exist on {day}",
    ),
    "unknown_procedure": ("Không có thủ tục {value}", "There is no procedure {value}"),
    "procedure_not_valid_on_day": (
        "Thủ tục {value} không có hiệu lực ngày {day_vi}",
        "Procedure {value} was not in force on {day}",
    ),
    "unknown_counter": ("Không có quầy {value}", "There is no counter {value}"),
    "counter_not_valid_on_day": (
        "Quầy {value} không hoạt động ngày {day_vi}",
        "Counter {value} did not exist on {day}",
    ),
    "counter_of_other_unit": (
        "Quầy {value} không thuộc đơn vị tiếp nhận",
        "Counter {value} does not stand in the unit where it was filed",
    ),
    "unknown_channel": ("Không có kênh {value}", "There is no channel {value}"),
    "channel_needs_key": (
        "Kênh {value} cần khóa API có quyền batch",
        "Channel {value} needs an API key with the scope batch",
    ),
    "unknown_selection": ("Không có cách chọn mẫu {value}", "There is no selection {value}"),
    "unknown_completeness": (
        "Không có mức hoàn thành {value}; cần complete, partial hoặc flagged",
        "There is no completeness {value}; expected complete, partial or flagged",
    ),
    "unknown_option_order": (
        "Không có thứ tự {value}; cần ascending hoặc descending",
        "There is no order {value}; expected ascending or descending",
    ),
    "unknown_language": ("Không có ngôn ngữ {value}", "There is no language {value}"),
}


def read_ready(
    submission: Submission, *, forms: Catalogue, codes: KnownCodes, now: datetime, zone: ZoneInfo
) -> ReadyResponse:
    """``submission`` as it will be stored; Malformed with all its problems, NotThere for an unknown form."""
    form = find_form(forms, submission.form, submission.version)
    believed_at, is_clock_doubted = judge_clock(submission, now=now)
    day = local_day(believed_at, zone)
    problems = list(_field_problems(submission, codes, day))
    problems += _duration_problems(submission, form)
    answers = _read_answers(form, submission, problems)
    problems += _storage_problems(answers)
    if problems:
        raise malformed(problems)
    received_at = now
    if submission.invitation is not None:  # checked as of now, stored as of the month
        submission = coarsen(submission, zone=zone)
        received_at, is_clock_doubted = submission.submitted_at, False
        day = local_day(received_at, zone)
    content = _content(submission, answers)
    values = content | {
        "id": submission.id,
        "form_hash": form.sha256,
        "content_hash": hash_content(content),
        "started_at": submission.started_at,
        "submitted_at": submission.submitted_at,
        "received_at": received_at,
        "local_day": day,
        "month": month_of(day),
        "is_clock_doubted": is_clock_doubted,
        "import_run": submission.import_run,
        "is_demo": submission.is_demo,
        **_circumstances(submission),
        # Measured or judged anew at each sending, so no part of the content.
        "clock_offset_seconds": submission.clock_offset_seconds,
        "is_trapped": submission.is_trapped,
    }
    del values["texts"]
    return ReadyResponse(submission.id, values, answers.texts, submission.invitation)


def find_form(forms: Catalogue, form: str, version: str) -> Form:
    """The form of that version; NotThere lists the versions there are."""
    try:
        return forms.get(form, version)
    except UnknownForm as error:
        raise NotThere(
            "unknown_form",
            f"Không có phiếu {form} phiên bản {version}",
            f"There is no form {form} of version {version}",
            known=[str(known) for known in error.known],
        ) from None


def malformed(problems: list[dict[str, Any]]) -> Malformed:
    """One error for all ``problems``; of very many the first, and how many there were."""
    more = {"problems_total": len(problems)} if len(problems) > PROBLEMS_MAX else {}
    return Malformed(
        "malformed_response",
        "Phiếu chưa hợp lệ; xem từng mục trong problems",
        "The response is not valid; see each entry of problems",
        problems[:PROBLEMS_MAX],
        **more,
    )


def hash_content(content: Mapping[str, Any]) -> str:
    """sha256 of everything the client sent that is stored; the same content always gives the same hash."""
    canonical = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


def _language_problem(submission: Submission) -> str | None:
    return None if submission.language in (*LANGUAGES, *MORE_LANGUAGES) else "unknown_language"


def _field_problems(submission: Submission, codes: KnownCodes, day: date) -> Iterator[dict[str, Any]]:
    fields: list[tuple[str, str | None, str | None]] = [
        ("channel", submission.channel, _channel_problem(submission)),
        ("selection", submission.selection, _unknown(submission.selection, Selection, "unknown_selection")),
        ("language", submission.language, _language_problem(submission)),
        (
            "completeness",
            submission.completeness,
            _unknown(submission.completeness, Completeness, "unknown_completeness"),
        ),
        ("unit_filed", submission.unit_filed, codes.unit_problem(submission.unit_filed, day)),
    ]
    for name in ("unit_decided", "unit_residence"):
        if unit := getattr(submission, name):
            fields.append((name, unit, codes.unit_problem(unit, day)))
    if submission.procedure:
        fields.append(("procedure", submission.procedure, codes.procedure_problem(submission.procedure, day)))
    if submission.option_order is not None:
        problem = _unknown(submission.option_order, OptionOrder, "unknown_option_order")
        fields.append(("option_order", submission.option_order, problem))
    if submission.counter:
        problem = codes.counter_problem(submission.counter, day, unit=submission.unit_filed)
        fields.append(("counter", submission.counter, problem))
    for field, value, code in fields:
        if code:
            vi, en = _CODE_TEXTS[code]
            shown = {"value": value, "day": day.isoformat(), "day_vi": day.strftime("%d/%m/%Y")}
            yield {"field": field, "code": code, "vi": vi.format(**shown), "en": en.format(**shown)}


def _channel_problem(submission: Submission) -> str | None:
    if submission.is_public and submission.channel in set(Channel) and submission.channel not in PUBLIC_CHANNELS:
        return "channel_needs_key"
    return _unknown(submission.channel, Channel, "unknown_channel")


def _unknown(value: str, known: type[StrEnum], code: str) -> str | None:
    return None if value in set(known) else code


def _duration_problems(submission: Submission, form: Form) -> Iterator[dict[str, Any]]:
    known = {question.id for question in form.questions}
    for question in submission.durations or {}:
        if question not in known:
            yield {
                "field": f"durations.{question}"[:100],
                "code": "unknown_question",
                "vi": "Phiếu không có câu này",
                "en": "The form has no such question",
            }


def _read_answers(form: Form, submission: Submission, problems: list[dict[str, Any]]) -> Answers:
    if isinstance(submission.answers, Answers):
        return submission.answers
    is_whole = submission.completeness == Completeness.COMPLETE
    try:
        return read_answers(form, submission.answers, is_whole=is_whole)
    except AnswersInvalid as error:
        problems.extend(
            {"question": found.question, "code": found.code, "vi": found.vi, "en": found.en}
            | ({"part": found.part} if found.part else {})
            for found in error.problems
        )
        return Answers(values={}, texts={})


def _storage_problems(answers: Answers) -> Iterator[dict[str, Any]]:
    for question, text in answers.texts.items():
        if "\x00" in text:  # PostgreSQL stores no NUL
            yield {
                "question": question,
                "code": "nul_in_text",
                "vi": "Có ký tự NUL, không lưu được",
                "en": "A NUL byte cannot be stored",
            }


def _content(submission: Submission, answers: Answers) -> dict[str, Any]:
    return {
        "id": str(submission.id),
        "form": submission.form,
        "version": submission.version,
        "answers": dict(answers.values),
        "texts": dict(answers.texts),
        "unit_filed": submission.unit_filed,
        "unit_decided": submission.unit_decided or None,
        "unit_residence": submission.unit_residence or None,
        "procedure": submission.procedure or None,
        "counter": submission.counter or None,
        "channel": str(submission.channel),
        "selection": str(Selection.SELF_SELECTED if submission.is_public else submission.selection),
        "language": submission.language,
        "started_at": _utc_text(submission.started_at),
        "submitted_at": _utc_text(submission.submitted_at),
        "device": submission.device,
        "device_sequence": submission.device_sequence,
    } | {name: value for name, value in _circumstances(submission).items() if value != _USUAL[name]}


def _circumstances(submission: Submission) -> dict[str, Any]:
    """How it was answered. What is usual stays out of the content: responses stored before these were asked for
    keep their hash, so that sending them again is still known."""
    return {
        "completeness": str(submission.completeness),
        "is_assisted": submission.is_assisted,
        "option_order": submission.option_order,
        "durations": None if submission.durations is None else dict(submission.durations),
        "consent": submission.consent,
    }


_USUAL = {
    "completeness": str(Completeness.COMPLETE),
    "is_assisted": False,
    "option_order": None,
    "durations": None,
    "consent": None,
}


def _utc_text(instant: datetime | None) -> str | None:
    return None if instant is None else instant.astimezone(UTC).isoformat()
