"""Instants as tablets tell them: their clocks may say anything."""

from datetime import datetime


def read_instant(text: object) -> datetime | None:
    """The instant in ``text``, as far as it is one; None for what no calendar has or no zone goes with."""
    try:
        found = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return found if found.tzinfo and 1970 <= found.year <= 9000 else None
