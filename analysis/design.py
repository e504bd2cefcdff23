"""SurveyDesign: which columns say how people came into the sample. Column names only, no data."""

from dataclasses import dataclass

from analysis.errors import DesignError
from analysis.replicates import Replicates

LONELY_RULES = ("adjust", "certainty", "average", "collapse", "fail")
PPS_RULES = ("brewer", "overton", "hartley_rao", "poisson", "horvitz_thompson", "yates_grundy")


@dataclass(frozen=True)
class Stage:
    """A later stage of sampling: what was drawn inside each unit drawn before it, as column names.

    ``cluster``: what was drawn; None: responses themselves. ``stratum``: where drawing was separate inside the
    unit. ``population``: how many there were to draw from, one value per unit (and stratum in it), or
    ``probability``: with what probability each was drawn there; neither: with replacement. A stage counts only
    where the one before has a population or a probability. METHODS 3.8.

    >>> household = Stage("household", population="households")
    >>> SurveyDesign("w", cluster="commune", population="communes", stages=(household,)).columns
    ('w', 'commune', 'communes', 'household', 'households')
    """

    cluster: str | None = None
    stratum: str | None = None
    population: str | None = None
    probability: str | None = None


@dataclass(frozen=True)
class FirstPhase:
    """The larger sample from which the responses were drawn once more, as column names.

    ``sampled``: how many the first phase drew in its ``stratum`` (None: one stratum), ``population``: from how
    many (None: with replacement); one value per stratum of the first phase. The design's own ``stratum`` and
    ``population`` are then those of the second phase: what was known of the people drawn first, and how many of
    them there were in each stratum. METHODS 3.13.

    Of 900 transactions 120 were looked up, and of these some interviewed, more of the refused ones:

    >>> looked_up = FirstPhase("looked_up", population="transactions")
    >>> SurveyDesign("w", stratum="refused", population="looked_up_so", first_phase=looked_up).columns
    ('w', 'refused', 'looked_up_so', 'looked_up', 'transactions')
    """

    sampled: str
    stratum: str | None = None
    population: str | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns it needs."""
        named = (self.sampled, self.stratum, self.population)
        return tuple(name for name in named if name is not None)


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
        the grand mean, ``average`` gives it the mean of the others, ``certainty`` nothing, ``collapse`` joins it
        to the next stratum in order of label, ``fail`` refuses.
    lonely_in_domains
        Whether ``adjust`` and ``average`` also hold where a stratum has several sampled PSUs, but only one with
        rows of the domain.
    certainty
        Boolean column: PSUs taken for sure in strata that were otherwise sampled. Each becomes a stratum of its
        own, whose later stage alone varies (METHODS 3.9); ``population`` counts the others. Not needed where
        the population says that all PSUs of a stratum were taken.
    probability
        Inclusion probability of the PSU, for sampling with probability proportional to size without
        replacement; instead of ``population``. METHODS 3.10.
    pps
        How its variance is approximated: ``brewer`` (also in several stages), ``overton``, ``hartley_rao``,
        ``poisson`` (each unit drawn by itself, so that the size of the sample varied); or
        ``horvitz_thompson``, ``yates_grundy`` on ``joint``.
    probability_squares
        Column of Σπ² over the population of the stratum, for ``hartley_rao``; None: estimated by Σπ of the
        sample.
    joint
        Column of lists: the joint inclusion probabilities of the row's PSU with every sampled PSU, in the order
        in which PSUs first stand in the frame; its own place holds its own probability.
    stages
        What was drawn inside the PSUs, stage by stage. METHODS 3.8.
    replicates
        Replicate weights; with them all variances are those of replicates. METHODS 3.11.
    first_phase
        Where the responses are a stratified sample of an earlier, larger sample. METHODS 3.13.

    Notes
    -----
    Estimates are silently wrong when responses that never came (non-response, self-selection) are not made
    good by ``weight``, and standard errors silently too small when people came in groups ``cluster`` does
    not name.

    References
    ----------
    METHODS 3.2, 3.3, 3.6, 3.8-3.11, 3.13.

    Examples
    --------
    >>> SurveyDesign("w", stratum="province", cluster="commune", population="communes").columns
    ('w', 'province', 'commune', 'communes')
    >>> SurveyDesign("w", cluster="commune", population="communes", stages=(Stage(population="adults"),)).is_simple
    False
    """

    weight: str
    stratum: str | None = None
    cluster: str | None = None
    population: str | None = None
    lonely: str = "adjust"
    lonely_in_domains: bool = False
    certainty: str | None = None
    probability: str | None = None
    pps: str = "brewer"
    probability_squares: str | None = None
    joint: str | None = None
    stages: tuple[Stage, ...] = ()
    replicates: Replicates | None = None
    first_phase: FirstPhase | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "stages", tuple(self.stages))
        problems = list(_contradictions(self))
        if problems:
            raise DesignError(problems, "Correct what the design says (METHODS 3.2, 3.6, 3.8-3.11, 3.13).")

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns the design needs, weight first."""
        named: list[str | None] = [self.weight, self.stratum, self.cluster, self.population, self.certainty]
        named += [self.probability, self.probability_squares, self.joint]
        for stage in self.stages:
            named += [stage.cluster, stage.stratum, stage.population, stage.probability]
        named += self.replicates.columns if self.replicates is not None else ()
        named += self.first_phase.columns if self.first_phase is not None else ()
        return tuple(dict.fromkeys(name for name in named if name is not None))

    @property
    def is_simple(self) -> bool:
        """One stage drawn with equal chances, linearised: what the fast pass over the rows can do."""
        more = (self.certainty, self.probability, self.replicates, self.first_phase)
        return (
            all(each is None for each in more)
            and not self.stages
            and not self.lonely_in_domains
            and self.lonely != "collapse"
        )


def _contradictions(design: SurveyDesign) -> list[str]:
    further = (design.cluster, design.certainty, design.probability, design.replicates)
    is_further = any(each is not None for each in further) or bool(design.stages) or design.lonely_in_domains
    needs_joint = design.pps in ("horvitz_thompson", "yates_grundy")
    by_pairs = design.pps != "brewer"
    claims = [
        (
            design.lonely not in LONELY_RULES,
            f"lonely is {design.lonely!r}; choose one of {', '.join(LONELY_RULES)}",
        ),
        (design.pps not in PPS_RULES, f"pps is {design.pps!r}; choose one of {', '.join(PPS_RULES)}"),
        (by_pairs and design.probability is None, f"pps {design.pps!r} needs the column probability"),
        (
            design.probability is not None and design.population is not None,
            "probability and population both say how the PSUs were drawn; name one",
        ),
        (needs_joint != (design.joint is not None), "joint goes with horvitz_thompson or yates_grundy only"),
        (
            by_pairs and bool(design.stages or design.certainty),
            f"pps {design.pps!r} knows one stage; use brewer for several stages and certainty PSUs",
        ),
        (
            design.probability_squares is not None and design.pps != "hartley_rao",
            "probability_squares goes with hartley_rao only",
        ),
        (
            design.first_phase is not None and design.population is None,
            "first_phase needs population: how many of the first phase the stratum of the second holds",
        ),
        (
            design.first_phase is not None and (is_further or design.lonely == "collapse"),
            "first_phase knows strata of people only: no clusters, stages, certainty, probability, replicates, "
            "lonely_in_domains or collapse",
        ),
        *(
            (
                stage.probability is not None and stage.population is not None,
                f"stage {k} names both probability and population; name one",
            )
            for k, stage in enumerate(design.stages, start=2)
        ),
    ]
    return [text for is_wrong, text in claims if is_wrong]
