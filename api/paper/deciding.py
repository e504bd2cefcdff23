"""Differences between first and second entry, and what somebody else decides that the paper says."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlmodel import Session, col

from api.errors import Forbidden, Malformed
from api.paper.filling import DAY, read_filled
from api.paper.own_sheets import refuse_own_sheet
from api.paper.printing import find_printing
from api.paper.totals import list_finals
from api.staff_access.deeds import record_deed
from api.staff_access.staff import Staff
from api.tables import PaperBatch, PaperDifference, PaperEntry, PaperSheet
from survey_forms.form import Form
from survey_forms.pages.printed.codes import list_fields
from survey_forms.pages.printed.keyed import spell_keyed
from survey_forms.pages.printed.serials import write_serial


@dataclass(frozen=True)
class Compared:
    """A sheet whose two entries differ; ``is_open`` while something of it is undecided."""

    number: int
    differences: tuple[PaperDifference, ...]

    @property
    def serial(self) -> str:
        return write_serial(self.number)

    @property
    def is_open(self) -> bool:
        return any(one.decided is None for one in self.differences)


def list_compared(session: Session, batch: PaperBatch) -> list[Compared]:
    """Every sheet of ``batch`` with differences, in the order of the serials."""
    sheets = select(col(PaperSheet.number)).where(col(PaperSheet.batch) == batch.id)
    found = session.execute(
        select(PaperDifference)
        .where(col(PaperDifference.number).in_(sheets))
        .order_by(col(PaperDifference.number), col(PaperDifference.field))
    ).scalars()
    by_sheet: dict[int, list[PaperDifference]] = {}
    for one in found:
        by_sheet.setdefault(one.number, []).append(one)
    return [Compared(number, tuple(of_sheet)) for number, of_sheet in by_sheet.items()]


def check_may_decide(session: Session, staff: Staff, number: int) -> None:
    """Forbidden for whoever keyed the sheet, and for one of the own counter."""
    keyed = select(col(PaperEntry.operator)).where(col(PaperEntry.number) == number)
    if staff.actor in session.execute(keyed).scalars().all():
        raise Forbidden(
            "own_entry",
            "Bạn đã nhập phiếu này; chỗ khác nhau phải do người thứ ba quyết định",
            "You keyed this sheet; a third person must decide",
        )
    sheet = session.get(PaperSheet, number)
    if sheet is not None:
        refuse_own_sheet(session, staff, find_printing(session, sheet.printing))


def decide_sheet(
    session: Session,
    batch: PaperBatch,
    form: Form,
    compared: Compared,
    chosen: Mapping[str, str],
    *,
    staff: Staff,
    now: datetime,
    zone: ZoneInfo,
) -> None:
    """``chosen``: field → what the paper says, for every difference of the sheet (empty: the box is blank).
    Malformed with every problem together; both entries and what was decided stay on record."""
    check_may_decide(session, staff, compared.number)
    fields = {field.name: field for field in list_fields(form)}
    missing = [one.field for one in compared.differences if one.field not in chosen]
    problems = [
        {"field": name, "code": "required", "vi": "Chưa quyết định chỗ này", "en": "Not decided"}
        for name in missing
    ]
    spelt: dict[str, str] = {}
    for one in compared.differences:
        said = chosen.get(one.field, "").strip()
        kept = said if one.field == DAY or not said else spell_keyed(fields[one.field], said)
        if kept is None:
            vi, en = f"Không có mã “{said[:40]}” cho câu này", f"There is no code “{said[:40]}” for this box"
            problems.append({"field": one.field, "code": "wrong_code", "vi": vi, "en": en})
        else:
            spelt[one.field] = kept
    if not problems:
        final = list_finals(session, batch)[compared.number] | spelt
        filled = read_filled(form, final, answered_on=batch.answered_on, now=now, zone=zone)
        problems = [
            {"field": one.question, "code": one.code, "vi": one.vi, "en": one.en} for one in filled.problems
        ]
        if DAY in spelt:
            spelt[DAY] = filled.keyed.get(DAY, "")
    if problems:
        raise Malformed("malformed_decision", "Chưa quyết định được", "Nothing was decided", problems)
    for one in compared.differences:
        one.decided, one.decided_by, one.decided_at = spelt[one.field], staff.actor, now
    session.flush()
    record_deed(
        session, staff, at=now, action="paper.decide", subject=f"batch {batch.id}", unit=batch.unit,
        sheet=compared.serial, fields=[one.field for one in compared.differences],
    )  # fmt: skip
