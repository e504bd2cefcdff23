"""Names down the side of a picture: whole, in lines where they are long, in the order given."""

import json
import textwrap
from collections.abc import Sequence
from typing import Any

from analysis.reports.altair_loading import load_altair

LETTERS, LINE, ROOM = 44, 15, 9  # letters of a line, pixels of a line, pixels between two names
TIGHT_ROW, MOST_ROOMY = 17, 60  # pixels of a row where there are many, and how many are that


def name_rows(names: Sequence[str]) -> Any:
    """The names down the side, in this order whatever the layers leave out; none is cut. METHODS 21.1."""
    alt = load_altair()
    parted = {name: lines for name in names if len(lines := _part(name, len(names))) > 1}
    axis = alt.Axis(
        title=None,
        domain=False,
        ticks=False,
        labelPadding=10,
        labelLimit=0,
        labelLineHeight=LINE,
        **(_write_lines(parted) if parted else {}),
    )
    return alt.Y("name:N", sort=None, scale=alt.Scale(domain=list(names)), axis=axis)


def row_height(names: Sequence[str], least: int) -> int:
    """Pixels of every row, so that the longest name has room: at least ``least``. METHODS 21.1."""
    if len(names) > MOST_ROOMY:
        return min(least, TIGHT_ROW)
    return max(least, *(LINE * len(_part(name, len(names))) + ROOM for name in names))


def _part(name: str, rows: int) -> list[str]:
    """Where rows are many and tight a name stays on one line, however long."""
    return [name] if rows > MOST_ROOMY else textwrap.wrap(name, LETTERS) or [name]


def _write_lines(parted: dict[str, list[str]]) -> dict[str, Any]:
    """Lines run downwards from the middle of the row, and so are raised by half of what they take."""

    def write(value: object) -> str:
        return json.dumps(value, ensure_ascii=False)

    counts = sorted({len(lines) for lines in parted.values()})
    alike = {count: [name for name, lines in parted.items() if len(lines) == count] for count in counts}
    raised = [
        {"test": f"indexof({write(names)}, datum.label) >= 0", "value": -(count - 1) * LINE / 2}
        for count, names in alike.items()
    ]
    return {
        "labelExpr": f"({write(parted)})[datum.label] || datum.label",
        "labelOffset": {"condition": raised, "value": 0},
    }
