"""October 2026 of three units and two procedures: one of its cells is small, everything else is published."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import Engine

from analysis.indices.policy import IndexPolicy
from api.releases.service import ExportReport, export_month
from api.snapshots.service import write_snapshots
from api.tables import Response, Unit
from survey_forms.loader import load_catalogue
from tests.stored import make_procedure, make_response, make_transactions, make_unit, store

CATALOGUE = load_catalogue()
FORM = CATALOGUE.get("one_stop", "2026.1")
COUNTER = CATALOGUE.get("counter", "2026.1")
DECEMBER = datetime(2026, 12, 1, 2, 0, tzinfo=UTC)
CODE: Mapping[str, str | None] = {"version": "0.0.0", "commit": None}

# unit, procedure → responses, transactions
CELLS = {
    ("10010", "1.000001"): (30, 90),
    ("10010", "1.000002"): (20, 100),
    ("10025", "1.000001"): (40, 80),
    ("10025", "1.000002"): (3, 30),
    ("10030", "1.000001"): (25, 50),
    ("10030", "1.000002"): (15, 60),
}


def make_responses() -> list[Response]:
    """Answers by a rule, so that every test sees the same ones."""
    made: list[Response] = []
    for (unit, procedure), (responses, _) in CELLS.items():
        for _ in range(responses):
            number = len(made) + 1
            answers: dict[str, object] = {f"q{item}": (number * item) % 5 + 1 for item in range(3, 8)}
            answers |= {"overall": number % 5 + 1, "trips": "one"}
            answers |= {"q1#missing": "dont_know"} if number % 4 == 0 else {"q1": number % 3 + 3}
            given = {"unit_filed": unit, "procedure": procedure, "counter": "C1", "unit_residence": "10099"}
            made.append(make_response(number, FORM, answers, **given))
    return made


def store_october(engine: Engine, responses: list[Response] | None = None) -> None:
    """The registry, the transactions and the responses of October."""
    store(
        engine, [Unit(code="01", name="Tỉnh Một", kind="province", valid_from=DECEMBER.date().replace(year=2025))]
    )
    store(engine, [make_unit(code) for code in ("10010", "10025")])
    store(engine, [make_unit("10030", name='=HYPERLINK("x")')])
    store(engine, [make_procedure(code) for code in ("1.000001", "1.000002")])
    store(engine, [make_transactions(*cell, transactions) for cell, (_, transactions) in CELLS.items()])
    store(engine, make_responses() if responses is None else responses)


def export_october(engine: Engine, folder: Path, **other: object) -> ExportReport:
    """Snapshots and export under ``folder``."""
    write_snapshots(engine, folder / "snapshots", CATALOGUE)
    given: dict[str, object] = {
        "month": "2026-10",
        "now": DECEMBER,
        "zone": ZoneInfo("Asia/Ho_Chi_Minh"),
        "policy": IndexPolicy(),
        "snapshots_folder": folder / "snapshots",
        "exports_folder": folder / "exports",
        "code": CODE,
    }
    return export_month(engine, CATALOGUE, **(given | other))
