"""``python -m tests.browser.kiosk.serve_page DATABASE VAR ASSETS PORT``: the service with the page of a folder."""

import sys
from pathlib import Path

import uvicorn

from api.app import create_app
from api.settings import Settings
from survey_forms.pages.kiosk.assets import read_assets


def main(database_url: str, var: str, assets: str, port: str) -> None:
    app = create_app(Settings(database_url=database_url, var_folder=Path(var), public_posts_per_minute=10**9))
    app.state.kiosk_assets = read_assets(Path(assets))
    app.state.kiosks.app_version = app.state.kiosk_assets.version
    uvicorn.run(app, host="127.0.0.1", port=int(port), log_level="warning", timeout_graceful_shutdown=1)


if __name__ == "__main__":
    main(*sys.argv[1:])
