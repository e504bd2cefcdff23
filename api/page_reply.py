"""A page as a reply: its own strict policy, never kept by a cache between, small on the wire."""

import gzip
from pathlib import Path

from fastapi import Request, Response

from survey_forms.pages.strict_templates import open_templates

TEMPLATES = Path(__file__).parent / "templates"
HTML = "text/html; charset=utf-8"
SMALL_BYTES = 1000  # below it, packing gains nothing
FOR_EVER = "public, max-age=31536000, immutable"
FRESH = "private, no-cache"  # not no-store: going back after a lost connection must find what was typed


def fill_template(name: str, **given: object) -> str:
    """The page of ``api/templates`` called ``name``; a word it is not given is an error, not a gap."""
    return open_templates(TEMPLATES).get_template(name).render(**given)


def reply_page(
    request: Request,
    html: str,
    *,
    status: int = 200,
    policy: str,
    language: str,
    headers: dict[str, str] | None = None,
) -> Response:
    """``html`` with ``policy`` as its Content-Security-Policy."""
    more = {"Content-Security-Policy": policy, "Cache-Control": FRESH, "Content-Language": language}
    return reply_text(request, html, HTML, status=status, headers=more | (headers or {}))


def reply_text(
    request: Request, text: str, media_type: str, *, status: int = 200, headers: dict[str, str] | None = None
) -> Response:
    """``text``, gzipped for whoever takes it. Pages here hold no secret, so packing gives none away."""
    content, more = text.encode(), {"Vary": "Accept-Encoding"} | (headers or {})
    if len(content) >= SMALL_BYTES and "gzip" in request.headers.get("accept-encoding", "").lower():
        content, more = gzip.compress(content, 6, mtime=0), more | {"Content-Encoding": "gzip"}
    return Response(content, status, more, media_type)
