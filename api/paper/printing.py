"""Hands out serials: sheets of one form for one place, printed in one go."""

from datetime import date, datetime

from sqlalchemy import or_, select
from sqlmodel import Session, col

from api.audit import record_event
from api.errors import Malformed, NotThere
from api.receiving.known_codes import KnownCodes
from api.receiving.submission import Channel
from api.tables import Counter, PaperPrinting, Procedure, Unit
from survey_forms.consent.catalogue import find_consent, recall_consent
from survey_forms.errors import UnknownForm
from survey_forms.form import LANGUAGES, Form
from survey_forms.loader import Catalogue
from survey_forms.pages.printed.paper_sheets import Place, render_sheets

SHEETS_MAX = 500  # in one file; a browser prints no more at once on an office's computer


def print_sheets(
    session: Session,
    *,
    forms: Catalogue,
    codes: KnownCodes,
    form: str,
    unit: str,
    sheets: int,
    day: date,
    now: datetime,
    actor: str,
    counter: str | None = None,
    procedure: str | None = None,
    language: str = "vi",
) -> PaperPrinting:
    """A new printing with the next serials; Malformed with every problem together. The caller commits."""
    codes.refresh()
    version, problems = _find_version(forms, form, day)
    asked = [("unit", unit, codes.unit_problem(unit, day))]
    if counter:
        asked.append(("counter", counter, codes.counter_problem(counter, day, unit=unit)))
    if procedure:
        asked.append(("procedure", procedure, codes.procedure_problem(procedure, day)))
    problems += [_tell_unknown(field, value, code) for field, value, code in asked if code]
    if not 1 <= sheets <= SHEETS_MAX:
        problems.append(
            {
                "field": "sheets",
                "code": "out_of_range",
                "vi": f"Số phiếu từ 1 đến {SHEETS_MAX} mỗi lần in; hãy in nhiều lần",
                "en": f"From 1 to {SHEETS_MAX} sheets in one go; print several times",
            }
        )
    if language not in LANGUAGES:
        problems.append(
            {"field": "language", "code": "unknown_language", "vi": "Ngôn ngữ: vi hoặc en", "en": "vi or en"}
        )
    if problems or version is None:
        raise Malformed(
            "malformed_printing",
            "Chưa in được; xem từng mục",
            "Nothing was printed; see each entry",
            problems,
        )
    last = session.execute(
        select(PaperPrinting).order_by(col(PaperPrinting.first_number).desc()).limit(1).with_for_update()
    ).scalar()
    made = PaperPrinting(
        form=form,
        version=version.version,
        language=language,
        unit=unit,
        counter=counter or None,
        procedure=procedure or None,
        first_number=last.first_number + last.sheets if last else 1,
        sheets=sheets,
        printed_at=now,
        printed_by=actor,
        consent=(find_consent(Channel.PAPER, day) or {}).get("version"),
    )
    session.add(made)
    session.flush()
    record_event(
        session, at=now, actor=actor, action="paper.print", subject=f"printing {made.id}", unit=unit, sheets=sheets
    )
    return made


def find_printing(session: Session, id: int) -> PaperPrinting:
    """The printing of that number; NotThere."""
    found = session.get(PaperPrinting, id)
    if found is None:
        raise NotThere("unknown_printing", f"Không có lần in {id}", f"There is no printing {id}")
    return found


def find_printing_of(session: Session, number: int) -> PaperPrinting | None:
    """The printing in which sheet ``number`` was printed; None when it never was."""
    before = select(PaperPrinting).where(col(PaperPrinting.first_number) <= number)
    last = session.execute(before.order_by(col(PaperPrinting.first_number).desc()).limit(1)).scalar()
    return last if last is not None and number < last.first_number + last.sheets else None


def draw_printing(session: Session, printing: PaperPrinting, form: Form, *, style_address: str = "") -> str:
    """The sheets of ``printing`` as HTML; printed again they bear the same serials."""
    numbers = range(printing.first_number, printing.first_number + printing.sheets)
    day = printing.printed_at.date()
    return render_sheets(
        form,
        numbers,
        language=printing.language,
        place=Place(
            unit=_name_unit(session, printing.unit, day),
            counter=_name(session, Counter, printing.counter),
            procedure=_name(session, Procedure, printing.procedure),
        ),
        consent=recall_consent(Channel.PAPER, printing.consent),
        style_address=style_address,
    )


def _find_version(forms: Catalogue, form: str, day: date) -> tuple[Form | None, list[dict[str, object]]]:
    try:
        return forms.current(form, day), []
    except UnknownForm:
        known = ", ".join(sorted({found.id for found in forms.forms}))
        vi, en = f"Không có phiếu {form}; có: {known}", f"There is no form {form}; there are: {known}"
        return None, [{"field": "form", "code": "unknown_form", "vi": vi, "en": en}]


def _tell_unknown(field: str, value: str, code: str) -> dict[str, object]:
    names = {"unit": "đơn vị", "counter": "quầy của đơn vị này", "procedure": "thủ tục"}
    return {
        "field": field,
        "code": code,
        "vi": f"Hôm nay không có {names[field]} {value[:40]}; hãy xem lại mã",
        "en": f"There is no such {field} today: {value[:40]}; check the code",
    }


def _name_unit(session: Session, code: str, day: date) -> str:
    wanted = select(col(Unit.name)).where(
        col(Unit.code) == code,
        col(Unit.valid_from) <= day,
        or_(col(Unit.valid_to).is_(None), col(Unit.valid_to) >= day),
    )
    return session.execute(wanted).scalar() or code


def _name(session: Session, table: type[Counter] | type[Procedure], code: str | None) -> str:
    if code is None:
        return ""
    found = session.execute(select(col(table.name)).where(col(table.code) == code)).scalar()
    return str(found or code)
