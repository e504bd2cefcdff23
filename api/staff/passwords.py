"""Passwords: what is too weak, how one is stored, and checks that take as long for a name nobody has."""

import unicodedata
from collections.abc import Sequence
from functools import cache
from itertools import pairwise
from pathlib import Path
from threading import BoundedSemaphore

import yaml
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from api.errors import Malformed

LETTERS_MIN, LETTERS_MAX = 12, 200
DIFFERENT_MIN = 5
COMMON = Path(__file__).with_name("common_passwords.yaml")
_AT_ONCE = BoundedSemaphore(4)  # each check takes 64 MiB: many at once must not take the memory of the service


def check_password(password: str, *, person: Sequence[str]) -> None:
    """Malformed with every reason why ``password`` is too weak for ``person`` (their name and e-mail)."""
    folded, problems = _fold(password), []
    if not LETTERS_MIN <= len(password) <= LETTERS_MAX:
        problems.append(
            _problem(
                "length",
                f"Mật khẩu cần từ {LETTERS_MIN} đến {LETTERS_MAX} ký tự; một câu ngắn dễ nhớ là tốt nhất",
                f"A password needs {LETTERS_MIN} to {LETTERS_MAX} characters; a short sentence is best",
            )
        )
    if folded in _list_common():
        problems.append(
            _problem(
                "common",
                "Mật khẩu này quá thông dụng; hãy chọn một câu của riêng bạn",
                "This password is too common; choose a sentence of your own",
            )
        )
    if len(set(folded)) < DIFFERENT_MIN or _is_run(folded):
        problems.append(
            _problem(
                "simple",
                "Mật khẩu chỉ lặp lại hoặc đếm liên tiếp; hãy dùng nhiều chữ khác nhau",
                "The password only repeats or counts on; use more different letters",
            )
        )
    if any(part in folded for part in _parts_of(person)):
        problems.append(
            _problem(
                "personal",
                "Mật khẩu không được chứa tên hoặc e-mail của bạn",
                "The password must not contain your name or e-mail",
            )
        )
    if problems:
        raise Malformed("weak_password", "Mật khẩu chưa đủ mạnh", "The password is too weak", problems)


def hash_password(password: str) -> str:
    """What is stored of ``password``."""
    with _AT_ONCE:
        return _hasher().hash(_normalise(password))


def verify_password(stored: str | None, password: str) -> bool:
    """Whether ``password`` is the one of ``stored``; None (nobody, or no password) costs the same work."""
    with _AT_ONCE:
        try:
            return _hasher().verify(stored or _nobody(), _normalise(password)[: 4 * LETTERS_MAX]) and bool(stored)
        except (VerificationError, InvalidHashError):
            return False


def needs_rehash(stored: str) -> bool:
    """Whether ``stored`` was made with other parameters than those of today."""
    return _hasher().check_needs_rehash(stored)


@cache
def _hasher() -> PasswordHasher:
    return PasswordHasher()  # argon2id, 64 MiB, RFC 9106's second choice


@cache
def _nobody() -> str:
    return _hasher().hash("nobody's password")


@cache
def _list_common() -> frozenset[str]:
    return frozenset(str(found) for found in yaml.safe_load(COMMON.read_text(encoding="utf-8")))


def _normalise(password: str) -> str:
    return unicodedata.normalize("NFKC", password)  # one keyboard sends ế in one piece, another in three


def _fold(text: str) -> str:
    parts = unicodedata.normalize("NFD", _normalise(text).lower().replace("đ", "d"))
    return "".join(letter for letter in parts if not unicodedata.combining(letter) and not letter.isspace())


def _is_run(folded: str) -> bool:
    steps = {ord(after) - ord(before) for before, after in pairwise(folded)}
    return steps in ({1}, {-1})


def _parts_of(person: Sequence[str]) -> list[str]:
    names = [_fold(text.partition("@")[0]) for text in person]
    return [name for name in names if len(name) >= 5]


def _problem(code: str, vi: str, en: str) -> dict[str, str]:
    return {"field": "password", "code": code, "vi": vi, "en": en}
