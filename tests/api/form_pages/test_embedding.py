"""Who may frame a form: only the origins of the setting, only on the pages for embedding, never with a cookie."""

from dataclasses import replace

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.settings import SettingsUnusable, read_settings

HOST = "https://dichvucong.example.vn"


@pytest.fixture
def client_of(settings, clock):
    made = []

    def make(**more):
        app = create_app(replace(settings, **more), clock=clock)
        made.append(app)
        return TestClient(app)

    yield make
    for app in made:
        app.state.engine.dispose()


@pytest.mark.parametrize(
    "path", ["/widget/counter?unit=00004", "/widget/counter/thanks?receipt=x", "/f/counter", "/", "/widget"]
)
def test_only_a_form_for_embedding_may_be_framed(client_of, path):
    reply = client_of(widget_hosts=f"{HOST} https://khac.example.vn").get(path)
    is_framed = path == "/widget/counter?unit=00004"
    wanted = f"frame-ancestors {HOST} https://khac.example.vn;" if is_framed else "frame-ancestors 'none'"
    assert wanted in reply.headers["content-security-policy"]
    assert "set-cookie" not in reply.headers


def test_an_origin_that_is_not_named_is_told_nothing(client_of):
    client = client_of(widget_hosts=HOST)
    assert f'data-frame-origin="{HOST}"' in client.get(f"/widget/counter?frame={HOST}").text
    for other in ("https://evil.example", f"{HOST}.evil.example", "*", ""):
        assert "data-frame-origin" not in client.get(f"/widget/counter?frame={other}").text
    assert "data-frame-origin" not in client.get(f"/f/counter?frame={HOST}").text


@pytest.mark.parametrize(
    ("hosts", "is_good"),
    [
        pytest.param(HOST, True, id="https"),
        pytest.param(f"{HOST} http://localhost:8080", True, id="two, one near"),
        pytest.param("http://dichvucong.example.vn", False, id="not encrypted"),
        pytest.param(f"{HOST}/trang", False, id="a path"),
        pytest.param("*", False, id="everybody"),
        pytest.param("https://*.example.vn", False, id="a wildcard"),
        pytest.param(f"{HOST};script-src", False, id="another directive"),
        pytest.param(" ", False, id="empty"),
    ],
)
def test_the_setting_takes_plain_origins_only(hosts, is_good):
    if is_good:
        assert read_settings({"HAILONG_WIDGET_HOSTS": hosts}).widget_hosts == hosts
    else:
        with pytest.raises(SettingsUnusable):
            read_settings({"HAILONG_WIDGET_HOSTS": hosts})


def test_the_page_for_offices_shows_lines_with_the_public_address(client_of):
    page = client_of(public_url="https://khaosat.example.vn").get("/widget?lang=en").text
    assert "https://khaosat.example.vn/widget.js" in page
    assert "data-hailong-form=&#34;portal_poll&#34;" in page
