"""Which sheets are closed to a person: those about the counter, or the unit, where they serve themselves."""

from sqlalchemy import select
from sqlmodel import Session, col

from api.errors import Forbidden
from api.staff_access.staff import Staff, refuse_own_counter
from api.tables import Counter, PaperPrinting


def refuse_own_sheet(session: Session, staff: Staff, printing: PaperPrinting) -> None:
    """Forbidden for a sheet of one's own counter; also for a sheet without a counter of a unit at one of whose
    counters one serves, since it may be about that."""
    refuse_own_counter(staff, printing.counter)
    if printing.counter is None and staff.own_counters:
        serves = select(col(Counter.unit_code)).where(col(Counter.code).in_(sorted(staff.own_counters)))
        if printing.unit in session.execute(serves).scalars().all():
            raise Forbidden(
                "own_unit_sheet",
                "Phiếu này không ghi quầy và bạn phục vụ tại một quầy của đơn vị; hãy nhờ người khác nhập",
                "This sheet names no counter and you serve at one of its unit; ask a colleague to key it",
                unit=printing.unit,
            )
