"""The order of Vietnamese names, and names without their marks for searching."""

import re
import unicodedata

# Letters that follow their base letter in the alphabet; every other mark of a vowel is a tone.
_LETTER_MARKS = {"\u0306": 1, "\u0302": 2, "\u031b": 3}  # ă, â ê ô, ơ ư
_TONES = {"\u0300": 1, "\u0309": 2, "\u0303": 3, "\u0301": 4, "\u0323": 5}  # huyền, hỏi, ngã, sắc, nặng
_NUMBER = re.compile(r"(\d+)")

NameKey = tuple[tuple[tuple[int, int, int], ...], tuple[int, ...], str]


def vietnamese_key(name: str) -> NameKey:
    """Sort key: letters first (a ă â … d đ …), numbers by value, then tones in dictionary order, then the name.

    The same order as the browsers' collation for Vietnamese with numbers by value.
    """
    letters: list[tuple[int, int, int]] = []
    tones: list[int] = []
    for part in _NUMBER.split(name.strip().casefold()):
        if part.isdecimal():
            letters.append((1, int(part), 0))
            tones.append(0)
            continue
        for sign in unicodedata.normalize("NFD", part):
            if sign in _LETTER_MARKS and letters:
                kind, base, _ = letters[-1]
                letters[-1] = (kind, base, _LETTER_MARKS[sign])
            elif sign in _TONES and tones:
                tones[-1] = _TONES[sign]
            elif sign == "đ":
                letters.append((2, ord("d"), 1))
                tones.append(0)
            elif not unicodedata.combining(sign):
                letters.append((2 if sign.isalpha() else 0, ord(sign), 0))
                tones.append(0)
    return tuple(letters), tuple(tones), name


def without_marks(name: str) -> str:
    """``name`` in small letters, without tones and letter marks: ``Đà Nẵng`` → ``da nang``."""
    bare = unicodedata.normalize("NFD", name.casefold()).replace("đ", "d")
    return " ".join("".join(sign for sign in bare if not unicodedata.combining(sign)).split())
