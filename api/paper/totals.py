"""What the sheets of a batch say in the end, and whether it fits what was counted by hand."""

import math
from dataclasses import dataclass

from sqlalchemy import select
from sqlmodel import Session, col

from api.errors import Conflict
from api.tables import PaperBatch, PaperDifference, PaperEntry, PaperSheet
from survey_forms.form import Form
from survey_forms.pages.printed.codes import list_fields
from survey_forms.pages.printed.keyed import keyed_number

FIRST, SECOND = 1, 2  # turns of keying
REASON_LETTERS = 10  # a shorter one explains nothing
SUM_EXACT = 1e-6  # numbers with a comma are added in floating point


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


def accept_totals(batch: PaperBatch, totals: Totals, reason: str) -> None:
    """Nothing when they fit; else ``reason`` stays with the batch, or Conflict."""
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
