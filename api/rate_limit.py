"""Limits how often somebody may post, without cutting off a counter behind a shared address.

Token buckets in memory: an address has one; a counter behind that address has its own and falls back on the
address's; an API key, a tablet and a single-use token have their own. Of the first two a part is calm: beyond it
a proof of work is asked for (post_guard.py). What is kept is a keyed digest that
dies with the process.
"""

import hashlib
import ipaddress
import os
import time
from collections import OrderedDict
from collections.abc import Callable
from math import ceil

from api.errors import TooMany

BUCKETS_MAX = 50_000  # about 10 MB; the least recently used goes first
KEY_FACTOR = 10  # a key stands for many devices
CALM_PART = 5  # a fifth of the limit is taken for people: two a second of the usual 600, more than any counter
PATIENT_PER_MINUTE = 30  # people without script who waited
DEVICE_PER_MINUTE = 240  # a tablet that empties its queue sends a batch after the other
TOKEN_PER_MINUTE = 20


class RateLimit:
    """Buckets of ``per_minute`` posts that refill steadily. Used from the event loop only."""

    def __init__(self, per_minute: int, *, seconds: Callable[[], float] = time.monotonic) -> None:
        self._per_minute, self._seconds = per_minute, seconds
        self._buckets: OrderedDict[bytes, tuple[float, float]] = OrderedDict()  # tokens left, as of
        self._secret = os.urandom(16)

    def take_for_address(self, address: str | None, *, counter: str | None = None) -> None:
        """Count one post from ``address``, first on the bucket of its ``counter``; TooMany when both are empty."""
        network = network_of(address)
        if counter is not None and self._take(f"counter {network} {counter}", self._per_minute) is None:
            return
        self._refuse(self._take(f"address {network}", self._per_minute))

    def is_calm(self, address: str | None, *, counter: str | None = None) -> bool:
        """Count one post on the calm share of its counter, else of its address; False when both are used up."""
        network, per_minute = network_of(address), max(1, self._per_minute // CALM_PART)
        if counter is not None and self._take(f"calm counter {network} {counter}", per_minute) is None:
            return True
        return self._take(f"calm address {network}", per_minute) is None

    def has_patience_left(self, address: str | None) -> bool:
        """Count one post of somebody who waited instead of working."""
        return self._take(f"patient {network_of(address)}", PATIENT_PER_MINUTE) is None

    def take_for_device(self, device: str) -> None:
        """Count one request of a tablet, wherever it stands."""
        self._refuse(self._take(f"device {device}", DEVICE_PER_MINUTE))

    def take_for_token(self, code: str) -> None:
        """Count one look at an invitation; of the code only a keyed digest is kept, like of addresses."""
        self._refuse(self._take(f"token {code}", TOKEN_PER_MINUTE))

    def take_for_key(self, key: str) -> None:
        """Count one post of an API key."""
        self._refuse(self._take(f"key {key}", self._per_minute * KEY_FACTOR))

    def _take(self, who: str, per_minute: int) -> float | None:
        """None when a token was there, else the seconds until the next."""
        bucket = hashlib.blake2b(who.encode(), key=self._secret, digest_size=16).digest()
        now = self._seconds()
        tokens, as_of = self._buckets.pop(bucket, (float(per_minute), now))
        tokens = min(float(per_minute), tokens + (now - as_of) * per_minute / 60)
        has_one = tokens >= 1
        self._buckets[bucket] = (tokens - has_one, now)
        if len(self._buckets) > BUCKETS_MAX:
            self._buckets.popitem(last=False)
        return None if has_one else (1 - tokens) * 60 / per_minute

    @staticmethod
    def _refuse(wait_seconds: float | None) -> None:
        if wait_seconds is not None:
            raise TooMany(
                "too_many_posts",
                "Gửi quá nhanh; xin giữ phiếu và gửi lại sau",
                "Too many posts; please keep the response and send it again later",
                retry_after_seconds=max(1, ceil(wait_seconds)),
            )


def network_of(address: str | None) -> str:
    """An IPv6 household holds a /64, so that is what counts as one address."""
    try:
        parsed = ipaddress.ip_address(address or "")
    except ValueError:
        return address or "unknown"
    if parsed.version == 4:
        return str(parsed)
    return str(ipaddress.ip_network((parsed, 64), strict=False))
