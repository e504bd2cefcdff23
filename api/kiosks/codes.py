"""Codes, keys, tickets and PINs of tablets: how they are made, and what of them is stored."""

import hashlib
import os
import secrets
from typing import Any

# Typed on a tablet by a person who reads it from paper: nothing that is taken for something else.
CODE_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
CODE_LENGTH = 8  # 32^8, good once, for minutes, a few tries a minute: not to be guessed
PIN_DIGITS = 6
# Checked on the tablet itself: about a second on an old one. Whoever can read its storage can try all PINs, so a
# PIN opens only what a supervisor may see there: no answers, no key.
PIN_ITERATIONS = 210_000


def make_code() -> str:
    """A fresh code, for instance ``7KQ2MNBD``."""
    return "".join(secrets.choice(CODE_LETTERS) for _ in range(CODE_LENGTH))


def normalise_code(typed: str) -> str:
    """What was meant by ``typed``: small letters, blanks and dashes are how people copy a code."""
    return typed.upper().replace(" ", "").replace("-", "")


def make_secret() -> str:
    return secrets.token_urlsafe(32)


def make_pin() -> str:
    return f"{secrets.randbelow(10**PIN_DIGITS):0{PIN_DIGITS}d}"


def hash_pin(pin: str) -> dict[str, Any]:
    """What a tablet needs to check ``pin`` without network: PBKDF2 with SHA-256, in hexadecimal."""
    salt = os.urandom(16)
    derived = hashlib.pbkdf2_hmac("sha256", pin.encode(), salt, PIN_ITERATIONS)
    return {"salt": salt.hex(), "iterations": PIN_ITERATIONS, "hash": derived.hex()}


def hash_secret(secret: str) -> str:
    """What is stored of a code, key or ticket; they are random and long, or short-lived, so no slow hash."""
    return hashlib.sha256(secret.encode()).hexdigest()
