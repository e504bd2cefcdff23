"""Sign-in by the office's provider, against a real one on this machine: invited people only, nothing bent."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from urllib.parse import urlsplit

import httpx2
import pytest
from fastapi.testclient import TestClient
from joserfc.jwk import RSAKey
from sqlmodel import Session, select

from api.app import create_app
from api.settings import Settings, SettingsUnusable, read_settings
from api.staff_access.cookies import SESSION
from api.tables import StaffAccount
from tests.api.staff.identity_provider import CLIENT, SECRET, Provider, run_provider
from tests.api.staff.people import EMAIL, add_second_factor, audited, invite
from tests.conftest import NOW


@pytest.fixture(scope="module")
def running() -> Iterator[Provider]:
    with run_provider() as provider:
        yield provider


@pytest.fixture
def provider(running: Provider) -> Provider:
    fresh = Provider()
    running.person, running.bend, running.signs_with = fresh.person, {}, None
    return running


@pytest.fixture
def client(provider: Provider, settings: Settings, clock) -> Iterator[TestClient]:
    joined = replace(
        settings,
        public_url="http://testserver",
        oidc_issuer=provider.issuer,
        oidc_client_id=CLIENT,
        oidc_client_secret=SECRET,
    )
    app = create_app(joined, clock=clock)
    with TestClient(app, raise_server_exceptions=False) as opened:
        yield opened
    app.state.engine.dispose()


def go_there(client: TestClient, next: str = "/staff") -> str:
    """To the provider, where the person is signed in already; gives the address back to us."""
    start = client.get("/staff/oidc/start", params={"next": next}, follow_redirects=False)
    assert start.status_code == 303, start.text
    return httpx2.get(start.headers["location"], follow_redirects=False, trust_env=False).headers["location"]


def come_back(client: TestClient, address: str):
    parts = urlsplit(address)
    assert (parts.netloc, parts.path) == ("testserver", "/staff/oidc/callback")
    return client.get(f"{parts.path}?{parts.query}", follow_redirects=False)


def test_an_invited_person_is_let_in_and_joined_to_the_provider_once(client, engine):
    invite(engine, "operator")

    reply = come_back(client, go_there(client, "/staff/profile"))

    assert (reply.status_code, reply.headers["location"]) == (303, "/staff/profile")
    assert client.get("/staff", follow_redirects=False).status_code == 200
    with Session(engine) as session:
        account = session.exec(select(StaffAccount)).one()
    assert account.oidc_subject == "u-17"
    assert [action for _, action in audited(engine)] == ["account.invite", "account.provider", "sign_in"]


def test_after_that_the_subject_counts_and_not_the_e_mail(client, engine, provider):
    invite(engine, "operator")
    come_back(client, go_there(client))
    client.cookies.clear()
    provider.person = {"sub": "u-17", "email": "married@example.vn", "email_verified": True}
    assert come_back(client, go_there(client)).status_code == 303

    client.cookies.clear()
    provider.person = {"sub": "u-99", "email": EMAIL, "email_verified": True}
    assert come_back(client, go_there(client)).status_code == 403


@pytest.mark.parametrize(
    "person",
    [
        pytest.param({"sub": "u-17", "email": "minh@example.vn", "email_verified": True}, id="nobody we know"),
        pytest.param({"sub": "u-17", "email": EMAIL, "email_verified": False}, id="e-mail not verified"),
        pytest.param({"sub": "u-17", "email": EMAIL}, id="nothing said of it"),
        pytest.param({"sub": "u-17"}, id="no e-mail"),
    ],
)
def test_whoever_was_not_invited_stays_out_and_no_account_is_made(client, engine, provider, person):
    invite(engine, "operator")
    provider.person = person

    reply = come_back(client, go_there(client))

    assert reply.status_code == 403
    assert "chưa được mời" in reply.text
    assert SESSION not in client.cookies
    with Session(engine) as session:
        assert [one.oidc_subject for one in session.exec(select(StaffAccount))] == [None]


def test_a_disabled_account_stays_out(client, engine):
    invite(engine, "operator")
    with Session(engine) as session, session.begin():
        session.exec(select(StaffAccount)).one().disabled_at = NOW
    assert come_back(client, go_there(client)).status_code == 403


@pytest.mark.parametrize(
    "bend",
    [
        pytest.param({"nonce": "of another visit"}, id="nonce"),
        pytest.param({"iss": "https://evil.example"}, id="issuer"),
        pytest.param({"aud": "another-service"}, id="audience"),
        pytest.param({"aud": [CLIENT, "another"], "azp": "another"}, id="meant for another"),
        pytest.param({"exp": int((NOW - timedelta(minutes=2)).timestamp())}, id="too old"),
        pytest.param({"iat": int((NOW + timedelta(minutes=5)).timestamp())}, id="from the future"),
        pytest.param({"sub": None}, id="nobody"),
    ],
)
def test_a_word_that_is_not_for_this_visit_is_not_believed(client, engine, provider, bend):
    invite(engine, "operator")
    provider.bend = bend
    assert come_back(client, go_there(client)).status_code == 403
    assert SESSION not in client.cookies


def test_a_word_signed_by_somebody_else_is_not_believed(client, engine, provider):
    invite(engine, "operator")
    provider.signs_with = RSAKey.generate_key(2048, {"kid": "k1"}, private=True)
    assert come_back(client, go_there(client)).status_code == 403


def test_the_way_back_counts_in_the_browser_that_left_and_once(client, engine):
    invite(engine, "operator")
    address = go_there(client)
    with TestClient(client.app) as other:
        assert come_back(other, address).status_code == 403
    assert come_back(client, address.replace("state=", "state=x")).status_code == 403  # and the journey is over
    assert come_back(client, address).status_code == 403


def test_a_role_that_needs_a_second_factor_gets_it_from_the_provider_or_from_us(client, engine, provider):
    invite(engine, "administrator")

    assert come_back(client, go_there(client)).headers["location"].startswith("/staff/second-factor")

    client.cookies.clear()
    provider.person |= {"amr": ["pwd", "mfa"]}
    assert come_back(client, go_there(client)).headers["location"] == "/staff"


def test_a_second_factor_of_our_own_is_asked_for(client, engine):
    invite(engine, "operator")
    with Session(engine) as session:
        id = session.exec(select(StaffAccount.id)).one()
    add_second_factor(engine, id)
    assert come_back(client, go_there(client)).headers["location"].startswith("/staff/code")


def test_a_provider_that_is_away_is_told_and_the_password_still_works(settings, clock):
    joined = replace(
        settings, public_url="http://testserver", oidc_issuer="http://127.0.0.1:9", oidc_client_id=CLIENT
    )
    with TestClient(create_app(joined, clock=clock)) as client:
        reply = client.get("/staff/oidc/start", follow_redirects=False)
    assert reply.status_code == 503
    assert "không trả lời" in reply.text
    assert 'name="password"' in reply.text


def test_without_a_provider_there_is_no_way_to_it(app):
    with TestClient(app) as client:
        assert client.get("/staff/oidc/start").status_code == 404
        assert "oidc" not in client.get("/staff/sign-in").text


def test_a_provider_needs_a_client_and_our_own_address():
    with pytest.raises(SettingsUnusable) as refused:
        read_settings({"HAILONG_OIDC_ISSUER": "https://login.example.vn"})
    assert {problem["variable"] for problem in refused.value.problems} == {
        "HAILONG_OIDC_CLIENT_ID",
        "HAILONG_PUBLIC_URL",
    }


def test_a_provider_is_not_spoken_to_in_the_open():
    with pytest.raises(SettingsUnusable):
        read_settings(
            {
                "HAILONG_OIDC_ISSUER": "http://login.example.vn",
                "HAILONG_OIDC_CLIENT_ID": "x",
                "HAILONG_PUBLIC_URL": "https://khaosat.example.vn",
            }
        )
