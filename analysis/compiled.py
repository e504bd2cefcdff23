"""Loops over rows and groups as machine code: Numba compiles them when they first run."""

from collections.abc import Callable
from typing import TypeVar, cast

import numba

F = TypeVar("F", bound=Callable)


def compiled(loop: F) -> F:
    """``loop``, compiled; it holds no lock of the interpreter, so that threads help. x/0 is inf or NaN.

    The machine code is kept beside the module or in the user's cache; where neither can be written it is made
    anew in every process (about half a second a loop). METHODS 20.2.
    """
    try:
        return cast(F, numba.njit(cache=True, nogil=True, error_model="numpy")(loop))
    except RuntimeError:  # no place to keep it
        return cast(F, numba.njit(nogil=True, error_model="numpy")(loop))
