"""The kiosk page as it is served: light, strict, one version only."""

import gzip
from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.settings import Settings
from survey_forms.pages.kiosk.assets import KIOSK_POLICY, read_assets

ACCEPT = {"Accept-Encoding": "gzip"}


@pytest.fixture
def visitor(tmp_path) -> Iterator[TestClient]:
    """A client of a service without a database: the page asks for none."""
    app = create_app(Settings(database_url=f"sqlite:///{tmp_path / 'none.sqlite3'}", var_folder=tmp_path))
    with TestClient(app) as opened:
        yield opened
    app.state.engine.dispose()


def test_the_shell_is_below_80_kB_on_the_wire(visitor):
    assets = read_assets()
    paths = [
        f"/kiosk/app/{assets.version}/{path}" for path in assets.files if path not in ("sw.js", "manifest.json")
    ]
    total = 0
    for path in ["/kiosk", "/kiosk/sw.js", "/kiosk/manifest.webmanifest", *paths]:
        with visitor.stream("GET", path, headers=ACCEPT) as reply:
            assert reply.status_code == 200, path
            head = sum(len(name) + len(value) + 4 for name, value in reply.headers.raw)
            total += head + sum(len(part) for part in reply.iter_raw())
    assert total < 80_000


def test_a_page_and_its_worker_may_load_and_send_only_to_themselves(visitor):
    for path in ("/kiosk", "/kiosk/sw.js"):
        reply = visitor.get(path)
        assert reply.headers["content-security-policy"] == KIOSK_POLICY
        assert "unsafe" not in KIOSK_POLICY
        assert reply.headers["cache-control"] == "no-cache"
    assert visitor.get("/kiosk/sw.js").headers["service-worker-allowed"] == "/kiosk"


def test_files_of_another_version_are_not_there(visitor):
    version = read_assets().version
    kept = visitor.get(f"/kiosk/app/{version}/app/main.js")
    assert kept.status_code == 200
    assert "immutable" in kept.headers["cache-control"]
    for path in (
        "/kiosk/app/000000000000/app/main.js",
        f"/kiosk/app/{version}/app/none.js",
        f"/kiosk/app/{version}/sw.js",
    ):
        assert visitor.get(path).status_code == 404


def test_the_manifest_names_icons_that_are_there(visitor):
    manifest = visitor.get("/kiosk/manifest.webmanifest")
    assert manifest.headers["content-type"] == "application/manifest+json"
    for icon in manifest.json()["icons"]:
        assert visitor.get(icon["src"]).headers["content-type"] == "image/svg+xml"


def test_what_is_packed_is_what_is_unpacked(visitor):
    with visitor.stream("GET", f"/kiosk/app/{read_assets().version}/kiosk.css", headers=ACCEPT) as reply:
        packed = b"".join(reply.iter_raw())
    assert gzip.decompress(packed).decode() == read_assets().files["kiosk.css"]
