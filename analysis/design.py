"""SurveyDesign: which columns say how people came into the sample. Column names only, no data."""

from dataclasses import dataclass

LONELY_RULES = ("adjust", "certainty", "average", "fail")


@dataclass(frozen=True)
class SurveyDesign:
    """How people came into the sample, as column names of the frame to be estimated from.

    Parameters
    ----------
    weight
        Persons (or transactions) each response stands for, >= 0. A response of weight 0 stays in the design
        and belongs to no domain.
    stratum
        Where sampling was separate; None: one stratum.
    cluster
        What was drawn inside the stratum (the PSU); None: responses themselves. The same label in two strata
        means two clusters.
    population
        Size of the stratum in the population, for the finite-population correction: number of clusters if
        ``cluster`` is given, of elements otherwise; one value per stratum. None: no correction.
    lonely
        What a stratum with one sampled PSU adds to the variance (METHODS 3.6): ``adjust`` centres it at
        the grand mean, ``average`` gives it the mean of the others, ``certainty`` nothing, ``fail`` refuses.

    Notes
    -----
    Estimates are silently wrong when responses that never came (non-response, self-selection) are not made
    good by ``weight``, and standard errors silently too small when people came in groups ``cluster`` does
    not name.

    References
    ----------
    METHODS 3.2, 3.3, 3.6.
    """

    weight: str
    stratum: str | None = None
    cluster: str | None = None
    population: str | None = None
    lonely: str = "adjust"

    def __post_init__(self) -> None:
        if self.lonely not in LONELY_RULES:
            raise ValueError(f"lonely is {self.lonely!r}; choose one of {', '.join(LONELY_RULES)}")

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns the design needs, weight first."""
        named = (self.weight, self.stratum, self.cluster, self.population)
        return tuple(dict.fromkeys(name for name in named if name is not None))
