"""Draws a recorded sample again, and says when it is not the same."""

from collections.abc import Mapping
from typing import Any

import polars as pl

from analysis.errors import FrameChanged
from analysis.sampling.frame_hash import hash_frame
from analysis.sampling.randomness import ALGORITHM
from analysis.sampling.sample import Sample, read_stages
from analysis.sampling.selection import select_stages


def repeat_sample(frame: pl.DataFrame, record: Mapping[str, Any]) -> Sample:
    """The sample of a record, drawn again from its frame.

    Parameters
    ----------
    frame
        The frame it was drawn from, in any row order.
    record
        What ``Sample.record`` gave, also after a way through JSON.

    Returns
    -------
    Sample
        Row for row the one recorded.

    Raises
    ------
    FrameChanged
        If the frame is another, the record was made by another algorithm, or the draw differs from what was
        recorded (the record was altered).

    References
    ----------
    METHODS 12.5.

    Examples
    --------
    >>> from analysis.sampling.selection import select_sample
    >>> frame = pl.DataFrame({"unit": ["A", "B", "C", "D"]})
    >>> sample = select_sample(frame, unit="unit", n=2, seed=1)
    >>> repeat_sample(frame, sample.record()).units.equals(sample.units)
    True
    """
    if record["algorithm"] != ALGORITHM:
        raise FrameChanged(
            [f"the record was made by {record['algorithm']!r}, this is {ALGORITHM!r}"],
            "Use the version that made it.",
        )
    if (found := hash_frame(frame)) != record["frame_sha256"]:
        raise FrameChanged(
            [f"the frame of {frame.height} rows has sha256 {found}, on record is {record['frame_sha256']}"],
            "Find the frame as it was on the day of the draw.",
        )
    drawn = select_stages(frame, read_stages(record), seed=record["seed"], strata=record["strata"])
    if drawn.sample_sha256 != record["sample_sha256"]:
        raise FrameChanged(
            [f"the draw has sha256 {drawn.sample_sha256}, on record is {record['sample_sha256']}"],
            "Seed, stages or the list of units on record were altered.",
        )
    return drawn
