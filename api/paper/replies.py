"""How the pages of paper sheets answer: with their words, in one language, and what is wrong above."""

from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from fastapi import Request, Response
from fastapi.responses import RedirectResponse

from api.errors import HailongError
from api.staff_access.frame import language_of, reply_staff_page
from api.staff_access.staff import Staff
from survey_forms.pages.render import show_day

CATALOGUE = Path(__file__).with_name("texts.yaml")


@cache
def load_texts(language: str) -> Mapping[str, str]:
    """Every text by its key, in ``language``."""
    catalogue = yaml.safe_load(CATALOGUE.read_text(encoding="utf-8"))
    return {key: wordings[language] for key, wordings in catalogue.items()}


def reply_paper_page(
    request: Request,
    template: str,
    staff: Staff,
    *,
    title: str | None = None,
    error: HailongError | None = None,
    status: int = 200,
    **given: Any,
) -> Response:
    """``template`` with the words of this feature; ``error`` is told above it, and gives the status."""
    language = language_of(request)
    texts, zone = load_texts(language), request.app.state.settings.zone
    told_done = error is None and status == 200
    done = texts.get(f"done_{request.query_params.get('done', '')}") if told_done else None

    def when(instant: datetime | None) -> str:
        return instant.astimezone(zone).strftime("%d/%m/%Y %H:%M") if instant else ""

    def day(found: date) -> str:
        return show_day(found, language)

    return reply_staff_page(
        request,
        template,
        title=title or texts["title"],
        staff=staff,
        status=error.status if error else status,
        path=request.url.path if request.method in ("GET", "HEAD") else "/staff/paper",
        texts=texts,
        may=staff.permissions,
        staff_id=staff.id,
        done=done,
        when=when,
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
