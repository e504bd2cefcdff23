"""A comment as the rules read it: without diacritics, digits plain, each letter knowing where it was."""

import re
import unicodedata
from dataclasses import dataclass

# Typed for a zero: a letter O between digits, or before one.
_LETTER_FOR_ZERO = re.compile(r"(?<![A-Za-z])[oO](?=\d)|(?<=\d)[oO](?=\d|\b)")
_UNSEEN = {"Cf", "Mn", "Me"}  # zero-width signs, marks that stand alone


@dataclass(frozen=True)
class Folded:
    """``plain`` is ``text`` (NFC) folded; letter i of it was letter ``places[i]`` of ``text``."""

    text: str
    plain: str
    places: tuple[int, ...]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where the letters ``start`` to ``end`` of ``plain`` are in ``text``."""
        last = self.places[end - 1] + 1
        while last < len(self.text) and unicodedata.category(self.text[last]) in _UNSEEN:
            last += 1  # a mark that belongs to the last letter
        return self.places[start], last

    def written(self, start: int, end: int) -> str:
        """Those letters as they were written."""
        first, last = self.span(start, end)
        return self.text[first:last]


def fold(text: str) -> Folded:
    """``text`` in both ways."""
    composed = unicodedata.normalize("NFC", text)
    letters, places = [], []
    for place, letter in enumerate(composed):
        for plain in _fold_letter(letter):
            letters.append(plain)
            places.append(place)
    plain = _LETTER_FOR_ZERO.sub("0", "".join(letters))
    return Folded(composed, plain, tuple(places))


def fold_words(text: str) -> str:
    """``text`` without diacritics, in small letters."""
    return fold(text).plain.lower()


def _fold_letter(letter: str) -> str:
    if letter.isascii():
        return letter
    if letter in "đĐ":
        return "d" if letter == "đ" else "D"
    digit = unicodedata.digit(letter, None)
    if digit is not None:
        return str(digit)
    apart = unicodedata.normalize("NFKD", letter)
    kept = "".join(sign for sign in apart if unicodedata.category(sign) not in _UNSEEN)
    return kept.replace("\u2013", "-").replace("\u2014", "-").replace("\u2011", "-").replace("\u2010", "-")
