"""Codes of dossiers and licence plates."""

import re
from collections.abc import Iterator

from survey_forms.screening.found import Found, Kind

# 000.00.12.H01-251120-0001: agency, day of receipt, number of the day; also cut short at the front.
_ONE_STOP = re.compile(
    r"(?<![\w.])(?=[\w.\-]*[a-z.\-])[a-z0-9]{2,4}(?:[.\-][a-z0-9]{2,4}){0,5}\s?[-_]\s?\d{6}\s?[-_]?\s?\d{3,6}(?!\w)",
    re.IGNORECASE,
)
# What stands after words such as "mã hồ sơ", "số biên nhận".
_ANNOUNCED = re.compile(
    r"(?<![a-z])(?:(?:ma|so)\s*)*(?:ho so|hs|bien nhan|giay hen|phieu hen|(?:phieu )?tiep nhan)"
    r"(?:\s*(?:so|ma|la|cua (?:toi|em|minh|con|nha)|:|#|,))*\s*(?P<code>[a-z0-9](?:[a-z0-9./\-_]*[a-z0-9])?)",
    re.IGNORECASE,
)
_DAY_OR_YEAR = re.compile(r"\d{1,2}[./\-]\d{1,2}(?:[./\-]\d{2,4})?|(?:19|20)\d\d|\d{1,2}[./](?:19|20)\d\d")
_MONEY = re.compile(r"\d{1,3}(?:\.\d{3})+(?:d|dong|vnd|k)?", re.IGNORECASE)
CODE_DIGITS_MIN = 4

_LETTERS = r"(?:[a-z]{1,2}\d?)"
_PLATES = (
    # Capital letters, blanks allowed: 29-H1 234.56, 51F 123.45
    re.compile(r"(?<![\w.])[1-9]\d[ \-.]?(?:[A-Z]{1,2}\d?)[ \-.]{0,3}(?:\d{3}[. ]?\d{2}|\d{4})(?![\w./])"),
    # Any letters, no blank, a hyphen or a dot in it: 29aa-123.45
    re.compile(rf"(?<![\w.])[1-9]\d-?{_LETTERS}-(?:\d{{3}}\.?\d{{2}}|\d{{4}})(?![\w/])", re.IGNORECASE),
    # Any letters after "biển", "xe"
    re.compile(
        r"(?<![a-z])(?:bien(?: so| kiem soat)?|bks|bsx?|xe(?: may| tai| hoi| con)?)(?: so| la|:)*\s*"
        rf"(?P<code>[1-9]\d[ \-.]?{_LETTERS}[ \-.]{{0,3}}(?:\d{{3}}[. ]?\d{{2}}|\d{{4}}))(?!\w)",
        re.IGNORECASE,
    ),
)
_AREA = re.compile(r"\d+\s?m[23]", re.IGNORECASE)


def find_dossiers(plain: str) -> Iterator[Found]:
    """Codes of one-stop dossiers, and what people call the code of theirs."""
    for match in _ONE_STOP.finditer(plain):
        yield Found(match.start(), match.end(), Kind.DOSSIER)
    for match in _ANNOUNCED.finditer(plain):
        code = match["code"]
        is_code = sum(letter.isdigit() for letter in code) >= CODE_DIGITS_MIN
        if is_code and not (_DAY_OR_YEAR.fullmatch(code) or _MONEY.fullmatch(code)):
            yield Found(match.start("code"), match.end("code"), Kind.DOSSIER)


def find_plates(plain: str) -> Iterator[Found]:
    """Plates of cars and motorbikes."""
    for pattern in _PLATES:
        group = "code" if "code" in pattern.groupindex else 0
        for match in pattern.finditer(plain):
            if not _AREA.match(match[group]):
                yield Found(match.start(group), match.end(group), Kind.PLATE)
