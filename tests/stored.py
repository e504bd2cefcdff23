"""Rows put into the database as they are: plain factories, a test writes only what matters to it."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from sqlalchemy import Engine
from sqlmodel import Session, SQLModel

from api.db import begin_write
from api.tables import Procedure, Response, TransactionCount, Unit
from survey_forms.form import Form

NOON = datetime(2026, 10, 5, 5, 0, tzinfo=UTC)  # 05/10/2026 12:00 in Việt Nam


def make_response(
    number: int, form: Form, answers: dict[str, object] | None = None, /, **other: object
) -> Response:
    """A response of October 2026 to ``form``, its id made of ``number``."""
    given: dict[str, object] = {
        "id": UUID(int=number),
        "form": form.id,
        "version": form.version,
        "form_hash": form.sha256,
        "answers": {} if answers is None else answers,
        "content_hash": f"{number:064x}",
        "unit_filed": "10010",
        "procedure": "1.000001",
        "channel": "kiosk",
        "selection": "self_selected",
        "language": "vi",
        "submitted_at": NOON,
        "received_at": NOON + timedelta(seconds=1),
        "local_day": date(2026, 10, 5),
        "month": "2026-10",
    }
    return Response(**(given | other))


def make_unit(code: str, **other: object) -> Unit:
    given: dict[str, object] = {"code": code, "name": f"Xã {code}", "kind": "commune", "parent_code": "01"}
    return Unit(**(given | {"valid_from": date(2025, 7, 1)} | other))


def make_procedure(code: str, **other: object) -> Procedure:
    return Procedure(**({"code": code, "name": f"Thủ tục {code}", "field": "Hộ tịch", "level": "commune"} | other))


def make_transactions(unit: str, procedure: str, completed: int, **other: object) -> TransactionCount:
    given: dict[str, object] = {"unit": unit, "procedure": procedure, "completed": completed}
    return TransactionCount(**({"month": "2026-10", "channel": "in_person"} | given | other))


def store(engine: Engine, rows: Iterable[SQLModel]) -> None:
    """Add ``rows`` in one transaction."""
    with Session(engine) as opened, opened.begin():
        begin_write(opened)
        opened.add_all(list(rows))
