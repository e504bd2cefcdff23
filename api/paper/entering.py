"""Keys a sheet in: checks serial, person and answers, keeps the entry; the second one is compared."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import delete, select
from sqlmodel import Session, col

from api.errors import Conflict, Forbidden, HailongError, Malformed
from api.paper.filling import DAY, Filled, make_submission, read_filled
from api.paper.own_sheets import refuse_own_sheet
from api.paper.printing import find_printing_of
from api.paper.totals import FIRST, SECOND
from api.receiving.known_codes import KnownCodes
from api.receiving.service import read_submission
from api.staff_access.deeds import record_deed
from api.staff_access.staff import Staff
from api.tables import PaperBatch, PaperDifference, PaperEntry, PaperPrinting, PaperSheet
from api.tables.paper import BatchState
from survey_forms.form import Form
from survey_forms.loader import Catalogue
from survey_forms.pages.printed.codes import FieldKind, list_fields
from survey_forms.pages.printed.serials import read_serial, write_serial


@dataclass(frozen=True)
class Sheet:
    """A sheet that its person may key now, in which turn, and what the same person keyed before."""

    number: int
    turn: int
    printing: PaperPrinting
    earlier: dict[str, str]

    @property
    def serial(self) -> str:
        return write_serial(self.number)


def find_sheet(session: Session, batch: PaperBatch, typed: str, *, staff: Staff) -> Sheet:
    """The sheet of a serial as typed or scanned; refused with the reason when it is none of this batch's,
    another's work, or one's own counter's."""
    number = read_serial(typed)
    if number is None:
        raise Malformed(
            "wrong_serial",
            f"Số phiếu “{typed[:20]}” gõ sai: cần đủ 8 chữ số như in trên phiếu",
            f"“{typed[:20]}” is mistyped: all 8 digits as printed on the sheet are needed",
        )
    printing = find_printing_of(session, number)
    if printing is None:
        raise Malformed(
            "unknown_serial",
            f"Số phiếu {write_serial(number)} chưa từng được in ở hệ thống này",
            f"Sheet {write_serial(number)} was never printed by this service",
        )
    refuse_own_sheet(session, staff, printing)
    if (printing.form, printing.version, printing.unit) != (batch.form, batch.version, batch.unit):
        raise Conflict(
            "sheet_of_other_batch",
            f"Phiếu {write_serial(number)} là {printing.form} {printing.version} của đơn vị {printing.unit}, "
            "không thuộc chồng này; hãy để riêng",
            f"Sheet {write_serial(number)} is {printing.form} {printing.version} of unit {printing.unit}, "
            "not of this batch; put it aside",
        )
    sheet = session.get(PaperSheet, number)
    if sheet is not None and sheet.batch != batch.id:
        raise Conflict(
            "sheet_known",
            f"Phiếu {write_serial(number)} đã nhập ở chồng {sheet.batch}",
            f"Sheet {write_serial(number)} was keyed in batch {sheet.batch}",
        )
    turn = _find_turn(session, batch, sheet, number, staff)
    mine = session.get(PaperEntry, (number, turn))
    if mine is not None and mine.operator != staff.actor:
        raise Conflict(
            "sheet_of_other_person",
            f"Phiếu {write_serial(number)} đã được người khác nhập ở lượt này",
            f"Sheet {write_serial(number)} was keyed by somebody else in this turn",
        )
    return Sheet(number, turn, printing, dict(mine.keyed) if mine else {})


