"""Names of columns as people write them."""

from collections.abc import Sequence

Names = str | Sequence[str]


def list_names(columns: Names) -> tuple[str, ...]:
    """One name or several; a single text is one column, not its letters. METHODS 3.5.

    >>> list_names("unit"), list_names(["unit", "procedure"])
    (('unit',), ('unit', 'procedure'))
    """
    return (columns,) if isinstance(columns, str) else tuple(columns)
