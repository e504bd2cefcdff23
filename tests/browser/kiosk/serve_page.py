"""``python -m tests.browser.kiosk.serve_page DATABASE VAR ASSETS PORT DAYS``: the service, DAYS from now."""

import sys
from datetime import timedelta
from pathlib import Path

import uvicorn

from api.app import create_app
from api.clock import utc_now
from api.settings import Settings
from survey_forms.pages.kiosk.assets import read_assets


def main(database_url: str, var: str, assets: str, port: str, days: str) -> None:
    settings = Settings(database_url=database_url, var_folder=Path(var), public_posts_per_minute=10**9)
    ahead = timedelta(days=int(days))
    app = create_app(settings, clock=lambda: utc_now() + ahead)
    app.state.kiosk_assets = read_assets(Path(assets))
    app.state.kiosks.app_version = app.state.kiosk_assets.version
    uvicorn.run(app, host="127.0.0.1", port=int(port), log_level="warning", timeout_graceful_shutdown=1)


if __name__ == "__main__":
    main(*sys.argv[1:])
