"""The error tree of the service, and how an error becomes problem+json (RFC 9457).

HailongError
├── Malformed          422  the payload itself is wrong; all its problems together
├── NotThere           404  absent, or not yours to know
├── Conflict           409  true, but against what is stored
├── TooLarge           413
├── NotSupported       415  a content type or encoding that is not read here
├── TooMany            429
├── Unavailable        503  the database is away; nothing was stored, try again
├── Unauthorised       401  no key, or a key that is not known
├── Forbidden          403  a known key without the scope
└── FileUnusable       a file from which not one row can be read (command line: exit code 2)
"""

import logging
from collections.abc import Sequence
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlalchemy.exc import InterfaceError, OperationalError
from starlette.exceptions import HTTPException

from api.security_headers import SECURITY_HEADERS

PROBLEM_JSON = "application/problem+json"


class HailongError(Exception):
    """A fact a caller can act on: stable ``code``, both languages, and the problems one by one."""

    status = 400

    def __init__(self, code: str, vi: str, en: str, problems: Sequence[dict[str, Any]] = (), **more: Any) -> None:
        super().__init__(f"{vi} / {en}")
        self.code, self.vi, self.en = code, vi, en
        self.problems, self.more = list(problems), more

    def as_problem(self) -> dict[str, Any]:
        """The body of the reply; ``problems`` is there only when there are some."""
        body: dict[str, Any] = {
            "type": f"urn:hailong:problem:{self.code}",
            "title": self.vi,
            "title_en": self.en,
            "status": self.status,
            "code": self.code,
            **self.more,
        }
        if self.problems:
            body["problems"] = self.problems
        return body


class Malformed(HailongError):
    status = 422


class NotThere(HailongError):
    status = 404


class Conflict(HailongError):
    status = 409


class TooLarge(HailongError):
    status = 413


class TooMany(HailongError):
    status = 429


class NotSupported(HailongError):
    status = 415


class Unavailable(HailongError):
    status = 503


class Unauthorised(HailongError):
    status = 401


class Forbidden(HailongError):
    status = 403


class FileUnusable(HailongError):
    status = 422


def add_error_replies(app: FastAPI) -> None:
    """Give every error of ``app`` the one shape."""
    app.add_exception_handler(HailongError, _hailong_error)
    app.add_exception_handler(RequestValidationError, _request_error)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(OperationalError, _database_away)
    app.add_exception_handler(InterfaceError, _database_away)
    app.add_exception_handler(Exception, _our_bug)


def problem_reply(error: HailongError) -> JSONResponse:
    """``error`` as a response."""
    headers = (
        {"Retry-After": str(error.more["retry_after_seconds"])} if "retry_after_seconds" in error.more else {}
    )
    if error.status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    return JSONResponse(error.as_problem(), error.status, headers, PROBLEM_JSON)


def _hailong_error(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HailongError)
    return problem_reply(error)


def _request_error(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    problems = [
        {"path": ".".join(str(part) for part in found["loc"]), "code": found["type"], "message": found["msg"]}
        for found in error.errors()
    ]
    return problem_reply(
        Malformed("malformed_request", "Yêu cầu không hợp lệ", "The request is malformed", problems)
    )


def _http_error(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    known = {
        404: ("not_found", "Không tìm thấy", "Not found"),
        405: ("method_not_allowed", "Phương thức không được phép", "Method not allowed"),
    }
    code, vi, en = known.get(error.status_code, ("http_error", "Yêu cầu không thực hiện được", str(error.detail)))
    problem = HailongError(code, vi, en)
    problem.status = error.status_code
    return problem_reply(problem)


def database_away() -> Unavailable:
    """The error for whatever could not be committed because the database did not answer."""
    return Unavailable(
        "database_unavailable",
        "Cơ sở dữ liệu tạm thời không phục vụ; chưa ghi nhận, xin gửi lại",
        "The database is away for the moment; nothing was acknowledged, please send again",
        retry_after_seconds=5,
    )


def _database_away(_request: Request, error: Exception) -> JSONResponse:
    logging.getLogger("hailong").error("the database is away: %s", error)
    return problem_reply(database_away())


def _our_bug(_request: Request, _error: Exception) -> JSONResponse:
    problem = HailongError(
        "internal_error", "Lỗi của hệ thống; chưa có gì được lưu", "Our fault; nothing was stored"
    )
    problem.status = 500
    reply = problem_reply(problem)
    reply.headers.update(SECURITY_HEADERS)  # written outside of every middleware
    return reply
