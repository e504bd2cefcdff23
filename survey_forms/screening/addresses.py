"""Where somebody lives: a house in a street, or what stands after "tôi ở", "thường trú", "địa chỉ"."""

import re
from collections.abc import Iterator, Sequence

from survey_forms.screening.found import Found, Kind
from survey_forms.screening.tokens import Sentence, Token
from survey_forms.screening.words import load_words

_LIVES = re.compile(
    r"(?<![a-z])(?:dia chi|thuong tru|tam tru|cu tru|tru tai|ho khau|nha (?:toi|em|minh|o|so)"
    r"|(?:toi|em|minh|nguoi) o)(?![a-z])"
    r"(?: (?:cua )?(?:toi|em|minh|nha)| tai| o| la|:)*[:,]?\s*",
    re.IGNORECASE,
)
_HOUSE = re.compile(
    r"(?<![\w.,])(?:so nha |nha so |so )?\d{1,4}[a-z]?(?:/\d{1,4}[a-z]?)*,? "
    r"(?:ngach|ngo|hem|kiet|duong|pho)(?![a-z])",
    re.IGNORECASE,
)
_ALLEY = re.compile(r"(?<![a-z])(?:ngach|ngo|hem|kiet) \d{1,4}(?:/\d{1,4})*(?![\w])", re.IGNORECASE)
WORDS_MAX = 14
LOOSE_WORDS = 4


def find_addresses(plain: str, sentence: Sentence) -> Iterator[Found]:
    """Every address of a house, or of a person as far as it is told."""
    for match in _LIVES.finditer(plain):
        found = _extend(plain, sentence, match.end())
        if found is not None:
            yield found
    for pattern in (_HOUSE, _ALLEY):
        for match in pattern.finditer(plain):
            found = _extend(plain, sentence, match.start())
            yield found or Found(match.start(), match.end(), Kind.ADDRESS)


def _extend(plain: str, sentence: Sentence, start: int) -> Found | None:
    """From ``start`` to where the address ends; None when nothing there tells a place."""
    words, tokens = load_words(), sentence.tokens
    first = next((at for at, token in enumerate(tokens) if token.start >= start), len(tokens))
    end = at = first  # ``end``: behind the last word that belongs to it
    is_place, loose_left = False, 0
    while at < min(len(tokens), first + WORDS_MAX):
        token = tokens[at]
        place_words = sentence.starts_with(at, words.place_words) or _is_group(tokens, at)
        is_number = token.folded[:1].isdigit()
        is_named = is_number or (token.is_capital and not sentence.is_shouted)
        if at > first and not _continues(token, is_named=is_named or bool(place_words)):
            break
        if place_words and not (token.is_capital and not sentence.is_shouted and is_place):
            is_place, loose_left = True, LOOSE_WORDS
            at += place_words
            end = at if end > first and _is_loose(sentence) else end
            continue
        if is_named:
            is_place, loose_left = is_place or is_number, LOOSE_WORDS
        elif _ends_here(sentence, token) or not _is_loose(sentence) or not loose_left:
            break
        else:
            loose_left -= 1  # "thon dong", where no capital letter tells a name
        at += 1
        end = at
    if end == first or not is_place or (end - first == 1 and tokens[first].folded.isalpha()):
        return None
    return Found(tokens[first].start, tokens[end - 1].end, Kind.ADDRESS)


def _ends_here(sentence: Sentence, token: Token) -> bool:
    words = load_words()
    return token.folded in words.address_ends_folded if sentence.is_bare else token.small in words.address_ends


def _is_group(tokens: Sequence[Token], at: int) -> int:
    """Whether ``tổ 5`` stands there; "to" alone is many words."""
    return int(tokens[at].folded == "to" and at + 1 < len(tokens) and tokens[at + 1].folded[:1].isdigit())


def _is_loose(sentence: Sentence) -> bool:
    return sentence.is_bare or sentence.is_shouted


def _continues(token: Token, *, is_named: bool) -> bool:
    gap = token.gap.strip()
    return gap in ("", "/", "-") or (gap == "," and is_named)
