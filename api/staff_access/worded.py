"""A staff page with the words of its feature, and what was done told above."""

from collections.abc import Callable, Mapping
from typing import Any

from fastapi import Request, Response

from api.clock import show_instant
from api.errors import HailongError
from api.staff_access.frame import language_of, reply_staff_page
from api.staff_access.staff import Staff


def reply_worded_page(
    request: Request,
    template: str,
    staff: Staff | None,
    load_texts: Callable[[str], Mapping[str, str]],
    *,
    title: str | None = None,
    error: HailongError | None = None,
    status: int = 200,
    **given: Any,
) -> Response:
    """``template`` with the texts that ``load_texts`` gives for a language; without ``title``, the text of that
    key. ``error`` gives the status; how it is told is the caller's. ``?done=sent`` in the address: the text
    ``done_sent`` is told."""
    texts, zone = load_texts(language_of(request)), request.app.state.settings.zone
    status = error.status if error else status
    return reply_staff_page(
        request,
        template,
        title=title or texts["title"],
        staff=staff,
        status=status,
        texts=texts,
        done=texts.get(f"done_{request.query_params.get('done', '')}") if status == 200 else None,
        when=lambda instant: show_instant(instant, zone),
        **given,
    )
