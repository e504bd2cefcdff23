"""Draws samples from a frame, in one stage or several, from a seed and the frame's hash alone."""

from collections.abc import Sequence

import polars as pl

from analysis.errors import SelectionError
from analysis.sampling.frame_hash import hash_frame
from analysis.sampling.frame_reading import ROW, STAGE_RESULTS, read_frame
from analysis.sampling.sample import Sample
from analysis.sampling.stage import Stage
from analysis.sampling.stage_drawing import draw_stage


def select_sample(
    frame: pl.DataFrame,
    *,
    unit: str,
    seed: int | str,
    n: int | str | pl.DataFrame | None = None,
    fraction: float | None = None,
    method: str = "srs",
    strata: Sequence[str] = (),
    size: str | None = None,
    order: Sequence[str] = (),
    shuffle: bool = False,
    certainty: str | None = None,
    reserve: int = 0,
) -> Sample:
    """Draws units from a list, in each stratum apart.

    Parameters
    ----------
    frame
        The whole list: one row per unit, any row order.
    unit
        Column that names the unit, unique within its stratum.
    seed
        Whole number or text. Announce it before, store it after.
    strata
        Columns of the strata; none: one.
    n, fraction, method, size, order, shuffle, certainty, reserve
        As in ``Stage``. ``n`` is per stratum: a number, a column, or what ``allocate`` returned.

    Returns
    -------
    Sample
        ``units`` holds the rows drawn with the columns of the frame and ``list`` ("main" or "reserve"),
        ``position`` (1, 2, … within the stratum; the reserve in the order to be called),
        ``stage_1_population``, ``stage_1_n``, ``stage_1_probability``, ``stage_1_certainty``,
        ``inclusion_probability`` and ``design_weight`` = 1/π (both null on the reserve list).

    Raises
    ------
    SelectionError
        Every problem of one kind together, with column and row count: columns missing or null, units twice,
        sizes not above 0, strata with fewer units than ``n``.

    Notes
    -----
    The same seed and the same content of the frame give the same sample everywhere; another row order changes
    nothing, any other change everything. Design weights are silently wrong where reserves replaced those who
    refused: non-response stays non-response. The list's own gaps are not seen here.

    References
    ----------
    METHODS 12.4, 12.5, 12.6.

    Examples
    --------
    >>> frame = pl.DataFrame({"commune": ["A", "B", "C", "D"], "transactions": [10, 20, 30, 940]})
    >>> sample = select_sample(frame, unit="commune", n=2, method="sampford", size="transactions", seed=20261120)
    >>> sample.units.filter(pl.col("stage_1_certainty"))["commune"].to_list()
    ['D']
    """
    stage = Stage(unit, n, fraction, method, size, order, shuffle, certainty, reserve)
    return select_stages(frame, [stage], seed=seed, strata=strata)


def select_stages(
    frame: pl.DataFrame, stages: Sequence[Stage], *, seed: int | str, strata: Sequence[str] = ()
) -> Sample:
    """Draws units of the first stage, then units inside each of them, and so on.

    Parameters
    ----------
    frame
        One row per unit of the last stage, with the columns of all stages above it; any row order.
    stages
        From the first to the last.
    seed, strata
        As in ``select_sample``; the strata divide the first stage.

    Returns
    -------
    Sample
        As ``select_sample``, with ``stage_2_…`` and so on; ``inclusion_probability`` is the product of the
        stages.

    Raises
    ------
    SelectionError
        As ``select_sample``. Only a stratum of the first stage must hold ``n`` units; below it, where fewer are
        there, all are drawn with probability 1.

    Notes
    -----
    A unit with probability 1 at the first stage is a stratum of its own: only the stages below add to its
    variance. Weights are equal when a PPS stage of the same ``size`` is followed by a fixed number; units that
    are certain need a larger number for that (give ``n`` of the next stage as a column).

    References
    ----------
    METHODS 12.4, 12.5, 12.6.

    Examples
    --------
    >>> frame = pl.DataFrame({"district": ["a", "a", "b", "b", "c", "c"], "village": [1, 2, 1, 2, 1, 2]})
    >>> drawn = select_stages(frame, [Stage("district", 2), Stage("village", 1)], seed=7)
    >>> drawn.units["design_weight"].to_list()
    [3.0, 3.0]
    """
    _refuse_seed(seed, strata)
    read, digest = read_frame(frame, stages, strata), hash_frame(frame)
    path = list(strata)
    for number, stage in enumerate(stages, 1):
        is_last = number == len(stages)
        drawn = draw_stage(read, stage, number, path, seed, digest, is_last=is_last)
        path.append(stage.unit)
        # Only the last stage has lists; the stages above it have no reserve.
        read = read.join(drawn if is_last else drawn.drop("list", "position"), on=path)
    return Sample.from_rows(_finish(frame, read, path, len(stages)), seed, digest, strata, stages)


def _finish(frame: pl.DataFrame, drawn: pl.DataFrame, path: list[str], stages: int) -> pl.DataFrame:
    """The rows drawn as the caller wrote them, with what the stages found, sorted."""
    drawn = drawn.sort([*path[:-1], "list", "position"])
    names = [f"stage_{number + 1}_{what}" for number in range(stages) for what in STAGE_RESULTS]
    found = drawn.select("list", "position", *names)
    probability = pl.lit(1.0)
    for number in range(stages):
        probability = probability * pl.col(f"stage_{number + 1}_probability")
    return (
        frame[drawn[ROW].to_list()]
        .hstack(found)
        .with_columns(probability.alias("inclusion_probability"))
        .with_columns((1 / pl.col("inclusion_probability")).alias("design_weight"))
    )


def _refuse_seed(seed: int | str, strata: Sequence[str]) -> None:
    problems = []
    if isinstance(seed, bool) or not isinstance(seed, (int, str)):
        problems.append(f"seed is {seed!r}, not a whole number or text")
    if isinstance(strata, str):
        problems.append(f"strata is the text {strata!r}, not a list of columns")
    if problems:
        raise SelectionError(problems, "Name them so.")
