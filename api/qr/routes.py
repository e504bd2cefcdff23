"""``/q/{code}``, the short address on a printed code; ``/staff/qr``, where the codes are printed."""

from contextlib import suppress
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse
from sqlmodel import Session

from api.clock import today
from api.db import session
from api.errors import HailongError, NotThere
from api.qr.addresses import find_form_path, make_codes
from api.qr.texts import TEXTS
from api.staff_access.frame import language_of, reply_staff_page
from api.staff_access.guard import require_staff
from api.staff_access.staff import Staff
from survey_forms.errors import UnknownForm
from survey_forms.form import Form
from survey_forms.pages.printed.qr_sheets import Layout, PrintedCode, draw_sheets

router = APIRouter(include_in_schema=False)
Database = Annotated[Session, Depends(session, scope="function")]
Printer = Annotated[Staff, Depends(require_staff("qr.print"))]
CODE_LETTERS_MAX = 40


@router.get("/q/{code}")
@router.get("/q/{code}/{form}")
def get_short_address(code: str, request: Request, database: Database, form: str = "") -> Response:
    """To the form of a counter or unit. Not for ever: a counter may get another form."""
    path = find_form_path(database, _clean(code), form=_clean(form), day=today(request))
    return RedirectResponse(path, 303, {"Cache-Control": "no-store"})


@router.get("/staff/qr")
def get_qr_page(
    request: Request,
    staff: Printer,
    database: Database,
    unit: str = "",
    counter: str = "",
    form: str = "",
    layout: Layout = Layout.STAND,
) -> Response:
    """Choose a place; see and download what will be printed."""
    language = language_of(request)
    asked = {"unit": _clean(unit), "counter": _clean(counter), "form": _clean(form), "layout": layout.value}
    sheets, mistake, short, status = 0, "", "", 200
    if asked["unit"]:
        try:
            codes = _find_codes(request, staff, database, asked)
            sheets, short = len(draw_sheets(layout, codes)), codes[0].short
        except HailongError as error:
            mistake, status = (error.en if language == "en" else error.vi), error.status
    return reply_staff_page(
        request,
        "staff_qr.html",
        title=TEXTS[language]["title"],
        staff=staff,
        status=status,
        texts=TEXTS[language],
        asked=asked,
        mistake=mistake,
        layouts=[(one.value, TEXTS[language][one.value]) for one in Layout],
        forms=[(found.id, found.title[language]) for found in _list_forms(request)],
        short=short,
        pictures=[f"/staff/qr/sheet?{urlencode(asked | {'sheet': str(number + 1)})}" for number in range(sheets)],
    )


@router.get("/staff/qr/sheet")
def get_qr_sheet(
    request: Request,
    staff: Printer,
    database: Database,
    unit: str,
    counter: str = "",
    form: str = "",
    layout: Layout = Layout.STAND,
    sheet: int = 1,
) -> Response:
    """One sheet as SVG."""
    asked = {"unit": _clean(unit), "counter": _clean(counter), "form": _clean(form)}
    sheets = draw_sheets(layout, _find_codes(request, staff, database, asked))
    if not 1 <= sheet <= len(sheets):
        raise NotThere("unknown_sheet", f"Không có tờ {sheet}", f"There is no sheet {sheet}")
    name = f"qr-{asked['unit']}-{layout}-{sheet}.svg"
    headers = {"Cache-Control": "no-store"}
    if name.isascii():
        headers["Content-Disposition"] = f'inline; filename="{name}"'
    return Response(sheets[sheet - 1], media_type="image/svg+xml", headers=headers)


def _find_codes(request: Request, staff: Staff, database: Session, asked: dict[str, str]) -> list[PrintedCode]:
    day = today(request)
    staff.check_unit(database, asked["unit"], day)
    every: dict[str, list[str] | None] = {"": None, "*": []}
    counters = every.get(asked["counter"], [asked["counter"]])
    if asked["form"] and asked["form"] not in {form.id for form in _list_forms(request)}:
        raise NotThere("unknown_form", f"Không có phiếu {asked['form']}", f"There is no form {asked['form']}")
    base = request.app.state.settings.public_url or str(request.base_url)
    return make_codes(database, address=base, day=day, unit=asked["unit"], counters=counters, form=asked["form"])


def _list_forms(request: Request) -> list[Form]:
    """What may be asked today."""
    forms, found = request.app.state.forms, []
    for id in sorted({form.id for form in forms.forms}):
        with suppress(UnknownForm):
            found.append(forms.current(id, today(request)))
    return found


def _clean(asked: str) -> str:
    return asked.replace("\x00", "").strip()[:CODE_LETTERS_MAX]
