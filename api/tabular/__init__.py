"""Reads CSV, XLSX and Parquet files as rows of trimmed text; knows nothing of what they mean."""

from api.tabular.problems import FileRejected, RowProblem, guard_cell, write_problems
from api.tabular.table import Row, Table, open_table

__all__ = ["FileRejected", "Row", "RowProblem", "Table", "guard_cell", "open_table", "write_problems"]
