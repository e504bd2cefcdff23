"""Numbers written in words: "không chín một hai…", also mixed with digits."""

import re
from collections.abc import Iterator

from survey_forms.screening.cues import cue_before
from survey_forms.screening.found import Found, Kind
from survey_forms.screening.numbers import ID_LENGTHS, is_phone

_DIGIT_OF = {
    "khong": "0", "hong": "0", "zero": "0", "mot": "1", "one": "1", "hai": "2", "two": "2", "ba": "3",
    "three": "3", "bon": "4", "tu": "4", "four": "4", "nam": "5", "lam": "5", "five": "5", "sau": "6", "six": "6",
    "bay": "7", "seven": "7", "tam": "8", "eight": "8", "chin": "9", "nine": "9",
}  # fmt: skip
_PIECE = re.compile("|".join([r"\d", *sorted(_DIGIT_OF, key=len, reverse=True)]), re.IGNORECASE)
_PIECES = r"(?:\d|" + "|".join(sorted(_DIGIT_OF, key=len, reverse=True)) + ")"
# Three digits in words at least ("tu", "lam" are common words too); unless they make
# a number of a phone; eight in all: fewer are counts, years, prices.
_RUN = re.compile(rf"(?<![a-z0-9]){_PIECES}(?:[\s,.\-]{{0,2}}{_PIECES}){{7,}}(?![a-z0-9])", re.IGNORECASE)
WORDS_MIN = 3


def find_spelled(plain: str) -> Iterator[Found]:
    """Every number of eight digits or more of which some are words."""
    for run in _RUN.finditer(plain):
        pieces = _PIECE.findall(run[0])
        digits = "".join(_DIGIT_OF.get(piece.lower(), piece) for piece in pieces)
        if sum(not piece.isdigit() for piece in pieces) < WORDS_MIN and not is_phone(digits):
            continue
        cue = cue_before(plain, run.start())
        is_id = cue is Kind.ID or (len(digits) in ID_LENGTHS and cue is not Kind.PHONE and not is_phone(digits))
        kind = Kind.ACCOUNT if cue is Kind.ACCOUNT else Kind.ID if is_id else Kind.PHONE
        yield Found(run.start(), run.end(), kind)