def save_sheet(
    session: Session,
    batch: PaperBatch,
    form: Form,
    sheet: Sheet,
    typed: Mapping[str, str],
    *,
    staff: Staff,
    confirms_blanks: bool,
    forms: Catalogue,
    codes: KnownCodes,
    now: datetime,
    zone: ZoneInfo,
) -> Filled:
    """Keep what was keyed. With problems nothing is kept: they are in the result, for the page to show; blank
    required boxes are none once ``confirms_blanks``. Keyed anew by the same person it replaces their entry."""
    filled = read_filled(form, typed, answered_on=batch.answered_on, now=now, zone=zone)
    if filled.problems or (filled.blanks and not confirms_blanks):
        return filled
    submission = make_submission(filled, number=sheet.number, printing=sheet.printing, batch=batch, zone=zone)
    read_submission(submission, forms=forms, codes=codes, now=now, zone=zone)  # whatever else would not be stored
    if session.get(PaperSheet, sheet.number) is None:
        assert batch.id is not None
        assert sheet.printing.id is not None
        session.add(PaperSheet(number=sheet.number, batch=batch.id, printing=sheet.printing.id))
        session.flush()
    entry = session.get(PaperEntry, (sheet.number, sheet.turn))
    if entry is None:
        entry = PaperEntry(
            number=sheet.number, turn=sheet.turn, operator=staff.actor, keyed=filled.keyed, entered_at=now
        )
    elif entry.keyed != filled.keyed:
        entry.keyed, entry.entered_at, entry.corrections = filled.keyed, now, entry.corrections + 1
    session.add(entry)
    session.flush()
    if sheet.turn == SECOND:
        _compare(session, form, sheet.number)
    return filled


def remove_sheet(session: Session, batch: PaperBatch, sheet: Sheet, *, staff: Staff, now: datetime) -> None:
    """Take back a sheet that was keyed by mistake; only while the batch is keyed, only one's own."""
    if batch.state != BatchState.ENTERING:
        raise Conflict(
            "batch_not_there_yet",
            "Chồng phiếu đã qua bước nhập, không bỏ phiếu được nữa",
            "The batch is past its first entry; no sheet can be taken out",
        )
    session.execute(delete(PaperEntry).where(col(PaperEntry.number) == sheet.number))
    session.execute(delete(PaperSheet).where(col(PaperSheet.number) == sheet.number))
    record_deed(
        session, staff, at=now, action="paper.take_out", subject=f"batch {batch.id}", unit=batch.unit,
        sheet=sheet.serial,
    )  # fmt: skip


def refuses(session: Session, batch: PaperBatch, number: int, staff: Staff) -> HailongError | None:
    """Why ``staff`` may not key sheet ``number`` now; None when they may."""
    try:
        find_sheet(session, batch, write_serial(number), staff=staff)
    except HailongError as error:
        return error
    return None


def _find_turn(session: Session, batch: PaperBatch, sheet: PaperSheet | None, number: int, staff: Staff) -> int:
    if batch.state == BatchState.ENTERING:
        return FIRST
    if batch.state == BatchState.CLOSED or sheet is None or not sheet.is_sampled:
        raise Conflict(
            "sheet_not_wanted",
            f"Phiếu {write_serial(number)} không cần nhập nữa",
            f"Sheet {write_serial(number)} need not be keyed any more",
        )
    first = session.get(PaperEntry, (number, FIRST))
    if first is not None and first.operator == staff.actor:
        raise Forbidden(
            "own_first_entry",
            "Bạn đã nhập phiếu này lần đầu; lần hai phải do người khác nhập",
            "You keyed this sheet first; the second time it must be somebody else",
        )
    if session.execute(select(PaperDifference).where(col(PaperDifference.number) == number)).first():
        raise Conflict(
            "sheet_compared",
            f"Phiếu {write_serial(number)} đã được so; các chỗ khác nhau chờ quyết định",
            f"Sheet {write_serial(number)} was compared; its differences wait for a decision",
        )
    return SECOND


def _compare(session: Session, form: Form, number: int) -> None:
    words = {field.name for field in list_fields(form) if field.kind is FieldKind.WORDS}
    first, second = (session.get(PaperEntry, (number, turn)) for turn in (FIRST, SECOND))
    assert first is not None
    assert second is not None
    for field in sorted(first.keyed.keys() | second.keyed.keys()):
        pair = first.keyed.get(field, ""), second.keyed.get(field, "")
        spelt = [_plain(said) for said in pair] if field in words else pair
        if spelt[0] != spelt[1]:
            session.add(PaperDifference(number=number, field=field, first=pair[0], second=pair[1]))
    session.flush()


def _plain(said: str) -> str:
    """Words that are alike but for capitals and marks are the same words."""
    return "".join(letter for letter in said.casefold() if letter.isalnum())


def name_fields(form: Form, language: str) -> dict[str, str]:
    """How each box is called to people, by field: its number and its text."""
    day = {"vi": "Ngày trả lời", "en": "Day of answering"}[language]
    return {DAY: day} | {field.name: f"{field.number}. {field.text[language]}" for field in list_fields(form)}
