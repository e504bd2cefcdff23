"""Names of people: after a title or a role, after a surname, and from the list of an office's own clerks."""

from collections.abc import Iterator, Sequence

from survey_forms.screening.folding import fold_words
from survey_forms.screening.found import Found, Kind
from survey_forms.screening.tokens import Sentence, Token
from survey_forms.screening.words import Words, load_words

NAME_WORDS_MAX = 5
# A given name, but not before this word: hướng dẫn, hóa đơn, tâm huyết, an ninh, an toàn, thông tin, thái độ
NOT_GIVEN_PAIRS = frozenset(
    {("huong", "dan"), ("hoa", "don"), ("an", "ninh"), ("an", "toan"), ("thong", "tin"), ("thai", "do")}
)


def find_names(sentence: Sentence, clerks: Sequence[str] = ()) -> Iterator[Found]:
    """Every name in ``sentence``; ``clerks`` are full names of people who serve there."""
    words = load_words()
    for at in range(len(sentence.tokens)):
        taken = _title_at(sentence, at, words)
        if taken:
            yield from _after_title(sentence, at, taken, words)
        count = _full_name_at(sentence, at, words)
        if count:
            yield _found(sentence.tokens[at : at + count])
    for clerk in clerks:
        yield from _find_clerk(sentence, fold_words(clerk).split(), clerk.lower().split())


def _title_at(sentence: Sentence, at: int, words: Words) -> int:
    """How many words of a title or role stand at ``at``."""
    role = sentence.starts_with(at, words.roles)
    if role:
        return role
    token = sentence.tokens[at]
    known = {fold_words(title) for title in words.titles} if sentence.is_bare else words.titles
    return int((token.folded if sentence.is_bare else token.small) in known or token.small in words.titles_short)


def _after_title(sentence: Sentence, at: int, taken: int, words: Words) -> Iterator[Found]:
    tokens, start = sentence.tokens, at + taken
    links = words.links_bare if sentence.is_bare else words.links
    while start < len(tokens) and _is_next(tokens[start]) and _is_small(sentence, tokens[start]):
        linked = sentence.starts_with(start, links, is_folded=sentence.is_bare)
        if not linked:
            break
        start += linked
    count = _name_length(sentence, at, start, words)
    while count:
        yield _found(tokens[start : start + count])
        start += count
        # "chị Hoa và Lan", "anh Duy, Tú"
        if start + 1 < len(tokens) and tokens[start].folded == "va" and tokens[start + 1].is_capital:
            start += 1
        elif not (start < len(tokens) and tokens[start].gap.strip() == "," and tokens[start].is_capital):
            return
        count = _listed_length(sentence, start, words)


def _name_length(sentence: Sentence, title: int, start: int, words: Words) -> int:
    """How many words from ``start`` on are a name that follows the title at ``title``."""
    tokens = sentence.tokens
    if start >= len(tokens) or not _is_next(tokens[start]) or tokens[start].written.isdigit():
        return 0
    first, before = tokens[start], tokens[start - 1]
    offices = words.not_names_bare if sentence.is_bare else words.not_names
    if sentence.starts_with(start, offices, is_folded=sentence.is_bare):
        return 0
    pair = (before.folded, first.folded)
    if first.is_capital and not sentence.is_shouted:
        is_place = before.is_capital and pair in words.not_pairs_capital
        return 0 if is_place or _is_abbreviation(first) else _capital_length(tokens, start)
    if pair in words.not_pairs if sentence.is_bare else (before.small, first.small) in words.not_pairs_written:
        return 0
    full = _small_full_name(sentence, start, words, is_announced=True)
    if full:
        return full
    count = _listed_length(sentence, start, words)
    is_sure = not sentence.is_bare or tokens[title].folded in ("ten", "mr", "ms", "mrs")
    if not count and first.small in words.number_names:
        count, is_sure = 1, False
    follows = tokens[start + count].folded if start + count < len(tokens) else ""
    return count if is_sure or follows in words.cues else 0


def _listed_length(sentence: Sentence, start: int, words: Words) -> int:
    """Given names one after the other, three at most."""
    tokens, count = sentence.tokens, 0
    while count < 3 and start + count < len(tokens):
        token = tokens[start + count]
        follows = tokens[start + count + 1] if start + count + 1 < len(tokens) else None
        is_guide = follows is not None and (token.folded, follows.folded) in NOT_GIVEN_PAIRS
        if sentence.is_bare and not count and _title_at(sentence, start, words):
            break
        if (count and not token.is_joined) or not _is_given(sentence, token, words) or is_guide:
            break
        if count and sentence.is_bare and token.folded in words.cues:
            break
        count += 1
    return count


