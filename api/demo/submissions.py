"""Turns people of the demonstration population into submissions of the forms shown to them."""

import calendar
import random
import uuid
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl

from api.receiving.service import Submission
from survey_forms.form import Form, QuestionType

COMMENTS = (
    "Cán bộ hướng dẫn tận tình, cảm ơn.",
    "Chờ hơi lâu vào buổi sáng.",
    "Nên có thêm ghế ngồi và chỗ để xe.",
    "Hồ sơ trực tuyến nộp được nhưng tải giấy tờ lên hơi khó.",
    "Trả kết quả đúng hẹn.",
)
OPENING_HOUR, OPEN_MINUTES = 8, 9 * 60
_IDS = uuid.UUID("3a3f0a8e-7d55-4b43-9f0f-6a1d2c6f7b10")  # name space of demonstration response ids


def make_submissions(
    people: pl.DataFrame,
    form: Form,
    *,
    month: str,
    last_day: int,
    channel: str,
    selection: str,
    seed: int,
    zone: ZoneInfo,
) -> Iterator[Submission]:
    """One submission per row of ``people``, in the opening hours of the first ``last_day`` days of the month."""
    chance = random.Random(f"{seed} {form.id} {month}")
    year, number = (int(part) for part in month.split("-"))
    days = [day for day in range(1, last_day + 1) if calendar.weekday(year, number, day) < 5] or [1]
    for row, person in enumerate(people.iter_rows(named=True)):
        opening = datetime(year, number, chance.choice(days), OPENING_HOUR, tzinfo=zone)
        submitted = (opening + timedelta(seconds=chance.randrange(OPEN_MINUTES * 60))).astimezone(UTC)
        yield Submission(
            id=uuid.uuid5(_IDS, f"{seed} {form.id} {month} {row}"),
            form=form.id,
            version=form.version,
            answers=_answers(form, person, chance),
            unit_filed=person["unit"],
            unit_decided=person["unit"],
            procedure=person["procedure"],
            channel=channel,
            selection=selection,
            # A longer form takes longer; one draw, so that all else stays as it was.
            started_at=submitted - timedelta(seconds=chance.randint(9, 90) * (1 + len(form.questions) // 4)),
            submitted_at=submitted,
            is_demo=True,
        )


def _answers(form: Form, person: Mapping[str, Any], chance: random.Random) -> dict[str, object]:
    answers: dict[str, object] = {}
    for question in form.questions:
        if question.type is QuestionType.RATING and question.id in person:
            level = person[question.id]
            if level is not None:
                answers[question.id] = level
            elif question.missing:
                answers[question.id] = question.missing[0].value
    if "trips" in {question.id for question in form.questions}:
        options = form.question("trips").options
        answers["trips"] = options[min(person["trips"], len(options)) - 1].id
    if "reasons" in {question.id for question in form.questions} and person["overall"] <= 3:
        answers["reasons"] = [chance.choice([o.id for o in form.question("reasons").options if not o.with_text])]
    if "comment" in {question.id for question in form.questions} and chance.random() < 0.04:
        answers["comment"] = chance.choice(COMMENTS)
    return answers
