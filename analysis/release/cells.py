"""Text cells that a spreadsheet would run as a formula, and how they are made harmless in CSV."""

from typing import TypeVar

import polars as pl

Frame = TypeVar("Frame", pl.DataFrame, pl.LazyFrame)

# A spreadsheet takes a cell that starts so for a formula, or drops the letter and looks at the next.
_DANGEROUS = r"^('*[=+\-@\t\r])"
_GUARDED = r"^'('*[=+\-@\t\r])"


def guard_text(frame: pl.DataFrame) -> pl.DataFrame:
    """``frame`` with an apostrophe before every text cell that starts like a formula; numbers stay as they are.

    Shape and columns are kept; only String, Categorical and Enum columns are looked at, nulls stay null.
    Silently not enough for a program that splits cells at other letters than the comma. METHODS 8.3.
    """
    guarded = []
    for name, dtype in frame.schema.items():
        if dtype in (pl.Categorical, pl.Enum):
            texts = frame[name].unique().cast(pl.String)
        elif dtype == pl.String:
            texts = frame[name]
        else:
            continue
        if texts.str.contains(_DANGEROUS).any():
            guarded.append(pl.col(name).cast(pl.String).str.replace(_DANGEROUS, "'${0}").alias(name))
    return frame.with_columns(guarded)


def unguard_text(frame: Frame) -> Frame:
    """``frame`` with the apostrophes of ``guard_text`` taken off again. METHODS 8.3."""
    return frame.with_columns(pl.col(pl.String).str.replace(_GUARDED, "${1}"))
