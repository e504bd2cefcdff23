"""A comment as words in order, each as it was written and folded."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from survey_forms.screening.folding import Folded

_WORD = re.compile(r"[^\W_]+(?:/[^\W_]+)?")


@dataclass(frozen=True)
class Token:
    """One word. ``start`` and ``end`` in the folded text; ``gap`` is what stood between it and the word before."""

    written: str
    folded: str
    start: int
    end: int
    gap: str

    @property
    def is_capital(self) -> bool:
        return self.written[:1].isupper()

    @property
    def small(self) -> str:
        return self.written.lower()

    @property
    def is_joined(self) -> bool:
        """Only a blank before it."""
        return self.gap.strip(" \t\u00a0") == "" and self.gap != ""


@dataclass(frozen=True)
class Sentence:
    """Every word of a comment. ``is_bare``: nobody typed a diacritic; ``is_shouted``: all in capital letters."""

    tokens: tuple[Token, ...]
    is_bare: bool
    is_shouted: bool

    def starts_with(self, at: int, phrases: frozenset[tuple[str, ...]], *, is_folded: bool = True) -> int:
        """How many words the longest of ``phrases`` takes that stands at ``at``; 0 when none does. Not
        ``is_folded``: the diacritics must be there."""
        longest = 0
        for length in (1, 2, 3):
            words = self.tokens[at : at + length]
            is_whole = len(words) == length and all(word.is_joined for word in words[1:])
            if is_whole and tuple(word.folded if is_folded else word.small for word in words) in phrases:
                longest = length
        return longest


def split_words(folded: Folded) -> Sentence:
    """The words of ``folded``."""
    tokens: list[Token] = []
    for match in _WORD.finditer(folded.plain):
        start, end = match.span()
        gap = folded.plain[tokens[-1].end : start] if tokens else ""
        tokens.append(Token(folded.written(start, end), match[0].lower(), start, end, gap))
    return Sentence(tuple(tokens), _is_bare(tokens), _is_shouted(tokens))


def _is_bare(tokens: Sequence[Token]) -> bool:
    return all(token.small == token.folded for token in tokens)


def _is_shouted(tokens: Sequence[Token]) -> bool:
    letters = [token.written for token in tokens if token.written.isalpha()]
    return len(letters) > 1 and all(letter.isupper() for letter in letters)
