"""Responses in which a field was filled in that no person sees; METHODS 22.4."""

from collections.abc import Iterator

import polars as pl

from analysis.quality.signals.frames import PLACE, Signal


def find_trapped(responses: pl.DataFrame) -> Iterator[Signal]:
    """One signal per place with such responses. ``responses`` by ``frames.GUARDED``. A person whose browser fills
    in everything is silently among them. METHODS 22.4."""
    for (form, unit, counter), rows in responses.filter("is_trapped").group_by(list(PLACE), maintain_order=True):
        figures = {"responses": rows.height}
        yield Signal("trap", form, unit, counter, None, figures, tuple(sorted(rows["response_id"])))
