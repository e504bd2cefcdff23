"""Resources for tests of the kiosk page: one browser for each file, the modules of the page by name."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from api.app import create_app
from api.settings import Settings
from tests.browser.chromium import Chromium, Page
from tests.browser.served import serve


@pytest.fixture(scope="module")
def bare_page(chromium: Chromium, tmp_path_factory) -> Iterator[Page]:
    """The page of a tablet nobody enrolled, to call its modules."""
    folder = tmp_path_factory.mktemp("bare")
    app = create_app(Settings(database_url=f"sqlite:///{folder / 'none.sqlite3'}", var_folder=folder))
    with serve(app) as address:
        page = chromium.open_page(f"{address}/kiosk", width=820)
        chromium.pump_until(
            lambda: page.evaluate("document.body.dataset.screen") == "enrol", 10, "the first screen"
        )
        yield page
    app.state.engine.dispose()


@pytest.fixture
def call(bare_page: Page) -> Callable[..., Any]:
    """``call("logic.js", "(m) => m.listAsked(…)")``: the value of a function of a module of the page."""

    def evaluate(module: str, function: str) -> Any:
        return bare_page.evaluate(
            f"import(`/kiosk/app/${{document.documentElement.dataset.version}}/app/{module}`).then({function})"
        )

    return evaluate
