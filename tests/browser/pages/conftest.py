"""One filled service for each file."""

from collections.abc import Iterator

import pytest

from tests.browser.pages.site import Site, serve_site


@pytest.fixture(scope="module")
def site(migrated_sqlite, tmp_path_factory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("site")
    (folder / "site.sqlite3").write_bytes(migrated_sqlite.read_bytes())
    with serve_site(f"sqlite:///{folder / 'site.sqlite3'}", folder) as served:
        yield served
