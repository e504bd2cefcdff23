"""A small register for tests that receive responses: units, a procedure, counters."""

from datetime import date

from sqlalchemy import Engine
from sqlmodel import Session

from api.db import begin_write
from api.tables import Counter, Procedure, Unit


def add_register(engine: Engine) -> None:
    """A province with two communes, a district that ended, a procedure, a counter in each commune."""
    since = date(2025, 7, 1)
    with Session(engine) as session, session.begin():
        begin_write(session)
        session.add(Unit(code="01", name="Thành phố Hà Nội", kind="province", valid_from=date(2008, 8, 1)))
        session.add(Unit(code="00004", name="Phường Ba Đình", kind="commune", parent_code="01", valid_from=since))
        session.add(Unit(code="00008", name="Phường Ngọc Hà", kind="commune", parent_code="01", valid_from=since))
        session.add(Unit(code="79", name="Thành phố Hồ Chí Minh", kind="province", valid_from=since))
        session.add(
            Unit(
                code="001",
                name="Quận Ba Đình",
                kind="district",
                parent_code="01",
                valid_from=date(2008, 8, 1),
                valid_to=date(2025, 6, 30),
            )
        )
        session.add(Procedure(code="1.000001", name="Đăng ký khai sinh", field="Hộ tịch", level="commune"))
        session.add(Counter(code="Q1", unit_code="00004", name="Quầy 1", valid_from=since))
        session.add(Counter(code="Q8", unit_code="00008", name="Quầy 8", valid_from=since))
