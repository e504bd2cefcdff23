"""Domains compared between two periods: separate samples, or samples that share PSUs or people."""

from collections.abc import Mapping

import numpy as np
import polars as pl
from scipy import sparse

from analysis.comparison.beside import Beside, finish_beside
from analysis.comparison.figures import Asked, Figures, Frame, ask, covary_figures, estimate_figures, read_asked
from analysis.comparison.finish import Claims
from analysis.comparison.overlap import Period, covary_shared, covary_side_by_side
from analysis.design import SurveyDesign
from analysis.designs.drawn import Real, Whole
from analysis.designs.places import place_in_stages
from analysis.designs.reading import Reading
from analysis.errors import ComparisonError
from analysis.estimation.covary import Covariances
from analysis.estimation.joint import LARGEST_MATRIX
from analysis.grouping.names import Names, list_names
from analysis.weighting.auxiliaries import Calibration

Side = tuple[Frame, Asked, Reading, Covariances]


def compare_periods(
    before: Frame,
    after: Frame,
    design: SurveyDesign | tuple[SurveyDesign, SurveyDesign],
    *,
    item: str | None = None,
    nodes: Mapping[str, Mapping[str, float]] | None = None,
    by: Names = (),
    shared: str | None = None,
    statistic: str = "difference",
    where: pl.Expr | None = None,
    calibration: tuple[Calibration, Calibration] | None = None,
    regression: str | None = None,
    confidence: float = 0.95,
    df: str | float = "domain",
    multiplicity: str = "none",
    seed: int = 20261120,
    draws: int = 20_000,
) -> pl.DataFrame:
    """Change of every domain's figure from one period to the next (after less, or over, before).

    Parameters
    ----------
    before, after
        One row per response of the whole sample of each period, filtered nowhere.
    design
        Of both, or a pair of designs.
    item, nodes, by, where, statistic, confidence, df, multiplicity, seed, draws
        As in ``compare_domains``; ``by`` empty: the whole. Only domains of both periods are compared.
    shared
        None: the samples are independent. Else the column that bears the same label in both periods for the same
        PSU (or, where responses were drawn themselves, the same person), inside strata of the same label. With
        replicates: replicates were drawn alike in both periods, the column is not read.
    calibration
        A pair: those of the weights before and after.

    Returns
    -------
    pl.DataFrame
        As ``compare_domains``: by…, against ("before"), value or node, figure (after), figure_against (before), n,
        n_against, estimate, standard_error, low, high, confidence, df, design_effect, p_value, p_adjusted,
        is_different, method, note.

    Raises
    ------
    ComparisonError, and the errors of ``estimate_means``
        Each with every problem of its kind.

    References
    ----------
    METHODS 15.3-15.5. Standard errors are silently too large where a panel is not named in ``shared`` (people's
    answers then agree over time), and silently too small where labels agree that are not the same PSU. A change
    of questions or of the way of asking is a difference too.

    Examples
    --------
    >>> march = pl.DataFrame({"w": [1.0] * 4, "person": [1, 2, 3, 4], "y": [1.0, 2.0, 3.0, 4.0]})
    >>> april = march.with_columns(pl.col("y") + 1)
    >>> panel = compare_periods(march, april, SurveyDesign("w"), item="y", shared="person")
    >>> panel.select("estimate", "standard_error").row(0)
    (1.0, 0.0)
    >>> compare_periods(march, april, SurveyDesign("w"), item="y")["standard_error"].item()
    0.9128...
    """
    by = list_names(by)
    designs = design if isinstance(design, tuple) else (design, design)
    claims = Claims(confidence, multiplicity, seed, draws)
    sides = []
    for number, (frame, its) in enumerate(zip((before, after), designs, strict=True)):
        asked = ask(
            its,
            item=item,
            nodes=nodes,
            where=where,
            calibration=None if calibration is None else calibration[number],
            regression=regression,
            confidence=confidence,
        )
        reading = read_asked(frame, asked, by)
        covariances = covary_figures(frame, reading, asked, by, None)
        sides.append((frame, asked, reading, covariances, estimate_figures(frame, asked, by, covariances)))
    first, second = sides
    old, new = _match(first[4], second[4], [*by, first[1].label])
    size = len(old)
    if multiplicity == "max_t" and size > LARGEST_MATRIX:
        raise ComparisonError(
            [f"max_t over {size} figures in each period needs all their covariances"],
            f"Compare at most {LARGEST_MATRIX}, by ``where``; or choose holm or bh.",
        )
    cross = _cross(first[:4], second[:4], shared) if multiplicity == "max_t" else None
    if shared is None:
        covariance = np.zeros(size)
    elif cross is not None:
        covariance = cross[old, new]
    else:
        covariance = _cross_pairs(first[:4], second[:4], shared, old, new)
    ours, theirs = _take(second[4], new), _take(first[4], old)
    joint = None
    if multiplicity == "max_t" and cross is not None:
        late, early = second[3].matrix(), first[3].matrix()
        both = cross[np.ix_(old, new)]
        joint = np.block([[late[np.ix_(new, new)], both.T], [both, early[np.ix_(old, old)]]])
    beside = Beside(
        ours,
        theirs,
        covariance,
        pl.Series(["before"] * size),
        np.zeros(size),
        np.arange(size),
        np.hstack([np.zeros((size, size)), np.eye(size)]) if joint is not None else np.zeros((size, 0)),
        np.zeros(size, bool),
    )
    most = sum(side[3].df_of(np.arange(side[4].table.height)) for side in sides)
    found = finish_beside(
        beside,
        by=by,
        label=first[1].label,
        statistic=statistic,
        claims=claims,
        df=df,
        df_design=most if shared is None else most / 2,
        matrix=joint,
        # Pairs of the same PSUs are as many as each of the two samples has, not twice.
        most=np.inf if shared is None else (ours.df + theirs.df) / 2,
    )
    how = "independent samples" if shared is None else f"shared {shared}"
    return found.with_columns(pl.format("{}; {}", pl.col("method"), pl.lit(how)).alias("method"))


