"""Two decimals, half up, as the ministry publishes: decimal arithmetic for one figure, integers for columns."""

from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal

import polars as pl

from analysis.errors import MeasureError

NOISE = 1e-9  # a computed figure this near a tie is the tie: 80.07499999999999 is 80.075  (METHODS 6)

Figure = Decimal | int | float | str


def round_half_up(value: Figure, digits: int = 2) -> Decimal:
    """``value`` with ``digits`` decimals; ties away from zero: 80.075 → 80.08, -6.815 → -6.82, never -0.00.

    Decimals, ints and strings are taken exactly; a float by its shortest decimal form, and within NOISE of a
    tie as the tie. Raises MeasureError on NaN and infinity, decimal.InvalidOperation on text that is no
    number. METHODS 6.
    """
    exact = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    if not exact.is_finite():
        raise MeasureError([f"{value!r} is no figure"], "Leave out what was not estimated (null).")
    if isinstance(value, float):
        exact = exact.quantize(Decimal(repr(NOISE)), ROUND_HALF_EVEN)
    return exact.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP) + 0


def round_column(value: str | pl.Expr, digits: int = 2) -> pl.Expr:
    """A Float64 column as String with ``digits`` decimals, half up: "83.94"; null stays null. METHODS 6.

    Strings, so that nobody computes with rounded figures by mistake. Values up to 1e12 in size; NaN and
    infinity raise polars.exceptions.InvalidOperationError. The same figures as ``round_half_up``.
    """
    column = pl.col(value) if isinstance(value, str) else value
    scale = 10**digits
    steps = (column.abs() * scale + 0.5 + NOISE / 2 * scale).floor().cast(pl.Int64)
    sign = pl.when((column < 0) & (steps > 0)).then(pl.lit("-")).otherwise(pl.lit(""))
    whole = (steps // scale).cast(pl.String)
    if digits == 0:
        return sign + whole
    return sign + whole + "." + (steps % scale).cast(pl.String).str.zfill(digits)


def subtract_rounded(minuend: Figure, subtrahend: Figure, digits: int = 2) -> Decimal:
    """The difference as reports print it: of the rounded figures, 83.94 − 82.66 = 1.28. METHODS 6.

    Readers can check it; it may differ from the rounded exact difference by one unit of the last digit.
    """
    return round_half_up(minuend, digits) - round_half_up(subtrahend, digits)


def format_vi(value: Figure, digits: int | None = None) -> str:
    """Vietnamese number format: 83.94 → "83,94", 12394 → "12.394".

    ``digits``: round half up to so many decimals first; None: as many as ``value`` has. METHODS 6.
    """
    figure = Decimal(repr(value) if isinstance(value, float) else value) if digits is None else None
    shown = round_half_up(value, digits) if figure is None and digits is not None else figure
    return f"{shown:,f}".translate(str.maketrans(",.", ".,"))


def format_column_vi(rounded: str | pl.Expr) -> pl.Expr:
    """A String column of ``round_column`` in Vietnamese format: "83.94" → "83,94"; null stays null. METHODS 6."""
    column = pl.col(rounded) if isinstance(rounded, str) else rounded
    return column.str.replace(".", ",", literal=True)
