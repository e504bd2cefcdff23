"""Serial numbers of paper sheets: a running number and a check digit, so that a slip of the finger is noticed."""

import re

NUMBER_DIGITS = 7
# A quasigroup of order 10 without fixed points of exchange (Damm 2004): every single wrong digit and every
# exchange of neighbours changes the check digit.
_TABLE = (
    (0, 3, 1, 7, 5, 9, 8, 6, 4, 2),
    (7, 0, 9, 2, 1, 5, 4, 8, 6, 3),
    (4, 2, 0, 6, 8, 7, 1, 3, 5, 9),
    (1, 7, 5, 0, 9, 8, 3, 4, 2, 6),
    (6, 1, 2, 3, 0, 4, 5, 9, 7, 8),
    (3, 6, 7, 4, 2, 0, 9, 5, 8, 1),
    (5, 8, 6, 9, 7, 2, 0, 1, 3, 4),
    (8, 9, 4, 5, 3, 6, 2, 0, 1, 7),
    (9, 4, 3, 8, 6, 1, 7, 2, 0, 5),
    (2, 5, 8, 1, 4, 3, 6, 7, 9, 0),
)


def write_serial(number: int) -> str:
    """The serial of sheet ``number``, in groups of four for the eye.

    >>> write_serial(123)
    '0000 1234'
    """
    digits = str(number).zfill(NUMBER_DIGITS)
    whole = digits + str(_check_digit(digits))
    return " ".join(part for part in (whole[:-4], whole[-4:]))


def read_serial(typed: str) -> int | None:
    """The number of a serial as typed or scanned; None when it is none or has a wrong digit."""
    digits = re.sub(r"[\s.-]", "", typed)
    if not re.fullmatch(r"[0-9]{8,12}", digits) or _check_digit(digits) != 0:
        return None
    return int(digits[:-1])


def _check_digit(digits: str) -> int:
    interim = 0
    for digit in digits:
        interim = _TABLE[interim][int(digit)]
    return interim
