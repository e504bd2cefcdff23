"""Two threads that stay: new ones for every step would each take memory of their own and seldom give it back."""

import os
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")
_NAME = "hailong rows"


def on_both(work: Callable[[T], R], parts: Iterable[T]) -> list[R]:
    """What ``work`` gives for each part, in their order; two at a time, in turn within one of the two threads.

    METHODS 20.2.
    """
    if threading.current_thread().name.startswith(_NAME):
        return [work(part) for part in parts]  # the other thread has work of its own; waiting for it could last
    return list(_start().map(work, parts))


@lru_cache(maxsize=1)
def _start() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(2, thread_name_prefix=_NAME)


if hasattr(os, "register_at_fork"):  # threads do not live on in a child; it starts its own
    os.register_at_fork(after_in_child=_start.cache_clear)
