"""The frame of every staff page: header, menu, language, message; a page extends ``staff_base.html``."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode

from fastapi import Request, Response
from fastapi.responses import HTMLResponse

from api.page_reply import fill_template
from api.staff_access.cookies import LANGUAGE, set_cookie
from api.staff_access.menu import MenuEntry, entries_for
from api.staff_access.staff import Staff
from api.staff_access.words import WORDS

# Scripts of our own are allowed, for pages that get better with one; no page may need it.
STAFF_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
LANGUAGE_SECONDS = 365 * 86_400


@dataclass(frozen=True)
class Frame:
    """What ``staff_base.html`` shows around a page."""

    title: str
    language: str
    other_language: str
    path: str
    switch: str  # this page in the other language
    person: str | None
    csrf: str = field(repr=False)
    menu: tuple[MenuEntry, ...]
    words: Mapping[str, str]


def language_of(request: Request) -> str:
    """The language asked for in the address, else the one chosen before; Vietnamese for everybody else."""
    asked = request.query_params.get("lang", request.cookies.get(LANGUAGE, "vi"))
    return "en" if asked == "en" else "vi"


def reply_staff_page(
    request: Request,
    template: str,
    *,
    title: str,
    staff: Staff | None = None,
    csrf: str = "",
    status: int = 200,
    path: str | None = None,
    headers: Mapping[str, str] | None = None,
    **given: object,
) -> Response:
    """``template`` of ``api/templates``, filled with ``given`` and ``frame``. ``staff`` None: nobody is signed in
    yet, and ``csrf`` is the value for the forms of the page. ``path``: the page that answers a POST shows, when
    its address is not the one posted to (the menu and the switch of languages lead there)."""
    language, path = language_of(request), path or request.url.path
    other = "vi" if language == "en" else "en"
    kept_query = [(name, value) for name, value in request.query_params.multi_items() if name != "lang"]
    frame = Frame(
        title=title,
        language=language,
        other_language=other,
        path=path,
        switch=f"{path}?{urlencode([*kept_query, ('lang', other)])}",
        person=staff.name if staff else None,
        csrf=staff.csrf if staff else csrf,
        menu=entries_for(staff) if staff else (),
        words=WORDS[language],
    )
    # Not packed: the length of a packed page would give its csrf value away letter by letter.
    reply = HTMLResponse(fill_template(template, frame=frame, **given), status)
    kept = {"Content-Security-Policy": STAFF_POLICY, "Cache-Control": "no-store", "Content-Language": language}
    reply.headers.update(kept | dict(headers or {}))
    if "lang" in request.query_params:
        set_cookie(request, reply, LANGUAGE, language, seconds=LANGUAGE_SECONDS)
    return reply
