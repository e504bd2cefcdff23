"""Records a response once: reads it, checks it, stores it or recognises it.

``read_submission`` touches no table, ``check_submission`` looks without writing (an import's dry run),
``record_response`` writes inside the caller's transaction: the caller commits, then replies.
"""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlmodel import Session

from api.errors import Conflict
from api.responses import queries
from api.responses.known_codes import KnownCodes
from api.responses.reading import read_ready
from api.responses.submission import ReadyResponse, Receipt, Submission
from survey_forms.loader import Catalogue

__all__ = [
    "ReadyResponse",
    "Receipt",
    "Submission",
    "check_submission",
    "read_submission",
    "record_all",
    "record_response",
]


def read_submission(
    submission: Submission, *, forms: Catalogue, codes: KnownCodes, now: datetime, zone: ZoneInfo
) -> ReadyResponse:
    """``submission`` as it will be stored; Malformed with every problem together, NotThere for an unknown form."""
    codes.refresh_if_stale()
    return read_ready(submission, forms=forms, codes=codes, now=now, zone=zone)


def check_submission(
    session: Session, submission: Submission, *, forms: Catalogue, codes: KnownCodes, now: datetime, zone: ZoneInfo
) -> Receipt:
    """The receipt ``record_response`` would give, or its error; writes nothing."""
    ready = read_submission(submission, forms=forms, codes=codes, now=now, zone=zone)
    known = queries.find_receipts(session.connection(), [ready.id]).get(ready.id)
    outcome = queries.recognise(ready, known) if known else queries.new_receipt(ready)
    if isinstance(outcome, Conflict):
        raise outcome
    return outcome


def record_response(
    session: Session, submission: Submission, *, forms: Catalogue, codes: KnownCodes, now: datetime, zone: ZoneInfo
) -> Receipt:
    """Store ``submission`` or recognise it; Malformed, NotThere, or Conflict when its id holds other content.

    On SQLite the caller starts with ``api.db.begin_write`` if it may read before it writes.
    """
    ready = read_submission(submission, forms=forms, codes=codes, now=now, zone=zone)
    outcome = record_all(session, [ready])[0]
    if isinstance(outcome, Conflict):
        raise outcome
    return outcome


def record_all(session: Session, ready: Sequence[ReadyResponse]) -> list[Receipt | Conflict]:
    """Store many responses, already read, in few statements; one outcome for each, in order."""
    return queries.store(session.connection(), ready)
