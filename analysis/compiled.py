"""Loops over rows and groups as machine code: Numba compiles them when they first run."""

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba
from llvmlite import ir
from numba.core import types
from numba.extending import intrinsic
from numpy.typing import NDArray

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


def read_only(*arrays: NDArray) -> tuple[NDArray, ...]:
    """The same arrays, no longer to be written: a loop is compiled for each kind of array, and those of frames
    are so. METHODS 20.2."""
    for array in arrays:
        array.flags.writeable = False
    return arrays


AHEAD = 24  # rows between asking for a place in a table and adding to it: as many as a core keeps on their way


@cast(Any, intrinsic)
def prefetch(_: Any, table: types.Array, place: types.Integer) -> tuple[Any, Callable]:
    """Within a compiled loop: asks for the number at ``place`` of a table, counted as it lies in memory.

    Nothing is read or changed, and a place outside the table is no error. Sums of a million groups do not fit a
    cache; a row that waits for its place costs more than all its arithmetic. METHODS 20.2.
    """

    def write(context: Any, builder: Any, signature: Any, given: Any) -> Any:
        byte, number = ir.IntType(8).as_pointer(), ir.IntType(32)
        data = context.make_array(signature.args[0])(context, builder, given[0]).data
        address = builder.bitcast(builder.gep(data, [given[1]]), byte)
        asked = builder.module.declare_intrinsic(
            "llvm.prefetch", [byte], ir.FunctionType(ir.VoidType(), [byte, number, number, number])
        )
        builder.call(asked, [address, *(number(kind) for kind in (1, 3, 1))])  # to write, keep close, data
        return context.get_dummy_value()

    return types.void(table, place), write
