"""From the published indices to the rows one view shows: which rows, against what, in which order."""

from dataclasses import dataclass
from typing import Any

import polars as pl

from api.results.choice import Choice
from api.results.collation import vietnamese_key, without_marks

COLUMNS = {"unit": "unit", "province": "unit", "procedure": "procedure", "channel": "channel"}
NAMES = {"unit": "unit_name", "province": "unit_name", "procedure": "procedure_name", "channel": "channel"}


@dataclass(frozen=True)
class Line:
    """One published row of a view; ``values`` are its columns by the contract ``frames.INDICES``."""

    key: str
    name: str
    values: dict[str, Any]
    reference: float | None

    @property
    def state(self) -> str:
        """``shown``, ``few`` (suppressed), ``silent`` (nobody answered) or ``withheld`` (for another reason)."""
        if self.values["suppressed"]:
            return "few"
        if not self.values["n"]:
            return "silent"
        return "shown" if self.values["estimate"] is not None else "withheld"

    @property
    def mark(self) -> str:
        """``higher`` or ``lower`` when the interval excludes the reference, ``unclear`` when not, or ``none``."""
        low, high = self.values["low"], self.values["high"]
        if self.state != "shown" or self.reference is None or low is None or high is None:
            return "none"
        if low > self.reference:
            return "higher"
        return "lower" if high < self.reference else "unclear"


def pick_node(indices: pl.DataFrame, index: str) -> tuple[str, str]:
    """Level and code that ``index`` (``level:code``) names, the overall index when it names none of them."""
    level, _, code = index.partition(":")
    known = indices.select("level", "code").unique(maintain_order=True).rows()
    if (level, code) in known:
        return level, code
    overall = [node for node in known if node[0] == "overall"]
    return overall[0] if overall else known[0]


def find_domain(
    indices: pl.DataFrame, level: str, code: str, *, unit: str = "", procedure: str = ""
) -> dict[str, Any] | None:
    """The row of one node for a unit, a procedure, both, or all; None when it is not published."""
    found = indices.filter(
        pl.col("level") == level, pl.col("code") == code, pl.col("channel").is_null(), *_in(unit, procedure)
    )
    return found.row(0, named=True) if found.height else None


def select_lines(
    rows: pl.DataFrame, choice: Choice, node: tuple[str, str], reference: float | None, channels: dict[str, str]
) -> list[Line]:
    """The domains of the chosen view for one node, unsorted; units that nobody answered for are among them.

    ``rows`` are the published domains, or those of provinces; ``channels`` are their names by code.
    """
    column = COLUMNS[choice.by]
    wanted = {"unit": choice.unit, "procedure": choice.procedure, "channel": ""}
    for dimension, code in wanted.items():
        if dimension == column:
            rows = rows.filter(pl.col(dimension).is_not_null())
        else:
            rows = rows.filter(pl.col(dimension) == code if code else pl.col(dimension).is_null())
    of_node = rows.filter(pl.col("level") == node[0], pl.col("code") == node[1])
    if choice.by == "unit" and not choice.procedure:  # they have a row of the overall index only
        silent = rows.filter(pl.col("n") == 0, pl.col("level") == "overall")
        of_node = pl.concat([of_node, silent.join(of_node, on="unit", how="anti")])
    return [
        Line(row[column], channels.get(row[column]) or row[NAMES[choice.by]] or row[column], row, reference)
        for row in of_node.iter_rows(named=True)
    ]


def select_items(rows: pl.DataFrame, choice: Choice, titles: dict[str, str]) -> list[Line]:
    """The nodes of one unit, or of all, in the order of ``titles`` (``level:code`` → title).

    A unit's nodes are compared with the same node of all units.
    """
    rows = rows.filter(pl.col("procedure").is_null(), pl.col("channel").is_null())
    everywhere = rows.filter(pl.col("unit").is_null())
    references = {_node_key(row): row["estimate"] for row in everywhere.iter_rows(named=True)}
    chosen = rows.filter(pl.col("unit") == choice.unit) if choice.unit else everywhere
    lines = [
        Line(_node_key(row), titles[_node_key(row)], row, references.get(_node_key(row)) if choice.unit else None)
        for row in chosen.iter_rows(named=True)
    ]
    order = {key: place for place, key in enumerate(titles)}
    return sorted(lines, key=lambda line: order[line.key])


def sort_lines(lines: list[Line], choice: Choice) -> list[Line]:
    """``lines`` in the chosen order, ties and rows without the figure by name and last.

    By name they stay among the others, but for cells of unit × procedure, of which most may be withheld.
    """
    if choice.by == "item" and not choice.sort:  # in the order of the form
        return lines
    by_name = sorted(lines, key=lambda line: vietnamese_key(line.name))
    if choice.sort_key in ("", "name"):
        ordered = by_name[::-1] if choice.is_descending else by_name
        is_crossed = bool(choice.unit or choice.procedure)
        return sorted(ordered, key=lambda line: is_crossed and line.state != "shown")
    column = {"estimate": "estimate", "n": "n", "rate": "response_rate"}[choice.sort_key]
    filled = [line for line in by_name if line.values[column] is not None]
    empty = [line for line in by_name if line.values[column] is None]
    return sorted(filled, key=lambda line: line.values[column], reverse=choice.is_descending) + empty


def find_lines(lines: list[Line], q: str) -> list[Line]:
    """Those whose name or code holds every word of ``q``, marks and capitals aside."""
    words = without_marks(q).split()
    return [
        line
        for line in lines
        if all(word in without_marks(line.name) or word in line.key.casefold() for word in words)
    ]


def _node_key(row: dict[str, Any]) -> str:
    return f"{row['level']}:{row['code']}"


def _in(unit: str, procedure: str) -> list[pl.Expr]:
    wanted = {"unit": unit, "procedure": procedure}
    return [pl.col(name) == code if code else pl.col(name).is_null() for name, code in wanted.items()]
