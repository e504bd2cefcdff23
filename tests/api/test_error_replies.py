"""Errors as people and programs meet them: a page in both languages, or problem+json; HEAD; health."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.settings import Settings

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


@pytest.fixture
def plain(sqlite_url: str, tmp_path: Path) -> Iterator[TestClient]:
    settings = Settings(database_url=sqlite_url, var_folder=tmp_path, exports_folder=tmp_path)
    with TestClient(create_app(settings), raise_server_exceptions=False) as opened:
        yield opened


def _chunks() -> Iterator[bytes]:
    for _ in range(30):
        yield b"a" * 10_000


@pytest.mark.parametrize(
    ("method", "path", "given", "status"),
    [
        pytest.param("POST", "/f/one_stop", {"content": b"a" * 300_000, "headers": FORM}, 413, id="declared"),
        pytest.param("POST", "/f/one_stop", {"content": _chunks(), "headers": FORM}, 413, id="chunked"),
        pytest.param("POST", "/f/one_stop", {"json": {}}, 415, id="JSON to a page"),
        pytest.param("POST", "/f/one_stop", {"content": b"a=1&" * 3000, "headers": FORM}, 422, id="3,000 fields"),
        pytest.param("PUT", "/f/one_stop", {}, 405, id="method"),
        pytest.param("GET", "/nowhere", {"headers": BROWSER}, 404, id="mistyped address"),
        pytest.param("GET", "/f/a%2Fb", {}, 404, id="slash in a form"),
    ],
)
def test_a_person_gets_a_page_in_both_languages(plain, method, path, given, status):
    reply = plain.request(method, path, **given)

    assert reply.status_code == status
    assert reply.headers["content-type"] == "text/html; charset=utf-8"
    assert "script" not in reply.headers["content-security-policy"]
    assert "<title>" in reply.text
    if method == "POST":
        assert "Chưa có gì được lưu" in reply.text
        assert "Nothing was stored" in reply.text


def test_the_english_of_a_page_is_marked_as_english(plain):
    got = plain.get("/staff/nowhere", headers=BROWSER).text
    assert '<p lang="en">Not found.</p>' in got
    assert 'href="/staff">Về trang đầu / <span lang="en">To the first page</span></a>' in got

    posted = plain.post("/f/one_stop", json={}).text
    assert '<p lang="en">Nothing was stored.' in posted


@pytest.mark.parametrize("path", ["/api/v1/nowhere", "/health/x", "/nowhere"])
def test_a_program_gets_problem_json(plain, path):
    headers = BROWSER if path.startswith("/api/") else {}

    assert plain.get(path, headers=headers).headers["content-type"] == "application/problem+json"


def test_a_405_names_what_is_allowed(plain):
    assert plain.put("/api/v1/responses").headers["allow"] == "POST"
    assert plain.delete("/health").headers["allow"] == "GET, HEAD"
    assert plain.put("/f/one_stop").headers["allow"] == "GET, HEAD, POST"
    assert plain.put("/api/v1/units/01").headers["allow"] == "GET, HEAD"


@pytest.mark.parametrize("path", ["/f/one_stop/", "/results/", "/api/v1/forms/", "//"])
def test_a_slash_too_many_is_answered_without_repeating_the_host(plain, path):
    reply = plain.get(path, headers={"Host": "evil.example"}, follow_redirects=False)

    assert reply.status_code == 200
    assert "evil.example" not in reply.text


@pytest.mark.parametrize("path", ["/", "/f/one_stop", "/health", "/api/v1/forms", "/static/form.css", "/results"])
def test_head_is_get_without_the_body(plain, path):
    got, asked = plain.get(path), plain.head(path)

    assert asked.status_code == got.status_code == 200
    assert asked.content == b""
    assert asked.headers["content-type"] == got.headers["content-type"]


def test_health_says_whether_the_database_answers(plain):
    assert plain.get("/health").json() == {"status": "ok"}
    away = create_app(Settings(database_url="postgresql://nobody@127.0.0.1:1/none"))
    with TestClient(away) as client:
        reply = client.get("/health")
    assert reply.status_code == 503
    assert reply.json()["code"] == "database_unavailable"
    assert reply.headers["retry-after"] == "5"
