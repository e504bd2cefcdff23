"""The life of a batch: opened with the totals counted by hand, keyed, checked, closed into responses."""

import math
import random
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlmodel import Session, col

from api.audit import record_event
from api.errors import Conflict, Malformed, NotThere
from api.paper.filling import make_submission, read_filled
from api.paper.printing import find_printing
from api.receiving.known_codes import KnownCodes
from api.receiving.service import read_submission, record_all
from api.receiving.submission import ReadyResponse, Selection
from api.tables import PaperBatch, PaperDifference, PaperEntry, PaperSheet
from api.tables.paper import BatchState
from survey_forms.errors import UnknownForm
from survey_forms.form import Form
from survey_forms.loader import Catalogue
from survey_forms.pages.printed.codes import list_fields
from survey_forms.pages.printed.keyed import keyed_number

FIRST, SECOND = 1, 2
REASON_LETTERS = 10  # a shorter one explains nothing
SUM_EXACT = 1e-6  # numbers with a comma are added in floating point


@dataclass(frozen=True)
class Wanted:
    """What is written on the cover of a pile."""

    form: str
    unit: str
    answered_on: date
    declared_sheets: int
    declared_sum: float
    control_field: str
    version: str = ""  # empty: the one that holds on the day
    selection: str = Selection.SELF_SELECTED


@dataclass(frozen=True)
class Totals:
    """Control totals: as counted by hand, as keyed."""

    declared_sheets: int
    sheets: int
    declared_sum: float
    sum: float

    @property
    def fit(self) -> bool:
        return self.sheets == self.declared_sheets and math.isclose(self.sum, self.declared_sum, abs_tol=SUM_EXACT)


def open_batch(
    session: Session,
    wanted: Wanted,
    *,
    forms: Catalogue,
    codes: KnownCodes,
    share: float,
    now: datetime,
    actor: str,
) -> PaperBatch:
    """A new batch; Malformed with every problem together."""
    codes.refresh()
    form, problems = _find_form(forms, wanted)
    if code := codes.unit_problem(wanted.unit, wanted.answered_on):
        vi = f"Ngày đó không có đơn vị {wanted.unit[:40]}; hãy xem lại mã"
        problems.append(_problem("unit", code, vi, f"There was no unit {wanted.unit[:40]} on that day"))
    if wanted.declared_sheets < 1:
        vi = "Hãy đếm tay số phiếu trong chồng, từ 1 trở lên"
        problems.append(_problem("declared_sheets", "out_of_range", vi, "Count the sheets by hand, 1 or more"))
    if not math.isfinite(wanted.declared_sum):
        vi = "Tổng kiểm soát phải là một số"
        problems.append(_problem("declared_sum", "out_of_range", vi, "The control sum must be a number"))
    if wanted.selection not in set(Selection):
        vi = f"Cách chọn mẫu là một trong: {', '.join(Selection)}"
        problems.append(_problem("selection", "unknown_selection", vi, f"One of: {', '.join(Selection)}"))
    if form is not None and wanted.control_field not in {one.name for one in list_fields(form) if one.is_summable}:
        vi = f"Câu {wanted.control_field[:60]} không cộng được; hãy chọn câu chấm mức hoặc câu số"
        en = f"{wanted.control_field[:60]} does not add up; choose a rating or a number"
        problems.append(_problem("control_field", "not_summable", vi, en))
    if problems or form is None:
        raise Malformed("malformed_batch", "Chưa mở được chồng phiếu", "The batch was not opened", problems)
    made = PaperBatch(
        form=form.id,
        version=form.version,
        unit=wanted.unit,
        selection=wanted.selection,
        answered_on=wanted.answered_on,
        control_field=wanted.control_field,
        declared_sheets=wanted.declared_sheets,
        declared_sum=wanted.declared_sum,
        state=BatchState.ENTERING,
        seed=secrets.randbelow(2**31),  # kept, so that the draw can be done again
        second_share=share,
        opened_at=now,
        opened_by=actor,
    )
    session.add(made)
    session.flush()
    record_event(session, at=now, actor=actor, action="paper.open", subject=f"batch {made.id}", unit=made.unit)
    return made


