"""How often people key a box wrong: of the boxes keyed twice, by operator and by batch, with an interval."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
from sqlalchemy import select
from sqlmodel import Session, col

from analysis.estimation.intervals import wilson_limits
from api.paper.totals import SECOND
from api.tables import PaperBatch, PaperDifference, PaperEntry, PaperSheet
from survey_forms.loader import Catalogue
from survey_forms.pages.printed.codes import list_fields


@dataclass(frozen=True)
class ErrorRate:
    """``boxes`` were keyed twice and decided, ``errors`` of them this person (or, for a batch, the first entry)
    had wrong. ``low`` and ``high`` are Wilson limits of the share (METHODS 4.2), None without a box. Boxes of one
    sheet are not independent: the interval is rather too short."""

    subject: str
    sheets: int
    boxes: int
    errors: int
    low: float | None
    high: float | None

    @property
    def rate(self) -> float | None:
        return self.errors / self.boxes if self.boxes else None


@dataclass
class _Count:
    boxes: int = 0
    errors: int = 0
    sheets: set[int] = field(default_factory=set)


def list_error_rates(
    session: Session, *, forms: Catalogue, confidence: float, units: frozenset[str] | None = None
) -> tuple[list[ErrorRate], list[ErrorRate]]:
    """By operator (either turn), by batch (its first entries). ``units`` None: of every unit."""
    operators: dict[str, _Count] = defaultdict(_Count)
    batches: dict[str, _Count] = defaultdict(_Count)
    for batch in _list_batches(session, units):
        counted = {one.name for one in list_fields(forms.get(batch.form, batch.version)) if one.is_counted}
        differences = _list_differences(session, batch)
        for first, second in _list_pairs(session, batch):
            wrong = differences.get(first.number, {})
            boxes = (first.keyed.keys() | second.keyed.keys() | wrong.keys()) & counted
            boxes -= {one.field for one in wrong.values() if one.decided is None}
            for turn, entry in enumerate((first, second)):
                errors = sum(name in wrong and _had(wrong[name], turn) != wrong[name].decided for name in boxes)
                _add(operators[entry.operator], entry.number, len(boxes), errors)
                if turn == 0:
                    _add(batches[str(batch.id)], entry.number, len(boxes), errors)
    return _rate(operators.items(), confidence), _rate(batches.items(), confidence)


def _add(count: _Count, number: int, boxes: int, errors: int) -> None:
    count.boxes, count.errors = count.boxes + boxes, count.errors + errors
    count.sheets.add(number)


def _had(difference: PaperDifference, turn: int) -> str:
    return (difference.first, difference.second)[turn]


def _list_batches(session: Session, units: frozenset[str] | None) -> Iterable[PaperBatch]:
    wanted = select(PaperBatch).order_by(col(PaperBatch.id))
    if units is not None:
        wanted = wanted.where(col(PaperBatch.unit).in_(sorted(units)))
    return session.execute(wanted).scalars()


def _list_pairs(session: Session, batch: PaperBatch) -> Iterable[tuple[PaperEntry, PaperEntry]]:
    sheets = select(col(PaperSheet.number)).where(col(PaperSheet.batch) == batch.id, col(PaperSheet.is_sampled))
    entries = session.execute(select(PaperEntry).where(col(PaperEntry.number).in_(sheets))).scalars()
    by_sheet: dict[int, dict[int, PaperEntry]] = defaultdict(dict)
    for entry in entries:
        by_sheet[entry.number][entry.turn] = entry
    return [(turns[1], turns[2]) for _, turns in sorted(by_sheet.items()) if SECOND in turns]


def _list_differences(session: Session, batch: PaperBatch) -> dict[int, dict[str, PaperDifference]]:
    sheets = select(col(PaperSheet.number)).where(col(PaperSheet.batch) == batch.id)
    found: dict[int, dict[str, PaperDifference]] = defaultdict(dict)
    for one in session.execute(select(PaperDifference).where(col(PaperDifference.number).in_(sheets))).scalars():
        found[one.number][one.field] = one
    return found


def _rate(counts: Iterable[tuple[str, _Count]], confidence: float) -> list[ErrorRate]:
    rates = []
    for subject, count in sorted(counts):
        low = high = None
        if count.boxes:
            limits = wilson_limits(count.errors / count.boxes, count.boxes, np.inf, confidence)
            low, high = (float(limit) for limit in limits)
        rates.append(ErrorRate(subject, len(count.sheets), count.boxes, count.errors, low, high))
    return rates
