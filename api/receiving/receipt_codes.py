"""The receipt code of a response as people read and type it; programs and addresses use the id itself."""

from uuid import UUID

LETTERS = 32
_MISREAD = str.maketrans("ILO", "110")


def show_receipt(id: UUID) -> str:
    """``id`` in groups of four: ``7D0B-1F5E-7C0F-4A53-9D61-1F1D-2AD2-A1C5``."""
    letters = id.hex.upper()
    return "-".join(letters[start : start + 4] for start in range(0, LETTERS, 4))


def read_receipt(typed: str) -> UUID | None:
    """What was meant by ``typed``, however grouped, in capitals or not, with O for 0; None when it is no code."""
    letters = "".join(letter for letter in typed.upper() if letter.isalnum()).translate(_MISREAD)
    if len(letters) != LETTERS:
        return None
    try:
        return UUID(letters)
    except ValueError:
        return None
