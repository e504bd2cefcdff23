"""One's own response with its comment, in a real browser without scripts."""

from collections.abc import Iterator

import pytest

from api.app import create_app
from api.comments.screening import screen_waiting
from api.sealer import make_sealer
from tests.browser.served import serve
from tests.conftest import NOW

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


@pytest.fixture
def address(settings) -> Iterator[str]:
    app = create_app(settings, clock=lambda: NOW)
    with serve(app) as found:
        yield found
    app.state.engine.dispose()


def test_a_receipt_shows_the_response_masked_without_scripts(chromium, address, engine, settings, add_comment):
    id = add_comment(1, "Chị Hoa hẹn gọi 0912 345 678 mà không gọi")
    screen_waiting(engine, make_sealer(settings), now=NOW, zone=settings.zone, keep_days=90)
    page = chromium.open_page(width=360, scripts=False)
    page.go(f"{address}/privacy")
    page.type("#receipt", str(id))
    page.press("Enter", leads_away=True)
    assert "[số điện thoại]" in page.evaluate("document.body.textContent")
    assert "0912" not in page.evaluate("document.body.textContent")
    assert page.origins() == {address}
    assert page.errors == []
