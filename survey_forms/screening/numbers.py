"""Numbers of phones, documents and bank accounts, however their digits are grouped."""

import re
from collections.abc import Iterator

from survey_forms.screening.cues import cue_before
from survey_forms.screening.found import Found, Kind

_RUN = re.compile(r"(?<![\w.,/])(?:\+|\(\+?)?\d(?:[ .,\-()_]{0,3}\d){7,}(?![\w/])")
_GROUP = re.compile(r"\d+")
_MONEY_AFTER = re.compile(r"\s*(?:d|dong|vnd|k|nghin|ngan|trieu|ty)(?![a-z])", re.IGNORECASE)
_PROCEDURE = re.compile(r"\d\.\d{6}(?:\.\d{3}\.\d{2}\.\d{2})?")  # code of a procedure, public
_HOTLINE = re.compile(r"1[89]00\d{4,6}")
_YEAR = re.compile(r"(?:19|20)\d\d")
_PASSPORT = re.compile(r"(?<!\w)[BCEKNP]\s?\d{7,8}(?!\w)", re.IGNORECASE)
_INSURANCE_CARD = re.compile(r"(?<!\w)[A-Z]{2}\s?\d\s?\d{2}\s?\d{10}(?!\w)", re.IGNORECASE)
_ANY_DATE = re.compile(r"(?<!\d)\d{1,2}[./-]\d{1,2}[./-](?:19|20)\d\d(?!\d)")

_PHONE = re.compile(r"0[35789]\d{8}|02\d{9}|01\d{9}")
ID_LENGTHS = (9, 12)
DIGITS_MAX = 19  # of a card
LONG_DIGITS = 9  # no date, time or amount that is written in one piece is so long


def find_numbers(plain: str) -> Iterator[Found]:
    """Every number of a phone, a document or an account in ``plain``."""
    for pattern in (_PASSPORT, _INSURANCE_CARD):
        yield from (Found(match.start(), match.end(), Kind.ID) for match in pattern.finditer(plain))
    for run in _RUN.finditer(plain):
        if not _PROCEDURE.match(run[0]):
            yield from _find_in_run(plain, run)


def is_phone(digits: str) -> bool:
    """Whether ``digits`` is a Vietnamese number, with or without the country's code."""
    for prefix in ("0084", "84"):
        if digits.startswith(prefix) and len(digits) - len(prefix) in (9, 10, 11):
            rest = digits.removeprefix(prefix)
            digits = rest if rest.startswith("0") else "0" + rest
            break
    return bool(_PHONE.fullmatch(digits))


def name_kind(digits: str, cue: Kind | None) -> Kind | None:
    """What a number of these ``digits`` after ``cue`` is; None: nothing that leads to a person."""
    count = len(digits)
    if _HOTLINE.fullmatch(digits) and cue is not Kind.ID:
        return None
    if cue is Kind.ACCOUNT and 8 <= count <= 19:
        return Kind.ACCOUNT
    if cue is Kind.ID and 8 <= count <= 13:
        return Kind.ID
    if is_phone(digits) or (cue is Kind.PHONE and 8 <= count <= 11):
        return Kind.PHONE
    return Kind.ID if count in ID_LENGTHS else None


def _find_in_run(plain: str, run: re.Match[str]) -> Iterator[Found]:
    groups = [(run.start() + match.start(), run.start() + match.end()) for match in _GROUP.finditer(run[0])]
    first = 0
    while first < len(groups):
        last, kind = _longest_from(plain, groups, first)
        if kind is None:
            first += 1
            continue
        start = groups[first][0]
        while start > run.start() and plain[start - 1] in "+(":
            start -= 1
        yield Found(start, groups[last][1], kind)
        first = last + 1


def _longest_from(plain: str, groups: list[tuple[int, int]], first: int) -> tuple[int, Kind | None]:
    """The longest number that starts with group ``first``, by its last group, and its kind."""
    cue = cue_before(plain, groups[first][0])
    for last in range(min(len(groups), first + DIGITS_MAX) - 1, first - 1, -1):
        parts = [plain[start:end] for start, end in groups[first : last + 1]]
        whole = plain[groups[first][0] : groups[last][1]]
        digits = "".join(parts)
        kind = name_kind(digits, cue)
        if kind is None and len(parts) == 1 and len(digits) >= LONG_DIGITS:
            kind = Kind.ACCOUNT if len(digits) > ID_LENGTHS[-1] else Kind.ID
        if (
            kind is None
            and len(parts) > 1
            and 13 <= len(digits) <= 19
            and all(len(part) == 4 for part in parts[:-1])
        ):
            kind = Kind.ACCOUNT  # a card
        if kind is not None and not _is_something_else(plain, whole, parts, groups[last][1], kind, cue):
            return last, kind
    return first, None


def _is_something_else(plain: str, whole: str, parts: list[str], end: int, kind: Kind, cue: Kind | None) -> bool:
    """Amounts of money, days, years, hours, codes of procedures."""
    is_announced = cue in (Kind.ID, Kind.ACCOUNT)
    if kind is Kind.PHONE and is_phone("".join(parts)):
        return bool(_ANY_DATE.search(whole))
    if _ANY_DATE.search(whole) or all(_YEAR.fullmatch(part) for part in parts):
        return True
    if any(sign in whole for sign in ",_") and not is_announced and kind is not Kind.PHONE:
        return True
    if len(parts) == 1:
        return bool(_MONEY_AFTER.match(plain, end)) and not is_announced
    is_in_thousands = not parts[0].startswith("0") and all(len(part) == 3 for part in parts[1:])
    if is_in_thousands and not is_announced and (_MONEY_AFTER.match(plain, end) or parts[-1] == "000"):
        return True
    # Hours: 7.30-11.30 13.30-17.00. A number of a document has a group of three at least.
    return kind is not Kind.PHONE and max(len(part) for part in parts) < 3
