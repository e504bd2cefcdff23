"""Tables of a simulation as Markdown, printed and kept."""

from collections.abc import Mapping
from pathlib import Path

import polars as pl


def print_tables(text: str, tables: Mapping[str, pl.DataFrame], out: Path | None) -> None:
    """``text`` and under it every table with its title; also written to ``out`` where one is named."""
    with pl.Config(
        tbl_rows=-1,
        tbl_cols=-1,
        float_precision=2,
        tbl_formatting="MARKDOWN",
        tbl_hide_dataframe_shape=True,
        tbl_hide_column_data_types=True,
        tbl_width_chars=200,
        fmt_str_lengths=80,
    ):
        for title, table in tables.items():
            text += f"\n## {title}\n\n{table}\n"
    if out:
        out.write_text(text)
    print(text)
