"""Who may do what, where: every route names its permission, roles reach down from their unit."""

from datetime import date
from typing import Annotated

import pytest
from fastapi import Depends, FastAPI
from fastapi.routing import iter_route_contexts
from fastapi.testclient import TestClient
from sqlmodel import Session

from api.app import PUBLIC_PATHS
from api.errors import Forbidden
from api.settings import Settings
from api.staff.second_factor import is_required
from api.staff_access.guard import require_staff
from api.staff_access.menu import MENU
from api.staff_access.permissions import PERMISSIONS, ROLE_NAMES, Role
from api.staff_access.staff import Grant, Staff, may_handle_counter, refuse_own_counter
from tests.api.staff.people import add_staff, csrf_in, sign_in
from tests.stored import make_unit, store

DAY = date(2026, 11, 20)


def make_staff(*grants: Grant, permission: str = "kiosks.read", own_counters: tuple[str, ...] = ()) -> Staff:
    return Staff("a1", "Lan", "lan@example.vn", grants, frozenset(own_counters), permission, "")


def test_every_staff_route_names_a_permission_of_the_table(app: FastAPI):
    named = {}
    for context in iter_route_contexts(app.routes):
        if (context.path or "").startswith("/staff") and context.path not in PUBLIC_PATHS:
            guards = [found.call for found in context.original_route.dependant.dependencies]
            named[context.path] = [
                getattr(guard, "required_staff", None) or getattr(guard, "required_step", None) for guard in guards
            ]
    assert len(named) >= 10
    for path, found in named.items():
        told = [one for one in found if one is not None]
        assert len(told) == 1, path
        assert isinstance(told[0], tuple) or told[0] in PERMISSIONS, path


def test_every_entry_of_the_menu_leads_to_a_page_with_its_permission(app: FastAPI):
    guards = {
        context.path: {
            getattr(found.call, "required_staff", None) for found in context.original_route.dependant.dependencies
        }
        for context in iter_route_contexts(app.routes)
        if (context.path or "").startswith("/staff") and "GET" in (context.methods or ())
    }
    for entry in MENU:
        assert entry.permission in guards[entry.address], entry.address
        assert set(entry.text) == set(entry.hint) == {"vi", "en"}


def test_every_permission_is_held_by_somebody_and_every_role_has_its_name():
    assert all(roles and roles <= set(Role) for roles in PERMISSIONS.values())
    for language in ("vi", "en"):
        assert set(ROLE_NAMES[language]) == set(Role)


@pytest.mark.parametrize("role", list(Role))
def test_the_pages_of_administrators_are_closed_to_everybody_else(client, engine, role):
    add_staff(engine, role)
    sign_in(client)
    opened = {
        path: client.get(path, follow_redirects=False).status_code for path in ("/staff/accounts", "/staff/audit")
    }
    # An administrator owes a second factor first; nobody else comes nearer.
    assert set(opened.values()) == ({403} if role in (Role.OPERATOR, Role.UNIT_HEAD) else {303})


def test_a_role_reaches_down_from_its_unit_and_no_further(session, engine):
    store(
        engine,
        [
            make_unit("01", parent_code=None, kind="province"),
            make_unit("01273"),
            make_unit("01273-A", parent_code="01273", kind="branch"),
            make_unit("01276"),
            make_unit("01273-OLD", parent_code="01273", valid_to=date(2026, 1, 1)),
        ],
    )
    staff = make_staff(Grant("operator", "01273"))

    assert staff.units_in_scope(session, DAY) == {"01273", "01273-A"}
    staff.check_unit(session, "01273-A", DAY)
    with pytest.raises(Forbidden) as refused:
        staff.check_unit(session, "01276", DAY)
    assert refused.value.more["unit"] == "01276"


def test_a_unit_counts_only_for_what_the_role_there_may_do(session, engine):
    store(engine, [make_unit("01273"), make_unit("01276")])
    grants = (Grant("operator", "01273"), Grant("unit_head", "01276"))

    assert make_staff(*grants, permission="paper.enter").units_in_scope(session, DAY) == {"01273"}
    assert make_staff(*grants, permission="comments.read").units_in_scope(session, DAY) == {"01276"}
    assert make_staff(*grants, permission="signals.decide").units_in_scope(session, DAY) == frozenset()


