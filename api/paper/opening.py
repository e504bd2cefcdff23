"""Opens a batch: what is written on the cover of a pile, checked whole."""

import math
import secrets
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session

from api.audit import record_event
from api.errors import Malformed
from api.receiving.known_codes import KnownCodes
from api.receiving.submission import Selection
from api.tables import PaperBatch
from api.tables.paper import BatchState
from survey_forms.errors import UnknownForm
from survey_forms.form import Form
from survey_forms.loader import Catalogue
from survey_forms.pages.printed.codes import list_fields


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


def _problem(field: str, code: str, vi: str, en: str) -> dict[str, object]:
    return {"field": field, "code": code, "vi": vi, "en": en}
