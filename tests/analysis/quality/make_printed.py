"""Frames of printed figures for tests: figure and only what matters."""

from typing import Any

import polars as pl

from analysis.quality.printed import PUBLISHED


def make_printed(*rows: tuple[str, dict[str, Any]]) -> pl.DataFrame:
    """One row per (figure, what is known of it)."""
    full = [
        {name: (figure if name == "figure" else held.get(name)) for name in PUBLISHED} for figure, held in rows
    ]
    return pl.DataFrame(full, schema={name: dtype for name, (dtype, _) in PUBLISHED.items()})
