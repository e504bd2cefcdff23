"""A small piece of work asked of who posts while very much comes from one network; without script one waits.

Nothing is stored, and processes with the same key take each other's challenges. A challenge belongs to one
response id, and a response is stored once: it is good for that response alone, however often it is sent.
"""

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from time import time
from uuid import UUID

BITS = 16  # 65,536 hashes on average: a second or two on a phone eight years old, chosen
WAIT_SECONDS = 20
GOOD_SECONDS = 900
APART_SECONDS = 60  # by which the clocks of two machines may differ, chosen
ANSWER_LETTERS_MAX = 20
_MAC_LETTERS = 32


class Proof(StrEnum):
    """What came with a post: the work done, the wait sat out, or neither."""

    SOLVED = "solved"
    WAITED = "waited"
    NONE = "none"


@dataclass(frozen=True)
class Challenge:
    """Find an ``answer`` so that SHA-256 of ``<text>:<answer>`` begins with ``bits`` zero bits, or come back after
    ``wait_seconds``."""

    text: str
    bits: int = BITS
    wait_seconds: int = WAIT_SECONDS


class ProofDesk:
    """Gives challenges out and checks them; ``read_key`` is asked for the key when it is first needed."""

    def __init__(self, read_key: Callable[[], str], *, seconds: Callable[[], float] = time) -> None:
        self._read_key, self._seconds = read_key, seconds

    def challenge(self, id: UUID) -> Challenge:
        """For the response ``id``."""
        told = f"{id.hex}.{int(self._seconds())}.{BITS}"
        return Challenge(f"{told}.{self._seal(told)}")

    def check(self, id: UUID, text: str, answer: str) -> Proof:
        """What ``text`` and ``answer`` prove for the response ``id``."""
        told, _, mac = text.rpartition(".")
        parts = told.split(".")
        if not hmac.compare_digest(mac.encode(), self._seal(told).encode()) or parts[0] != id.hex:
            return Proof.NONE
        since = self._seconds() - int(parts[1])
        if not -APART_SECONDS <= since <= GOOD_SECONDS:
            return Proof.NONE
        if len(answer) <= ANSWER_LETTERS_MAX and answer and count_zero_bits(text, answer) >= int(parts[2]):
            return Proof.SOLVED
        return Proof.WAITED if since >= WAIT_SECONDS else Proof.NONE

    @cached_property
    def _key(self) -> bytes:
        return self._read_key().encode()

    def _seal(self, told: str) -> str:
        return hmac.new(self._key, told.encode(), hashlib.sha256).hexdigest()[:_MAC_LETTERS]


def count_zero_bits(text: str, answer: str) -> int:
    """With how many zero bits the hash of ``<text>:<answer>`` begins."""
    digest = hashlib.sha256(f"{text}:{answer}".encode()).digest()
    return 256 - int.from_bytes(digest, "big").bit_length()
