"""E-mail addresses, also with the signs written as words, and addresses of profiles."""

import re
from collections.abc import Iterator

from survey_forms.screening.found import Found, Kind

_AT = r"\s?(?:@|[(\[{]\s?at\s?[)\]}]|\ba cong\b|\ba vong\b)\s?"
_DOT = r"\s?(?:\.|,|[(\[{]\s?dot\s?[)\]}]|\b(?:cham|dot)\b)\s?"
_ENDING = r"(?:com|vn|net|org|edu|gov|info|me|io|biz)"
_HOST = r"[a-z0-9][a-z0-9\-]{0,40}"
_BOX = r"(?<![a-z0-9._%+\-])[a-z0-9._%+\-]{1,64}"  # bounded: nobody may make screening slow by what they type
_PATTERNS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"{_BOX}{_AT}{_HOST}(?:{_DOT}{_HOST}){{0,3}}?(?:{_DOT}{_ENDING}){{1,3}}(?![a-z0-9])",
        rf"{_BOX} at {_HOST}(?:{_DOT}{_ENDING}){{1,3}}(?![a-z0-9])",
        rf"{_BOX}@{_HOST}",  # the end left out
        r"(?<!\w)@[a-z0-9_.]{3,40}",
        r"(?:https?://)?(?:www\.|m\.)?(?:facebook|fb|zalo|tiktok|instagram)\.(?:com|me|vn)/[^\s,;]{1,80}",
    )
)


def find_electronic(plain: str) -> Iterator[Found]:
    """Every address of a mailbox or a profile."""
    for pattern in _PATTERNS:
        yield from (Found(match.start(), match.end(), Kind.EMAIL) for match in pattern.finditer(plain))
