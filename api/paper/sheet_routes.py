"""``/staff/paper/{batch}/…``: one sheet is keyed in, its differences are decided."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from sqlmodel import Session

from api.db import begin_write, session
from api.errors import HailongError, NotThere
from api.paper.batch_routes import find_batch_of, form_of
from api.paper.deciding import Compared, check_may_decide, decide_sheet, list_compared
from api.paper.entering import Sheet, find_sheet, name_fields, remove_sheet, save_sheet
from api.paper.filling import DAY, Filled
from api.paper.replies import lead_to, load_texts, reply_paper_page
from api.paper.totals import SECOND
from api.staff_access.frame import language_of
from api.staff_access.guard import require_staff
from api.staff_access.staff import Staff
from api.tables import PaperBatch
from survey_forms.answers import Problem
from survey_forms.form import Form as Questionnaire
from survey_forms.pages.printed.codes import UNCLEAR, FieldKind, SheetField, list_fields
from survey_forms.pages.printed.keyed import tell_keyed

router = APIRouter(prefix="/staff/paper", include_in_schema=False)

Database = Annotated[Session, Depends(session, scope="function")]
Operator = Annotated[Staff, Depends(require_staff("paper.enter"))]
Decider = Annotated[Staff, Depends(require_staff("paper.decide"))]
Posted = Annotated[str, Form()]
BOX = "box."  # before the name of a box, so that it is never mistaken for a field of the page
_SPELLING = {FieldKind.NUMBER: "number_hint", FieldKind.DATE: "day_hint", FieldKind.WORDS: "words_hint"}


@dataclass(frozen=True)
class Box:
    """One box on the page that keys a sheet. ``codes`` is what may be typed, for the script's check."""

    field: SheetField
    text: str
    codes: str
    hint: str
    legend: str
    value: str
    mistakes: tuple[str, ...]
    is_words: bool


async def read_boxes(request: Request) -> dict[str, str]:
    """FastAPI dependency: what was typed, by box."""
    form = await request.form()
    return {name[len(BOX) :]: str(value) for name, value in form.items() if name.startswith(BOX)}


Boxes = Annotated[dict[str, str], Depends(read_boxes)]


@router.get("/{batch}/sheet")
def get_sheet(request: Request, staff: Operator, database: Database, batch: int, serial: str = "") -> Response:
    """The page that keys the sheet of ``serial``; without one, it asks for the next."""
    found = find_batch_of(database, request, staff, batch)
    if not serial.strip():
        return _reply_ask(request, staff, found)
    try:
        sheet = find_sheet(database, found, serial, staff=staff)
    except HailongError as error:
        return _reply_ask(request, staff, found, error=error, typed=serial)
    return _reply_sheet(request, staff, found, sheet, sheet.earlier)


@router.post("/{batch}/sheet")
def post_sheet(
    request: Request,
    staff: Operator,
    database: Database,
    batch: int,
    boxes: Boxes,
    serial: Posted = "",
    confirm_blanks: Posted = "",
) -> Response:
    """Keep what was keyed; then the next sheet."""
    begin_write(database)
    found, state = find_batch_of(database, request, staff, batch), request.app.state
    try:
        sheet = find_sheet(database, found, serial, staff=staff)
        filled = save_sheet(
            database,
            found,
            form_of(request, found),
            sheet,
            boxes,
            staff=staff,
            confirms_blanks=bool(confirm_blanks),
            forms=state.forms,
            codes=state.receiver.codes,
            now=state.clock(),
            zone=state.settings.zone,
        )
    except HailongError as error:
        return _reply_ask(request, staff, found, error=error, typed=serial)
    if filled.problems or (filled.blanks and not confirm_blanks):
        return _reply_sheet(request, staff, found, sheet, boxes, filled)
    return lead_to(f"/staff/paper/{batch}" + ("" if sheet.turn == SECOND else "/sheet"), done="saved")


@router.post("/{batch}/take-out")
def post_take_out(
    request: Request, staff: Operator, database: Database, batch: int, serial: Posted = ""
) -> Response:
    """A sheet that was keyed by mistake."""
    begin_write(database)
    found = find_batch_of(database, request, staff, batch)
    try:
        sheet = find_sheet(database, found, serial, staff=staff)
        remove_sheet(database, found, sheet, staff=staff, now=request.app.state.clock())
    except HailongError as error:
        return _reply_ask(request, staff, found, error=error, typed=serial)
    return lead_to(f"/staff/paper/{batch}", done="taken_out")


@router.get("/{batch}/differences/{number}")
def get_differences(request: Request, staff: Decider, database: Database, batch: int, number: int) -> Response:
    """What the two entries of a sheet say, side by side."""
    found = find_batch_of(database, request, staff, batch)
    compared = _find_compared(database, found, number)
    check_may_decide(database, staff, number)
    return _reply_differences(request, staff, found, compared)


