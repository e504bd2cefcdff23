"""The rule by which limits are made of an estimate and its variance."""

from dataclasses import dataclass

from analysis.errors import EstimateError
from analysis.estimation.intervals import INTERVALS

REFERENCES = ("replace", "finite")


@dataclass(frozen=True)
class Rule:
    """How limits are made: ``bounds`` of the estimate (None: none); ``df`` of the domain, of the design, or a
    number (infinite: normal quantiles)."""

    confidence: float = 0.95
    interval: str = "wilson"
    bounds: tuple[float, float] | None = (0.0, 100.0)
    clip: bool = True
    df: str | float = "domain"
    reference: str = "replace"

    def __post_init__(self) -> None:
        allowed = INTERVALS if self.bounds is not None else ("t",)
        problems = [
            f"{name} is {value!r}, known: {', '.join(map(str, known))}"
            for name, value, known in (
                ("interval", self.interval, allowed),
                ("df", self.df, ("domain", "design") if isinstance(self.df, str) else (self.df,)),
                ("design_effect", self.reference, REFERENCES),
            )
            if value not in known
        ]
        if not isinstance(self.df, str) and not self.df >= 1:
            problems.append(f"df is {self.df!r}, must be 1 or more")
        if not 0 < self.confidence < 1:
            problems.append(f"confidence is {self.confidence!r}, must lie between 0 and 1")
        if problems:
            raise EstimateError(problems, "Choose one of the known rules (METHODS 4).")
