"""Reads CSV, XLSX and Parquet files as rows of trimmed text; knows nothing of what they mean."""

from api.tabular.problems import RowProblem, write_problems
from api.tabular.table import Row, Table, open_table

__all__ = ["Row", "RowProblem", "Table", "open_table", "write_problems"]
