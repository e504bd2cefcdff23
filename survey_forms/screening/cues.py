"""Words before a number that say what it is; all folded."""

import re

from survey_forms.screening.found import Kind

NEAR_LETTERS = 30
_CUES = (
    (Kind.ACCOUNT, r"stk|so tai khoan|tai khoan|so tk|tk|so the|ngan hang"),
    (
        Kind.ID,
        r"cccd|cmnd|cmt|can cuoc|chung minh|dinh danh|ddcn|ho chieu|passport|bhxh|bhyt|bao hiem|mst|ma so thue",
    ),
    (
        Kind.PHONE,
        r"sdt|so dt|so may|dt|dien thoai|phone|tel|zalo|viber|lien he|lien lac|goi|alo|so cua|de lai so|nhan",
    ),
)
_FIND = tuple((kind, re.compile(rf"(?<![a-z])(?:{words})(?![a-z])", re.IGNORECASE)) for kind, words in _CUES)


def cue_before(plain: str, start: int) -> Kind | None:
    """The kind that the words right before ``start`` announce; of several the nearest."""
    before = plain[max(0, start - NEAR_LETTERS) : start]
    nearest: tuple[int, Kind] | None = None
    for kind, find in _FIND:
        for match in find.finditer(before):
            if nearest is None or match.end() > nearest[0]:
                nearest = (match.end(), kind)
    return nearest[1] if nearest else None
