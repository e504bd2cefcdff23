"""A small language for contrasts: names, numbers, + - * / ^, log, exp, sqrt; with exact derivatives."""

import ast
import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.errors import ComparisonError

Real = NDArray[np.float64]
_QUOTED = re.compile(r"`([^`]*)`")
_LANGUAGE = "Use names (in `back quotes` where they are not plain words), numbers, + - * / ^, log, exp, sqrt."
_FUNCTIONS: dict[str, tuple[Callable[[float], float], Callable[[float], float]]] = {
    "log": (math.log, lambda x: 1 / x),
    "exp": (math.exp, math.exp),
    "sqrt": (math.sqrt, lambda x: 0.5 / math.sqrt(x)),
}


@dataclass(frozen=True)
class Dual:
    """A number and how it moves with every estimate."""

    value: float
    slope: Real


def differentiate(expression: str, names: Sequence[str], values: Real) -> tuple[float, Real]:
    """The expression at ``values``, and its slope in each of ``names``; ComparisonError if it cannot be read.

    Log is the natural one; ^ and ** are powers. METHODS 15.1.

    >>> value, slope = differentiate("log(E / `H 2`)", ["E", "H 2"], np.array([6.0, 3.0]))
    >>> round(value, 4), slope.round(4).tolist()
    (0.6931, [0.1667, -0.3333])
    """
    quoted = _QUOTED.findall(expression)
    text = _QUOTED.sub(lambda found: f" _q{quoted.index(found.group(1))}_ ", expression).replace("^", "**")
    try:
        tree = ast.parse(text.strip(), mode="eval").body
    except SyntaxError as error:
        raise ComparisonError([f"expression {expression!r} cannot be read"], _LANGUAGE) from error
    places = {name: place for place, name in enumerate(names)}
    places |= {f"_q{k}_": places[name] for k, name in enumerate(quoted) if name in places}
    shown = {f"_q{k}_": name for k, name in enumerate(quoted)}
    named = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)} - set(_FUNCTIONS)
    if unknown := sorted(shown.get(name, name) for name in named - set(places)):
        raise ComparisonError(
            [f"expression {expression!r}: {name!r} is not an estimate" for name in unknown],
            f"The estimates are: {', '.join(names)}. {_LANGUAGE}",
        )
    try:
        found = _evaluate(tree, places, np.asarray(values, float))
    except (ValueError, ZeroDivisionError, OverflowError) as error:
        raise ComparisonError(
            [f"expression {expression!r} has no value here: {error}"], "Compare figures for which it is defined."
        ) from error
    except _Unknown as error:
        raise ComparisonError([f"expression {expression!r}: {error} is not known"], _LANGUAGE) from error
    return found.value, found.slope


class _Unknown(Exception):
    pass


def _evaluate(node: ast.expr, places: dict[str, int], values: Real) -> Dual:
    flat = np.zeros(len(values))
    match node:
        case ast.Constant(value=bool() | complex() | str() | bytes() | None):
            raise _Unknown(ast.unparse(node))
        case ast.Constant(value=int() | float() as number):
            return Dual(float(number), flat)
        case ast.Name(id=name):
            flat[places[name]] = 1.0
            return Dual(float(values[places[name]]), flat)
        case ast.UnaryOp(op=ast.USub(), operand=inner):
            under = _evaluate(inner, places, values)
            return Dual(-under.value, -under.slope)
        case ast.UnaryOp(op=ast.UAdd(), operand=inner):
            return _evaluate(inner, places, values)
        case ast.Call(func=ast.Name(id=name), args=[inner], keywords=[]) if name in _FUNCTIONS:
            under = _evaluate(inner, places, values)
            function, derivative = _FUNCTIONS[name]
            return Dual(function(under.value), derivative(under.value) * under.slope)
        case ast.BinOp(left=left, op=operation, right=right):
            return _combine(operation, _evaluate(left, places, values), _evaluate(right, places, values))
        case _:
            raise _Unknown(ast.unparse(node))


def _combine(operation: ast.operator, a: Dual, b: Dual) -> Dual:
    match operation:
        case ast.Add():
            return Dual(a.value + b.value, a.slope + b.slope)
        case ast.Sub():
            return Dual(a.value - b.value, a.slope - b.slope)
        case ast.Mult():
            return Dual(a.value * b.value, a.slope * b.value + b.slope * a.value)
        case ast.Div():
            return Dual(a.value / b.value, a.slope / b.value - b.slope * (a.value / b.value**2))
        case ast.Pow():
            if not b.slope.any():
                return Dual(math.pow(a.value, b.value), b.value * math.pow(a.value, b.value - 1) * a.slope)
            value = math.pow(a.value, b.value)
            return Dual(value, value * (b.slope * math.log(a.value) + b.value * a.slope / a.value))
        case _:
            raise _Unknown(type(operation).__name__)


def differentiate_callable(function: Callable[[Real], float], values: Real, errors: Real) -> tuple[float, Real]:
    """A function of the estimates and its slopes, by central differences of two widths (error of fourth order).

    ``errors`` set the width: a hundredth of a standard error, within which a smooth function is nearly straight.
    METHODS 15.1.
    """
    widths = np.where(errors > 0, errors / 100, np.maximum(np.abs(values), 1.0) * 1e-4)
    slope = np.empty(len(values))
    for k, width in enumerate(widths):
        away = np.zeros(len(values))
        away[k] = width
        near = (function(values + away) - function(values - away)) / (2 * width)
        far = (function(values + 2 * away) - function(values - 2 * away)) / (4 * width)
        slope[k] = (4 * near - far) / 3
    found = float(function(values))
    if not (math.isfinite(found) and np.isfinite(slope).all()):
        raise ComparisonError(
            ["the function is not finite at (or next to) the estimates"],
            "Compare figures for which it is defined.",
        )
    return found, slope
