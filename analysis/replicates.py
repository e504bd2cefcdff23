"""Replicates: which columns hold replicate weights, and how their spread becomes a variance. Names only."""

from dataclasses import dataclass

from analysis.errors import DesignError

REPLICATE_KINDS = ("JK1", "JKn", "JK2", "BRR", "Fay", "bootstrap", "SDR", "other")
CENTRES = ("mean", "estimate")


@dataclass(frozen=True)
class Replicates:
    """Columns of replicate weights, and how the spread of the replicates becomes a variance. METHODS 3.11.

    Parameters
    ----------
    columns
        One column per replicate: whole weights, or (``are_factors``) what the weight is multiplied by.
    kind
        ``JK1``, ``JKn``, ``JK2``, ``BRR``, ``Fay``, ``bootstrap``, ``SDR`` (successive differences) or ``other``.
        Gives ``scale``: (R−1)/R, 1, 1, 1/R, 1/(R(1−fay)²), 1/(R−1), 4/R; ``other`` has none of its own.
    fay
        Fay's ρ: the factor of the half-sample left out.
    scale, coefficients
        v = scale · Σ coefficient·(θ_r − centre)². ``JKn`` needs its coefficients, (n_h − 1)/n_h per replicate.
    centre
        ``mean`` of the replicates (as R survey does unless told) or the full-sample ``estimate``, which is never
        smaller. None: ``estimate`` for ``JK2``, whose replicates do not spread evenly, else ``mean``.
    df
        Degrees of freedom; None: PSUs − strata where the design names them, else the rank of the replicates
        among members − 1; never more than R − 1 (R for ``JK2``).
    may_be_negative
        Whether columns may hold weights below 0, as linear calibration or a generalised bootstrap makes them.

    Examples
    --------
    >>> Replicates(("half_1", "half_2"), "BRR").multipliers
    (0.5, 0.5)
    """

    columns: tuple[str, ...]
    kind: str = "bootstrap"
    fay: float = 0.0
    scale: float | None = None
    coefficients: tuple[float, ...] | None = None
    centre: str | None = None
    are_factors: bool = False
    df: float | None = None
    may_be_negative: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "columns", tuple(self.columns))
        if self.centre is None:
            object.__setattr__(self, "centre", "estimate" if self.kind == "JK2" else "mean")
        if self.coefficients is not None:
            object.__setattr__(self, "coefficients", tuple(float(each) for each in self.coefficients))
        problems = []
        if len(self.columns) < 2:
            problems.append(f"replicates has {len(self.columns)} columns; name at least two")
        if self.kind not in REPLICATE_KINDS:
            problems.append(f"kind is {self.kind!r}; choose one of {', '.join(REPLICATE_KINDS)}")
        if self.centre not in CENTRES:
            problems.append(f"centre is {self.centre!r}; choose one of {', '.join(CENTRES)}")
        if not 0 <= self.fay < 1:
            problems.append(f"fay is {self.fay!r}; it must be 0 or more and less than 1")
        if self.coefficients is not None and len(self.coefficients) != len(self.columns):
            problems.append(f"{len(self.coefficients)} coefficients for {len(self.columns)} columns; one each")
        if self.kind == "JKn" and self.coefficients is None:
            problems.append("kind JKn needs coefficients: (n_h − 1)/n_h of the stratum of each replicate")
        if self.kind == "other" and self.scale is None:
            problems.append("kind other needs a scale")
        if problems:
            raise DesignError(problems, "Correct what is said of the replicates (METHODS 3.11).")

    @property
    def df_most(self) -> int:
        """The most degrees of freedom the replicates can have."""
        return len(self.columns) - (self.kind != "JK2")

    @property
    def multipliers(self) -> tuple[float, ...]:
        """scale · coefficient of every replicate."""
        count = len(self.columns)
        own = {
            "JK1": (count - 1) / count,
            "JKn": 1.0,
            "JK2": 1.0,
            "BRR": 1 / count,
            "Fay": 1 / (count * (1 - self.fay) ** 2),
            "bootstrap": 1 / (count - 1),
            "SDR": 4 / count,
        }
        scale = own[self.kind] if self.scale is None else self.scale
        return tuple(scale * each for each in self.coefficients or (1.0,) * count)
