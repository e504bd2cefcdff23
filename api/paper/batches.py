"""The life of an open batch: keyed, a sample checked, closed into responses."""

import math
import random
from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlmodel import Session, col

from api.audit import record_event
from api.errors import Conflict, NotThere
from api.paper.filling import make_submission, read_filled
from api.paper.printing import find_printing
from api.paper.totals import SECOND, accept_totals, find_totals, list_finals
from api.receiving.known_codes import KnownCodes
from api.receiving.service import read_submission, record_all
from api.receiving.submission import ReadyResponse
from api.tables import PaperBatch, PaperDifference, PaperEntry, PaperSheet
from api.tables.paper import BatchState
from survey_forms.form import Form
from survey_forms.loader import Catalogue
from survey_forms.pages.printed.codes import list_fields


def find_batch(session: Session, id: int, *, is_locked: bool) -> PaperBatch:
    """The batch of that number, ``is_locked`` until the end of the transaction; NotThere."""
    wanted = select(PaperBatch).where(col(PaperBatch.id) == id)
    found = session.execute(wanted.with_for_update() if is_locked else wanted).scalar()
    if found is None:
        raise NotThere("unknown_batch", f"Không có chồng phiếu {id}", f"There is no batch {id}")
    return found


def finish_entering(
    session: Session, batch: PaperBatch, form: Form, *, reason: str, now: datetime, actor: str
) -> Sequence[int]:
    """No more sheets: the totals must fit, or a reason is given; then the sample for the second entry is drawn.
    Gives its numbers."""
    _check_state(batch, BatchState.ENTERING)
    accept_totals(batch, find_totals(session, batch, form), reason)
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
    accept_totals(batch, find_totals(session, batch, form), reason)
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
