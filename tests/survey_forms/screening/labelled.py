"""The labelled comments, and how screening is scored on them."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from survey_forms.screening.folding import fold
from survey_forms.screening.found import Found, Kind
from survey_forms.screening.screen import find_personal

FOLDER = Path(__file__).parent
_LABEL = re.compile(r"\{([a-z]+)\|([^}]*)\}")


@dataclass(frozen=True)
class Labelled:
    """A comment and the parts of it that must be masked."""

    text: str
    parts: tuple[Found, ...]


@dataclass
class Score:
    """Of one kind: parts that had to be masked, those that were wholly, letters of other parts left to read;
    what was masked under this kind, and how much of that touched no part at all."""

    parts: int = 0
    masked: int = 0
    reported: int = 0
    needless: int = 0
    missed: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)


VARIANTS: Mapping[str, Callable[[str], str]] = {
    "as written": lambda text: text,
    "decomposed (NFD)": lambda text: unicodedata.normalize("NFD", text),
    "without diacritics": lambda text: fold(text).plain,
    "in capital letters": str.upper,
}


def read_labelled(name: str) -> list[Labelled]:
    """The comments of a file beside this one."""
    lines = (FOLDER / name).read_text(encoding="utf-8").splitlines()
    return [_read(line) for line in lines if line and not line.startswith("#")]


def change(comment: Labelled, how: Callable[[str], str]) -> Labelled:
    """``comment`` written in another way, its parts still the same words."""
    text, parts, at = "", [], 0
    for part in comment.parts:
        text += how(comment.text[at : part.start])
        start = len(text)
        text += how(comment.text[part.start : part.end])
        parts.append(Found(start, len(text), part.kind))
        at = part.end
    return Labelled(text + how(comment.text[at:]), tuple(parts))


def score(comments: list[Labelled]) -> dict[Kind, Score]:
    """How screening does on ``comments``, by kind."""
    scores: dict[Kind, Score] = defaultdict(Score)
    for comment in comments:
        folded = fold(comment.text)
        found = find_personal(folded)
        parts = [_in_composed(comment.text, part) for part in comment.parts]
        for part in parts:
            one = scores[part.kind]
            one.parts += 1
            left = set(range(part.start, part.end)) - {
                place for hit in found for place in range(hit.start, hit.end)
            }
            if any(folded.text[place].isalnum() for place in left):
                one.missed.append(comment.text)
            else:
                one.masked += 1
        for hit in found:
            one = scores[hit.kind]
            one.reported += 1
            if not any(hit.start < part.end and part.start < hit.end for part in parts):
                one.needless += 1
                one.wrong.append(f"{folded.text[hit.start : hit.end]!r} in {comment.text!r}")
    return scores


def _in_composed(text: str, part: Found) -> Found:
    start = len(unicodedata.normalize("NFC", text[: part.start]))
    return Found(start, start + len(unicodedata.normalize("NFC", text[part.start : part.end])), part.kind)


def _read(line: str) -> Labelled:
    text, parts, at = "", [], 0
    for match in _LABEL.finditer(line):
        text += line[at : match.start()]
        parts.append(Found(len(text), len(text) + len(match[2]), Kind(match[1])))
        text += match[2]
        at = match.end()
    return Labelled(text + line[at:], tuple(parts))
