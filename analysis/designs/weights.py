"""Weights that follow from how the units were drawn."""

import polars as pl

from analysis.design import SurveyDesign
from analysis.designs.phases import read_phases
from analysis.designs.places import place_in_stages
from analysis.designs.reading import check_columns
from analysis.errors import DesignError


def weigh_stages(frame: pl.DataFrame | pl.LazyFrame, design: SurveyDesign) -> pl.Series:
    """Design weight of every row: the product over the stages of population / sampled, or 1 / probability.

    Parameters
    ----------
    frame
        One row per sampled response, all of them; the design columns without nulls. The column
        ``design.weight`` need not be there yet.
    design
        Every stage with a ``population`` or a ``probability``; a first phase with a ``population``.

    Returns
    -------
    pl.Series
        Named ``design.weight``, in the order of the rows. Silently too small where sampled units did not
        answer and are not in the frame: counts of the sample are counts of answers then.

    Raises
    ------
    DesignError
        A stage has neither population nor probability, or a column is absent or cannot be.

    References
    ----------
    METHODS 3.8.

    Examples
    --------
    Two of 50 communes, in them 2 of 5 and 1 of 8 people:

    >>> drawn = pl.DataFrame({"commune": ["A", "A", "B"], "N": [50, 50, 50], "people": [5, 5, 8]})
    >>> from analysis.design import Stage
    >>> stages = (Stage(population="people"),)
    >>> weigh_stages(drawn, SurveyDesign("w", cluster="commune", population="N", stages=stages)).to_list()
    [62.5, 62.5, 200.0]
    """
    named = [column for column in design.columns if column != design.weight]
    lazy = frame.lazy()
    check_columns(lazy, named, {})
    stages = [(design.population, design.probability), *((s.population, s.probability) for s in design.stages)]
    blank = [number for number, drawn in enumerate(stages, start=1) if drawn == (None, None)]
    if blank:
        raise DesignError(
            [f"stage {number} has neither population nor probability" for number in blank],
            "Weights follow from how many there were to draw from; name a column.",
        )
    placed = place_in_stages(lazy.select(named).collect(), design)
    weight = pl.Series(design.weight, [1.0] * len(placed[0].unit))
    for drawn in placed[: len(stages)]:
        weight = weight / pl.Series(drawn.fraction[drawn.unit])
    if design.first_phase is not None:
        first = design.first_phase
        if first.population is None:
            raise DesignError(["the first phase has no population"], "Weights follow from how many there were.")
        read_phases(placed[0], lazy.select(named).collect(), design)
        weight = weight * lazy.select(pl.col(first.population) / pl.col(first.sampled)).collect().to_series()
    return weight.alias(design.weight)
