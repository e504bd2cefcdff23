"""The cookies of staff: only below ``/staff``, out of reach of scripts. Citizens get none."""

from fastapi import Request, Response

SESSION = "hailong_staff"
VISIT = "hailong_visit"  # before anybody is signed in: what the forms of sign-in are bound to
BROWSER = "hailong_browser"
LANGUAGE = "hailong_language"
PATH = "/staff"


def set_cookie(request: Request, reply: Response, name: str, value: str, *, seconds: int | None = None) -> None:
    """Set one; without ``seconds`` it ends with the browser."""
    # Lax, not strict: the way back from the office's identity provider starts on another site.
    reply.set_cookie(
        name, value, max_age=seconds, path=PATH, secure=is_https(request), httponly=True, samesite="lax"
    )


def clear_cookie(request: Request, reply: Response, name: str) -> None:
    """Take one back."""
    reply.delete_cookie(name, path=PATH, secure=is_https(request), httponly=True, samesite="lax")


def is_https(request: Request) -> bool:
    """Whether people reach the service by https: as the settings say, else as this request came."""
    public_url = request.app.state.settings.public_url
    return bool(public_url.startswith("https:")) if public_url else request.url.scheme == "https"