def test_a_role_without_a_unit_is_for_every_unit(session):
    staff = make_staff(Grant("analyst", None), Grant("operator", "01273"))
    assert staff.units_in_scope(session, DAY) is None
    staff.check_unit(session, "whatever", DAY)


def test_nobody_handles_responses_about_their_own_counter():
    staff = make_staff(Grant("operator", None), own_counters=("Q1",))
    assert may_handle_counter(staff, "Q2")
    assert may_handle_counter(staff, None)
    assert not may_handle_counter(staff, "Q1")
    refuse_own_counter(staff, "Q2")
    with pytest.raises(Forbidden) as refused:
        refuse_own_counter(staff, "Q1")
    assert "nhờ người khác" in refused.value.vi


@pytest.fixture
def api(app: FastAPI) -> TestClient:
    @app.api_route("/api/v1/probe", methods=["GET", "POST"])
    @app.api_route("/staff/probe", methods=["GET", "POST"])
    async def probe(staff: Annotated[Staff, Depends(require_staff("kiosks.manage"))]) -> dict[str, object]:
        return {
            "name": staff.name,
            "units": staff.units and sorted(staff.units),
            "own": sorted(staff.own_counters),
        }

    return TestClient(app)


def test_the_api_answers_401_as_problem_and_a_page_leads_to_sign_in(api):
    refused = api.get("/api/v1/probe")
    assert (refused.status_code, refused.json()["code"]) == (401, "sign_in_required")
    assert api.get("/staff/probe", follow_redirects=False).status_code == 303
    assert api.post("/staff/probe", follow_redirects=False).status_code == 401  # what was typed is not thrown away


def test_a_guard_tells_who_is_there_and_for_which_units(api, engine):
    store(engine, [make_unit("01273")])
    add_staff(engine, "operator 01273", "analyst")
    sign_in(api)  # an analyst owes a second factor: nothing opens
    assert api.get("/staff/probe", follow_redirects=False).status_code == 303


def test_a_script_of_our_page_sends_the_value_in_a_header(api, engine):
    store(engine, [make_unit("01273")])
    add_staff(engine, "operator 01273")
    sign_in(api)
    value = csrf_in(api.get("/staff"))

    assert api.get("/staff/probe").json() == {"name": "Nguyễn Thị Lan", "units": ["01273"], "own": []}
    assert api.post("/staff/probe", json={}).status_code == 403
    assert api.post("/staff/probe", json={}, headers={"X-CSRF-Token": "0"}).status_code == 403
    assert api.post("/staff/probe", json={}, headers={"X-CSRF-Token": value}).status_code == 200
    assert api.post("/staff/probe", files={"file": ("a.csv", b"a")}, data={"csrf": value}).status_code == 200


def test_a_disabled_account_is_out_at_once(api, engine):
    from api.staff.accounts import disable_account, find_account
    from tests.conftest import NOW

    add_staff(engine, "operator")
    sign_in(api)
    assert api.get("/staff/probe").status_code == 200
    with Session(engine) as session, session.begin():
        disable_account(session, find_account(session, email="lan@example.vn"), now=NOW, actor="cli")
    assert api.get("/staff/probe", follow_redirects=False).status_code == 303


@pytest.mark.parametrize(
    ("setting", "roles", "is_needed"),
    [
        pytest.param("administrator,analyst", {"operator"}, False, id="not asked of operators"),
        pytest.param("administrator,analyst", {"operator", "analyst"}, True, id="one such role is enough"),
        pytest.param("none", {"administrator"}, False, id="nobody"),
    ],
)
def test_a_second_factor_is_needed_where_the_setting_says_so(setting, roles, is_needed):
    assert is_required(frozenset(roles), Settings(staff_totp_roles=setting)) == is_needed


def test_the_switch_of_languages_keeps_what_was_asked(client, engine):
    add_staff(engine, "operator")
    sign_in(client)
    page = client.get("/staff/profile?done=password_changed")
    assert 'href="/staff/profile?done=password_changed&amp;lang=en"' in page.text
