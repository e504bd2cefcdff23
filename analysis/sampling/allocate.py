"""Divides a sample (or a budget) between strata: equal, proportional, Neyman, power, cost; whole numbers."""

import math
from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from analysis.errors import AllocationError
from analysis.sampling.apportion import fill_strata, round_to_total
from analysis.sampling.unit_minimum import Units, apportion_units

RULES = ("equal", "proportional", "neyman", "power", "cost")
RESULTS = ("n_exact", "n", "sampling_fraction", "bound")


def allocate(
    strata: pl.DataFrame,
    *,
    n: int | None = None,
    budget: float | None = None,
    rule: str = "proportional",
    population: str = "population",
    standard_deviation: str | None = None,
    unit_cost: str | None = None,
    size: str | None = None,
    cv: str | None = None,
    power: float = 0.5,
    minimum: int | str = 1,
    maximum: int | str | None = None,
    by: Sequence[str] = (),
    unit_minimum: int = 0,
) -> pl.DataFrame:
    """How many to draw in each stratum, in whole numbers that add up.

    Parameters
    ----------
    strata
        One row per stratum (a unit, a unit × procedure); no nulls in the columns named below.
    n, budget
        Exactly one: the sample size of all strata together, which is met exactly; or the money, which is not
        exceeded (needs ``unit_cost``).
    rule
        n_h in proportion to: ``equal`` 1; ``proportional`` N_h; ``neyman`` N_h·S_h; ``power``
        X_h^power·C_h; ``cost`` N_h·S_h/√c_h.
    population
        Column of N_h >= 1, a whole number: no stratum gets more.
    standard_deviation
        Column of S_h >= 0 (for a share √(p(1−p))); for ``neyman`` and ``cost``.
    unit_cost
        Column of c_h > 0: what one response costs there.
    size, cv
        Columns for ``power``: X_h > 0 (default: ``population``) and C_h > 0, the coefficient of variation
        (default: the same everywhere).
    power
        0 (every stratum alike) to 1 (proportional).
    minimum, maximum
        Number or column: at least and at most so many; N_h where the stratum is smaller than ``minimum``. Two
        is the least from which a variance can be estimated.

    Returns
    -------
    pl.DataFrame
        ``strata`` with ``n_exact`` (inside the limits, before rounding), ``n``, ``sampling_fraction`` n/N and
        ``bound``: "minimum", "maximum" or "population" where that limit decided, "unit_minimum" where the unit's
        did, else null.

    Raises
    ------
    AllocationError
        Every problem together: columns absent, null or out of range, limits that leave no solution.

    Notes
    -----
    Limits are met by giving the others what is left, in the same proportions; inside a unit brought up to its
    minimum the proportions are the same too. Rounding is by largest
    remainder; equal remainders go to the larger N_h, then to the earlier row. Strata of spread 0 get their
    minimum until the others are full. Silently far from optimal when
    S_h is from another year, or for results by stratum when the rule is meant for their total.

    References
    ----------
    METHODS 12.3; Neyman (1934); Cochran (1977), sections 5.5 to 5.9; Bankier (1988). Agrees with R (p24).

    Examples
    --------
    >>> strata = pl.DataFrame({"unit": ["A", "B", "C"], "population": [900, 90, 10]})
    >>> allocate(strata, n=100, minimum=5)["n"].to_list()
    [86, 9, 5]

    Commune b has two procedures and shall give 30 responses together:

    >>> cells = pl.DataFrame({"commune": ["a", "b", "b"], "population": [900, 80, 20]})
    >>> allocate(cells, n=100, by=["commune"], unit_minimum=30)["n"].to_list()
    [70, 24, 6]
    """
    named = {
        "population": population,
        "standard_deviation": standard_deviation,
        "unit_cost": unit_cost,
        "size": size,
        "cv": cv,
        "minimum": minimum if isinstance(minimum, str) else None,
        "maximum": maximum if isinstance(maximum, str) else None,
    }
    _refuse_call(rule, n, budget, power, named)
    _refuse_columns(strata, {role: column for role, column in named.items() if column is not None})
    units = Units.of(strata, by, unit_minimum)
    whole = _numbers(strata, population)
    most = np.minimum(whole, _limit(strata, maximum, math.inf))
    least = np.minimum(_limit(strata, minimum, 0), most)
    price = np.ones(strata.height) if budget is None or unit_cost is None else _numbers(strata, unit_cost)
    total = float(budget if n is None else n)  # type: ignore[arg-type]
    shares = _shares(strata, rule, power, named, whole)
    _refuse_limits(total, least, most, price, shares, is_budget=n is None)
    raised = np.zeros(strata.height, dtype=bool)
    if units is not None:
        exact, counts, raised = apportion_units(units, shares, least, most, total, price, whole)
    else:
        exact = fill_strata(shares, least, most, total, price, whole) if strata.height else np.empty(0)
        counts = round_to_total(exact, most, total, price, whole)
    bounds = pl.Series("bound", _bounds(exact, least, most, whole), dtype=pl.String)
    return strata.with_columns(
        pl.Series("n_exact", exact),
        pl.Series("n", counts),
        pl.Series("sampling_fraction", counts / whole),
        pl.when(bounds.is_null() & pl.Series(raised))
        .then(pl.lit("unit_minimum"))
        .otherwise(bounds)
        .alias("bound"),
    )


