"""How the routes of this feature answer: a page with its words, the same page with what is wrong, or a 303."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from fastapi import Request, Response
from fastapi.responses import RedirectResponse

from api.errors import HailongError, TooMany
from api.staff.texts import load_texts
from api.staff_access.frame import language_of
from api.staff_access.staff import Staff
from api.staff_access.worded import reply_worded_page


def reply_texts_page(
    request: Request,
    template: str,
    title: str,
    *,
    staff: Staff | None = None,
    error: HailongError | None = None,
    **given: Any,
) -> Response:
    """The page called ``title`` (a key of texts.yaml); ``error`` is told above it, and gives the status."""
    language = language_of(request)
    return reply_worded_page(
        request,
        template,
        staff,
        load_texts,
        title=load_texts(language)[title],
        error=error,
        headers={"Retry-After": str(error.more["retry_after_seconds"])} if isinstance(error, TooMany) else None,
        mistakes=_show(error, language) if error else (),
        **given,
    )


def redirect(to: str, **query: str) -> RedirectResponse:
    """303 to ``to``, kept by no cache."""
    address = f"{to}?{urlencode(query)}" if query else to
    return RedirectResponse(address, 303, {"Cache-Control": "no-store"})


def own_path(asked: str) -> str:
    """``asked`` when it is a page of staff on this very service, else the first one."""
    path = asked.partition("?")[0]
    is_ours = path == "/staff" or path.startswith("/staff/")
    is_plain = asked.isascii() and asked.isprintable() and "\\" not in asked and "//" not in path
    return asked if is_ours and is_plain and ".." not in path else "/staff"


def _show(error: HailongError, language: str) -> Sequence[str]:
    told = [found[language] for found in error.problems if language in found]
    return told or [error.en if language == "en" else error.vi]