def find_batch(session: Session, id: int, *, is_locked: bool) -> PaperBatch:
    """The batch of that number, ``is_locked`` until the end of the transaction; NotThere."""
    wanted = select(PaperBatch).where(col(PaperBatch.id) == id)
    found = session.execute(wanted.with_for_update() if is_locked else wanted).scalar()
    if found is None:
        raise NotThere("unknown_batch", f"Không có chồng phiếu {id}", f"There is no batch {id}")
    return found


def find_totals(session: Session, batch: PaperBatch, form: Form) -> Totals:
    """The control totals as of now, with what was decided about differences."""
    field = next(one for one in list_fields(form) if one.name == batch.control_field)
    finals = list_finals(session, batch)
    total = sum(keyed_number(field, keyed.get(field.name)) for keyed in finals.values())
    return Totals(batch.declared_sheets, len(finals), batch.declared_sum, total)


def list_finals(session: Session, batch: PaperBatch) -> dict[int, dict[str, str]]:
    """What each sheet says: the first entry, with the decided values in their place."""
    sheets = select(col(PaperSheet.number)).where(col(PaperSheet.batch) == batch.id)
    entries = select(PaperEntry).where(col(PaperEntry.number).in_(sheets), col(PaperEntry.turn) == FIRST)
    found = session.execute(entries.order_by(col(PaperEntry.number))).scalars()
    finals = {entry.number: dict(entry.keyed) for entry in found}
    for difference in session.execute(
        select(PaperDifference).where(col(PaperDifference.number).in_(sheets))
    ).scalars():
        if difference.decided is not None:
            finals[difference.number][difference.field] = difference.decided
    return {number: {field: said for field, said in keyed.items() if said} for number, keyed in finals.items()}


def finish_entering(
    session: Session, batch: PaperBatch, form: Form, *, reason: str, now: datetime, actor: str
) -> Sequence[int]:
    """No more sheets: the totals must fit, or a reason is given; then the sample for the second entry is drawn.
    Gives its numbers."""
    _check_state(batch, BatchState.ENTERING)
    _accept_totals(batch, find_totals(session, batch, form), reason)
    sheets = session.execute(
        select(PaperSheet).where(col(PaperSheet.batch) == batch.id).order_by(col(PaperSheet.number))
    ).scalars()
    by_number = {sheet.number: sheet for sheet in sheets}
    drawn = draw_sample(sorted(by_number), share=batch.second_share, seed=batch.seed)
    for number in drawn:
        by_number[number].is_sampled = True
    batch.state = BatchState.CHECKING
    session.flush()
    record_event(
        session, at=now, actor=actor, action="paper.finish", subject=f"batch {batch.id}", unit=batch.unit,
        sheets=len(by_number), sampled=len(drawn), reason=batch.reason or "",
    )  # fmt: skip
    return drawn


def draw_sample(numbers: Sequence[int], *, share: float, seed: int) -> list[int]:
    """``share`` of ``numbers`` at random, rounded up; the same numbers and seed give the same sample.

    >>> draw_sample(range(1, 31), share=0.1, seed=7)
    [6, 11, 21]
    """
    size = min(len(numbers), math.ceil(share * len(numbers) - 1e-9))
    return sorted(random.Random(seed).sample(list(numbers), size))


def close_batch(
    session: Session,
    batch: PaperBatch,
    form: Form,
    *,
    reason: str,
    forms: Catalogue,
    codes: KnownCodes,
    now: datetime,
    zone: ZoneInfo,
    actor: str,
) -> int:
    """Every sheet becomes a response; gives how many. Conflict while second entries or decisions are missing."""
    _check_state(batch, BatchState.CHECKING)
    _check_decided(session, batch)
    _accept_totals(batch, find_totals(session, batch, form), reason)
    ready = list(_read_responses(session, batch, form, forms=forms, codes=codes, now=now, zone=zone))
    for outcome in record_all(session, ready):
        if isinstance(outcome, Conflict):
            raise outcome
    _forget_words(session, batch, form)
    batch.state, batch.closed_at, batch.closed_by = BatchState.CLOSED, now, actor
    session.flush()
    record_event(
        session, at=now, actor=actor, action="paper.close", subject=f"batch {batch.id}", unit=batch.unit,
        responses=len(ready), reason=batch.reason or "",
    )  # fmt: skip
    return len(ready)


