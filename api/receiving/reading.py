"""From a submission to the row that will be stored: every problem together, nothing written."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from api.clock import local_day, month_of
from api.errors import Malformed, NotThere
from api.receiving.known_codes import KnownCodes
from api.receiving.submission import PUBLIC_CHANNELS, Channel, ReadyResponse, Selection, Submission
from survey_forms.answers import Answers, read_answers
from survey_forms.errors import AnswersInvalid, UnknownForm
from survey_forms.form import LANGUAGES, Form
from survey_forms.loader import Catalogue

# A device's clock is not believed outside of these; the answer counts on the day it was received.
CLOCK_FROM = datetime(2020, 1, 1, tzinfo=UTC)
CLOCK_AHEAD = timedelta(days=1)
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
    "unknown_language": ("Không có ngôn ngữ {value}", "There is no language {value}"),
}


def read_ready(
    submission: Submission, *, forms: Catalogue, codes: KnownCodes, now: datetime, zone: ZoneInfo
) -> ReadyResponse:
    """``submission`` as it will be stored; Malformed with all its problems, NotThere for an unknown form."""
    form = find_form(forms, submission.form, submission.version)
    is_clock_doubted = not submission.is_clock_trusted and (
        is_doubtful(submission.submitted_at, now=now) or _runs_backwards(submission)
    )
    day = local_day(now if is_clock_doubted else submission.submitted_at, zone)
    problems = list(_field_problems(submission, codes, day))
    answers = _read_answers(form, submission.answers, problems)
    problems += _storage_problems(answers)
    if problems:
        raise malformed(problems)
    content = _content(submission, answers)
    values = content | {
        "id": submission.id,
        "form_hash": form.sha256,
        "content_hash": hash_content(content),
        "started_at": submission.started_at,
        "submitted_at": submission.submitted_at,
        "received_at": now,
        "local_day": day,
        "month": month_of(day),
        "is_clock_doubted": is_clock_doubted,
        "import_run": submission.import_run,
        "is_demo": submission.is_demo,
    }
    del values["texts"]
    return ReadyResponse(submission.id, values, answers.texts)


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


def is_doubtful(submitted_at: datetime, *, now: datetime) -> bool:
    """Whether a device's clock cannot be believed: before 2020, or more than a day ahead of ours."""
    return not CLOCK_FROM <= submitted_at <= now + CLOCK_AHEAD


def _runs_backwards(submission: Submission) -> bool:
    """Whether the device was set back between the first tap and the last: it cannot say when that was."""
    return submission.started_at is not None and submission.started_at > submission.submitted_at


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


def _field_problems(submission: Submission, codes: KnownCodes, day: date) -> Iterator[dict[str, Any]]:
    fields: list[tuple[str, str | None, str | None]] = [
        ("channel", submission.channel, _channel_problem(submission)),
        ("selection", submission.selection, _unknown(submission.selection, Selection, "unknown_selection")),
        ("language", submission.language, None if submission.language in LANGUAGES else "unknown_language"),
        ("unit_filed", submission.unit_filed, codes.unit_problem(submission.unit_filed, day)),
    ]
    for name in ("unit_decided", "unit_residence"):
        if unit := getattr(submission, name):
            fields.append((name, unit, codes.unit_problem(unit, day)))
    if submission.procedure:
        fields.append(("procedure", submission.procedure, codes.procedure_problem(submission.procedure, day)))
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


def _unknown(value: str, known: type[Channel] | type[Selection], code: str) -> str | None:
    return None if value in set(known) else code


def _read_answers(form: Form, answers: Mapping[str, object] | Answers, problems: list[dict[str, Any]]) -> Answers:
    if isinstance(answers, Answers):
        return answers
    try:
        return read_answers(form, answers)
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
    }


def _utc_text(instant: datetime | None) -> str | None:
    return None if instant is None else instant.astimezone(UTC).isoformat()
