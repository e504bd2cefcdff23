"""``/staff/invitations``: response rates by unit, and below by period and procedure, of one's own units."""

from dataclasses import replace

import pytest

from api.settings import Settings
from api.tables import InvitationTotal
from tests.api.staff.people import add_staff, sign_in
from tests.stored import store


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return replace(settings, public_url="")  # else cookies are for https only


def make_total(unit: str, procedure: str, invited: int, answered: int) -> InvitationTotal:
    return InvitationTotal(
        period="2026-08", form="counter", selection="invited", unit_filed=unit, procedure=procedure,
        invited=invited, opened=answered + 1, answered=answered,
    )  # fmt: skip


@pytest.fixture
def totals(engine) -> None:
    store(engine, [make_total("00004", "1.000001", 1200, 300), make_total("00004", "", 40, 10)])
    store(engine, [make_total("00008", "1.000001", 50, 5)])


def test_lines_of_a_unit_are_added_up_before_the_rate_is_taken(client, engine, totals):
    add_staff(engine, "unit_head 00004")
    sign_in(client)
    page = client.get("/staff/invitations").text
    by_unit, by_procedure = page.split("Theo kỳ và thủ tục")
    # 310 of 1,240
    for figure in ("1.240", "312", "310", "25,0 %"):
        assert f">{figure}<" in by_unit
    assert ">1.200<" in by_procedure
    assert "RR1" in by_procedure
    assert "00008" not in page


def test_where_every_unit_has_one_line_none_is_shown_twice(client, engine, totals):
    add_staff(engine, "operator 00008")
    sign_in(client)
    page = client.get("/staff/invitations").text
    assert "Theo đơn vị" not in page
    assert ">10,0 %<" in page
