"""What one cell says: a day, a month, a whole number. ValueError when it says none."""

import re
from datetime import date

_DAY_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ]\d{2}:\d{2}.*)?")
_DAY_LOCAL = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})")  # day first, as written in Việt Nam
_MONTH_ISO = re.compile(r"(\d{4})[-/](\d{1,2})(?:-01)?")
_MONTH_LOCAL = re.compile(r"(\d{1,2})[/-](\d{4})")
_CODE = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]*")
CODE_LETTERS_MAX = 40


def read_day(cell: str) -> date:
    """``2026-10-05``, ``2026-10-05 09:30`` or ``05/10/2026`` (day before month)."""
    if found := _DAY_ISO.fullmatch(cell):
        return date(int(found[1]), int(found[2]), int(found[3]))
    if found := _DAY_LOCAL.fullmatch(cell):
        return date(int(found[3]), int(found[2]), int(found[1]))
    raise ValueError(cell)


def read_month(cell: str) -> str:
    """``2026-10`` from ``2026-10``, ``2026-10-01`` (how Excel keeps a month), ``10/2026``."""
    if found := _MONTH_ISO.fullmatch(cell):
        year, month = int(found[1]), int(found[2])
    elif found := _MONTH_LOCAL.fullmatch(cell):
        year, month = int(found[2]), int(found[1])
    else:
        raise ValueError(cell)
    return f"{date(year, month, 1):%Y-%m}"


def read_count(cell: str) -> int:
    """A whole number from 0 to 999 999 999; separators of thousands are refused, 1.234 may be either."""
    if not re.fullmatch(r"[0-9]{1,9}", cell):  # what fits PostgreSQL's integer
        raise ValueError(cell)
    return int(cell)


def is_code(cell: str) -> bool:
    """A code as registers write them: up to 40 letters, digits, ``.``, ``_``, ``-``; fit for a URL and a cell."""
    return len(cell) <= CODE_LETTERS_MAX and _CODE.fullmatch(cell) is not None
