"""Two languages that nobody speaks: accented and longer (en-XA), right to left (ar-XB). They show what is
hard-coded on a page, and what breaks when words grow or turn round."""

import re

ACCENTED, TURNED = "en-XA", "ar-XB"
PLACE = re.compile(r"(\{[a-z_]+\})")
LETTERS = str.maketrans("aceinouyACEINOUY", "áçéîñöüýÁÇÉÎÑÖÜÝ")
RIGHT_TO_LEFT, END = "\u202e", "\u202c"


def disguise(text: str, tag: str) -> str:
    """``text`` as it stands in the language ``tag``; ``{places}`` stay as they are."""
    parts = PLACE.split(text)
    if tag == ACCENTED:
        return "[" + "".join(_accent(part) for part in parts) + "~" * (len(text) // 3) + "]"
    return "".join(_turn(part) for part in parts)


def _accent(part: str) -> str:
    return part if PLACE.fullmatch(part) else part.translate(LETTERS)


def _turn(part: str) -> str:
    return part if PLACE.fullmatch(part) or not part.strip() else f"{RIGHT_TO_LEFT}{part}{END}"
