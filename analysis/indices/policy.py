"""The choices behind a set of indices that are not the form's: thresholds, interval, margins."""

from collections.abc import Mapping
from dataclasses import dataclass

from analysis.disclosure import SMALL_CELL
from analysis.weighting.cells import MINIMUM_STRATUM

POOLED_INTERVAL = "wilson_pooled"  # of the published rows together: METHODS 4.9
UNIT_ROLES = ("unit_filed", "unit_decided", "unit_residence")


@dataclass(frozen=True)
class IndexPolicy:
    """``unit_role``: which unit of a response the transactions are counted by. ``small_cell``: fewest responses
    of a published figure (METHODS 7.1). ``minimum_stratum``: fewest of a stratum (METHODS 2.2). ``interval``: of
    a single item, ``composite_interval``: of what joins several, one of those or wilson_pooled (METHODS 4, 11.1).
    ``raking``: response column →
    level → total of transactions (METHODS 2.4)."""

    unit_role: str = "unit_filed"
    confidence: float = 0.95
    small_cell: int = SMALL_CELL
    minimum_stratum: int = MINIMUM_STRATUM
    interval: str = "wilson"
    composite_interval: str = POOLED_INTERVAL
    raking: Mapping[str, Mapping[str, float]] | None = None

    def __post_init__(self) -> None:
        if self.unit_role not in UNIT_ROLES:
            raise ValueError(f"unit_role is {self.unit_role!r}; choose one of {', '.join(UNIT_ROLES)}")
        if self.minimum_stratum < 1 or self.small_cell < 1:
            raise ValueError("minimum_stratum and small_cell must be 1 or more")

    @property
    def is_pooled(self) -> bool:
        """Whether the limits of composites pool the design effects of the domains."""
        return self.composite_interval == POOLED_INTERVAL

    def estimated_interval(self, *, is_composite: bool) -> str:
        """The interval the estimator makes, before any pooling."""
        if not is_composite:
            return self.interval
        return "wilson" if self.is_pooled else self.composite_interval