def _find_form(forms: Catalogue, wanted: Wanted) -> tuple[Form | None, list[dict[str, object]]]:
    try:
        if wanted.version:
            return forms.get(wanted.form, wanted.version), []
        return forms.current(wanted.form, wanted.answered_on), []
    except UnknownForm as error:
        known = ", ".join(str(one) for one in error.known)
        vi = f"Không có phiếu {wanted.form[:60]} {wanted.version[:40]}; có: {known}"
        en = f"There is no form {wanted.form[:60]} {wanted.version[:40]}; there are: {known}"
        return None, [_problem("form", "unknown_form", vi, en)]


def _accept_totals(batch: PaperBatch, totals: Totals, reason: str) -> None:
    said = reason.strip() or batch.reason or ""
    if totals.fit:
        return
    if len(said) < REASON_LETTERS:
        raise Conflict(
            "totals_differ",
            f"Tổng kiểm soát chưa khớp: phiếu {totals.sheets} / {totals.declared_sheets}, "
            f"tổng {totals.sum:g} / {totals.declared_sum:g}. Hãy tìm chỗ sai, hoặc ghi lý do (từ 10 chữ).",
            f"The control totals do not fit: sheets {totals.sheets} / {totals.declared_sheets}, "
            f"sum {totals.sum:g} / {totals.declared_sum:g}. Find the slip, or give a reason (10 letters or more).",
        )
    batch.reason = said[:500]


def _check_state(batch: PaperBatch, state: BatchState) -> None:
    if batch.state != state:
        raise Conflict(
            "batch_not_there_yet",
            "Chồng phiếu đang ở bước khác; hãy mở lại trang để xem",
            "The batch is at another step; open the page again",
            state=batch.state,
        )


def _check_decided(session: Session, batch: PaperBatch) -> None:
    sheets = select(col(PaperSheet.number)).where(col(PaperSheet.batch) == batch.id)
    again = select(col(PaperEntry.number)).where(
        col(PaperEntry.turn) == SECOND, col(PaperEntry.number).in_(sheets)
    )
    missing = session.execute(
        select(func.count()).select_from(PaperSheet).where(
            col(PaperSheet.batch) == batch.id,
            col(PaperSheet.is_sampled).is_(True),
            col(PaperSheet.number).not_in(again),
        )
    ).scalar_one()  # fmt: skip
    open_ones = session.execute(
        select(func.count()).select_from(PaperDifference).where(
            col(PaperDifference.number).in_(sheets), col(PaperDifference.decided).is_(None)
        )
    ).scalar_one()  # fmt: skip
    if missing or open_ones:
        raise Conflict(
            "not_checked_yet",
            f"Còn {missing} phiếu chưa nhập lần hai, {open_ones} chỗ khác nhau chưa quyết định",
            f"{missing} sheets wait for their second entry, {open_ones} differences for a decision",
        )


def _read_responses(
    session: Session,
    batch: PaperBatch,
    form: Form,
    *,
    forms: Catalogue,
    codes: KnownCodes,
    now: datetime,
    zone: ZoneInfo,
) -> list[ReadyResponse]:
    of_sheets = select(col(PaperSheet.number), col(PaperSheet.printing)).where(col(PaperSheet.batch) == batch.id)
    printings = {row.number: row.printing for row in session.execute(of_sheets)}
    ready = []
    for number, keyed in list_finals(session, batch).items():
        filled = read_filled(form, keyed, answered_on=batch.answered_on, now=now, zone=zone)
        printing = find_printing(session, printings[number])
        submission = make_submission(filled, number=number, printing=printing, batch=batch, zone=zone)
        ready.append(read_submission(submission, forms=forms, codes=codes, now=now, zone=zone))
    return ready


def _forget_words(session: Session, batch: PaperBatch, form: Form) -> None:
    """The words are with the response now, kept apart as those of every other; here nothing of them stays."""
    words = {field.name for field in list_fields(form) if not field.is_counted}
    sheets = select(col(PaperSheet.number)).where(col(PaperSheet.batch) == batch.id)
    for entry in session.execute(select(PaperEntry).where(col(PaperEntry.number).in_(sheets))).scalars():
        entry.keyed = {field: said for field, said in entry.keyed.items() if field not in words}
    of_words = select(PaperDifference).where(
        col(PaperDifference.number).in_(sheets), col(PaperDifference.field).in_(words)
    )
    for difference in session.execute(of_words).scalars():
        difference.first = difference.second = difference.decided = ""


def _problem(field: str, code: str, vi: str, en: str) -> dict[str, object]:
    return {"field": field, "code": code, "vi": vi, "en": en}