@router.post("/{batch}/differences/{number}")
def post_differences(
    request: Request, staff: Decider, database: Database, batch: int, number: int, boxes: Boxes
) -> Response:
    """What the paper says, for every difference of the sheet."""
    begin_write(database)
    found = find_batch_of(database, request, staff, batch)
    compared = _find_compared(database, found, number)
    chosen = {}
    for one in compared.differences:
        which = boxes.get(f"which.{one.field}", "")
        said = {"first": one.first, "second": one.second, "other": boxes.get(f"other.{one.field}", "")}.get(which)
        if said is not None:
            chosen[one.field] = said
    try:
        decide_sheet(
            database, found, form_of(request, found), compared, chosen,
            staff=staff, now=request.app.state.clock(), zone=request.app.state.settings.zone,
        )  # fmt: skip
    except HailongError as error:
        return _reply_differences(request, staff, found, compared, error=error, typed=boxes)
    return lead_to(f"/staff/paper/{batch}", done="decided")


def _find_compared(database: Session, batch: PaperBatch, number: int) -> Compared:
    found = next((one for one in list_compared(database, batch) if one.number == number), None)
    if found is None or batch.state == "closed":
        raise NotThere(
            "no_differences",
            "Phiếu này không có chỗ nào chờ quyết định",
            "Nothing of this sheet waits for a decision",
        )
    return found


def _reply_ask(
    request: Request, staff: Staff, batch: PaperBatch, *, error: HailongError | None = None, typed: str = ""
) -> Response:
    texts = load_texts(language_of(request))
    title = f"{texts['key_sheet']} – {texts['batch'].lower()} {batch.id}"
    return reply_paper_page(
        request, "staff_paper_ask.html", staff, title=title, error=error, batch=batch, typed=typed
    )


def _reply_sheet(
    request: Request,
    staff: Staff,
    batch: PaperBatch,
    sheet: Sheet,
    typed: dict[str, str],
    filled: Filled | None = None,
) -> Response:
    language, form = language_of(request), form_of(request, batch)
    problems = filled.problems if filled else ()
    names = {field.name for field in list_fields(form)}
    return reply_paper_page(
        request,
        "staff_paper_sheet.html",
        staff,
        title=f"{load_texts(language)['serial']} {sheet.serial}",
        status=422 if filled else 200,
        batch=batch,
        sheet=sheet,
        is_second=sheet.turn == SECOND,
        boxes=list_boxes(form, typed, problems, language),
        typed_day=typed.get(DAY, ""),
        day_mistakes=[getattr(one, language) for one in problems if one.question == DAY],
        other_mistakes=[getattr(one, language) for one in problems if _is_of_no_box(one, names)],
        has_mistakes=bool(problems),
        blanks=[_name_blank(one, form, language) for one in (filled.blanks if filled else ())],
    )


def list_boxes(
    form: Questionnaire, typed: dict[str, str], problems: tuple[Problem, ...], language: str
) -> list[Box]:
    """The boxes of ``form`` as the page shows them, with what was ``typed`` and what is wrong."""
    texts = load_texts(language)
    boxes = []
    for field in list_fields(form):
        known = [code.keyed for code in field.codes]
        spelling = texts[_SPELLING[field.kind]] if field.kind in _SPELLING else ""
        legend = " · ".join(f"{code.keyed} {code.text[language]}" for code in field.codes)
        boxes.append(
            Box(
                field=field,
                text=field.text[language],
                codes=" ".join([*known, UNCLEAR]) if field.kind in (FieldKind.CODE, FieldKind.CODES) else "",
                hint=", ".join(part for part in (spelling, legend) if part),
                legend=legend,
                value=typed.get(field.name, ""),
                mistakes=tuple(getattr(one, language) for one in problems if _is_of(one, field)),
                is_words=field.kind is FieldKind.WORDS,
            )
        )
    return boxes


def _reply_differences(
    request: Request,
    staff: Staff,
    batch: PaperBatch,
    compared: Compared,
    *,
    error: HailongError | None = None,
    typed: dict[str, str] | None = None,
) -> Response:
    language, form = language_of(request), form_of(request, batch)
    fields = {field.name: field for field in list_fields(form)}

    def tell(name: str, said: str) -> str:
        return tell_keyed(fields[name], said, language) if name in fields else said

    return reply_paper_page(
        request,
        "staff_paper_differences.html",
        staff,
        title=f"{load_texts(language)['differences']} – {compared.serial}",
        error=error,
        batch=batch,
        compared=compared,
        names=name_fields(form, language),
        tell=tell,
        typed=typed or {},
    )


def _is_of(problem: Problem, field: SheetField) -> bool:
    if problem.question != field.question.id:
        return False
    parts = {row.id for row in field.question.rows} | {
        option.id for option in field.question.options if option.with_text
    }
    return field.part == (problem.part if problem.part in parts else None) or (
        bool(field.question.rows) and problem.part is None
    )


def _is_of_no_box(problem: Problem, names: set[str]) -> bool:
    ids = {name.split(".")[0] for name in names}
    return problem.question != DAY and problem.question not in ids


def _name_blank(problem: Problem, form: Questionnaire, language: str) -> str:
    field = next(
        one
        for one in list_fields(form)
        if one.question.id == problem.question and one.part in (None, problem.part)
    )
    return f"{field.number}. {field.text[language]}"