def _full_name_at(sentence: Sentence, at: int, words: Words) -> int:
    """How many words a full name takes that begins at ``at`` with a surname; 0 when none does."""
    tokens = sentence.tokens
    token = tokens[at]
    known = words.surnames_folded if sentence.is_bare else words.surnames
    if (token.folded if sentence.is_bare else token.small) not in known:
        return 0
    if sentence.is_bare and at == 0 and token.folded in ("duong", "truong") and token.is_capital:
        return 0  # "Duong Le Loi ngap nuoc", "Truong Nguyen Du"
    before = {one.small for one in tokens[max(0, at - 2) : at]}
    if before & words.places_before or sentence.starts_with(at, words.not_people):
        return 0
    if any((token.small, follows.small) in words.not_people for follows in tokens[at + 1 : at + 2]):
        return 0
    if token.is_capital and not sentence.is_shouted:
        count = _capital_length(tokens, at)
        last = tokens[at + count - 1]
        return count if count >= 3 or (count == 2 and _is_given(sentence, last, words)) else 0
    return _small_full_name(sentence, at, words, is_announced=False)


def _small_full_name(sentence: Sentence, at: int, words: Words, *, is_announced: bool) -> int:
    """``nguyễn văn hùng`` in small (or all in capital) letters: surname, middle name, given names."""
    tokens = sentence.tokens
    if len(tokens) < at + 3 or not all(token.is_joined for token in tokens[at + 1 : at + 3]):
        return 0
    surname, middle, given = tokens[at : at + 3]
    surnames = words.surnames_folded if sentence.is_bare else words.surnames
    middles = words.middles_bare if sentence.is_bare else words.middles
    key = (lambda token: token.folded) if sentence.is_bare else (lambda token: token.small)
    is_middle = key(middle) in middles or (is_announced and _is_given(sentence, middle, words))
    if key(surname) not in surnames or not is_middle:
        return 0
    is_certain = not sentence.is_bare and middle.small in ("thị", "văn")
    if not (is_announced or is_certain or _is_given(sentence, given, words)):
        return 0
    return 3 + (
        _listed_length(sentence, at + 3, words) if at + 3 < len(tokens) and tokens[at + 3].is_joined else 0
    )


def _capital_length(tokens: Sequence[Token], at: int) -> int:
    count = 1
    while count < NAME_WORDS_MAX and at + count < len(tokens):
        token = tokens[at + count]
        if not (token.is_joined and token.is_capital) or _is_abbreviation(token):
            break
        count += 1
    return count


def _find_clerk(sentence: Sentence, folded: Sequence[str], small: Sequence[str]) -> Iterator[Found]:
    """The whole name, its last two words, or the given name alone with a capital letter."""
    if not folded:
        return
    tokens = sentence.tokens
    shapes = [folded] if len(folded) < 3 else [folded, folded[-2:]]
    for shape in shapes:
        if len(shape) > 1:
            for at in range(len(tokens) - len(shape) + 1):
                part = tokens[at : at + len(shape)]
                is_joined = all(token.is_joined for token in part[1:])
                if is_joined and [token.folded for token in part] == list(shape):
                    yield _found(part)
    for at, token in enumerate(tokens):
        is_same = token.small == small[-1] or (sentence.is_bare and token.folded == folded[-1])
        is_marked = token.is_capital and (at > 0 or not sentence.is_bare) and not sentence.is_shouted
        if is_same and (is_marked or (at > 0 and _title_at(sentence, at - 1, load_words()) and token.is_joined)):
            yield _found([token])


def _is_given(sentence: Sentence, token: Token, words: Words) -> bool:
    return token.folded in words.given_folded if sentence.is_bare else token.small in words.given


def _is_small(sentence: Sentence, token: Token) -> bool:
    return sentence.is_shouted or not token.is_capital


def _is_next(token: Token) -> bool:
    """Right after the word before: a blank, "tên: Hoa", "Ms. Trang"."""
    return token.gap.strip() in ("", ":", ".") and "\n" not in token.gap and token.gap != ""


def _is_abbreviation(token: Token) -> bool:
    return len(token.written) > 1 and token.written.isupper()


def _found(tokens: Sequence[Token]) -> Found:
    return Found(tokens[0].start, tokens[-1].end, Kind.NAME)
