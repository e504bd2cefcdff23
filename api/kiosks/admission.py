"""Lets long queues in a few at a time, and tells the others when to come: the counter that is open goes first."""

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from math import ceil

from api.errors import TooMany

AT_ONCE = 2
SMALL_BYTES = 16_384  # a tablet that is not behind sends a response or a few: never made to wait
WAIT_SECONDS_MAX = 120.0
FIRST_GUESS_SECONDS = 0.5


class Admission:
    """How many long queues are being taken in, and the next free moments. Used from the event loop only.

    Whoever is turned away gets a moment of its own (Retry-After), later ones later, so that a thousand tablets
    that come back in one minute do not all return in the next second either.
    """

    def __init__(
        self,
        *,
        at_once: int = AT_ONCE,
        seconds: Callable[[], float] = time.monotonic,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._at_once, self._seconds, self._chance = at_once, seconds, chance
        self._inside = 0
        self._taking = FIRST_GUESS_SECONDS  # how long a queue took lately
        self._last_moment = 0.0

    @contextmanager
    def admit(self, declared_bytes: int | None) -> Iterator[None]:
        """Hold a place while the block runs; TooMany with when to come back when all are taken."""
        if declared_bytes is not None and declared_bytes <= SMALL_BYTES:
            yield
            return
        if self._inside >= self._at_once:
            raise TooMany(
                "queues_waiting",
                "Nhiều máy đang gửi cùng lúc; máy sẽ tự gửi lại",
                "Many devices are sending at once; this one will come back by itself",
                retry_after_seconds=self._next_moment(),
                action="retry",
            )
        self._inside += 1
        started = self._seconds()
        try:
            yield
        finally:
            self._inside -= 1
            self._taking += 0.2 * (self._seconds() - started - self._taking)

    def _next_moment(self) -> int:
        now, pace = self._seconds(), self._taking / self._at_once
        self._last_moment = min(max(self._last_moment, now) + pace, now + WAIT_SECONDS_MAX)
        wait = self._last_moment - now
        return max(1, ceil(wait * (0.75 + self._chance() / 2)))
