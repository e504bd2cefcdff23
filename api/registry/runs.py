"""The trace an import into the register leaves."""

from datetime import datetime

from sqlmodel import Session

from api.registry.report import Report
from api.tables import ImportRun


def record_run(
    session: Session, report: Report, *, kind: str, file_name: str, file_sha256: str, now: datetime
) -> None:
    """One ImportRun for ``report``; rows corrected count as accepted."""
    session.add(
        ImportRun(
            kind=kind, file_name=file_name[:300], file_sha256=file_sha256, finished_at=now,
            rows=report.added + report.changed + report.known, accepted=report.added + report.changed,
            known=report.known, rejected=0,
        )
    )  # fmt: skip
