"""How often a password or a code may be tried. Buckets in memory, for each process, gone when it ends.

Wrong guesses at somebody's account from elsewhere slow down only where they come from, and after many of them
every browser from which the person has never signed in; a browser they have used has a bucket of its own. So
nobody can keep a person out of their own account by guessing at it.
"""

import hashlib
import os
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from math import ceil
from threading import Lock

from api.errors import TooMany
from api.rate_limit import network_of

BUCKETS_MAX = 20_000  # the least recently used goes first


@dataclass(frozen=True)
class _Bucket:
    key: str
    tries: int  # at once
    refill_seconds: float  # for one try more


class SignInThrottle:
    """Tries are counted before the password is looked at, and given back when it was right."""

    def __init__(self, *, seconds: Callable[[], float] = time.monotonic) -> None:
        self._seconds, self._secret, self._lock = seconds, os.urandom(16), Lock()
        self._left: OrderedDict[bytes, tuple[float, float]] = OrderedDict()  # tries left, as of

    def take_password(self, email: str, address: str | None, *, browser: str | None) -> None:
        """Count one try; TooMany when there were too many. ``browser``: known to be the person's, else None."""
        self._take(_password_buckets(email, address, browser))

    def give_back_password(self, email: str, address: str | None, *, browser: str | None) -> None:
        """It was right: the try did not count."""
        self._give_back(_password_buckets(email, address, browser))

    def take_provider(self, address: str | None) -> None:
        """Count one way to the identity provider; each costs it and us a request."""
        self._take([_Bucket(f"provider {network_of(address)}", 60, 6)])

    def take_code(self, account: str) -> None:
        """Count one try of a code, or of the password asked for again, by somebody whose password was right."""
        self._take([_code_bucket(account)])

    def give_back_code(self, account: str) -> None:
        """It was right."""
        self._give_back([_code_bucket(account)])

    def _take(self, buckets: list[_Bucket]) -> None:
        with self._lock:
            left = {bucket: self._look(bucket) for bucket in buckets}
            wait = max((1 - tries) * bucket.refill_seconds for bucket, tries in left.items())
            if wait > 0:
                raise _too_many(wait)
            for bucket, tries in left.items():
                self._put(bucket, tries - 1)

    def _give_back(self, buckets: list[_Bucket]) -> None:
        with self._lock:
            for bucket in buckets:
                self._put(bucket, min(float(bucket.tries), self._look(bucket) + 1))

    def _look(self, bucket: _Bucket) -> float:
        now = self._seconds()
        tries, as_of = self._left.get(self._digest(bucket), (float(bucket.tries), now))
        return min(float(bucket.tries), tries + (now - as_of) / bucket.refill_seconds)

    def _put(self, bucket: _Bucket, tries: float) -> None:
        digest = self._digest(bucket)
        self._left.pop(digest, None)
        self._left[digest] = (tries, self._seconds())
        if len(self._left) > BUCKETS_MAX:
            self._left.popitem(last=False)

    def _digest(self, bucket: _Bucket) -> bytes:
        return hashlib.blake2b(bucket.key.encode(), key=self._secret, digest_size=16).digest()


def _password_buckets(email: str, address: str | None, browser: str | None) -> list[_Bucket]:
    if browser is not None:
        return [_Bucket(f"browser {browser}", 10, 60)]
    network = network_of(address)
    return [
        _Bucket(f"pair {email} {network}", 6, 120),
        _Bucket(f"account {email}", 30, 60),
        _Bucket(f"address {network}", 60, 6),  # an office of a hundred people stands behind one address
    ]


def _code_bucket(account: str) -> _Bucket:
    # Three codes of a million are right at a time: 8 tries and 20 more an hour find one in years.
    return _Bucket(f"code {account}", 8, 180)


def _too_many(wait_seconds: float) -> TooMany:
    wait = max(1, ceil(wait_seconds))
    return TooMany(
        "too_many_sign_ins",
        f"Thử quá nhiều lần; hãy đợi {wait} giây rồi thử lại",
        f"Too many tries; wait {wait} seconds, then try again",
        retry_after_seconds=wait,
    )
