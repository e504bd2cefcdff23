"""How the pages of paper sheets answer: with their words, in one language, and what is wrong above."""

from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

from fastapi import Request, Response
from fastapi.responses import RedirectResponse

from api.errors import HailongError
from api.staff_access.frame import language_of
from api.staff_access.staff import Staff
from api.staff_access.worded import reply_worded_page
from api.texts import read_texts
from survey_forms.pages.render import show_day

CATALOGUE = Path(__file__).with_name("texts.yaml")
load_texts = partial(read_texts, CATALOGUE)


def reply_paper_page(
    request: Request,
    template: str,
    staff: Staff,
    *,
    error: HailongError | None = None,
    **given: Any,
) -> Response:
    """``template`` with the words of this feature; ``error`` is told above it, and gives the status."""
    language = language_of(request)

    def day(found: date) -> str:
        return show_day(found, language)

    return reply_worded_page(
        request,
        template,
        staff,
        load_texts,
        error=error,
        path=request.url.path if request.method in ("GET", "HEAD") else "/staff/paper",
        may=staff.permissions,
        staff_id=staff.id,
        day=day,
        number=show_number(language),
        mistakes=_show(error, language) if error else (),
        **given,
    )


def lead_to(path: str, *, done: str = "") -> Response:
    """303 to ``path``, which then tells what was done."""
    return RedirectResponse(f"{path}?done={done}" if done else path, 303)


def show_number(language: str) -> Any:
    """A function that writes a number as ``language`` does: 2,5 or 2.5."""

    def show(value: float, decimals: int | None = None) -> str:
        written = f"{value:.15g}" if decimals is None else f"{value:.{decimals}f}"
        return written.replace(".", ",") if language == "vi" else written

    return show


def _show(error: HailongError, language: str) -> list[str]:
    said = [getattr(error, language)]
    for problem in error.problems:
        where = problem.get("field") or problem.get("question") or ""
        said.append(f"{where}: {problem.get(language, '')}".strip(": "))
    return said
