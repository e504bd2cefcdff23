"""What proves that a form was filled in on our own page: a value only that page knows.

It follows from the secret cookie, so nothing is stored. Programs of our own pages send it as ``X-CSRF-Token``.
"""

import hashlib
import hmac

from fastapi import Request
from starlette.datastructures import FormData

from api.errors import Forbidden

FIELD = "csrf"
HEADER = "x-csrf-token"
_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


def csrf_of(token: str) -> str:
    """The value that belongs to the cookie ``token``."""
    return hmac.new(token.encode(), b"hailong csrf", hashlib.sha256).hexdigest()


async def check_csrf(request: Request, token: str) -> None:
    """Forbidden unless the request carries the value of ``token``."""
    given = request.headers.get(HEADER)
    if given is None and request.headers.get("content-type", "").partition(";")[0].strip().lower() in _FORMS:
        form: FormData = await request.form()  # kept by the request: the route reads it again for nothing
        field = form.get(FIELD)
        given = field if isinstance(field, str) else None
    if given is None or not hmac.compare_digest(given.encode(), csrf_of(token).encode()):
        raise Forbidden(
            "csrf",
            "Biểu mẫu đã cũ hoặc không đến từ trang này; hãy mở lại trang rồi gửi lại",
            "This form is out of date or did not come from this page; open the page again and send again",
        )
