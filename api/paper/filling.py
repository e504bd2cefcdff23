"""From what was keyed to a submission: the day, the answers, how complete; and what is wrong with them."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from api.clock import local_day
from api.receiving.submission import Channel, Completeness, Submission
from api.tables import PaperBatch, PaperPrinting
from survey_forms.answers import AnswersInvalid, Problem, drop_unasked, read_answers, read_posted
from survey_forms.form import Form
from survey_forms.pages.printed.keyed import read_keyed, to_pairs

DAY = "_day"  # the box at the top of each sheet
SHEETS = uuid.UUID("5f0c7f0e-64c1-4f0b-9f0e-2d6f0b4b8a11")  # ids of paper responses follow from it and the serial
YEARS_BACK = 2  # a day before is a slip of the pen or of the finger


@dataclass(frozen=True)
class Filled:
    """A sheet as keyed, in one spelling. ``blanks``: questions that need an answer and have none on the paper."""

    keyed: dict[str, str]
    raw: dict[str, object]
    day: date
    problems: tuple[Problem, ...]
    blanks: tuple[Problem, ...]


def read_filled(
    form: Form, typed: Mapping[str, str], *, answered_on: date, now: datetime, zone: ZoneInfo
) -> Filled:
    """What ``typed`` says; ``answered_on`` is the day of a sheet that bears none."""
    keyed = read_keyed(form, typed)
    problems = list(keyed.problems)
    day, day_problem = _read_day(typed.get(DAY, "").strip(), answered_on, today=local_day(now, zone))
    problems += day_problem
    raw: dict[str, object] = {}
    blanks: list[Problem] = []
    if not keyed.problems:
        raw = drop_unasked(form, read_posted(form, to_pairs(form, keyed.values)))
        try:
            read_answers(form, raw)
        except AnswersInvalid as error:
            blanks = [problem for problem in error.problems if problem.code == "required"]
            problems += [problem for problem in error.problems if problem.code != "required"]
    if not keyed.values:
        problems.append(
            Problem(
                "",
                "empty_sheet",
                "Phiếu trống; phiếu không ghi gì thì không nhập và không đếm vào chồng",
                "The sheet is empty; one without answers is not keyed and not counted",
            )
        )
    values = keyed.values if day == answered_on else keyed.values | {DAY: day.isoformat()}
    return Filled(values, raw, day, tuple(problems), tuple(blanks))


def response_id(number: int) -> uuid.UUID:
    """The id of the response of sheet ``number``: the same sheet is the same response."""
    return uuid.uuid5(SHEETS, str(number))


def make_submission(
    filled: Filled, *, number: int, printing: PaperPrinting, batch: PaperBatch, zone: ZoneInfo
) -> Submission:
    """The response of a sheet. Required questions left out on paper make it flagged, not partial: the person
    went to the end."""
    noon = datetime.combine(filled.day, time(12), zone)
    return Submission(
        id=response_id(number),
        form=batch.form,
        version=batch.version,
        answers=filled.raw,
        unit_filed=printing.unit,
        submitted_at=noon.astimezone(UTC),
        channel=Channel.PAPER,
        selection=batch.selection,
        language=printing.language,
        procedure=printing.procedure,
        counter=printing.counter,
        is_clock_trusted=True,
        consent=printing.consent,
        completeness=Completeness.FLAGGED if filled.blanks else Completeness.COMPLETE,
    )


def _read_day(typed: str, usual: date, *, today: date) -> tuple[date, list[Problem]]:
    digits = typed.replace("/", "").replace(".", "").replace("-", "")
    if not typed:
        return usual, []
    try:
        if len(typed) == 10 and typed[4] == typed[7] == "-":
            day = date.fromisoformat(typed)
        else:
            day = date(int(digits[4:]), int(digits[2:4]), int(digits[:2]))
    except ValueError:
        vi, en = "Ngày gõ 8 chữ số, ví dụ 05092026", "Type the day as 8 digits, such as 05092026"
        return usual, [Problem(DAY, "wrong_day", vi, en)]
    if not today.year - YEARS_BACK <= day.year or day > today:
        vi = f"Ngày {day:%d/%m/%Y} không thể đúng: ở tương lai hoặc quá {YEARS_BACK} năm trước"
        en = f"The day {day:%d/%m/%Y} cannot be right: in the future, or more than {YEARS_BACK} years ago"
        return usual, [Problem(DAY, "wrong_day", vi, en)]
    return day, []
