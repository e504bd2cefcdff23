"""One row of a file as a submission, or every reason why not."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from api.receiving.submission import Submission
from api.responses.importing.mapping import UNANSWERED, AnswerRule, Picked, ResponseMapping
from api.tabular import Row, RowProblem
from api.tabular.cells import read_day, read_month
from survey_forms.form import QuestionType

NOON = time(12)
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)  # before it a date is a slip or the zero of a computer
_WHOLE = re.compile(r"([0-9]+)(?:\.0+)?")
_NUMBER = re.compile(r"-?[0-9]+(?:[.,][0-9]+)?")
_YES_NO = {
    "true": True,
    "false": False,
    "1": True,
    "0": False,
    "yes": True,
    "no": False,
    "có": True,
    "không": False,
}


@dataclass(frozen=True)
class Reader:
    """Reads rows by one mapping: what does not change from row to row."""

    mapping: ResponseMapping
    zone: ZoneInfo
    now: datetime
    import_run: int | None = None
    is_demo: bool = False

    def read(self, row: Row) -> tuple[Submission | None, list[RowProblem]]:
        """The submission in ``row``; with problems None."""
        if row.problems:  # cells may stand under the wrong columns: nothing more to learn from them
            return None, list(row.problems)
        problems: list[RowProblem] = []
        ids = tuple(row.values[column] for column in self.mapping.id_columns)
        if not all(ids):
            vi, en = "cột định danh trống", "an id column is empty"
            empty = self.mapping.id_columns[ids.index("")]
            problems.append(RowProblem(row.number, empty, "id_empty", vi, en))
        facts = {name: _pick(picked, row, problems) for name, picked in self.mapping.facts.items()}
        for name in ("unit_filed", "channel"):
            if facts[name] is None:
                column = self.mapping.facts[name].column
                vi, en = "ô không được trống", "the cell is empty"
                problems.append(RowProblem(row.number, column, f"{name}_empty", vi, en))
        submitted_at = self._read_submitted(row, problems)
        answers = _read_answers(self.mapping, row, problems)
        if problems or submitted_at is None:
            return None, problems
        given: dict[str, Any] = {name: fact for name, fact in facts.items() if fact is not None}
        submission = Submission(
            id=self.mapping.response_id(ids),
            form=self.mapping.form.id,
            version=self.mapping.form.version,
            answers=answers,
            submitted_at=submitted_at,
            import_run=self.import_run,
            is_demo=self.is_demo,
            is_clock_trusted=True,
            **given,
        )
        return submission, problems

    def _read_submitted(self, row: Row, problems: list[RowProblem]) -> datetime | None:
        cell = _pick(self.mapping.submitted, row, problems) or ""
        column = self.mapping.submitted.column
        try:
            instant = read_instant(cell, self.zone)
        except ValueError:
            vi, en = "cần ngày hoặc tháng như 2026-10-05, 05/10/2026, 2026-10", "expected a day or month"
            problems.append(RowProblem(row.number, column, "submitted_unreadable", vi, en, cell))
            return None
        if not EARLIEST <= instant <= self.now + timedelta(days=1):
            vi, en = "ngày trước năm 2000 hoặc ở tương lai", "before 2000 or in the future"
            problems.append(RowProblem(row.number, column, "submitted_out_of_range", vi, en, cell))
            return None
        return instant


def read_instant(cell: str, zone: ZoneInfo) -> datetime:
    """An instant as written; a day without time is its noon, a month the noon of its first day."""
    if len(cell) > 10 and cell[4:5] == "-":
        instant = datetime.fromisoformat(cell)
        return instant if instant.tzinfo else instant.replace(tzinfo=zone)
    try:
        day = read_day(cell)
    except ValueError:
        day = read_day(f"{read_month(cell)}-01")
    return datetime.combine(day, NOON, zone)


def _pick(picked: Picked, row: Row, problems: list[RowProblem]) -> str | None:
    if picked.column is None:
        return picked.constant
    cell = row.values[picked.column]
    if picked.values is None:
        return cell or None
    if cell in picked.values:
        return picked.values[cell]
    if not cell:
        return None
    problems.append(_value_unknown(row, picked.column, cell, picked.values))
    return None


def _read_answers(mapping: ResponseMapping, row: Row, problems: list[RowProblem]) -> dict[str, object]:
    raw: dict[str, Any] = {}
    for rule in mapping.answers:
        name = rule.question.id
        value = _read_ticks(rule, row) if rule.column is None else _read_cell(rule, row, problems)
        if value is None:
            continue
        if rule.question.type is QuestionType.MATRIX:
            raw.setdefault(name, {})[rule.part] = value
        else:
            raw[f"{name}.{rule.part}" if rule.part else name] = value
    return raw


def _read_cell(rule: AnswerRule, row: Row, problems: list[RowProblem]) -> object:
    assert rule.column is not None
    cell = row.values[rule.column]
    reason = (rule.missing or {}).get(cell)
    if reason is not None:
        return None if reason == UNANSWERED else reason
    kind = rule.question.type
    if rule.part and kind is not QuestionType.MATRIX:
        return cell  # the text of an option
    if kind is QuestionType.MULTIPLE:
        chosen = [part.strip() for part in cell.split(rule.separator) if part.strip()]
        return [_translate(rule, row, part, problems) for part in chosen]
    if rule.values is not None:
        cell = _translate(rule, row, cell, problems)
    if cell == UNANSWERED:
        return None
    return _typed(kind, cell)


def _typed(kind: QuestionType, cell: str) -> object:
    """The cell as the answer's type where it can be; else as it stands, and the form says what is wrong."""
    if kind in (QuestionType.RATING, QuestionType.MATRIX):
        found = _WHOLE.fullmatch(cell)
        return int(found[1]) if found and len(cell) < 20 else cell
    if kind is QuestionType.NUMBER:
        return float(cell.replace(",", ".")) if _NUMBER.fullmatch(cell) else cell
    if kind is QuestionType.YES_NO:
        return _YES_NO.get(cell.casefold(), cell)
    if kind is QuestionType.DATE:
        try:
            return read_day(cell).isoformat()
        except ValueError:
            return cell
    return cell


def _translate(rule: AnswerRule, row: Row, cell: str, problems: list[RowProblem]) -> str:
    if rule.values is None:
        return cell
    if cell not in rule.values:
        problems.append(_value_unknown(row, rule.column, cell, rule.values))
        return UNANSWERED
    return rule.values[cell]


def _read_ticks(rule: AnswerRule, row: Row) -> object:
    ticks = rule.ticks or {}
    return [option for column, option in ticks.items() if row.values[column] in rule.ticked] or None


def _value_unknown(row: Row, column: str | None, cell: str, values: Mapping[str, str]) -> RowProblem:
    known = ", ".join(list(values)[:12])
    vi, en = f"giá trị không có trong ánh xạ: {known}", f"not among the values of the mapping: {known}"
    return RowProblem(row.number, column, "value_unknown", vi, en, cell)