def _shares(
    strata: pl.DataFrame, rule: str, power: float, named: dict[str, str | None], whole: NDArray[np.float64]
) -> NDArray[np.float64]:
    def read(role: str) -> NDArray[np.float64]:
        column = named[role]
        return np.ones(strata.height) if column is None else _numbers(strata, column)

    if rule == "equal":
        return np.ones(strata.height)
    if rule == "proportional":
        return whole
    if rule == "neyman":
        return whole * read("standard_deviation")
    if rule == "cost":
        return whole * read("standard_deviation") / np.sqrt(read("unit_cost"))
    size = whole if named["size"] is None else read("size")
    return np.asarray(size**power * read("cv"), dtype=float)


def _bounds(
    exact: NDArray[np.float64], least: NDArray[np.float64], most: NDArray[np.float64], whole: NDArray[np.float64]
) -> list[str | None]:
    return [
        ("population" if high == size else "maximum") if x >= high else "minimum" if x <= low else None
        for x, low, high, size in zip(exact, least, most, whole, strict=True)
    ]


def _numbers(strata: pl.DataFrame, column: str) -> NDArray[np.float64]:
    return strata[column].cast(pl.Float64).to_numpy()


def _limit(strata: pl.DataFrame, limit: int | str | None, default: float) -> NDArray[np.float64]:
    if isinstance(limit, str):
        return _numbers(strata, limit)
    return np.full(strata.height, default if limit is None else float(limit))


def _refuse_call(
    rule: str, n: int | None, budget: float | None, power: float, named: dict[str, str | None]
) -> None:
    problems = []
    if rule not in RULES:
        problems.append(f"rule is {rule!r}, not one of {', '.join(RULES)}")
    if (n is None) == (budget is None):
        problems.append("exactly one of n and budget must be given")
    if rule in ("neyman", "cost") and named["standard_deviation"] is None:
        problems.append(f"rule {rule!r} needs a column standard_deviation")
    if (rule == "cost" or budget is not None) and named["unit_cost"] is None:
        problems.append("rule 'cost' and a budget need a column unit_cost")
    if not 0 <= power <= 1:
        problems.append(f"power is {power}, not 0 to 1")
    if n is not None and (n < 1 or n != int(n)):
        problems.append(f"n is {n}, not a whole number above 0")
    if problems:
        raise AllocationError(problems, "Name the rule, its columns, and either n or budget.")


def _refuse_columns(strata: pl.DataFrame, named: dict[str, str]) -> None:
    problems = [f"column {name!r} would be overwritten" for name in RESULTS if name in strata.columns]
    for role, column in named.items():
        if column not in strata.columns:
            problems.append(f"{role}: column {column!r} is missing")
        elif not strata.schema[column].is_numeric():
            problems.append(f"{role}: column {column!r} is {strata.schema[column]}, not a number")
        else:
            least = {"population": 1, "standard_deviation": 0, "minimum": 0, "maximum": 0}.get(role)
            value = pl.col(column).cast(pl.Float64)
            wrong = value.is_null() | ~value.is_finite() | (value <= 0 if least is None else value < least)
            if role in ("population", "minimum", "maximum"):
                wrong |= value != value.floor()
            if rows := strata.filter(wrong).height:
                kind = "above 0" if least is None else f"at least {least}"
                problems.append(f"{role}: column {column!r} is null, not whole or not {kind} in {rows} rows")
    if problems:
        raise AllocationError(problems, "Mend or leave out these strata, or rename the columns.")


def _refuse_limits(
    total: float,
    least: NDArray[np.float64],
    most: NDArray[np.float64],
    price: NDArray[np.float64],
    shares: NDArray[np.float64],
    *,
    is_budget: bool,
) -> None:
    name, problems = ("budget" if is_budget else "n"), []
    if (needed := math.fsum(price * least)) > total:
        problems.append(f"{name} is {total:g}, but the minima of {len(least)} strata need {needed:g}")
    if not is_budget and (there := math.fsum(most)) < total:
        problems.append(f"n is {total:g}, but {len(most)} strata may give {there:g} at most")
    if len(shares) and not shares.any():
        problems.append(f"no stratum of {len(shares)} has a spread above 0")
    if problems:
        raise AllocationError(problems, "Change the total, or the minimum and maximum, or join small strata.")
