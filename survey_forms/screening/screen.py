"""Masks a comment; the version says by which rules."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from survey_forms.screening.addresses import find_addresses
from survey_forms.screening.codes import find_dossiers, find_plates
from survey_forms.screening.electronic import find_electronic
from survey_forms.screening.folding import Folded, fold
from survey_forms.screening.found import KIND_NAMES, Found, Kind, join_found
from survey_forms.screening.names import find_names
from survey_forms.screening.numbers import find_numbers
from survey_forms.screening.spelled import find_spelled
from survey_forms.screening.tokens import split_words

VERSION = "2026.1"  # raise it when a rule changes: what was screened by an older one is screened again


@dataclass(frozen=True)
class Screened:
    """``text`` is what may be shown; ``counts`` how often each kind was masked."""

    text: str
    counts: Mapping[str, int]

    @property
    def is_masked(self) -> bool:
        return bool(self.counts)


def screen_text(text: str, *, clerks: Sequence[str] = ()) -> Screened:
    """``text`` (composed, NFC) with everything that leads to a person masked, such as ``[số điện thoại]``.
    ``clerks`` are names of people of the office, masked however they are typed."""
    folded = fold(text)
    found = find_personal(folded, clerks)
    pieces, at = [], 0
    for one in found:
        pieces += [folded.text[at : one.start], f"[{KIND_NAMES['vi'][one.kind]}]"]
        at = one.end
    pieces.append(folded.text[at:])
    return Screened("".join(pieces), dict(Counter(one.kind.value for one in found)))


def find_personal(folded: Folded, clerks: Sequence[str] = ()) -> list[Found]:
    """What is masked, by places in ``folded.text``, in order, none overlapping."""
    plain, sentence = folded.plain, split_words(folded)
    found = [
        *find_electronic(plain),
        *find_dossiers(plain),
        *find_plates(plain),
        *find_numbers(plain),
        *find_spelled(plain),
        *find_addresses(plain, sentence),
        *find_names(sentence, clerks),
    ]
    return join_found(Found(*folded.span(one.start, one.end), one.kind) for one in found if one.end > one.start)


__all__ = ["VERSION", "Kind", "Screened", "find_personal", "screen_text"]