def _match(old: Figures, new: Figures, keys: list[str]) -> tuple[Whole, Whole]:
    places = [
        figures.table.select(*keys, pl.int_range(pl.len(), dtype=pl.Int64).alias(name))
        for figures, name in ((old, " old"), (new, " new"))
    ]
    both = places[1].join(places[0], on=keys, how="inner", nulls_equal=True, maintain_order="left")
    if both.is_empty():
        raise ComparisonError(["no domain has figures in both periods"], "Name domains alike in both periods.")
    return both[" old"].to_numpy(), both[" new"].to_numpy()


def _cross(first: Side, second: Side, shared: str | None) -> Real:
    """Covariances of the figures before (rows) with those after (columns)."""
    if shared is None:
        return np.zeros((len(first[3].influences.table), len(second[3].influences.table)))
    if _are_replicated(first, second):
        one, two = _away(first[3], second[3])
        return np.asarray(one @ two.T)
    return covary_shared(*(_place(side, shared) for side in (first, second)))


def _cross_pairs(first: Side, second: Side, shared: str, old: Whole, new: Whole) -> Real:
    """Covariances of the figure ``old[k]`` before with the figure ``new[k]`` after."""
    if _are_replicated(first, second):
        one, two = _away(first[3], second[3])
        return np.asarray((one[old] * two[new]).sum(axis=1))
    return covary_side_by_side(_place(first, shared), _place(second, shared), old, new)


def _are_replicated(first: Side, second: Side) -> bool:
    kinds = [side[1].design.replicates is not None for side in (first, second)]
    if any(kinds) and not all(kinds):
        raise ComparisonError(
            ["one period has replicate weights, the other has none"],
            "Give both replicates, drawn alike, or neither.",
        )
    return all(kinds)


def _away(first: Covariances, second: Covariances) -> tuple[Real, Real]:
    if first.away is None or second.away is None or first.away[0].shape[1] != second.away[0].shape[1]:
        raise ComparisonError(
            ["the two periods have different numbers of replicates"],
            "Replicates must be drawn alike in both periods.",
        )
    (one, multipliers), (two, _) = first.away, second.away
    return one * multipliers, two


def _place(side: Side, shared: str) -> Period:
    frame, asked, reading, covariances = side
    if shared not in frame.lazy().collect_schema():
        raise ComparisonError([f"column {shared!r} (shared) is missing"], "It names the PSU across periods.")
    label = frame.lazy().select(pl.col(shared).cast(pl.String)).collect().to_series()
    if nulls := label.null_count():
        raise ComparisonError([f"column {shared!r} (shared) is null in {nulls} rows"], "Name every PSU.")
    design = asked.design
    drawn = place_in_stages(reading.placed, design)[0]
    own = label.to_numpy()
    if bad := int((own != own[drawn.first][drawn.unit]).sum()):
        raise ComparisonError(
            [f"column {shared!r} (shared) varies inside PSUs in {bad} of {len(own)} rows"],
            "It names what was drawn first: the PSU; or the person, where responses were drawn themselves.",
        )
    strata = [str(each) for each in drawn.label]
    names = [(strata[stratum], str(own[row])) for stratum, row in zip(drawn.stratum, drawn.first, strict=True)]
    if len(set(names)) < len(names):
        raise ComparisonError(
            [f"column {shared!r} (shared): {len(names) - len(set(names))} PSUs of one period bear a label twice"],
            "One label is one PSU in its stratum.",
        )
    adder = sparse.csr_array(
        (np.ones(len(drawn.unit)), (drawn.unit, np.arange(len(drawn.unit)))),
        shape=(len(drawn.first), len(drawn.unit)),
    )
    assert covariances.rows is not None
    totals = adder @ covariances.rows
    return Period(names, [strata[stratum] for stratum in drawn.stratum], totals, drawn.fraction)


def _take(figures: Figures, at: np.ndarray) -> Figures:
    return Figures(figures.table[at], figures.variance[at], figures.df[at], figures.random[at])
