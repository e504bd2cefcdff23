"""``/staff/interviews``: cases and outcomes of one's units, response rates, and bringing in a list."""

import tempfile
from functools import partial
from pathlib import Path
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, File, Form, Request, Response, UploadFile
from fastapi.responses import RedirectResponse
from sqlmodel import Session

from analysis.quality.fieldwork import OTHERS, Outcome
from api.clock import local_day, today
from api.db import session
from api.errors import HailongError, Malformed
from api.interviews.importing import Importer, import_assignments
from api.interviews.reporting import Fieldwork, add_up, list_fieldwork, list_surveys, list_visited
from api.staff_access.frame import language_of
from api.staff_access.guard import require_staff
from api.staff_access.staff import Staff
from api.staff_access.worded import reply_worded_page
from api.texts import read_texts

router = APIRouter(include_in_schema=False)

PAGE = "/staff/interviews"
CATALOGUE = Path(__file__).with_name("texts.yaml")
load_texts = partial(read_texts, CATALOGUE)
PAGE_ROWS = 100
PAGES_MAX = 1_000
PROBLEMS_SHOWN = 50
SUFFIXES = (".csv", ".xlsx")
SURVEY_LETTERS = 40

Database = Annotated[Session, Depends(session, scope="function")]
Reader = Annotated[Staff, Depends(require_staff("interviews.read"))]
Assigner = Annotated[Staff, Depends(require_staff("interviews.assign"))]


@router.get(PAGE)
def get_interviews(
    request: Request, staff: Reader, database: Database, survey: str = "", unit: str = "", page: int = 0
) -> Response:
    """Rates by unit, then the cases of the chosen survey."""
    return _reply(request, staff, database, survey=_clean(survey), unit=_clean(unit), page=page)


@router.post(PAGE)
def post_list(
    request: Request,
    staff: Assigner,
    database: Database,
    survey: Annotated[str, Form()] = "",
    file: Annotated[UploadFile | None, File()] = None,
) -> Response:
    """Bring in a list of cases: all of a file or nothing."""
    scope, named = staff.units_in_scope(database, today(request)), _clean(survey)
    try:
        _import(request, Importer(staff.actor, scope, staff.own_counters), named, file)
    except HailongError as error:
        return _reply(request, staff, database, survey=named, unit="", page=0, error=error)
    return RedirectResponse(f"{PAGE}?{urlencode({'survey': named, 'done': 'imported'})}", 303)


def _import(request: Request, by: Importer, survey: str, file: UploadFile | None) -> None:
    suffix = Path(file.filename or "").suffix.lower() if file is not None else ""
    if not survey or file is None or suffix not in SUFFIXES:
        raise Malformed(
            "malformed_list",
            "Cần tên đợt khảo sát và một tệp CSV hoặc XLSX",
            "The name of the survey and a CSV or XLSX file are needed",
        )
    state, now = request.app.state, request.app.state.clock()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"list{suffix}"
        path.write_bytes(file.file.read())
        import_assignments(
            state.engine, path, by, survey=survey, today=local_day(now, state.settings.zone), now=now
        )


def _reply(
    request: Request,
    staff: Staff,
    database: Session,
    *,
    survey: str,
    unit: str,
    page: int,
    error: HailongError | None = None,
) -> Response:
    language, page = language_of(request), min(max(page, 0), PAGES_MAX)
    scope = staff.units_in_scope(database, today(request))
    chosen = frozenset({unit}) if unit else None
    units = chosen if scope is None else scope & (chosen or scope)
    lines = list_fieldwork(database, survey=survey or None, units=units, own_counters=staff.own_counters)
    surveys = list(dict.fromkeys(line.survey for line in lines))
    if survey:
        visited = list_visited(
            database, survey=survey, units=units, own_counters=staff.own_counters, limit=PAGE_ROWS + 1,
            offset=page * PAGE_ROWS,
        )  # fmt: skip
    else:
        visited = []
    more = urlencode({"survey": survey, "unit": unit, "page": page + 1}) if len(visited) > PAGE_ROWS else ""
    return reply_worded_page(
        request,
        "staff_interviews.html",
        staff,
        load_texts,
        error=error,
        mistakes=_tell(error, language) if error else (),
        asked={"survey": survey, "unit": unit},
        surveys=[one for one in list_surveys(database) if one in surveys or one == survey],
        lines=[(line.survey, line.unit, _shown(line, language)) for line in lines],
        total=_shown(add_up(lines), language) if len(lines) > 1 else None,
        visited=visited[:PAGE_ROWS],
        next=more,
        may_assign="interviews.assign" in staff.permissions,
    )


def _shown(line: Fieldwork, language: str) -> dict[str, str]:
    counts = {outcome: line.counts.get(outcome, 0) for outcome in Outcome}
    other = sum(counts[one] for one in (*OTHERS, Outcome.NOT_FOUND))
    figures = {
        "cases": line.rates.cases,
        "complete": counts[Outcome.COMPLETE],
        "partial": counts[Outcome.PARTIAL],
        "refused": counts[Outcome.REFUSAL],
        "broken_off": counts[Outcome.BREAK_OFF],
        "non_contact": counts[Outcome.NON_CONTACT],
        "other": other,
        "not_tried": counts[Outcome.OPEN],
        "tries": line.tries,
    }
    shown = {name: _count(figure, language) for name, figure in figures.items()}
    rates = {
        "response": line.rates.response_1,
        "cooperation": line.rates.cooperation,
        "contact": line.rates.contact,
    }
    return shown | {name: _percent(rate, language) for name, rate in rates.items()}


def _count(number: int, language: str) -> str:
    return f"{number:,}" if language == "en" else f"{number:,}".replace(",", ".")


def _percent(share: float | None, language: str) -> str:
    if share is None:
        return "–"
    return f"{100 * share:.1f}%" if language == "en" else f"{100 * share:.1f} %".replace(".", ",")


def _tell(error: HailongError, language: str) -> list[str]:
    texts = load_texts(language)
    rows = [
        f"{texts['row']} {found['row']}, {found.get('column') or '–'}: {found[language]}"
        for found in error.problems[:PROBLEMS_SHOWN]
        if language in found
    ]
    return [error.en if language == "en" else error.vi, *rows]


def _clean(asked: str) -> str:
    return asked.replace("\x00", "").strip()[:SURVEY_LETTERS]
