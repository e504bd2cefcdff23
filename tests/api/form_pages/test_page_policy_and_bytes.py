"""What comes with a form page: its policy, its style, its bytes."""

import base64
import hashlib
import re

import pytest

from survey_forms.loader import load_catalogue
from survey_forms.pages.style import STYLE_SOURCE

HERE = "unit=00004&procedure=1.000001&counter=Q1&channel=qr"


def test_pages_come_with_a_strict_policy_and_set_no_cookie(client):
    for path in (f"/f/counter?{HERE}", "/f/nothing", "/"):
        reply = client.get(path)
        assert reply.headers["content-security-policy"] == (
            f"default-src 'none'; style-src 'self' {STYLE_SOURCE}; img-src 'self'; form-action 'self'; "
            "base-uri 'none'; frame-ancestors 'none'"
            + ("; script-src 'self'; connect-src 'self'" if "counter" in path else "")
        )
        assert "set-cookie" not in reply.headers
        assert reply.headers["cache-control"] == "private, no-cache"


def test_the_one_style_a_page_may_carry_is_the_one_it_carries(client):
    for path in (f"/f/sipas?{HERE}", "/f/nothing", "/t"):
        reply = client.get(path)
        [style] = re.findall(r"<style>(.*?)</style>", reply.text, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
        assert f"style-src 'self' 'sha256-{digest}';" in reply.headers["content-security-policy"]
        assert "stylesheet" not in reply.text
        assert "unsafe" not in reply.headers["content-security-policy"]


@pytest.mark.parametrize("form", load_catalogue().forms, ids=lambda form: f"{form.id}-{form.version}")
def test_a_page_with_its_style_is_below_30_kB_on_the_wire(client, form):
    wire = 0
    for path in (f"/f/{form.id}?version={form.version}&{HERE}", "/static/form.svg"):
        with client.stream("GET", path, headers={"Accept-Encoding": "gzip"}) as reply:
            wire += sum(len(part) for part in reply.iter_raw()) + len(str(reply.headers))
    assert wire < 30_000


def test_the_style_sheet_may_be_kept_for_ever_under_its_address(client):
    address = re.search(r'rel="stylesheet" href="([^"]+)"', client.get("/privacy").text).group(1)
    reply = client.get(address)
    assert reply.status_code == 200
    assert reply.headers["content-type"] == "text/css; charset=utf-8"
    assert "immutable" in reply.headers["cache-control"]


def test_a_page_is_not_packed_for_whoever_does_not_take_it(client):
    reply = client.get("/f/counter", headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in reply.headers
    assert reply.headers["vary"] == "Accept-Encoding"
