"""What the signals are found in: contracts of the frames, and what one signal is."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

import polars as pl

from analysis.frames import Column

PLACE = ("form", "unit", "counter")

# One row per response of a month, partial ones too. Times are null where the clock is doubted or only the month is
# known (invited people): such responses take no part in what is about time.
GUARDED: Mapping[str, Column] = {
    "response_id": Column(pl.String),
    "form": Column(pl.String),
    "unit": Column(pl.String),
    "counter": Column(pl.String, null=True),
    "device": Column(pl.String, null=True),
    "device_sequence": Column(pl.Int64, null=True),
    "procedure": Column(pl.String, null=True),
    "channel": Column(pl.String),
    "selection": Column(pl.String),
    "local_day": Column(pl.Date),
    "at": Column(pl.Int64, null=True),  # seconds since 1970 at which it was submitted
    "minute": Column(pl.Int32, null=True),  # of the local day
    "opens": Column(pl.Int32, null=True),  # minute of the local day; null: not known
    "closes": Column(pl.Int32, null=True),
    "seconds": Column(pl.Float64, null=True),  # taken to fill it in
    "items": Column(pl.Int32),  # answered questions, rows of a matrix one by one
    "levels": Column(pl.List(pl.Int8)),  # of the rated ones, in the order of the form
    "answers": Column(pl.String),  # all answers, written so that equal ones are equal
    "satisfied": Column(pl.Float64, null=True),  # share of satisfied items, 0-100
    "is_trapped": Column(pl.Boolean),  # a field no person sees was filled in
}

# One row per free text.
GUARDED_TEXTS: Mapping[str, Column] = {"response_id": Column(pl.String), "text": Column(pl.String)}

# One row per tablet and local day on which it was awake while its office was closed.
AWAKE: Mapping[str, Column] = {
    "device": Column(pl.String),
    "unit": Column(pl.String),
    "counter": Column(pl.String, null=True),
    "local_day": Column(pl.Date),
    "minutes": Column(pl.Float64),
}


@dataclass(frozen=True)
class Signal:
    """Something to look at. ``figures`` fill the sentences of its kind (``sentences.SENTENCES``), ``responses``
    are the ids it is about, sorted; ``p`` is the chance of it among honest responses, before correction for how
    many tests were made, None where the rule is no test. ``detail`` tells two of one kind, place and day apart."""

    kind: str
    form: str | None
    unit: str
    counter: str | None
    local_day: date | None
    figures: Mapping[str, float | str]
    responses: tuple[str, ...]
    p: float | None = None
    detail: str = field(default="")
