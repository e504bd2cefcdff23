"""Plain factories for the frames in which signals are found; every argument has a default."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime

import polars as pl

from analysis.frames import TRANSACTIONS
from analysis.quality.signals.find import find_signals
from analysis.quality.signals.frames import AWAKE, GUARDED, GUARDED_TEXTS, Signal
from analysis.quality.signals.rules import SignalRules

DAY = date(2026, 10, 5)
_DEFAULTS: dict[str, object] = {
    "form": "one_stop",
    "unit": "A",
    "counter": "Q1",
    "channel": "kiosk",
    "selection": "self_selected",
    "local_day": DAY,
    "opens": 480,
    "closes": 1020,
    "items": 9,
    "levels": [4, 5, 4, 4, 3, 4, 5, 4, 4],
    "satisfied": 100.0,
    "is_trapped": False,
    "seconds": 60.0,
}


def make_guarded(rows: Sequence[Mapping[str, object]]) -> pl.DataFrame:
    """One response per mapping. ``minute`` gives ``at`` as well; ``answers`` are the levels unless given."""
    full = []
    for number, row in enumerate(rows):
        one = {**_DEFAULTS, "response_id": f"r{number:05d}", **row}
        one.setdefault("answers", f"{one['levels']}")
        if "minute" in one and "at" not in one:
            one["at"] = seconds_of(one["local_day"], one["minute"])
        full.append(one)
    schema = {name: column.dtype for name, column in GUARDED.items()}
    return pl.DataFrame({name: [row.get(name) for row in full] for name in schema}, schema=schema)


def seconds_of(day: date, minute: int, second: int = 0) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()) + minute * 60 + second - 7 * 3600


def find(
    rows: Sequence[Mapping[str, object]] | pl.DataFrame,
    *kinds: str,
    texts: Mapping[str, str] | None = None,
    completed: Mapping[tuple[str, str], int] | None = None,
    awake: Sequence[tuple[str, str, str | None, date, float]] = (),
    rules: SignalRules | None = None,
) -> list[Signal]:
    """The signals (of ``kinds``, when given). ``texts`` by response id, ``completed`` by unit and procedure."""
    given = rows if isinstance(rows, pl.DataFrame) else make_guarded(rows)
    found = find_signals(
        given,
        texts=pl.DataFrame(list((texts or {}).items()), schema=_types(GUARDED_TEXTS), orient="row"),
        transactions=pl.DataFrame(
            [("2026-10", unit, of, "in_person", n, False) for (unit, of), n in (completed or {}).items()],
            schema=_types(TRANSACTIONS),
            orient="row",
        ),
        awake=pl.DataFrame(list(awake), schema=_types(AWAKE), orient="row"),
        rules=rules,
    )
    return [signal for signal in found if not kinds or signal.kind in kinds]


def _types(contract) -> dict[str, object]:
    return {name: column.dtype for name, column in contract.items()}
