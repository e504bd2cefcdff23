"""One stage of a selection: what is drawn, how many, how. Column names and numbers only, no data."""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl
from polars import selectors as cs

from analysis.errors import SelectionError
from analysis.sampling.draw import METHODS, PPS

SYSTEMATIC = ("systematic", "pps_systematic")


@dataclass(frozen=True, eq=False)
class Stage:
    """What one stage draws inside each unit of the stage above (inside each stratum, at the first).

    Parameters
    ----------
    unit
        Column that names the unit drawn: a district, a commune, a dossier. The same label under two parents
        means two units.
    n
        How many: a number for every parent; a column of the frame, the same within a parent; or a frame with
        a column ``n`` and columns that name the parent, as ``allocate`` returns it.
    fraction
        Instead of ``n``: share of the units of each parent, rounded up.
    method
        ``srs`` (simple random), ``systematic``, ``pps_systematic``, ``sampford``, ``brewer``, ``max_entropy``
        (conditional Poisson).
    size
        For the PPS methods, column > 0, summed over the rows below the unit.
    order
        Columns to sort the list by before a systematic draw; then by ``unit``. Numbers by value, text by code
        point: for Vietnamese alphabetical order give a column of ranks.
    shuffle
        Put the list in random order instead, before a systematic draw.
    certainty
        Boolean column: units always drawn. They count in ``n``.
    reserve
        At the last stage: how many more for the reserve list, in the order to be called.

    References
    ----------
    METHODS 12.5, 12.6.
    """

    unit: str
    n: int | str | pl.DataFrame | None = None
    fraction: float | None = None
    method: str = "srs"
    size: str | None = None
    order: Sequence[str] = ()
    shuffle: bool = False
    certainty: str | None = None
    reserve: int = 0

    def __post_init__(self) -> None:
        problems = []
        if self.method not in METHODS:
            problems.append(f"method is {self.method!r}, not one of {', '.join(METHODS)}")
        if (self.method in PPS) != (self.size is not None):
            problems.append(f"method {self.method!r} with size {self.size!r}: PPS needs a size, others none")
        if (self.n is None) == (self.fraction is None):
            problems.append("exactly one of n and fraction must be given")
        if isinstance(self.n, (int, float)) and not (type(self.n) is int and self.n >= 1):
            problems.append(f"n is {self.n}, not a whole number of at least 1")
        if isinstance(self.n, pl.DataFrame) and "n" not in self.n.columns:
            problems.append(f"the frame given for n has no column 'n' but {', '.join(self.n.columns)}")
        if self.fraction is not None and not 0 < self.fraction <= 1:
            problems.append(f"fraction is {self.fraction}, not above 0 and at most 1")
        if isinstance(self.order, str):
            problems.append(f"order is the text {self.order!r}, not a list of columns")
        if (self.order or self.shuffle) and self.method not in SYSTEMATIC:
            problems.append(f"order and shuffle mean nothing to {self.method!r}")
        if self.order and self.shuffle:
            problems.append("order and shuffle exclude each other")
        if self.reserve < 0:
            problems.append(f"reserve is {self.reserve}, not at least 0")
        if problems:
            raise SelectionError([f"stage {self.unit!r}: {problem}" for problem in problems], "Mend the stage.")

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of the frame the stage reads."""
        named = (self.unit, self.size, self.certainty, self.n if isinstance(self.n, str) else None, *self.order)
        return tuple(dict.fromkeys(name for name in named if name is not None))

    def record(self, parents: Sequence[str]) -> dict[str, object]:
        """The stage ready for JSON; of a frame given for ``n`` the columns that say how many for which parent."""
        wanted: object = self.n
        if isinstance(self.n, pl.DataFrame):
            kept = [name for name in self.n.columns if name in (*parents, "n")]
            # Dates become text, as JSON has none; reading casts them back.
            wanted = self.n.select(kept).with_columns(cs.temporal().cast(pl.String)).to_dicts()
        return {
            "unit": self.unit,
            "n": wanted,
            "fraction": self.fraction,
            "method": self.method,
            "size": self.size,
            "order": list(self.order),
            "shuffle": self.shuffle,
            "certainty": self.certainty,
            "reserve": self.reserve,
        }
