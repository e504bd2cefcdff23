"""The only place where the parts of the service are joined."""

from fastapi import FastAPI

from api.clock import Clock, utc_now
from api.db import make_engine
from api.errors import add_error_replies
from api.settings import Settings

# Routes that anyone may call; every other one has a guard (tests/test_house.py).
PUBLIC_PATHS = frozenset({"/health"})


def create_app(settings: Settings, *, clock: Clock = utc_now) -> FastAPI:
    """The service, ready to serve; opens no connection before the first request."""
    app = FastAPI(title="hailong", docs_url=None, redoc_url=None, openapi_url="/api/v1/openapi.json")
    app.state.settings = settings
    app.state.clock = clock
    app.state.engine = make_engine(settings.database_url)
    add_error_replies(app)
    app.add_api_route("/health", _health, methods=["GET"], include_in_schema=False)
    return app


def _health() -> dict[str, str]:
    return {"status": "ok"}
