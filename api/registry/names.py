"""Names compared without tones, capitals and blanks."""

import unicodedata


def fold_name(name: str) -> str:
    """``Thành phố Đà Nẵng`` → ``thanh pho da nang``: what people type when they search."""
    decomposed = unicodedata.normalize("NFD", name.casefold().replace("đ", "d"))
    letters = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    return " ".join("".join(letter if letter.isalnum() else " " for letter in letters).split())
