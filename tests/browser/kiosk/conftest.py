"""Resources for tests of the kiosk page: a service, a tablet at it, the modules of the page by name."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI

from api.app import create_app
from api.settings import Settings
from tests.browser.chromium import Chromium
from tests.browser.kiosk.tablet import Tablet, open_tablet, serve_kiosks
from tests.browser.page import Page
from tests.browser.served import serve


@pytest.fixture
def service(sqlite_url: str, tmp_path: Path) -> Iterator[tuple[FastAPI, str]]:
    """The service and its address."""
    with serve_kiosks(sqlite_url, tmp_path) as served:
        yield served


@pytest.fixture
def tablet(chromium: Chromium, service: tuple[FastAPI, str]) -> Tablet:
    return open_tablet(chromium, *service)[0]


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
