"""Every error as a reply: problem+json for programs, a page in both languages for people."""

import logging

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, Response
from fastapi.routing import iter_route_contexts
from sqlalchemy.exc import InterfaceError, OperationalError
from starlette.exceptions import HTTPException
from starlette.types import Scope

from api.errors import HailongError, Malformed, database_away, problem_headers, problem_reply
from api.security_headers import SECURITY_HEADERS
from survey_forms.pages.render import PAGE_POLICY, render_notice

_LOG = logging.getLogger("hailong")
_KNOWN = {
    404: ("not_found", "Không tìm thấy", "Not found"),
    405: ("method_not_allowed", "Phương thức không được phép", "Method not allowed"),
}
_NOT_SENT = (
    "Chưa có gì được lưu. Xin quay lại trang trước; những gì đã điền vẫn còn ở đó.",
    "Nothing was stored. Please go back to the page before; what you filled in is still there.",
)


def add_error_replies(app: FastAPI) -> None:
    """Give every error of ``app`` the one shape."""
    app.add_exception_handler(HailongError, _hailong_error)
    app.add_exception_handler(RequestValidationError, _request_error)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(OperationalError, _database_away)
    app.add_exception_handler(InterfaceError, _database_away)
    app.add_exception_handler(Exception, _our_bug)


def error_reply(scope: Scope, error: HailongError, headers: dict[str, str] | None = None) -> Response:
    """``error`` as whoever made the request can read it; ``headers`` come on top."""
    reply = _page(scope, error) if _is_for_people(scope) else problem_reply(error)
    reply.headers.update(headers or {})
    return reply


def _is_for_people(scope: Scope) -> bool:
    path = scope["path"]
    if path.startswith(("/api/", "/static/")) or path == "/health":
        return False
    accepts = b",".join(value for name, value in scope["headers"] if name == b"accept")
    return path.startswith(("/f/", "/t/")) or path == "/t" or b"text/html" in accepts


def _page(scope: Scope, error: HailongError) -> Response:
    told = _NOT_SENT if scope["method"] == "POST" else ()
    html = render_notice(
        language="vi",
        title=error.vi,
        paragraphs=told[:1],
        english=[f"{error.en}.", *told[1:]],
        link=None if told else (_first_page(scope), "Về trang đầu", "To the first page"),
    )
    headers = problem_headers(error) | {"Content-Security-Policy": PAGE_POLICY, "Content-Language": "vi, en"}
    return HTMLResponse(html, error.status, headers)


def _first_page(scope: Scope) -> str:
    return "/staff" if scope["path"].startswith("/staff") else "/"


def _hailong_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HailongError)
    return error_reply(request.scope, error)


def _request_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    problems = [
        {"path": ".".join(str(part) for part in found["loc"]), "code": found["type"], "message": found["msg"]}
        for found in error.errors()
    ]
    malformed = Malformed("malformed_request", "Yêu cầu không hợp lệ", "The request is malformed", problems)
    return error_reply(request.scope, malformed)


def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    fallback = ("http_error", "Yêu cầu không thực hiện được", str(error.detail))
    problem = HailongError(*_KNOWN.get(error.status_code, fallback))
    problem.status = error.status_code
    headers = dict(error.headers or {})
    if error.status_code == 405:
        headers["Allow"] = ", ".join(_list_allowed(request))
    return error_reply(request.scope, problem, headers)


def _list_allowed(request: Request) -> list[str]:
    """Every method of the address; the framework names those of one function only."""
    allowed: set[str] = set()
    for context in iter_route_contexts(request.app.routes):
        pattern = getattr(context.original_route, "path_regex", None)
        if pattern is not None and pattern.match(request.url.path):
            allowed |= set(context.methods or ())
    return sorted(allowed | ({"HEAD"} if "GET" in allowed else set()))


def _database_away(request: Request, error: Exception) -> Response:
    _LOG.error("the database is away: %s", error)
    return error_reply(request.scope, database_away())


def _our_bug(request: Request, _error: Exception) -> Response:
    problem = HailongError(
        "internal_error", "Lỗi của hệ thống; chưa có gì được lưu", "Our fault; nothing was stored"
    )
    problem.status = 500
    reply = error_reply(request.scope, problem)
    for name, value in SECURITY_HEADERS.items():  # written outside of every middleware
        reply.headers.setdefault(name, value)
    return reply
