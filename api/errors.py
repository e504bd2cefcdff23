"""The error tree of the service, and how an error becomes problem+json (RFC 9457).

HailongError
├── Malformed          422  the payload itself is wrong; all its problems together
├── NotThere           404  absent, or not yours to know
├── Conflict           409  true, but against what is stored
├── TooLarge           413
├── NotSupported       415  a content type or encoding that is not read here
├── TooMany            429
├── Unavailable        503  the database is away; nothing was stored, try again
│   └── DatabaseNotReady    no database, or not with our tables (schema.py; command line: exit code 2)
├── Unauthorised       401  no key, or a key that is not known
├── Forbidden          403  a known key without the scope
├── BrokenRelease      500  a sealed file is not as it was sealed (releases/routes.py)
├── SettingsUnusable   values in the environment no service can run with (settings.py; exit code 2)
└── FileUnusable       a file from which not one row can be read (command line: exit code 2)
    └── FileRejected        a file of which nothing was taken, because of its rows (tabular/problems.py)
"""

from collections.abc import Sequence
from typing import Any

from fastapi.responses import JSONResponse

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


def problem_reply(error: HailongError) -> JSONResponse:
    """``error`` as problem+json."""
    return JSONResponse(error.as_problem(), error.status, problem_headers(error), PROBLEM_JSON)


def problem_headers(error: HailongError) -> dict[str, str]:
    """What a reply about ``error`` says beside its body."""
    headers = (
        {"Retry-After": str(error.more["retry_after_seconds"])} if "retry_after_seconds" in error.more else {}
    )
    if error.status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    return headers


def database_away() -> Unavailable:
    """The error for whatever could not be committed because the database did not answer."""
    return Unavailable(
        "database_unavailable",
        "Cơ sở dữ liệu tạm thời không phục vụ; chưa ghi nhận, xin gửi lại",
        "The database is away for the moment; nothing was acknowledged, please send again",
        retry_after_seconds=5,
    )
