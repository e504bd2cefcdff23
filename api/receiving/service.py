"""Records a response once: reads it, checks it, stores it or recognises it.

``read_submission`` touches no table, ``record_all`` writes inside the caller's transaction: the caller commits,
then replies. On SQLite the caller starts with ``api.db.begin_write`` if it may read before it writes.
"""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlmodel import Session

from api.errors import Conflict
from api.receiving import spending
from api.receiving.known_codes import KnownCodes
from api.receiving.reading import read_ready
from api.receiving.submission import ReadyResponse, Receipt, Submission
from survey_forms.loader import Catalogue

__all__ = ["ReadyResponse", "Receipt", "Submission", "read_submission", "record_all"]


def read_submission(
    submission: Submission, *, forms: Catalogue, codes: KnownCodes, now: datetime, zone: ZoneInfo
) -> ReadyResponse:
    """``submission`` as it will be stored; Malformed with every problem together, NotThere for an unknown form."""
    codes.refresh_if_stale()
    return read_ready(submission, forms=forms, codes=codes, now=now, zone=zone)


def record_all(session: Session, ready: Sequence[ReadyResponse]) -> list[Receipt | Conflict]:
    """Store many responses, already read, in few statements; one outcome for each, in order."""
    return spending.store_all(session.connection(), ready)
